"""Marginal likelihoods against integrals in closed form."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from zinc_sbml.calibration import Evaluation
from zinc_sbml.calibration.evidence import bridge, log_evidence
from zinc_sbml.calibration.fitting import refine
from zinc_sbml.calibration.sampling import Chains, sample
from zinc_sbml.errors import InvalidInputError, SimulationError


@pytest.mark.parametrize("shift", [0.0, 700.0])
def test_bridge_gives_the_integral_of_a_normal_density(shift):
    """A density of height exp(shift) and covariance S has the integral exp(shift) (2 pi)^(n/2) |S|^(1/2)."""
    random = np.random.default_rng(5)
    covariance = np.array([[2.0, 0.6], [0.6, 0.5]])
    expected = shift + math.log(2 * math.pi) + 0.5 * math.log(np.linalg.det(covariance))
    drawn = random.multivariate_normal([1.0, -2.0], covariance, size=4000)
    proposal = multivariate_normal([0.7, -1.7], 1.7 * covariance)
    proposed = proposal.rvs(1500, random_state=random)
    target = multivariate_normal([1.0, -2.0], covariance)

    def over_proposal(points):
        return expected + target.logpdf(points) - proposal.logpdf(points)

    assert bridge(over_proposal(drawn), over_proposal(proposed)) == pytest.approx(expected, abs=0.03)


def test_bridge_to_the_density_itself_is_exact():
    assert bridge(np.full(50, 3.25), np.full(70, 3.25)) == pytest.approx(3.25)


def test_a_failed_proposal_has_no_weight():
    """Half of the proposals fall where the density is zero: the proposal covers twice what is needed."""
    at_proposed = np.concatenate([np.zeros(500), np.full(500, -np.inf)])
    assert bridge(np.zeros(1000), at_proposed) == pytest.approx(math.log(0.5))


@dataclasses.dataclass(frozen=True)
class Ridge:
    """A problem whose likelihood is a normal density over the coordinates: height 1, correlation 0.9."""

    lower: np.ndarray
    upper: np.ndarray
    fails_above: float = math.inf

    mean = np.array([0.2, -0.1, 0.5])
    covariance = 0.01 * np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 4.0]])

    def evaluate_at(self, coordinates):
        distance = np.asarray(coordinates) - self.mean
        cost = 0.5 * float(distance @ np.linalg.solve(self.covariance, distance))
        if coordinates[2] > self.fails_above:
            failure = SimulationError(scenario="s", time=0.0, reason="r")
            return Evaluation(values=np.array([]), residuals=np.zeros(1), failure=failure)
        return Evaluation(values=np.array([]), residuals=np.array([math.sqrt(2 * cost)]))

    @property
    def log_evidence(self):
        """Integral of the likelihood, which has no mass outside the prior, over the volume of the prior."""
        integral = 1.5 * math.log(2 * math.pi) + 0.5 * math.log(np.linalg.det(self.covariance))
        return integral - float(np.log(self.upper - self.lower).sum())

    def chains(self, seed):
        """Independent draws of the posterior."""
        draws = np.random.default_rng(seed).multivariate_normal(self.mean, self.covariance, size=(4, 100, 8))
        assert ((draws > self.lower) & (draws < self.upper)).all()
        # Reflected, not cut: the density is symmetric, so these are draws of its lower half.
        above = draws[..., 2] > self.fails_above
        draws[above] = 2 * self.mean - draws[above]
        posterior = -np.array([self.evaluate_at(point).cost for point in draws.reshape(-1, 3)]).reshape(4, 100, 8)
        return Chains(coordinates=draws, log_posterior=posterior, accepted=1.0, evaluations=1, failures=[], seed=1)


NARROW = Ridge(lower=np.array([-1.0, -1.0, -2.0]), upper=np.array([1.0, 1.0, 2.0]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_evidence_is_the_mean_likelihood_over_the_prior(seed):
    found = log_evidence(NARROW.chains(seed), NARROW, proposals=1000, seed=seed)
    assert found.log == pytest.approx(NARROW.log_evidence, abs=0.05)
    assert 0 < found.spread < 0.1
    assert len(found.estimates) == 6
    assert found.log == pytest.approx(np.mean(found.estimates))
    assert found.proposals == 6000


def test_a_wider_prior_costs_its_width():
    """The same likelihood in a prior of 25 times the volume is worth a twenty-fifth."""
    wide = Ridge(lower=np.array([-5.0, -1.0, -10.0]), upper=np.array([5.0, 1.0, 10.0]))
    narrow, wider = (log_evidence(one.chains(4), one, proposals=1000, seed=1) for one in (NARROW, wide))
    assert wider.log - narrow.log == pytest.approx(-math.log(25), abs=0.08)


def test_ends_that_do_not_overlap_are_told():
    with pytest.raises(InvalidInputError, match="sample longer"):
        bridge(np.zeros(10), np.full(10, -np.inf))
    with pytest.raises(InvalidInputError, match="two ensembles"):
        log_evidence(dataclasses.replace(NARROW.chains(1), coordinates=np.zeros((1, 9, 8, 3))), NARROW)


def test_chains_as_short_as_those_of_the_rivals_are_good_to_a_factor_of_e(tmp_path):
    """25 parameters, 12 of them constrained, sampled like a rival: 4 ensembles of 52 walkers, 200 steps, 80 left out.

    Such chains know too little of the tails, so the estimate is too small; docs/science.md says by how much.
    """
    width = np.where(np.arange(25) < 12, 0.05, 10.0)
    problem = Wide(width)
    chains = sample(problem, tmp_path, starts=[np.full(25, 0.5)], steps=200, ensembles=4, walkers=52, seed=1).after(80)
    found = log_evidence(chains, problem, proposals=400, seed=1)
    assert -1.0 < found.log - problem.log_evidence < 0.2


class Wide:
    """A normal likelihood of given widths in the unit cube."""

    names = tuple(f"p{i}" for i in range(25))
    targets = ()
    lower, upper = np.zeros(25), np.ones(25)

    def __init__(self, width):
        self.width = width

    def inside(self, coordinates):
        return bool((coordinates >= 0).all() and (coordinates <= 1).all())

    def evaluate_at(self, coordinates):
        return Evaluation(values=np.array([]), residuals=(np.asarray(coordinates) - 0.5) / self.width)

    @property
    def log_evidence(self):
        return float(np.sum(np.log(self.width * math.sqrt(2 * math.pi) * (2 * ndtr(0.5 / self.width) - 1))))


def test_cells_that_cannot_be_simulated_count_as_impossible():
    """Half of the mass lies where nothing can be simulated."""
    half = Ridge(lower=NARROW.lower, upper=NARROW.upper, fails_above=0.5)
    found = log_evidence(half.chains(6), half, proposals=2000, seed=1)
    assert found.log == pytest.approx(NARROW.log_evidence - math.log(2), abs=0.08)


def test_a_problem_of_the_cell_gives_the_same_on_any_processes(small):
    """Draws of the normal distribution that the fit gives, with the costs that the cell gives."""
    best = refine(small, small.nominal)
    covariance = 0.01 * np.linalg.inv(best.jacobian.T @ best.jacobian)
    draws = np.random.default_rng(1).multivariate_normal(best.coordinates, covariance, size=(4, 4, 6))
    posterior = -np.array([small.evaluate_at(point).cost for point in draws.reshape(-1, 3)]).reshape(4, 4, 6)
    chains = Chains(coordinates=draws, log_posterior=posterior, accepted=1.0, evaluations=1, failures=[], seed=1)
    one = log_evidence(chains, small, proposals=20, seed=1)
    assert one == log_evidence(chains, small, proposals=20, seed=1, processes=2)
    assert one != log_evidence(chains, small, proposals=20, seed=2)
