"""Whole samples: other parameters, the rest of that cell, 24 h of ZIP7 inhibitor, readouts. Ours against peers.

Every way does the same work on the same plausible cells: sets 25 parameters, finds the resting state of that cell,
sets the references of the folds from it, runs the scenario at the same tolerances, and gives three readouts at 25
times. Their answers are compared (peak-scaled) before a time is believed. Ways are taken in turns, so that a busy
machine hits all alike; the figure is the median over turns.

    python benchmarks/ensembles.py            # all ways that are installed
    python benchmarks/ensembles.py --scaling  # one and two processes, cost against samples and output points
    python benchmarks/ensembles.py --long 200000  # memory and throughput of one run on two processes
    python benchmarks/ensembles.py --scheduler  # what Dask takes for a block that does nothing
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import zinc_sbml as zs
from zinc_sbml.engine import Tolerances
from zinc_sbml.ensembles import ensemble
from zinc_sbml.ensembles.cells import answers, question

SCENARIO = "zip7_inhibition"
READOUTS = ("er_zinc_probe", "pdi_oxidised_fraction", "xbp1s_fold")
TIMES = np.linspace(0.0, 86_400.0, 25)
TOLERANCES = Tolerances(relative=1e-6, absolute=1e-12)
TURNS = 5
SCALING_TURNS = 3
CELLS = 40

# The slowest process takes days: after this the cell has moved by less than 1e-6 of itself.
REST = 1e7

Cell = dict[str, float]
Way = Callable[[Cell], np.ndarray]


def plausible(number: int) -> list[Cell]:
    """The first plausible cells."""
    family = zs.load_family()
    return [family.cell(i) for i in range(number)]


def references() -> dict[str, str]:
    """Reference parameters and what they hold the resting value of."""
    return zs.load_model("er_zinc_redox").references


def ours() -> Way:
    """One cell after the other, as an ensemble asks them."""
    names = tuple(plausible(1)[0])
    asked = question(SCENARIO, parameters=names, readouts=READOUTS, times=TIMES, tolerances=TOLERANCES)

    def run(cell: Cell) -> np.ndarray:
        [answer] = answers(asked, [[cell[name] for name in names]])
        assert not isinstance(answer, str)
        return answer

    return run


def simulate() -> Way:
    """One labelled `Result` for each cell."""

    def run(cell: Cell) -> np.ndarray:
        result = zs.simulate(SCENARIO, parameters=cell, times=TIMES, readouts=READOUTS, tolerances=TOLERANCES)
        return result.values

    return run


def _roadrunner(load: Callable[[str], Any], *, again: bool) -> Way:
    """LibRoadRunner by hand; `again` loads the model for every cell."""
    sbml = zs.load_model("er_zinc_redox").sbml
    held = references()

    def made() -> Any:
        runner = load(sbml)
        runner.integrator.relative_tolerance = TOLERANCES.relative
        runner.integrator.absolute_tolerance = [TOLERANCES.absolute] * runner.model.getNumFloatingSpecies()
        return runner

    kept = made()

    def run(cell: Cell) -> np.ndarray:
        runner = made() if again else kept
        runner.resetToOrigin()
        for name, value in cell.items():
            runner[name] = value
        # Start values that the SBML computes follow the parameters.
        runner.reset()
        runner.timeCourseSelections = ["time"]
        runner.simulate(times=[0.0, REST])
        for name, source in held.items():
            runner[name] = runner[f"[{source}]" if source in species else source]
        runner["zip7_inhibitor"] = 1.0
        runner.timeCourseSelections = list(READOUTS)
        # The clock starts at zero again; the state stays.
        runner.model.setTime(0.0)
        return np.array(runner.simulate(times=TIMES.tolist()))

    species = set(kept.model.getFloatingSpeciesIds())
    return run


def roadrunner_by_hand() -> Way:
    """LibRoadRunner with one instance, the way its users write such a loop."""
    import roadrunner

    return _roadrunner(roadrunner.RoadRunner, again=False)


def tellurium_each() -> Way:
    """tellurium, a model loaded for each run, as its manual shows."""
    import tellurium

    return _roadrunner(tellurium.loadSBMLModel, again=True)


def tellurium_reused() -> Way:
    """tellurium, one model."""
    import tellurium

    return _roadrunner(tellurium.loadSBMLModel, again=False)


def copasi() -> Way:
    """COPASI through its Python binding, LSODA, one model."""
    from zinc_sbml.exchange.copasi import by_sbml_id, locale_kept

    with locale_kept():
        import COPASI

        document = COPASI.CRootContainer.addDatamodel()
        assert document.importSBMLFromString(zs.load_model("er_zinc_redox").sbml)
    model = document.getModel()
    items = by_sbml_id(model)
    task = document.getTask("Time-Course")
    task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
    task.getMethod().getParameter("Relative Tolerance").setDblValue(TOLERANCES.relative)
    task.getMethod().getParameter("Absolute Tolerance").setDblValue(TOLERANCES.absolute)
    problem = task.getProblem()
    problem.setUseValues(True)
    problem.setTimeSeriesRequested(True)
    baseline = COPASI.CModelParameterSet("baseline")
    model.getModelParameterSets().addAndOwn(baseline)
    baseline.createFromModel()
    held = references()

    def course(times: Sequence[float]) -> Any:
        problem.setDuration(float(times[-1]))
        problem.setValues(" ".join(f"{value:.17g}" for value in times))
        assert task.initialize(COPASI.CCopasiTask.OUTPUT_UI)
        assert task.process(True)
        task.restore()
        return task.getTimeSeries()

    def assign(name: str, value: float) -> None:
        items[name].setInitialValue(value)
        model.updateInitialValues(items[name].getInitialValueReference())

    def run(cell: Cell) -> np.ndarray:
        baseline.updateModel()
        for name, value in cell.items():
            assign(name, value)
        task.setUpdateModel(True)
        course([0.0, REST])
        for name, source in held.items():
            item = items[source]
            assign(name, item.getConcentration() if isinstance(item, COPASI.CMetab) else item.getValue())
        assign("zip7_inhibitor", 1.0)
        task.setUpdateModel(False)
        series = course(TIMES)
        places = {series.getKey(place): place for place in range(series.getNumVariables())}
        return np.array(
            [[series.getConcentrationData(row, places[items[name].getKey()]) for name in READOUTS] for row in range(25)]
        )

    return run


def scipy_code() -> Way:
    """SciPy's LSODA on code that sbmlode writes."""
    from sbmlode import OdeSystem
    from scipy.integrate import solve_ivp

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cell_ode.py"
        path.write_text(
            OdeSystem.from_sbml(str(zs.load_model("er_zinc_redox").path)).render("python"), encoding="utf-8"
        )
        spec = importlib.util.spec_from_file_location("cell_ode", path)
        assert spec is not None
        assert spec.loader is not None
        code = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(code)
    held = references()
    options = {"method": "LSODA", "rtol": TOLERANCES.relative, "atol": TOLERANCES.absolute}

    def run(cell: Cell) -> np.ndarray:
        _, p = code.initial_values()
        for name, value in cell.items():
            p[code.PIDS.index(name)] = value
        x, p = code.initial_values(p)
        x = solve_ivp(code.f_dxdt, (0.0, REST), x, args=(p,), **options).y[:, -1]
        rest = dict(zip([*code.XIDS, *code.YIDS], [*x, *code.f_y(0.0, x, p)], strict=True))
        for name, source in held.items():
            p[code.PIDS.index(name)] = rest[source]
        p[code.PIDS.index("zip7_inhibitor")] = 1.0
        y = solve_ivp(code.f_dxdt, (0.0, TIMES[-1]), x, args=(p,), t_eval=TIMES, **options).y.T
        places = [code.YIDS.index(name) for name in READOUTS]
        return np.array([np.asarray(code.f_y(0.0, row, p))[places] for row in y])

    return run


def amici_code() -> Way:
    """AMICI, CVODES on code compiled once."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    import amici
    import amici.sim.sundials

    folder = tempfile.mkdtemp()
    path = str(zs.load_model("er_zinc_redox").path)
    amici.SbmlImporter(path).sbml2amici("cell_amici", folder, verbose=False, generate_sensitivity_code=False)
    model = amici.import_model_module("cell_amici", folder).get_model()
    solver = model.create_solver()
    solver.set_relative_tolerance(TOLERANCES.relative)
    solver.set_absolute_tolerance(TOLERANCES.absolute)
    solver.set_max_steps(100_000)
    held = references()
    shipped = dict(zip(model.get_free_parameter_ids(), model.get_free_parameters(), strict=True))
    own_start = model.get_initial_state()
    places = [model.get_expression_ids().index(name) for name in READOUTS]

    def run(cell: Cell) -> np.ndarray:
        values = {**shipped, **cell}
        model.set_free_parameters(list(values.values()))
        model.set_initial_state(own_start)
        model.set_initial_state([])  # computed from the parameters
        model.set_timepoints([REST])
        rest = model.simulate(solver=solver)
        known = dict(zip(model.get_state_ids(), rest.x[-1], strict=True))
        known |= dict(zip(model.get_expression_ids(), rest.w[-1], strict=True))
        values |= {name: known[source] for name, source in held.items()} | {"zip7_inhibitor": 1.0}
        model.set_free_parameters(list(values.values()))
        model.set_initial_state(rest.x[-1])
        model.set_timepoints(TIMES)
        return model.simulate(solver=solver).w[:, places]

    return run


WAYS: dict[str, tuple[Callable[[], Way], str, int]] = {
    "libRoadRunner by hand": (roadrunner_by_hand, "roadrunner", CELLS),
    "ensemble (one process)": (ours, "roadrunner", CELLS),
    "zs.simulate, a Result each": (simulate, "roadrunner", CELLS),
    "tellurium, model reused": (tellurium_reused, "tellurium", CELLS),
    "tellurium, loaded each time": (tellurium_each, "tellurium", 4),
    "COPASI, LSODA": (copasi, "COPASI", CELLS),
    "SciPy LSODA (sbmlode)": (scipy_code, "sbmlode", 2),
    "AMICI": (amici_code, "amici", CELLS),
}


def peers() -> None:
    """Time every way in turns and print the table."""
    cells = plausible(CELLS)
    ways = {name: (make(), count) for name, (make, needs, count) in WAYS.items() if importlib.util.find_spec(needs)}
    right = ours()
    deviations = {}
    for name, (way, count) in ways.items():
        worst = 0.0
        for cell in cells[: min(count, 5)]:
            expected, found = right(cell), way(cell)
            # The row at time 0 is before the change here, after it elsewhere.
            difference = np.abs(found - expected)[1:] / np.abs(expected).max(axis=0)
            worst = max(worst, float(difference.max()))
        deviations[name] = worst
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, (way, count) in ways.items():
            start = time.perf_counter()
            for cell in cells[:count]:
                way(cell)
            seconds[name].append((time.perf_counter() - start) / count)
    peer = statistics.median(seconds["libRoadRunner by hand"])
    print("| way | ms per sample | over libRoadRunner by hand | largest deviation |")
    print("| --- | --- | --- | --- |")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"| {name} | {median * 1e3:.2f} | {median / peer:.2f} | {deviations[name]:.0e} |")


def scaling() -> None:
    """Cost against workers, samples and output points."""
    print("| cells | output times | processes | s | ms per cell and process |")
    print("| --- | --- | --- | --- | --- |")
    samples = [(number, 25, processes) for processes in (1, 2) for number in (256, 1024, 4096, 16_384)]
    points = [(4096, number, 2) for number in (1, 25, 100, 400)]
    grid = [*samples, *(row for row in points if row not in samples)]
    seconds: dict[tuple[int, int, int], list[float]] = {row: [] for row in grid}
    for _ in range(SCALING_TURNS):
        for number, times, processes in grid:
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                ensemble(
                    SCENARIO,
                    number,
                    parameters=list(plausible(1)[0]),
                    readouts=READOUTS,
                    times=np.linspace(0, 86_400, times + 1)[1:],
                    tolerances=TOLERANCES,
                    processes=processes,
                    path=Path(folder) / "run",
                )
                seconds[number, times, processes].append(time.perf_counter() - start)
    took = {row: statistics.median(turns) for row, turns in seconds.items()}
    for number, times, processes in grid:
        median = took[number, times, processes]
        print(f"| {number} | {times} | {processes} | {median:.1f} | {median / number * processes * 1e3:.2f} |")
    _draw(samples, points, took)


def _draw(
    samples: Sequence[tuple[int, int, int]],
    points: Sequence[tuple[int, int, int]],
    took: Mapping[tuple[int, int, int], float],
) -> None:
    """Draw seconds against cells and against output times, beside this file."""
    from matplotlib.figure import Figure

    from zinc_sbml.plots.files import save_picture
    from zinc_sbml.plots.style import PALETTE

    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    for colour, processes in zip(PALETTE, (1, 2), strict=False):
        rows = [row for row in samples if row[2] == processes]
        left.loglog([row[0] for row in rows], [took[row] for row in rows], "o-", color=colour, label=str(processes))
    left.set(xlabel="cells (25 output times)", ylabel="time (s)")
    left.legend(title="processes", frameon=False)
    longest = max(took[row] for row in points)
    right.semilogx([row[1] for row in points], [took[row] for row in points], "o-", color=PALETTE[1])
    right.set(xlabel="output times (4096 cells, 2 processes)", ylabel="time (s)", ylim=(0, 1.1 * longest))
    save_picture(figure, Path(__file__).with_name("scaling.svg"))


def long(number: int) -> None:
    """Memory and throughput of one run; a process of its own for each number, since peaks are those of the process."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run = ensemble(
            SCENARIO,
            number,
            parameters=list(plausible(1)[0]),
            readouts=READOUTS,
            times=TIMES,
            tolerances=TOLERANCES,
            processes=2,
            path=Path(folder) / "run",
        )
        took = time.perf_counter() - start
        run.bands(READOUTS[0])
        peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6
        print("| cells | failed | s | cells/s | peak of the caller (MB) | of the largest worker (MB) | file (MB) |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        print(
            f"| {number} | {len(run.failed)} | {took:.0f} | {number / took:.0f} "
            f"| {peaks[0]:.0f} | {peaks[1]:.0f} | {size:.0f} |"
        )


def nothing(block: int) -> int:
    """Block that costs nothing and gives nothing back."""
    return block


def numbers(block: int) -> np.ndarray:
    """Block that costs nothing and gives back what 256 cells do: 25 parameters, 3 readouts at 25 times."""
    return np.zeros((256, 100))


def scheduler() -> None:
    """Time that a Dask scheduler with two workers takes for a block."""
    from distributed import Client, LocalCluster, as_completed

    print("| block | ms |")
    print("| --- | --- |")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        for block, count in ((nothing, 2000), (numbers, 500)):
            start = time.perf_counter()
            waiting = iter(range(6, count))
            under_way = as_completed([client.submit(block, number, pure=False) for number in range(6)])
            for future in under_way:
                future.result()
                if (number := next(waiting, None)) is not None:
                    under_way.add(client.submit(block, number, pure=False))
            print(f"| {block.__name__} | {(time.perf_counter() - start) / count * 1e3:.1f} |")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--scheduler", action="store_true")
    parser.add_argument("--long", type=int, metavar="CELLS")
    wanted = parser.parse_args()
    if wanted.scaling:
        scaling()
    elif wanted.long:
        long(wanted.long)
    elif wanted.scheduler:
        scheduler()
    else:
        peers()


if __name__ == "__main__":
    main()
