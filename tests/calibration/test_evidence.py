"""Marginal likelihoods against integrals in closed form."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from zinc_sbml.calibration import Evaluation
from zinc_sbml.calibration.evidence import bridge, log_evidence
from zinc_sbml.calibration.sampling import Chains, sample
from zinc_sbml.errors import SimulationError


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

    assert bridge(over_proposal(drawn), over_proposal(proposed), 4000) == pytest.approx(expected, abs=0.03)


def test_bridge_to_the_density_itself_is_exact():
    assert bridge(np.full(50, 3.25), np.full(70, 3.25), 50) == pytest.approx(3.25)


def test_a_failed_proposal_has_no_weight():
    """Half of the proposals fall where the density is zero: the proposal covers twice what is needed."""
    at_proposed = np.concatenate([np.zeros(500), np.full(500, -np.inf)])
    assert bridge(np.zeros(1000), at_proposed, 1000) == pytest.approx(math.log(0.5))


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
    assert 0 < found.error < 0.1
    assert len(found.ensembles) == 4
    assert found.proposals == 1000


def test_a_wider_prior_costs_its_width():
    """The same likelihood in a prior of 25 times the volume is worth a twenty-fifth."""
    wide = Ridge(lower=np.array([-5.0, -1.0, -10.0]), upper=np.array([5.0, 1.0, 10.0]))
    narrow, wider = (log_evidence(one.chains(4), one, proposals=1000, seed=1) for one in (NARROW, wide))
    assert wider.log - narrow.log == pytest.approx(-math.log(25), abs=0.08)


def test_cells_that_cannot_be_simulated_count_as_impossible():
    """Half of the mass lies where nothing can be simulated."""
    half = Ridge(lower=NARROW.lower, upper=NARROW.upper, fails_above=0.5)
    found = log_evidence(half.chains(6), half, proposals=2000, seed=1)
    assert found.log == pytest.approx(NARROW.log_evidence - math.log(2), abs=0.08)


def test_a_sampled_problem_of_the_cell_gives_the_same_on_any_processes(small, tmp_path):
    chains = sample(small, tmp_path, starts=[small.nominal], steps=40, ensembles=2, walkers=8, seed=3).after(10)
    one = log_evidence(chains, small, proposals=20, seed=1)
    assert one == log_evidence(chains, small, proposals=20, seed=1, processes=2)
    assert one != log_evidence(chains, small, proposals=20, seed=2)
