"""Fit, screen and sampling on a problem with a known answer."""

import numpy as np
import pytest

from zinc_sbml.calibration import load_problem
from zinc_sbml.calibration.fitting import Fit, best_fit, fit, refine
from zinc_sbml.calibration.judging import draw
from zinc_sbml.calibration.sampling import Chains, load_chains, sample
from zinc_sbml.calibration.screening import screen
from zinc_sbml.calibration.tables import UNEXPLAINED, good_starts, screening_table
from zinc_sbml.errors import InvalidInputError, SimulationError


def test_known_parameters_come_back(small, truth):
    found = refine(small, small.nominal)
    errors = np.sqrt(np.diag(np.linalg.inv(found.jacobian.T @ found.jacobian)))
    wanted = np.array([one.to_scale(truth[one.id]) for one in small.parameters])
    assert (np.abs(found.coordinates - wanted) < 3 * errors).all()
    # The shipped cell lies many errors away, so that standing still would not pass.
    assert (np.abs(small.nominal - wanted) > 3 * errors).any()
    assert found.failures == 0


def test_fit_is_the_same_on_two_processes(small):
    one, two = (fit(small, starts=3, iterations=3, processes=processes) for processes in (1, 2))
    assert [(f.number, f.cost, f.coordinates.tolist()) for f in one] == [
        (f.number, f.cost, f.coordinates.tolist()) for f in two
    ]
    with pytest.raises(InvalidInputError, match="starts"):
        fit(small, starts=0)


def test_of_equally_good_fits_the_central_one_is_shipped(small):
    width = small.upper - small.lower

    def ended(number, shift, cost):
        return Fit(
            number=number,
            coordinates=small.lower + shift * width,
            cost=cost,
            start_cost=9.0,
            evaluations=1,
            failures=0,
            jacobian=np.zeros((1, 3)),
        )

    fits = [ended(0, 0.1, 1.00), ended(1, 0.3, 1.05), ended(2, 0.4, 1.02), ended(3, 0.35, 3.0)]
    assert best_fit(fits, small).number == 1


def test_screen_finds_what_matters():
    problem = load_problem(parameters=["ero1_pdi_zinc_ki", "gsh_import_rate", "upr_chop_decay_k", "zinc_export_k"])
    one, two = (screen(problem, trajectories=2, processes=processes) for processes in (1, 2))
    assert one.equals(two)
    # zinc_inhibits_pdi is off, so this constant acts on nothing; import decides on all of glutathione.
    assert one.index[0] == "gsh_import_rate"
    assert one.index[-1] == "ero1_pdi_zinc_ki"
    assert one.loc["ero1_pdi_zinc_ki", "importance"] < 1e-6
    assert one.loc["ero1_pdi_zinc_ki", "leads"] == 0
    assert one.loc["gsh_import_rate", "leads"] > 0
    assert screening_table(one, fitted=[]).loc["gsh_import_rate", "fitted"] == UNEXPLAINED


def test_sampling_is_the_same_on_two_processes_and_after_a_stop(small, tmp_path):
    options = {"starts": [small.nominal], "walkers": 8, "ensembles": 2, "seed": 5}
    whole = sample(small, tmp_path / "whole", steps=6, processes=2, **options)
    for steps in (3, 6):
        stopped = sample(small, tmp_path / "stopped", steps=steps, processes=1, **options)
    assert whole.coordinates.shape == (2, 6, 8, 3)
    assert np.array_equal(whole.coordinates, stopped.coordinates)
    assert np.array_equal(whole.log_posterior, stopped.log_posterior)
    assert whole.evaluations == stopped.evaluations
    with pytest.raises(InvalidInputError, match="seed"):
        sample(small, tmp_path / "whole", steps=8, **{**options, "seed": 6})
    with pytest.raises(InvalidInputError, match="walkers"):
        sample(small, tmp_path / "other", steps=8, **{**options, "walkers": 4})
    drawn = draw(whole, small, 10, seed=1)
    assert drawn == draw(whole, small, 10, seed=1)
    assert len({tuple(values.values()) for _, values in drawn}) == len(drawn)
    with pytest.raises(InvalidInputError, match="no chains"):
        load_chains(tmp_path, small)


def test_failures_of_a_sampling_are_kept(small, tmp_path, monkeypatch):
    def fail(scenario, *, parameters, **_):
        raise SimulationError(scenario=scenario.id, time=1.0, reason="no way", parameters=parameters)

    monkeypatch.setattr("zinc_sbml.calibration.problem.simulate", fail)
    chains = sample(small, tmp_path, steps=1, starts=[small.nominal], walkers=8, ensembles=2)
    assert len(chains.failures) == chains.evaluations > 0
    assert chains.failures[0]["reason"] == "no way"
    assert set(chains.failures[0]["parameters"]) == set(small.names)
    assert np.isneginf(chains.log_posterior).all()
    assert draw(chains, small, 5, seed=1) == []


def test_diagnostics_tell_agreement_from_disagreement():
    random = np.random.default_rng(0)
    noise = random.normal(size=(4, 400, 10, 2))

    def chains(coordinates):
        return Chains(
            coordinates=coordinates, log_posterior=coordinates[..., 0], accepted=1.0, evaluations=1, failures=[], seed=1
        )

    good = chains(noise).diagnostics()
    assert good.r_hat.max() < 1.01
    assert good.autocorrelation_time.max() < 1.5
    apart = chains(noise + np.arange(4.0)[:, None, None, None]).diagnostics()
    assert apart.r_hat.min() > 1.3


def test_sampling_does_not_begin_where_a_fit_got_stuck(small, tmp_path):
    """Three parameters: ends up to 1.5 above the best cost are good."""
    path = tmp_path / "starts.tsv"
    rows = [("0", 12.0, 1.0), ("1", 10.6, 1.1), ("2", 9.2, 1.2), ("3", 900.0, 1.3)]
    header = ["start", "cost", *small.names]
    nominal = {one.id: one.nominal for one in small.parameters}
    lines = [[start, str(cost), *(repr(factor * nominal[n]) for n in small.names)] for start, cost, factor in rows]
    path.write_text("\n".join("\t".join(line) for line in [header, *lines]) + "\n", encoding="utf-8")
    found = good_starts(path, small)
    factors = [small.values_of(end)[small.names[0]] / nominal[small.names[0]] for end in found]
    assert factors == pytest.approx([1.1, 1.2])
