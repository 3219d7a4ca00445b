"""Sampling: what the chains hold, what stops and goes on, and what the diagnostics make of known chains."""

import dataclasses
import math

import numpy as np
import pytest

from zinc_sbml.calibration import load_problem
from zinc_sbml.calibration import problem as problem_module
from zinc_sbml.calibration.judging import draw
from zinc_sbml.calibration.sampling import Chains, load_chains, sample
from zinc_sbml.errors import InvalidInputError, SimulationError

WALKERS, ENSEMBLES = 8, 2
OPTIONS = {"walkers": WALKERS, "ensembles": ENSEMBLES, "seed": 4}


def made(coordinates, log_posterior=None, **changes):
    fields = {"accepted": 0.5, "evaluations": 1, "failures": [], "seed": 1} | changes
    if log_posterior is None:
        log_posterior = np.zeros(coordinates.shape[:3])
    return Chains(coordinates=coordinates, log_posterior=log_posterior, **fields)


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    return tmp_path_factory.mktemp("chains")


@pytest.fixture(scope="module")
def whole(small, folder):
    """Twelve steps: longer than one round between two writings."""
    return sample(small, folder, starts=[small.nominal], steps=12, **OPTIONS)


def test_the_posterior_is_the_cost_at_each_position(small, whole):
    assert whole.coordinates.shape == (ENSEMBLES, 12, WALKERS, 3)
    for place in ((0, 0, 0), (0, 11, 5), (1, 6, 7)):
        cost = small.evaluate_at(whole.coordinates[place]).cost
        assert whole.log_posterior[place] == pytest.approx(-cost, rel=1e-9)
    assert 0 < whole.accepted < 1
    # Moving is what changes the position of a walker.
    moved = (np.diff(whole.coordinates, axis=1) != 0).any(axis=3)
    assert moved.any()
    assert whole.accepted == pytest.approx(1 / 12 * moved.mean() * 11, abs=1 / 12)


def test_ensembles_differ(whole):
    assert not np.isin(whole.coordinates[0], whole.coordinates[1]).any()


def test_a_stop_in_the_middle_of_a_round_changes_nothing(small, whole, tmp_path):
    for steps in (7, 12):
        chains = sample(small, tmp_path, starts=[small.nominal], steps=steps, **OPTIONS)
        assert chains.coordinates.shape[1] == steps
    assert np.array_equal(chains.coordinates, whole.coordinates)
    assert np.array_equal(chains.log_posterior, whole.log_posterior)
    assert (chains.evaluations, chains.accepted) == (whole.evaluations, pytest.approx(whole.accepted))


def test_chains_that_are_long_enough_are_left_alone(small, whole, folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(before) == ["ensemble_0.npz", "ensemble_1.npz"]
    again = sample(small, folder, starts=[small.nominal], steps=5, **OPTIONS)
    assert np.array_equal(again.coordinates, whole.coordinates)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 5}, ["seed", "4", "5"]),
        ({"walkers": 10}, ["walkers", "8", "10"]),
        ({"walkers": 5}, ["walkers: 5", "at least 6"]),
    ],
)
@pytest.mark.usefixtures("whole")
def test_another_sampling_in_the_same_folder_is_refused(small, folder, changes, words):
    with pytest.raises(InvalidInputError) as caught:
        sample(small, folder, starts=[small.nominal], steps=20, **{**OPTIONS, **changes})
    assert all(word in str(caught.value) for word in words)


@pytest.mark.usefixtures("whole")
def test_other_parameters_or_targets_in_the_same_folder_are_refused(small, folder):
    other = dataclasses.replace(small, parameters=load_problem(parameters=["ero1_kcat"]).parameters)
    with pytest.raises(InvalidInputError, match="other parameters"):
        sample(other, folder, starts=[other.nominal], steps=20, **OPTIONS)
    fewer = dataclasses.replace(small, targets=small.targets[:2])
    with pytest.raises(InvalidInputError, match="other targets"):
        sample(fewer, folder, starts=[small.nominal], steps=20, **OPTIONS)


def test_nothing_outside_the_priors_is_simulated(small, tmp_path):
    """In a narrow prior most proposals fall outside: they are refused without a run."""
    narrow = dataclasses.replace(
        small,
        parameters=tuple(
            dataclasses.replace(one, lower=one.nominal * 0.999, upper=one.nominal * 1.001) for one in small.parameters
        ),
    )
    chains = sample(
        narrow,
        tmp_path,
        starts=[narrow.nominal, narrow.nominal + 0.45 * (narrow.upper - narrow.lower)],
        steps=4,
        **OPTIONS,
    )
    assert (chains.coordinates >= narrow.lower).all()
    assert (chains.coordinates <= narrow.upper).all()
    assert np.isfinite(chains.log_posterior).all()
    proposals = ENSEMBLES * WALKERS * 4
    first = ENSEMBLES * WALKERS
    assert first < chains.evaluations < first + proposals


def test_cells_that_fail_are_told_and_avoided(small, tmp_path, monkeypatch):
    """All cells with much import of glutathione fail: they are recorded, and no walker stands there."""
    limit = small.parameters[0].nominal
    real, failed = problem_module.simulate, []

    def fails_above(scenario, *, parameters, **rest):
        if parameters["gsh_import_rate"] > limit:
            failed.append(dict(parameters))
            raise SimulationError(scenario=scenario.id, time=7.0, reason="too much", parameters=parameters)
        return real(scenario, parameters=parameters, **rest)

    monkeypatch.setattr(problem_module, "simulate", fails_above)
    # Walkers begin within 3 percent of the prior around this, all of them below the limit.
    start = small.nominal - 0.035 * (small.upper - small.lower) * np.array([1, 0, 0])
    # Two rounds, so that failures of the first must outlive its state being written and read.
    chains = sample(small, tmp_path, starts=[start], steps=12, **OPTIONS)
    assert 0 < len(chains.failures) < chains.evaluations
    told = sorted(tuple(one["parameters"].values()) for one in chains.failures)
    assert told == sorted(tuple(parameters.values()) for parameters in failed)
    assert {(one["scenario"], one["time"], one["reason"]) for one in chains.failures} == {
        (small.targets[0].measurement.scenario.id, 7.0, "too much")
    }
    standing = np.isfinite(chains.log_posterior)
    assert standing.any()
    assert (10 ** chains.coordinates[..., 0][standing] <= limit).all()
    assert load_chains(tmp_path, small).failures == chains.failures


def test_burn_in_is_cut_from_the_beginning():
    chains = made(np.random.default_rng(0).normal(size=(2, 6, 4, 1)), failures=[{"reason": "x"}])
    kept = chains.after(2)
    assert np.array_equal(kept.coordinates, chains.coordinates[:, 2:])
    assert kept.log_posterior.shape == (2, 4, 4)
    assert (kept.failures, kept.seed, kept.accepted) == (chains.failures, chains.seed, chains.accepted)
    assert np.array_equal(chains.after(0).coordinates, chains.coordinates)
    for burn_in in (6, -1):
        with pytest.raises(InvalidInputError, match="burn-in"):
            chains.after(burn_in)


def test_independent_draws_have_mixed():
    found = made(np.random.default_rng(3).normal(size=(4, 1000, 10, 2))).diagnostics()
    assert found.r_hat == pytest.approx([1, 1], abs=1e-3)
    assert found.autocorrelation_time == pytest.approx([1, 1], abs=0.15)
    assert found.effective_samples == pytest.approx(40_000 / found.autocorrelation_time)


def test_autocorrelation_of_a_known_process():
    """A first-order process with memory f per step has the autocorrelation time (1 + f) / (1 - f)."""
    memory, random = 0.8, np.random.default_rng(5)
    steps = np.zeros((2, 8000, 10, 1))
    for i in range(1, 8000):
        steps[:, i] = memory * steps[:, i - 1] + random.normal(size=(2, 10, 1))
    found = made(steps).diagnostics()
    assert found.autocorrelation_time == pytest.approx([(1 + memory) / (1 - memory)], rel=0.1)
    assert found.r_hat[0] < 1.01


def test_ensembles_that_disagree():
    """Means 0, 3, 6, 9 with variance 9: eight halves, whose means have the variance 90/7."""
    noise = 3 * np.random.default_rng(7).normal(size=(4, 400, 25, 1))
    found = made(noise + 3 * np.arange(4.0)[:, None, None, None]).diagnostics()
    assert found.r_hat == pytest.approx([math.sqrt(1 + 10 / 7)], rel=0.02)


def test_ensembles_that_still_travel():
    """All ensembles alike, but their halves differ."""
    noise = np.random.default_rng(8).normal(size=(4, 400, 25, 1))
    found = made(noise + np.linspace(0, 4, 400)[:, None, None]).diagnostics()
    assert found.r_hat[0] > 1.3


@pytest.fixture
def visited(small):
    """Two ensembles of two walkers with some repeats, and one position that could not be simulated."""
    width = small.upper - small.lower
    shares = np.array([[[0.1, 0.2], [0.1, 0.3], [0.1, 0.3]], [[0.4, 0.5], [0.6, 0.5], [0.7, 0.8]]])
    coordinates = small.lower + shares[..., None] * width
    log_posterior = np.zeros((2, 3, 2))
    log_posterior[1, 2, 1] = -np.inf
    return made(coordinates, log_posterior), {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}


def test_draws_are_distinct_positions_of_the_chains(small, visited):
    chains, shares = visited
    drawn = draw(chains, small, 100, seed=1)
    width = small.upper - small.lower
    seen = []
    for name, values in drawn:
        e, s, w = (int(part) for part in name.replace("e", " ").replace("s", " ").replace("w", " ").split())
        position = np.array([one.to_scale(values[one.id]) for one in small.parameters])
        assert position == pytest.approx(chains.coordinates[e, s, w], abs=1e-6)
        seen.append(round(float(((position - small.lower) / width)[0]), 3))
    assert sorted(seen) == sorted(shares)


def test_draws_follow_the_seed(small, visited):
    chains, _ = visited
    assert draw(chains, small, 4, seed=2) == draw(chains, small, 100, seed=2)[:4]
    assert len(draw(chains, small, 4, seed=2)) == 4
    orders = {tuple(name for name, _ in draw(chains, small, 100, seed=seed)) for seed in range(5)}
    assert len(orders) > 1


def test_chains_of_another_problem_are_refused(small, tmp_path):
    """Two hypotheses may have as many parameters: only their names tell chains apart."""
    sample(small, tmp_path, starts=[small.nominal], steps=1, **OPTIONS)
    first = dataclasses.replace(small.parameters[0], id="another_parameter")
    other = dataclasses.replace(small, parameters=(first, *small.parameters[1:]))
    with pytest.raises(InvalidInputError, match="other parameters"):
        load_chains(tmp_path, other)
    fewer = dataclasses.replace(small, targets=small.targets[1:])
    with pytest.raises(InvalidInputError, match="other targets"):
        load_chains(tmp_path, fewer)
