"""COPASI, with two algorithms of different families and from two kinds of files.

RADAU5 takes no events (COPASI 4.48 refuses a model that has any). It starts from the COPASI file, where
times and values of the changes are global quantities: they are read there, the events are taken out, and each stretch
between two changes is a time course of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from zinc_sbml.engines import Course, Run

__all__ = ["prepare_lsoda", "prepare_radau5"]

# LSODA is asked for all that double precision gives; RADAU5 at 1e-12 needs ten times as long for nothing.
_LSODA = {"Relative Tolerance": 1e-12, "Absolute Tolerance": 1e-18}
_RADAU5 = {"Relative Tolerance": 1e-10, "Absolute Tolerance": 1e-16}
_MAX_STEPS = 1_000_000


def prepare_lsoda(folder: Path, runs: Sequence[Run]) -> Callable[[Run], Course]:
    """LSODA on the SBML of each scenario, events included."""
    import COPASI

    def run_one(run: Run) -> Course:
        document = COPASI.CRootContainer.addDatamodel()
        try:
            _must(document.importSBML(str(folder / f"{run.scenario}.xml")), "read the SBML")
            objects = {item.getSBMLId(): item for item in _items(document.getModel())}
            task = _task(document, COPASI.CTaskEnum.Method_deterministic, _LSODA)
            return _course(task, run.times(), {name: objects[name] for name in run.columns})
        finally:
            COPASI.CRootContainer.removeDatamodel(document)

    return run_one


def prepare_radau5(folder: Path, runs: Sequence[Run]) -> Callable[[Run], Course]:
    """RADAU5 on the COPASI file of a model, with the parameter set of each scenario applied."""
    import COPASI

    def run_one(run: Run) -> Course:
        document = COPASI.CRootContainer.addDatamodel()
        try:
            _must(document.loadModel(str(folder / f"{run.model}.cps")), "read the COPASI file")
            copasi = document.getModel()
            chosen = copasi.getModelParameterSets().getByName(run.scenario)
            _must(chosen is not None, f"find the parameter set {run.scenario}")
            chosen.updateModel()
            changes = _take_out_events(copasi)
            objects = {item.getObjectName(): item for item in _items(copasi)}
            task = _task(document, COPASI.CTaskEnum.Method_RADAU5, _RADAU5)
            # The next stretch starts where this one ends.
            task.setUpdateModel(True)
            return _stretches(task, run, changes, objects)
        finally:
            COPASI.CRootContainer.removeDatamodel(document)

    return run_one


def _take_out_events(copasi: Any) -> list[tuple[float, str, float]]:
    """Changes of the chosen scenario, in the order of time, from the quantities that time the events."""
    values = {item.getObjectName(): item.getInitialValue() for item in _items(copasi)}
    changes = []
    for number in reversed(range(copasi.getNumEvents())):
        # The event dtt_change_1 sets dtt at dtt_change_1_time to dtt_change_1_value.
        name = copasi.getEvent(number).getObjectName()
        target = name.rpartition("_change_")[0]
        changes.append((values[f"{name}_time"], target, values[f"{name}_value"]))
        _must(copasi.removeEvent(number), f"take out the event {name}")
    _must(copasi.compileIfNecessary(), "compile the model without events")
    return sorted(changes)


def _stretches(task: Any, run: Run, changes: Sequence[tuple[float, str, float]], objects: Mapping[str, Any]) -> Course:
    """Run from change to change; the row at a change is the last one before it."""
    times = run.times()
    wanted = {name: objects[name] for name in run.columns}
    edges = [0.0, *sorted({time for time, _, _ in changes if time < run.duration}), run.duration]
    rows: dict[str, list[np.ndarray]] = {name: [] for name in wanted}
    for start, end in pairwise(edges):
        for time, target, value in changes:
            if time == start:
                item = objects[target]
                item.setInitialValue(value)
                item.getObjectAncestor("Model").updateInitialValues(item.getInitialValueReference())
        inside = times[(times > start) & (times <= end)] if start else times[times <= end]
        first = 0 if inside[0] == start else 1
        points = [*([start] if first else []), *inside, *([end] if inside[-1] < end else [])]
        course = _course(task, np.array(points) - start, wanted)
        for name, values in course.items():
            rows[name].append(values[first : first + len(inside)])
    return {name: np.concatenate(parts) for name, parts in rows.items()}


def _items(copasi: Any) -> list[Any]:
    return [
        *(copasi.getModelValue(number) for number in range(copasi.getNumModelValues())),
        *(copasi.getMetabolite(number) for number in range(copasi.getNumMetabs())),
    ]


def _task(document: Any, method: int, settings: Mapping[str, float]) -> Any:
    """Time course of a document with an algorithm and its tolerances."""
    task = document.getTask("Time-Course")
    _must(task.setMethodType(method), "choose the algorithm")
    for name, value in settings.items():
        _must(task.getMethod().getParameter(name).setDblValue(value), f"set {name}")
    _must(task.getMethod().getParameter("Max Internal Steps").setUIntValue(_MAX_STEPS), "set the steps")
    return task


def _course(task: Any, times: np.ndarray, wanted: Mapping[str, Any]) -> Course:
    """Run from the present start values; rows at these times, which begin at 0."""
    import COPASI

    problem = task.getProblem()
    problem.setDuration(float(times[-1]))
    problem.setUseValues(True)
    problem.setValues(" ".join(f"{time:.17g}" for time in times))
    problem.setTimeSeriesRequested(True)
    problem.setOutputEvent(False)
    output: int = COPASI.CCopasiTask.OUTPUT_UI  # pyright: ignore[reportAttributeAccessIssue]
    _must(task.initialize(output) and task.process(True), "run the time course")
    _must(task.restore(), "keep the state")
    series = task.getTimeSeries()
    rows = series.getRecordedSteps()
    if rows != len(times):
        raise RuntimeError(f"COPASI gave {rows} rows, expected {len(times)}")
    places = {series.getKey(place): place for place in range(series.getNumVariables())}
    return {
        name: np.array([series.getConcentrationData(row, places[item.getKey()]) for row in range(rows)])
        for name, item in wanted.items()
    }


def _must(done: Any, action: str) -> None:
    import COPASI

    if not done:
        raise RuntimeError(f"COPASI could not {action}: {COPASI.CCopasiMessage.getAllMessageText()[-300:]}")
