"""Runs as the report draws them: the panels of the storyboard, and what a browser needs to draw them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from zinc_sbml.catalog import DEFAULT_MODEL, model_ids
from zinc_sbml.errors import InvalidInputError, ZincSbmlError
from zinc_sbml.model import load_model
from zinc_sbml.plots import STORY, time_axis
from zinc_sbml.quantities import duration_text
from zinc_sbml.result import Result
from zinc_sbml.scenarios import Scenario, load_scenario, load_scenarios
from zinc_sbml.simulation import simulate

__all__ = ["bands", "chosen_scenarios", "courses"]

# Digits of the drawn values: finer than a screen can show, and half of the size of all digits.
_DIGITS = 5
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def chosen_scenarios(scenarios: Iterable[str | Scenario] | None) -> tuple[Scenario, ...]:
    """Scenarios to show: all shipped ones by default.

    Raises
    ------
    UnknownIdError
        If there is no such scenario.
    InvalidInputError
        If there is none, two have the same id, or something else is given.
    """
    if scenarios is None:
        return tuple(load_scenarios().values())
    if isinstance(scenarios, str | Scenario):
        scenarios = [scenarios]
    found: dict[str, Scenario] = {}
    for one in scenarios:
        scenario = load_scenario(one) if isinstance(one, str) else one
        if not isinstance(scenario, Scenario):
            raise InvalidInputError(f"scenarios: {one!r}, expected the id of a scenario or a Scenario")
        if scenario.id in found:
            raise InvalidInputError(f"scenarios: {scenario.id} is given twice")
        found[scenario.id] = scenario
    if not found:
        raise InvalidInputError("scenarios: none is given, expected at least one")
    return tuple(found.values())


def courses(scenarios: Sequence[Scenario]) -> tuple[list[dict[str, Any]], list[Result]]:
    """Run scenarios.

    Parameters
    ----------
    scenarios : sequence of Scenario
        What to run.

    Returns
    -------
    list of dict
        For each scenario what the browser draws: ``id``, ``title``, ``question``, ``changes``, ``factor`` (length of
        the unit of time, s), ``unit``, ``marks`` (times of changes, s), ``times`` (s) and ``panels``, each with
        ``title`` and ``curves`` (``id``, ``name``, ``unit``, ``values``).
    list of Result
        The runs, in the same order.
    """
    results = [simulate(scenario) for scenario in scenarios]
    return [_course(result) for result in results], results


def _course(result: Result) -> dict[str, Any]:
    scenario = result.scenario
    factor, unit = time_axis(float(result.times[-1]))
    return {
        "id": scenario.id,
        "title": scenario.title or scenario.id,
        "question": scenario.question,
        "changes": scenario.describe(),
        "duration": duration_text(scenario.duration),
        "seconds": scenario.duration,
        "factor": factor,
        "unit": unit,
        "marks": [period.start for period in scenario.periods if math.isfinite(period.start)],
        "times": _rounded(result.times),
        "panels": [
            {
                "title": title,
                "curves": [
                    {
                        "id": name,
                        "name": result.names[name],
                        "unit": result.units[name],
                        "values": _rounded(result.values[:, result.columns.index(name)]),
                    }
                    for name in names
                ],
            }
            for title, names in _panels(result)
        ],
    }


def _panels(result: Result) -> list[tuple[str, tuple[str, ...]]]:
    """Panels of the story; of a model that is no cell (a test tube) each readout by itself."""
    if result.scenario.model == DEFAULT_MODEL:
        return list(STORY)
    return [(result.names[name], (name,)) for name in result.readouts]


def bands(folders: Iterable[str | Path]) -> list[dict[str, Any]]:
    """Bands of ensembles that were run before.

    Parameters
    ----------
    folders : iterable of path
        Folders of ensembles, or their Parquet files.

    Returns
    -------
    list of dict
        For each ensemble ``title``, ``cells``, ``failed``, ``factor``, ``unit``, ``times`` (s) and ``panels``, each
        with ``title``, ``id``, ``unit`` and ``quantiles``: five lists, from 5 to 95 percent.

    Raises
    ------
    InvalidInputError
        If a folder holds no finished ensemble, or it is damaged.
    """
    found = []
    for folder in folders:
        try:
            found.append(_bands(Path(folder)))
        except ZincSbmlError as error:
            if str(folder) in str(error):
                raise
            raise InvalidInputError(f"{folder}: {error}") from error
        except Exception as error:
            # Parquet files are read by a library whose errors for a damaged file are of many kinds.
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InvalidInputError(f"{folder} cannot be read as the result of an ensemble: {first}") from error
    return found


def _bands(folder: Path) -> dict[str, Any]:
    from zinc_sbml.ensembles import load_ensemble

    ensemble = load_ensemble(folder)
    factor, unit = time_axis(float(ensemble.times[-1]))
    record = ensemble.record
    shipped = record["model"]["id"] in model_ids()
    names = load_model(record["model"]["id"]).quantities if shipped else {}
    scenario = load_scenarios().get(record["scenario"]["id"])
    return {
        "title": scenario.title if scenario and shipped else record["scenario"]["id"],
        "scenario": record["scenario"]["id"],
        "folder": ensemble.path.resolve().parent.name,
        "cells": len(ensemble),
        "failed": len(ensemble.failed),
        "parameters": list(ensemble.parameters),
        "factor": factor,
        "unit": unit,
        "times": _rounded(ensemble.times),
        "panels": [
            {
                "title": names[name].name if name in names else name,
                "id": name,
                "unit": ensemble.units.get(name, ""),
                "quantiles": [_rounded(column) for column in ensemble.bands(name, _QUANTILES).to_numpy().T],
            }
            for name in ensemble.readouts
        ],
    }


def _rounded(values: Iterable[float]) -> list[float | None]:
    """Numbers as the browser gets them: JSON has no NaN and no infinity."""
    return [float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None for value in values]
