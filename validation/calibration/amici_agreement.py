"""Whether AMICI reads and runs the PEtab problem as the package does.

AMICI takes the problem of the cell from the library petab, reads the SBML itself and compiles its own equations; both
programs then simulate every measurement at the nominal parameters and with three of them changed. The shipped
state is the rest of the nominal parameters, so that only the changed ones put the equilibration before time 0 to the
test. Independent are the readers, the equations, the search for the rest and the residuals; the integrators are not:
AMICI has CVODES, libRoadRunner has CVODE, both from SUNDIALS.

Needs ``amici`` (1.0), ``petab`` and, to compile, a C++ compiler, ``swig``, ``cmake`` and a BLAS. Writes
``amici_agreement.json`` beside this file; exits 1 if a simulated value differs by more than 1e-6 of its peak.

What AMICI needs to be told, and why:

- It makes an event of the period at time 0, even of an empty one, and takes no conservation laws from a model with
  events. The Jacobian is then singular, Newton's method fails ("could not be factorized"), and the rest has to be found
  by integration.
- It takes the cell to be at rest once the rates, relative to the concentrations, have a root mean square below a
  tolerance in 1/s. The cell is slow: with the default of 1e-6/s the changed cell is off by 4e-2, with 1e-10/s by 1e-6,
  with 1e-13/s by less than 1e-8.
- It compiles every experiment and observable of a problem. Those without a measurement are taken out in memory.
"""

from __future__ import annotations

import json
import math
import os
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import petab.v2 as petab
from amici.importers.petab import PetabImporter
from amici.sim.sundials import AMICI_SUCCESS, SensitivityOrder, SteadyStateComputationMode

import zinc_sbml as zs
from zinc_sbml.calibration.data import Measurement, load_measurements
from zinc_sbml.catalog import petab_directory
from zinc_sbml.model import Model, load_model

MODEL = "er_zinc_redox"
COMMAND = "python validation/calibration/amici_agreement.py"
REPORT = Path(__file__).with_suffix(".json")

# Factors of the changed parameters; the inverse is taken where the factor leads out of the prior.
FACTORS = {"ero1_kcat": 1.2, "gsh_import_rate": 0.9, "zinc_uptake_vmax": 1.1}

RELATIVE_TOLERANCE = 1e-10
ABSOLUTE_TOLERANCE = 1e-16
REST_RELATIVE_TOLERANCE = 1e-13
REST_ABSOLUTE_TOLERANCE = 1e-19
MAX_STEPS = 1_000_000

LARGEST_DEVIATION = 1e-6


def load_problem() -> petab.Problem:
    """Read the PEtab problem and take out what has no measurement.

    Returns
    -------
    petab.v2.Problem
        With the experiments, conditions and observables that measurements name.
    """
    problem = petab.Problem.from_yaml(petab_directory(MODEL) / "problem.yaml")
    experiments = {measurement.experiment_id for measurement in problem.measurements}
    observables = {measurement.observable_id for measurement in problem.measurements}
    kept = [experiment for experiment in problem.experiments if experiment.id in experiments]
    conditions = {name for experiment in kept for period in experiment.periods for name in period.condition_ids}
    problem.experiment_tables = [petab.ExperimentTable(kept)]
    problem.condition_tables = [petab.ConditionTable([one for one in problem.conditions if one.id in conditions])]
    problem.observable_tables = [petab.ObservableTable([one for one in problem.observables if one.id in observables])]
    return problem


def compile_problem(problem: petab.Problem, directory: Path) -> Any:
    """Compile a problem with AMICI.

    Parameters
    ----------
    problem : petab.v2.Problem
        Not changed.
    directory : pathlib.Path
        Where the code is written and compiled.

    Returns
    -------
    amici.sim.sundials.petab.PetabSimulator
        With tight tolerances, finding rests by integration.
    """
    # AMICI takes the first swig and cmake it finds: those installed beside this Python fit it.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    name = f"{MODEL}_amici"
    simulator = PetabImporter(problem, module_name=name, output_dir=directory / name, verbose=False).create_simulator(
        force_import=True
    )
    simulator.model.set_steady_state_computation_mode(SteadyStateComputationMode.integrationOnly)
    solver = simulator.solver
    solver.set_sensitivity_order(SensitivityOrder.none)
    solver.set_relative_tolerance(RELATIVE_TOLERANCE)
    solver.set_absolute_tolerance(ABSOLUTE_TOLERANCE)
    solver.set_relative_tolerance_steady_state(REST_RELATIVE_TOLERANCE)
    solver.set_absolute_tolerance_steady_state(REST_ABSOLUTE_TOLERANCE)
    solver.set_max_steps(MAX_STEPS)
    return simulator


def changed_parameters(problem: petab.Problem) -> dict[str, float]:
    """Values of the changed parameters, within their priors.

    Raises
    ------
    ValueError
        If neither a factor nor its inverse stays within the prior.
    """
    parameters = {parameter.id: parameter for parameter in problem.parameters}
    changed = {}
    for name, factor in FACTORS.items():
        one = parameters[name]
        candidates = (one.nominal_value * factor, one.nominal_value / factor)
        inside = [value for value in candidates if one.lb <= value <= one.ub]
        if not inside:
            raise ValueError(f"{name}: a factor of {factor} from {one.nominal_value} leaves the prior")
        changed[name] = inside[0]
    return changed


def simulate_with_amici(simulator: Any, problem: petab.Problem, changed: Mapping[str, float]) -> list[dict[str, Any]]:
    """Simulate all measurements with AMICI.

    Parameters
    ----------
    simulator : amici.sim.sundials.petab.PetabSimulator
        Of the problem.
    problem : petab.v2.Problem
        As read.
    changed : mapping of str to float
        Parameters that differ from their nominal values.

    Returns
    -------
    list of dict
        For each measurement in the order of the table: ``id``, ``observable``, ``value``, ``residual``, and
        ``own_residual`` as AMICI computes it (whose sign is the other way round).

    Raises
    ------
    RuntimeError
        If a simulation fails.
    """
    data = {}
    for result in simulator.simulate(dict(changed)).rdatas:
        if result.status != AMICI_SUCCESS:
            raise RuntimeError(f"AMICI cannot simulate {result.id} with {dict(changed)}: status {result.status}")
        shape = np.shape(result.y)
        data[result.id] = (list(result.ts), result.y, result.sigmay, np.reshape(result.res, shape))
    columns = {name: i for i, name in enumerate(simulator.model.get_observable_ids())}
    distributions = {observable.id: observable.noise_distribution for observable in problem.observables}
    seen: Counter[tuple[str, str, float]] = Counter()
    rows = []
    for measurement in problem.measurements:
        key = (measurement.experiment_id, measurement.observable_id, measurement.time)
        times, values, noises, residuals = data[measurement.experiment_id]
        # Repeated measurements are repeated times, in the order of the table.
        place = times.index(measurement.time) + seen[key], columns[measurement.observable_id]
        seen[key] += 1
        value, noise = float(values[place]), float(noises[place])
        match distributions[measurement.observable_id]:
            case petab.NoiseDistribution.NORMAL:
                residual = (value - measurement.measurement) / noise
            case petab.NoiseDistribution.LOG_NORMAL:
                residual = math.log(value / measurement.measurement) / noise
            case other:
                raise RuntimeError(f"{measurement.observable_id}: no residual is known for noise {other}")
        rows.append(
            {
                "id": measurement.datasetId,
                "observable": measurement.observable_id,
                "value": value,
                "residual": residual,
                "own_residual": float(residuals[place]),
            }
        )
    return rows


def simulate_with_package(measurement: Measurement, model: Model, changed: Mapping[str, float]) -> float:
    """Value that the package simulates for a measurement."""
    result = zs.simulate(
        measurement.scenario,
        model=model,
        parameters=changed,
        times=[measurement.time],
        readouts=[measurement.readout],
        tolerances=zs.Tolerances(relative=RELATIVE_TOLERANCE, absolute=ABSOLUTE_TOLERANCE),
    )
    return float(result.at(measurement.readout, measurement.time))


def compare(
    simulator: Any,
    problem: petab.Problem,
    model: Model,
    measurements: tuple[Measurement, ...],
    changed: Mapping[str, float],
) -> dict[str, Any]:
    """Compare both programs at one set of parameters.

    Parameters
    ----------
    simulator : amici.sim.sundials.petab.PetabSimulator
        Of the problem.
    problem : petab.v2.Problem
        As AMICI has it.
    model : Model
        As the package has it.
    measurements : tuple of Measurement
        As the package has them.
    changed : mapping of str to float
        Parameters that differ from their nominal values.

    Returns
    -------
    dict
        What the report says about this set of parameters. The peak of an observable is its largest absolute value in
        either program.

    Raises
    ------
    RuntimeError
        If a simulation fails, or the programs list different measurements.
    """
    rows, peaks = [], Counter()
    own = 0.0
    for theirs, measurement in zip(simulate_with_amici(simulator, problem, changed), measurements, strict=True):
        if theirs["id"] != measurement.id:
            raise RuntimeError(f"AMICI has {theirs['id']} where the package has {measurement.id}")
        ours = simulate_with_package(measurement, model, changed)
        rows.append(
            {
                "id": measurement.id,
                "observable": theirs["observable"],
                "amici_value": theirs["value"],
                "our_value": ours,
                "amici_residual": theirs["residual"],
                "our_residual": measurement.residual(ours),
            }
        )
        own = max(own, abs(abs(theirs["own_residual"]) - abs(theirs["residual"])))
        peaks[theirs["observable"]] = max(peaks[theirs["observable"]], abs(theirs["value"]), abs(ours))
    return {
        "changed_parameters": dict(changed),
        "measurements": rows,
        "largest_peak_scaled_deviation": max(
            abs(row["amici_value"] - row["our_value"]) / peaks[row["observable"]] for row in rows
        ),
        "largest_residual_deviation": max(abs(row["amici_residual"] - row["our_residual"]) for row in rows),
        "largest_deviation_from_the_residuals_amici_computes_itself": own,
    }


def main() -> int:
    """Compare, print a table, write the report.

    Returns
    -------
    int
        1 if a simulated value differs by more than `LARGEST_DEVIATION` of its peak.
    """
    problem = load_problem()
    model = load_model(MODEL)
    measurements = load_measurements(petab_directory(MODEL), model)
    vectors = {"nominal": {}, "changed": changed_parameters(problem)}
    with tempfile.TemporaryDirectory() as directory:
        simulator = compile_problem(problem, Path(directory))
        found = {name: compare(simulator, problem, model, measurements, vectors[name]) for name in vectors}
    report = {
        "command": COMMAND,
        "versions": {
            **{name: version(name) for name in ("amici", "petab", "libroadrunner")},
            "python": platform.python_version(),
        },
        "sbml_sha256": model.sha256,
        "tolerances": {
            "relative": RELATIVE_TOLERANCE,
            "absolute": ABSOLUTE_TOLERANCE,
            "amici_rest_relative": REST_RELATIVE_TOLERANCE,
            "amici_rest_absolute": REST_ABSOLUTE_TOLERANCE,
        },
        "largest_allowed_peak_scaled_deviation": LARGEST_DEVIATION,
        "vectors": found,
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for name, comparison in found.items():
        print(f"{name}: {comparison['changed_parameters'] or 'the shipped parameters'}")
        print(f"  {'id':<5} {'observable':<30} {'AMICI':>20} {'package':>20} {'residual':>9} {'residual':>9}")
        for row in comparison["measurements"]:
            print(
                f"  {row['id']:<5} {row['observable']:<30} {row['amici_value']:>20.12g} {row['our_value']:>20.12g}"
                f" {row['amici_residual']:>9.5f} {row['our_residual']:>9.5f}"
            )
        print(f"  largest peak-scaled deviation   {comparison['largest_peak_scaled_deviation']:.1e}")
        print(f"  largest deviation of a residual {comparison['largest_residual_deviation']:.1e}")
    # Written so that a NaN counts as a disagreement.
    agree = all(one["largest_peak_scaled_deviation"] <= LARGEST_DEVIATION for one in found.values())
    print("agreement" if agree else f"DISAGREEMENT: more than {LARGEST_DEVIATION:g} of the peak")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
