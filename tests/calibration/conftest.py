"""A small problem that is fitted in seconds: three parameters, and synthetic data at rest."""

import dataclasses

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.calibration import Measurement, Target, load_problem

READOUTS = ("glutathione_potential", "glutathione_total", "Zn_cytosol", "glutathione_ratio")
FITTED = ("gsh_import_rate", "gsh_efflux_k", "zinc_uptake_vmax")
NOISE = 0.01


def synthetic(truth, seed=3):
    """The three-parameter problem with data simulated at `truth`, with noise."""
    problem = load_problem(parameters=FITTED)
    scenario = problem.targets[0].measurement.scenario
    seen = zs.simulate(scenario, parameters=truth, times=[0.0], readouts=READOUTS).initial
    random = np.random.default_rng(seed)
    targets = []
    for name in READOUTS:
        logarithmic = seen[name] > 0
        noise = NOISE if logarithmic else 0.1
        error = random.normal() * noise
        measured = Measurement(
            id=name,
            readout=name,
            scenario=scenario,
            time=0.0,
            value=float(seen[name] * np.exp(error) if logarithmic else seen[name] + error),
            noise=noise,
            logarithmic=bool(logarithmic),
            unit="",
            status="READ",
            system="synthetic",
            source="synthetic",
        )
        targets.append(Target(id=name, words=name, measurement=measured))
    return dataclasses.replace(problem, targets=tuple(targets), findings=())


@pytest.fixture(scope="session")
def truth():
    shipped = zs.load_model("er_zinc_redox").quantities
    factors = dict(zip(FITTED, (1.3, 0.8, 1.25), strict=True))
    return {name: shipped[name].value * factor for name, factor in factors.items()}


@pytest.fixture(scope="session")
def small(truth):
    return synthetic(truth)
