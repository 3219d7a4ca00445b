"""What is said about parameters: rank correlations by hand, profiles against the free fit."""

import dataclasses

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.calibration import load_problem
from zinc_sbml.calibration.fitting import refine
from zinc_sbml.calibration.identifiability import (
    WATCHED,
    ZINC_TO_FOLDING,
    correlations,
    most_linked,
    profile,
    widths,
    zinc_window,
)
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings import Family

COUNT = 60


@pytest.fixture(scope="module")
def problem():
    return load_problem(parameters=["ero1_kcat", "gsh_import_rate", "gsh_efflux_k", "zinc_export_k"])


@pytest.fixture(scope="module")
def family(problem):
    """Efflux falls where import rises, with two cells out of order; the turnover decides on Notch, not linearly."""
    random = np.random.default_rng(2)
    shares = random.permuted(np.tile(np.linspace(0.02, 0.98, COUNT), (4, 1)), axis=1)
    shares[2] = 1 - shares[1] ** 2
    shares[2, [0, 1]] = shares[2, [1, 0]]
    values = {
        one.id: one.lower * (one.upper / one.lower) ** share
        for one, share in zip(problem.parameters, shares, strict=True)
    }
    return Family(ids=tuple(map(str, range(COUNT))), parameters=values, values={ZINC_TO_FOLDING: shares[0] ** 5})


def spearman(one, other):
    """From the differences of ranks, for numbers without ties."""
    ranks = [np.argsort(np.argsort(column)) for column in (one, other)]
    return 1 - 6 * np.sum((ranks[0] - ranks[1]) ** 2) / (COUNT * (COUNT**2 - 1))


def test_correlations_are_those_of_the_ranks(problem, family):
    table = correlations(problem, family, count=3)
    assert len(table) == 3
    assert {table["one"].iloc[0], table["other"].iloc[0]} == {"gsh_import_rate", "gsh_efflux_k"}
    for _, row in table.iterrows():
        expected = spearman(family.parameters[row["one"]], family.parameters[row["other"]])
        assert row["spearman"] == pytest.approx(expected)
    assert -1 < table["spearman"].iloc[0] < -0.8
    assert table["spearman"].abs().is_monotonic_decreasing
    assert len(correlations(problem, family)) == 6


def test_the_most_linked_is_what_decides_on_notch(problem, family):
    linked = most_linked(problem, family, count=4)
    assert linked[0] == "ero1_kcat"
    strength = [abs(spearman(family.parameters[name], family.values[ZINC_TO_FOLDING])) for name in linked]
    assert strength == sorted(strength, reverse=True)
    assert most_linked(problem, family, count=2) == linked[:2]


def test_widths_are_told_on_the_scale_of_the_prior(problem, family):
    table = widths(problem, family)
    for one in problem.parameters:
        row = table.loc[one.id]
        low, high = np.quantile(np.log(family.parameters[one.id]), (0.05, 0.95))
        assert (row["low"], row["high"]) == pytest.approx((np.exp(low), np.exp(high)))
        assert row["width"] == pytest.approx((high - low) / (0.9 * np.log(one.upper / one.lower)))
        assert (row["prior_lower"], row["prior_upper"], row["shipped"]) == (one.lower, one.upper, one.nominal)
    assert table["width"].is_monotonic_increasing


def test_a_family_of_other_parameters_is_refused(problem, family):
    fewer = {name: column for name, column in family.parameters.items() if name != "ero1_kcat"}
    with pytest.raises(InvalidInputError, match="ero1_kcat"):
        widths(problem, dataclasses.replace(family, parameters=fewer))
    with pytest.raises(InvalidInputError, match="ero1_zinc_release_k"):
        zinc_window(family)


def test_the_window_of_the_shipped_family():
    """Over all cells, and over those that meet P01 to P10, from the columns and bounds of the register by hand."""
    family = zs.load_family()
    window = zinc_window(family)
    met = np.ones(len(family), dtype=bool)
    for verdict in zs.compare_plausible().verdicts:
        if verdict.finding.id in {f"P{number:02}" for number in range(1, 11)}:
            for number, criterion in enumerate(verdict.finding.criteria, 1):
                column = family.values[f"{verdict.finding.id}.{number}"]
                if criterion.order:
                    met &= (column > 1) & (column >= criterion.by_factor)
                else:
                    met &= (column >= criterion.at_least) & (column <= criterion.at_most)
    ratio = family.rest["Zn_er"] * family.parameters["ero1_zinc_trap_k"] / family.parameters["ero1_zinc_release_k"]
    first = window.iloc[0]
    assert (first["cells"], first["cells_paper"]) == (len(family), met.sum())
    assert 0 < met.sum() < len(family)
    for suffix, chosen in (("", ratio), ("_paper", ratio[met])):
        assert first[f"median{suffix}"] == pytest.approx(np.median(chosen))
        assert (first[f"least{suffix}"], first[f"most{suffix}"]) == pytest.approx((chosen.min(), chosen.max()))
        low, high = first[f"low{suffix}"], first[f"high{suffix}"]
        assert np.mean((chosen >= low) & (chosen <= high)) == pytest.approx(0.9, abs=2 / len(chosen))


def test_a_profile_has_its_valley_at_the_free_fit(small):
    name = "gsh_import_rate"
    table = profile(small, [name], points=3)
    best = refine(small, small.nominal)
    [one] = [parameter for parameter in small.parameters if parameter.id == name]
    assert table["parameter"].unique().tolist() == [name]
    assert table["value"].is_monotonic_increasing
    assert table["value"].iloc[[0, -1]].tolist() == pytest.approx([one.lower, one.upper])
    assert one.nominal == pytest.approx(table["value"].tolist()[np.argmin(np.abs(table["value"] - one.nominal))])
    assert (table["cost"] >= best.cost - 1e-6).all()
    # The ends of the prior cost much more than the shipped value.
    assert table["cost"].iloc[0] > best.cost + 10
    assert set(table["worst"]) <= {target.id for target in small.targets}
    assert (0.5 * table["residual"] ** 2 <= table["cost"] * (1 + 1e-3) + 1e-6).all()
    held = refine(small, small.nominal, held={small.names.index(name): one.to_scale(one.nominal)}, iterations=6)
    shipped = table.loc[(table["value"] - one.nominal).abs().idxmin()]
    assert shipped["cost"] == pytest.approx(held.cost)
    runs = {f"{v.finding.id}.{n}" for v in zs.compare().verdicts for n, _ in enumerate(v.checks, 1)}
    assert set(WATCHED) <= runs & set(table.columns)


def test_profiles_are_the_same_on_two_processes(small):
    names = ["gsh_efflux_k", "zinc_uptake_vmax"]
    one, two = (profile(small, names, points=3, processes=processes) for processes in (1, 2))
    assert one.equals(two)
    with pytest.raises(UnknownIdError, match="ero1_kcat"):
        profile(small, ["ero1_kkat"])
