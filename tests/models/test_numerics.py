"""Solver: converged in its tolerances, the same as another engine, and never below zero."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zinc_sbml as zs
from zinc_sbml.engine import Tolerances
from zinc_sbml.scenarios import load_scenarios
from zinc_sbml.steady_state import ZERO_MULTIPLE

TIGHT = Tolerances(relative=1e-10, absolute=1e-16)
DEFAULT = Tolerances()

SCENARIOS = load_scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_hundredfold_tighter_tolerances_change_nothing(scenario):
    loose, tight = zs.simulate(scenario), zs.simulate(scenario, tolerances=TIGHT)
    assert not np.array_equal(loose.values, tight.values), "the tolerances did not reach the solver"
    change = np.abs(loose.values - tight.values).max(axis=0)
    peak = np.abs(tight.values).max(axis=0)
    worst = np.argmax(change / np.maximum(peak, DEFAULT.absolute * ZERO_MULTIPLE))
    assert (change <= 1e-5 * peak + DEFAULT.absolute * ZERO_MULTIPLE).all(), loose.columns[worst]


@pytest.fixture(scope="module")
def scipy_engine(tmp_path_factory):
    """The right-hand side written out by sbmlode: another reader of SBML, another integrator."""
    import importlib.util

    from sbmlode import OdeSystem
    from scipy.integrate import solve_ivp

    model = zs.load_model("er_zinc_redox")
    path = tmp_path_factory.mktemp("sbmlode") / "er_zinc_redox_ode.py"
    path.write_text(OdeSystem.from_sbml(str(model.path)).render("python"))
    spec = importlib.util.spec_from_file_location("er_zinc_redox_ode", path)
    ode = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ode)

    def run(scenario, times):
        x, p = ode.initial_values()
        boundaries = [*(period.start for period in scenario.periods), scenario.duration]
        rows = [(0.0, x, p)]
        for period, end in zip(scenario.periods, boundaries[1:], strict=True):
            p = p.copy()
            for name, value in period.changes.items():
                p[ode.PIDS.index(name)] = value
            wanted = [t for t in times if period.start < t <= end]
            # Local time, as in the package: a solver that starts at a large time cannot take small steps.
            solution = solve_ivp(
                ode.f_dxdt, (0.0, end - period.start), x, method="LSODA", args=(p,), rtol=1e-10, atol=1e-15,
                t_eval=[*(min(t - period.start, end - period.start) for t in wanted)],
            )  # fmt: skip
            assert solution.success, solution.message
            rows += [(t, column, p) for t, column in zip(wanted, solution.y.T, strict=True)]
            x = solution.y[:, -1]
        values = np.array([[*x, *ode.f_y(t, x, p)] for t, x, p in rows])
        return dict(zip([*ode.XIDS, *ode.YIDS], values.T, strict=True))

    return run


@pytest.mark.parametrize("scenario", ["zip7_inhibition", "dtt_pulse", "zip7_inhibition_washout"])
def test_scipy_agrees(scenario, scipy_engine):
    times = np.unique(
        [0.0, *np.linspace(0, SCENARIOS[scenario].duration, 41), *(p.start for p in SCENARIOS[scenario].periods)]
    )
    ours = zs.simulate(scenario, times=times, tolerances=TIGHT)
    theirs = scipy_engine(SCENARIOS[scenario], times)
    compared = [name for name in ours.columns if name in theirs]
    assert len(compared) > 80
    # Readouts that jump with an input are compared after time 0: the row at a change holds the value before it.
    inside = ~np.isin(times, [period.start for period in SCENARIOS[scenario].periods])
    for name in compared:
        peak = max(np.abs(ours[name]).max(), DEFAULT.absolute * ZERO_MULTIPLE)
        assert np.abs(ours[name].to_numpy() - theirs[name])[inside].max() <= 1e-6 * peak, name


def test_order_of_runs_does_not_matter():
    names = ["zip7_inhibition", "dtt_pulse_ero1_knockout", "ero1_assay_zinc"]
    first = {name: zs.simulate(name).values.tobytes() for name in names}
    for order in itertools.permutations(names):
        for name in order:
            assert zs.simulate(name).values.tobytes() == first[name], (order, name)


# Ranges of the property test: doses far beyond any experiment, but not beyond the domain of the inputs.
RANGES = {
    "zip7_inhibitor": (0, 50), "zip7_activity": (0, 5), "zinc_extracellular": (0, 10), "er_chelator": (0, 50),
    "cytosolic_zinc_supplement": (0, 10), "zinc_ionophore": (0, 10), "ero1_inhibitor": (0, 200),
    "ero1_abundance": (0, 5), "prdx4_activity": (0, 5), "alternative_oxidase_activity": (0, 5), "oxygen": (0, 300),
    "dtt": (0, 10_000), "gsh_supply": (0, 3),
    "protein_synthesis": (0, 3), "glycosylation_block": (0, 1), "erad_activity": (0, 3), "pulse_label": (0, 1),
    "zinc_inhibits_ero1": (0, 1), "zinc_traps_ero1": (0, 1), "zinc_inhibits_pdi": (0, 1), "zinc_limits_erad": (0, 1),
    "zip7_inhibitor_sensitivity": (0, 1),
}  # fmt: skip


def some_inputs():
    return st.dictionaries(st.sampled_from(sorted(RANGES)), st.floats(0, 1), max_size=5).map(
        lambda drawn: {
            name: RANGES[name][0] + share * (RANGES[name][1] - RANGES[name][0]) for name, share in drawn.items()
        }
    )


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(first=some_inputs(), second=some_inputs())
def test_whatever_is_done_no_concentration_is_negative(first, second):
    scenario = zs.Scenario(
        id="random", duration=86400, periods=(zs.Period(start=0, changes=first), zs.Period(start=3600, changes=second))
    )
    result = zs.simulate(scenario)
    assert np.isfinite(result.values).all()
    species = list(zs.load_model("er_zinc_redox").species.index)
    columns = [i for i, name in enumerate(result.columns) if name in species]
    assert len(columns) > 50
    # A pool that is emptied overshoots zero by the error of a step: a multiple of the absolute, or of the relative
    # tolerance of what it was.
    peak = np.abs(result.values[:, columns]).max(axis=0)
    assert (
        result.values[:, columns].min(axis=0) >= -(ZERO_MULTIPLE * DEFAULT.absolute + 10 * DEFAULT.relative * peak)
    ).all()


@pytest.mark.parametrize(
    "antimony",
    [
        "er_zinc_redox.ant",
        "ero1_assay.ant",
        *(
            f"modules/{name}.ant"
            for name in (
                "zinc_homeostasis",
                "ero1_pdi",
                "glutathione",
                "oxidative_folding",
                "quality_control",
                "unfolded_protein_response",
            )
        ),
    ],
)
def test_antimony_loads_and_runs_by_itself(antimony):
    """Each file in plain Antimony and libRoadRunner, without our builder."""
    import subprocess
    import sys

    from zinc_sbml.catalog import models_directory

    code = (
        "import antimony, roadrunner, sys; "
        "assert antimony.loadAntimonyFile(sys.argv[1]) >= 0, antimony.getLastError(); "
        "r = roadrunner.RoadRunner(antimony.getSBMLString(antimony.getMainModuleName())); "
        "r.integrator.absolute_tolerance = [1e-14] * r.model.getNumFloatingSpecies(); "
        "r.integrator.relative_tolerance = 1e-8; "
        "print(r.simulate(0, 60, 3).shape[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(models_directory() / antimony)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 1
