"""Two inputs: definitions of synergy on closed forms, surfaces of drugs by hand, and what is refused."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zinc_sbml.doses import Synergy, bliss_excess, dose_surface, loewe_index, single_agent_excess
from zinc_sbml.doses.synergy import Scores, scores_of
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.findings import Family
from zinc_sbml.findings.measure import dose_reaching
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Period, Scenario
from zinc_sbml.simulation import simulate

ONE, OTHER = [0, 0.5, 1, 2, 4, 8], [0, 0.25, 0.5, 1, 2]
COURSE = Scenario(id="test", title="two drugs", duration=10.0)
shares = st.lists(st.floats(0, 1), min_size=1, max_size=5)


# -------------------------------------------------------------------------------------------------- closed forms


@given(one=shares, other=shares)
def test_independent_drugs_have_no_bliss_excess(one, other):
    """Each drug hits with its own probability, whatever the other one does: survival multiplies."""
    survival = np.outer(1 - np.array([0, *one]), 1 - np.array([0, *other]))
    np.testing.assert_allclose(bliss_excess(1 - survival), 0, atol=1e-12)


def test_excess_by_hand():
    effects = np.array([[0.0, 0.2], [0.5, 0.9]])
    assert bliss_excess(effects)[1, 1] == pytest.approx(0.9 - 0.6)
    assert single_agent_excess(effects)[1, 1] == pytest.approx(0.9 - 0.5)
    antagonists = np.array([[0.0, -0.1], [0.5, 0.3]])
    assert bliss_excess(antagonists)[1, 1] == pytest.approx(0.3 - (1 - 0.5 * 1.1))
    assert single_agent_excess(antagonists)[1, 1] == pytest.approx(-0.2)
    for table in (bliss_excess(effects), single_agent_excess(antagonists), single_agent_excess(antagonists.T)):
        assert table[0].tolist() == [0, 0]
        assert table[:, 0].tolist() == [0, 0]
    assert effects.tolist() == [[0.0, 0.2], [0.5, 0.9]]


@settings(max_examples=40)
@given(
    effects=st.lists(st.floats(0.01, 1), min_size=9, max_size=9, unique=True),
    step=st.floats(1e-6, 1e6),
)
def test_a_drug_with_itself_has_loewe_index_one(effects, step):
    """The sham experiment, with any rising curve: the sum of two doses is a dose that was given alone."""
    curve = np.array([0, *sorted(effects)])
    doses = step * np.arange(10)
    table = curve[np.add.outer(np.arange(5), np.arange(6))]
    index = loewe_index((doses[:5], doses[:6]), table, ((doses, curve), (doses, curve)))
    np.testing.assert_allclose(index[1:, 1:], 1, rtol=1e-9)
    assert np.isnan(index[0]).all()
    assert np.isnan(index[:, 0]).all()


def test_loewe_index_by_hand():
    """Alone, 4 of the first or 2 of the second have effect 0.5; 1 of each together do: 1/4 + 1/2."""
    first = (np.array([0.0, 1.0, 4.0]), np.array([0.0, 0.1, 0.5]))
    second = (np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.2, 0.5]))
    doses = (np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    effects = np.array([[0.0, 0.2], [0.1, 0.5]])
    assert loewe_index(doses, effects, (first, second))[1, 1] == pytest.approx(0.75)
    # More than one of them has alone, no effect, and an effect the other way are not defined.
    for effect in (0.51, 0.0, -0.2):
        effects[1, 1] = effect
        assert np.isnan(loewe_index(doses, effects, (first, second))).all()


def test_scores_by_hand():
    """Means over the pairs of both drugs; that of an index is geometric, over where it is defined."""
    index = np.array([[np.nan, np.nan, np.nan], [np.nan, 0.5, 2.0], [np.nan, 0.25, np.nan]])
    excess = np.array([[0, 0, 0], [0, 0.1, -0.2], [0, 0.3, 0.4]])
    scores = scores_of(excess, -excess, index)
    assert scores.bliss_excess == pytest.approx(0.15)
    assert scores.single_agent_excess == pytest.approx(-0.15)
    assert scores.loewe_index == pytest.approx(0.25 ** (1 / 3))
    assert scores.undefined == 1


def test_shares_of_cells_by_hand():
    """Excess above 0 and index below 1 tell synergy; a cell without an index does not count for it."""
    numbers = ((0.1, 0.2, 0.5), (-0.1, 0.2, 0.8), (-0.3, 0.1, 2.0), (-0.2, -0.1, np.nan))
    cells = {
        str(i): Scores(bliss_excess=bliss, single_agent_excess=single, loewe_index=index, undefined=10 * i)
        for i, (bliss, single, index) in enumerate(numbers)
    }
    empty = np.zeros((2, 2))
    summary = Synergy(
        inputs=("one", "other"), readout="left", doses=(np.arange(2.0), np.arange(2.0)), untreated=1.0, full=0.0,
        effects=empty, bliss_excess=empty, single_agent_excess=empty, loewe_index=empty + 1, largest_alone=(0.0, 0.0),
        cell_scores=cells,
    ).summary  # fmt: skip
    assert summary["synergy"].tolist() == [0.25, 0.75, pytest.approx(2 / 3)]
    assert summary["cells"].tolist() == [4, 4, 3]
    assert summary["cells_undefined"].tolist() == [0, 0, 15]
    assert summary.loc["loewe_index", "median"] == 0.8


@pytest.mark.parametrize(
    ("level", "dose"), [(-0.1, 1.0), (0.2, 1.0), (0.4, 2.0), (0.3, 2**0.5), (0.6, 4.0), (0.7, None)]
)
def test_dose_that_reaches_an_effect(level, dose):
    """On the logarithm of the dose; of several doses with the effect the smallest, below the first dose the first."""
    found = dose_reaching(np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.2, 0.4, 0.6, 0.5]), level)
    assert np.isnan(found) if dose is None else found == pytest.approx(dose)


# ------------------------------------------------------------------------------------------------------ surfaces


def surface(model: Model, readout, **options):
    return dose_surface(("one", "other"), (ONE, OTHER), readout, scenario=COURSE, model=model, **options)


def test_surface_is_one_run_per_pair(two_drugs: Model) -> None:
    found = surface(two_drugs, ["independent", "diluted"])
    one, other = np.array(ONE)[:, None] / 2, np.array(OTHER)[None, :] / 0.5
    np.testing.assert_allclose(found.values[:, :, 0], 1 / ((1 + one) * (1 + other)), rtol=1e-12)
    np.testing.assert_allclose(found.values[:, :, 1], 10 / (1 + one + other), rtol=1e-12)
    table = found.table("diluted")
    assert table.index.name == "one"
    assert table.columns.tolist() == OTHER
    np.testing.assert_allclose(found.table("diluted", relative=True), table / 10, rtol=1e-12)
    assert found.frame.loc[(2, 1), "diluted"] == table.loc[2, 1]
    for (doses, values), constant in zip(found.alone, (2, 0.5), strict=True):
        np.testing.assert_allclose(values[:, 1], 10 / (1 + doses / constant), rtol=1e-12)
        assert set(OTHER if constant == 0.5 else ONE) <= set(doses)
        assert (np.diff(doses) > 0).all()
        assert len(doses) > 4 * (len(OTHER if constant == 0.5 else ONE) - 1)


def test_synergy_of_independent_drugs(two_drugs: Model) -> None:
    synergy = surface(two_drugs, "independent").synergy()
    np.testing.assert_allclose(synergy.bliss_excess, 0, atol=1e-12)
    assert synergy.full == 0
    assert synergy.scores.bliss_excess == pytest.approx(0, abs=1e-12)
    # Dose of one drug alone for the effect of both: k*((1 + a)*(1 + b) - 1) with doses in units of their constants.
    together = np.outer(1 + np.array(ONE) / 2, 1 + np.array(OTHER) / 0.5) - 1
    index = ((np.array(ONE)[:, None] / 2 + np.array(OTHER) / 0.5)[1:, 1:]) / together[1:, 1:]
    defined = ~np.isnan(synergy.loewe_index[1:, 1:])
    np.testing.assert_array_equal(defined, together[1:, 1:] <= 4.0)
    np.testing.assert_allclose(synergy.loewe_index[1:, 1:][defined], index[defined], rtol=2e-3)
    assert synergy.scores.undefined == (~defined).sum() > 0
    assert synergy.largest_alone == (pytest.approx(0.8), pytest.approx(0.8))


@pytest.mark.parametrize("readout", ["diluted", "rising"])
def test_a_diluted_drug_is_additive(two_drugs: Model, readout: str) -> None:
    """The same drug in two bottles, one of them four times as strong: Loewe index 1, in either direction."""
    synergy = surface(two_drugs, readout).synergy()
    defined = ~np.isnan(synergy.loewe_index)
    assert 5 < defined.sum() < 20
    np.testing.assert_allclose(synergy.loewe_index[defined], 1, rtol=2e-3)
    assert synergy.scores.loewe_index == pytest.approx(1, rel=1e-3)
    expected = float(np.exp(np.log(synergy.loewe_index[defined]).mean()))
    assert synergy.summary.loc["loewe_index", "value"] == pytest.approx(expected)
    # Full is nothing for what falls, and the largest value for what rises: 1 + 4*x/(1 + x) at x = 8.
    assert synergy.full == pytest.approx(0 if readout == "diluted" else 1 + 32 / 9)


def test_full_effect_can_be_given(two_drugs: Model) -> None:
    found = surface(two_drugs, "rising")
    synergy = found.synergy(full=5.0)
    doses = np.array(ONE)[:, None] / 2 + np.array(OTHER)[None, :] / 0.5
    np.testing.assert_allclose(synergy.effects, doses / (1 + doses), atol=1e-12)
    with pytest.raises(InvalidInputError, match="rising: full: 1"):
        found.synergy(full=float(found.values[0, 0, 0]))


def test_a_drug_that_does_nothing(two_drugs: Model) -> None:
    synergy = surface(two_drugs, "first_only").synergy()
    np.testing.assert_allclose(synergy.bliss_excess, 0, atol=1e-12)
    np.testing.assert_allclose(synergy.single_agent_excess, 0, atol=1e-12)
    assert np.isnan(synergy.loewe_index).all()
    assert np.isnan(synergy.scores.loewe_index)
    assert synergy.scores.undefined == 20
    assert synergy.largest_alone[1] == 0


def test_synergy_over_cells(two_drugs: Model, family: Callable[..., Family]) -> None:
    """Bliss excess of diluted drugs by hand in each cell; the same for any number of processes."""
    constants = [0.5, 1.0, 2.0, 8.0]
    cells = family(k_one=constants)
    found = [surface(two_drugs, "diluted", cells=4, family=cells, processes=count).synergy() for count in (1, 2)]
    assert found[0].cell_scores == found[1].cell_scores
    means = []
    for constant, scores in zip(constants, found[0].cell_scores.values(), strict=True):
        one, other = np.array(ONE)[1:, None] / constant, np.array(OTHER)[None, 1:] / 0.5
        means.append(float((-1 / (1 + one + other) + 1 / ((1 + one) * (1 + other))).mean()))
        assert scores.bliss_excess == pytest.approx(means[-1], rel=1e-9)
        assert scores.loewe_index == pytest.approx(1, rel=1e-3)
    summary = found[0].summary
    expected = np.quantile(means, (0.5, 0.05, 0.95)).tolist()
    assert summary.loc["bliss_excess", ["median", "low", "high"]].tolist() == pytest.approx(expected, rel=1e-9)
    assert summary.loc["bliss_excess", "synergy"] == 0
    assert summary.loc["single_agent_excess", "synergy"] == 1
    assert summary["cells"].tolist() == [4, 4, 4]


def test_the_first_input_at_each_dose_of_the_second(two_drugs: Model, family: Callable[..., Family]) -> None:
    """With a dilution present the untreated is lower and the EC50 higher: k*(1 + b)."""
    found = dose_surface(
        ("one", "other"), ([0, 0.1, 0.5, 2, 8, 50], [0, 1]), "diluted", scenario=COURSE, model=two_drugs, cells=2,
        family=family(k_one=[1.0, 2.0]),
    )  # fmt: skip
    responses = found.responses()
    assert list(responses) == [0, 1]
    assert [one.hill().ec50 for one in responses.values()] == pytest.approx([2, 6], rel=1e-6)
    assert responses[1].hill().untreated == pytest.approx(10 / 3, rel=1e-6)
    assert responses[1].summary().loc["ec50", "median"] == pytest.approx(4.5, rel=1e-6)


def test_untreated_is_added_and_doses_are_put_in_order(two_drugs: Model) -> None:
    found = dose_surface(("one", "activity"), ([4, 1], [0, 0.5]), "idle", scenario=COURSE, model=two_drugs)
    assert found.doses[0].tolist() == [0, 1, 4]
    assert found.doses[1].tolist() == [1, 0, 0.5]
    assert found.table().loc[4].tolist() == [3, 0, 1.5]
    with pytest.raises(InvalidInputError, match="activity is 1 fraction without treatment"):
        found.synergy()


def test_the_cell_at_a_pair_is_that_of_simulate() -> None:
    """In a scenario that gives one of the drugs itself, its doses take the place of the scenario's."""
    found = dose_surface(
        ("zip7_inhibitor", "er_chelator"), ([0, 0.3], [0, 3]), ["notch_maturation_rate"],
        scenario="zip7_inhibition", duration=7200,
    )  # fmt: skip
    periods = [Period(start=0.0, changes={"zip7_inhibitor": 0.3, "er_chelator": 3.0})]
    course = Scenario(id="pair", duration=7200, periods=tuple(periods))
    alone = simulate(course, readouts=["notch_maturation_rate"])
    assert found.table().loc[0.3, 3] == pytest.approx(alone.values[-1, 0], rel=1e-12)
    assert found.table().loc[0, 0] == pytest.approx(1, rel=1e-6)


# ------------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("inputs", "doses", "words"),
    [
        (("one", "one"), ([1], [2]), ["one", "twice"]),
        (("one", "othr"), ([1], [2]), ["othr", "other"]),
        (("one", "mechanism"), ([1], [1]), ["mechanism", "switch"]),
        (("one", "other"), ([1], []), ["doses", "[]"]),
        (("one", "other"), ([1], [0]), ["other", "untreated"]),
        (("one", "other"), ([1, 1], [2]), ["one = 1 uM", "twice"]),
        (("one", "other"), ([-1], [2]), ["one = -1"]),
        (("one", "other", "activity"), ([1], [2]), ["inputs", "pair"]),
        ("one", ([1], [2]), ["inputs", "pair"]),
        (("one", "other"), [1.0], ["doses", "pair"]),
    ],
)
def test_bad_pairs(two_drugs: Model, inputs, doses, words) -> None:
    with pytest.raises((InvalidInputError, UnknownIdError)) as error:
        dose_surface(inputs, doses, "left", scenario=COURSE, model=two_drugs)
    assert all(word in str(error.value) for word in words), error.value


def test_no_effect_has_no_synergy(two_drugs: Model) -> None:
    found = surface(two_drugs, ["idle", "diluted"])
    with pytest.raises(InvalidInputError, match=r"idle.*does not respond"):
        found.synergy("idle")
    with pytest.raises(UnknownIdError, match="diluted"):
        found.synergy("dilute")
    with pytest.raises(InvalidInputError, match="expected one of idle, diluted"):
        found.table()


def test_picture(two_drugs: Model, family: Callable[..., Family], tmp_path) -> None:
    found = surface(two_drugs, "diluted", cells=2, family=family(k_one=[1.0, 3.0]))
    figure = found.plot(path=tmp_path / "surface.png")
    assert (tmp_path / "surface.png").read_bytes().startswith(b"\x89PNG")
    values, bliss, loewe = figure.axes
    assert len(values.texts) == 30
    assert values.texts[0].get_text() == "10"
    assert "above 0 in 0% of 2 plausible cells" in bliss.get_title()
    assert len(bliss.texts) == 20
    synergy = found.synergy()
    assert len(loewe.texts) == 20 - synergy.scores.undefined
    assert sum(patch.get_hatch() is not None for patch in loewe.patches) == synergy.scores.undefined
    assert [label.get_text() for label in values.get_xticklabels()] == [f"{dose:g}" for dose in OTHER]
    assert [label.get_text() for label in values.get_yticklabels()] == [f"{dose:g}" for dose in ONE]
    with pytest.raises(InvalidInputError, match="png"):
        found.plot(path=tmp_path / "surface.bmp")
