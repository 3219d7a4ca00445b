"""What the page shows: curves, the band of plausible cells, verdicts. Plain values that a browser can draw."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any

import numpy as np

from zinc_sbml.catalog import DEFAULT_MODEL
from zinc_sbml.ensembles.cells import answers, question
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.explorer.settings import READOUTS, Settings
from zinc_sbml.findings import compare, load_family
from zinc_sbml.hypotheses import Hypothesis, load_hypotheses
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import load_model
from zinc_sbml.plots import STORY
from zinc_sbml.plots.story_table import COUNTED, LABELS
from zinc_sbml.plots.style import MUTED, PALETTE
from zinc_sbml.plots.times import TimeAxis, change_times, time_axis_of
from zinc_sbml.result import Result

__all__ = ["BAND_CELLS", "Band", "Bands", "curves", "figure", "hypothesis_of", "verdicts", "warm"]

BAND_CELLS = 200
"""Plausible cells after which a band is complete: its edges then stand within a few percent."""

_BAND_POINTS = 40
_EDGES = (0.05, 0.95)
_ROW_HEIGHT = 190  # px
_BANDS_KEPT = 8


@lru_cache(maxsize=64)
def _run(scenario: str, doses: tuple[tuple[str, float], ...], mechanisms: tuple[tuple[str, float], ...]) -> Result:
    return Settings(scenario=scenario, doses=dict(doses), mechanisms=dict(mechanisms)).run()


def curves(settings: Settings) -> Result:
    """The run of these settings; the same again without running."""
    doses = {name: value for name, value in settings.changed.items() if name in settings.doses}
    return _run(settings.scenario, tuple(sorted(doses.items())), tuple(sorted(settings.cell.items())))


class Band:
    """Plausible cells under the same settings, asked one batch after the other.

    Parameters
    ----------
    settings : Settings
        What is done to each cell, and the mechanisms that it has.

    Attributes
    ----------
    times : numpy.ndarray
        When it is asked (s).
    failed : int
        Cells without an answer so far.

    Raises
    ------
    InvalidInputError
        If no hypothesis has these mechanisms, so that no plausible cells are known.
    """

    def __init__(self, settings: Settings) -> None:
        hypothesis = hypothesis_of(settings)
        if hypothesis is None:
            known = ", ".join(one.id for one in load_hypotheses().values())
            raise InvalidInputError(f"no plausible cells were made for these mechanisms, only for {known}")
        # Cells are plausible under the mechanisms that they were fitted with.
        family = load_family(hypothesis=hypothesis.rival)
        own = tuple(name for name in family.cell(0) if name not in settings.cell)
        count = min(BAND_CELLS, len(family))
        # Spread over the family, whose order is that of its making.
        picked = np.linspace(0, len(family) - 1, count).astype(int)
        fixed = tuple(settings.cell.values())
        self._rows = [[*(family.cell(int(row))[name] for name in own), *fixed] for row in picked]
        scenario = settings.applied()
        grid = curves(settings).times
        self.times = np.unique(grid[np.linspace(0, len(grid) - 1, _BAND_POINTS).astype(int)])
        self._asked = question(
            scenario, parameters=(*own, *settings.cell), readouts=READOUTS, times=self.times.tolist()
        )
        self._values: list[Array] = []
        self.failed = 0
        self._lock = threading.Lock()

    def upto(self, count: int) -> tuple[int, Array | None]:
        """Ask until so many cells have answered or failed.

        Returns
        -------
        done : int
            Number of cells asked so far, those that failed included.
        edges : numpy.ndarray or None
            5 and 95 percent, shape (2, times, readouts); None while no cell has answered.
        """
        with self._lock:
            start = len(self._values) + self.failed
            for answer in answers(self._asked, self._rows[start : max(start, count)]):
                if isinstance(answer, str):
                    self.failed += 1
                else:
                    self._values.append(answer)
            done = len(self._values) + self.failed
            if not self._values:
                return done, None
            return done, np.quantile(np.array(self._values), _EDGES, axis=0)


class Bands:
    """The bands that were asked for last; two tabs with the same settings share one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Band] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, settings: Settings) -> Band:
        """The band of these settings, begun if there is none yet."""
        with self._lock:
            band = self._kept.pop(settings.key, None) or Band(settings)
            self._kept[settings.key] = band
            while len(self._kept) > _BANDS_KEPT:
                self._kept.popitem(last=False)
            return band


def hypothesis_of(settings: Settings) -> Hypothesis | None:
    """The hypothesis that has these mechanisms, if there is one."""
    return next((one for one in load_hypotheses().values() if one.changes(settings.model) == settings.cell), None)


@lru_cache(maxsize=16)
def _verdicts(mechanisms: tuple[tuple[str, float], ...]) -> list[dict[str, str]]:
    recorded = {verdict.finding.id: verdict.status for verdict in compare().verdicts}
    rows = []
    for verdict in compare(parameters=dict(mechanisms)).verdicts:
        before = recorded[verdict.finding.id]
        rows.append(
            {
                "finding": verdict.finding.id,
                "statement": verdict.finding.statement,
                "verdict": verdict.status,
                "changed": "" if verdict.status == before else f"was {before}",
            }
        )
    return rows


def verdicts(settings: Settings) -> list[dict[str, str]]:
    """Each finding in the cell with these mechanisms: what changed first, then what is missed.

    The doses do not matter here, since each finding has its own.
    """
    order = ("missed", "reproduced", "out of scope")
    rows = _verdicts(tuple(sorted(settings.cell.items())))
    return sorted(rows, key=lambda row: (not row["changed"], order.index(row["verdict"])))


def figure(result: Result, reference: Result | None = None, band: tuple[Array, Array] | None = None) -> dict[str, Any]:
    """The storyboard as a plotly figure: one panel below the other, one time axis.

    Parameters
    ----------
    result : Result
        Drawn in solid lines.
    reference : Result, optional
        Drawn in dashed lines.
    band : tuple of numpy.ndarray, optional
        Times (s) and edges from `Band.upto`; drawn behind the curves.

    Returns
    -------
    dict
        ``data`` and ``layout``; a curve has the id of its readout as ``meta``.
    """
    axis = time_axis_of(result) if reference is None else time_axis_of(result, reference)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": _ROW_HEIGHT * len(STORY) + 60,
        "margin": {"l": 64, "r": 12, "t": 24, "b": 44},
        "hovermode": "x unified",
        "showlegend": False,
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "plot_bgcolor": "white",
        "annotations": [],
        # Zoomed panels stay as they are while settings change.
        "uirevision": result.scenario.id,
        "shapes": [
            {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1,
             "line": {"color": MUTED, "width": 1, "dash": "dot"}}
            for at in (time / axis.factor for time in change_times(result))
        ],
    }  # fmt: skip
    layout["xaxis"] = {
        "type": "log" if axis.logarithmic else "linear",
        "title": {"text": f"time ({axis.unit}{', log scale' if axis.logarithmic else ''})"},
        "anchor": f"y{len(STORY)}" if len(STORY) > 1 else "y",
        "exponentformat": "none",
        "gridcolor": "#eee",
    }
    share = 1 / len(STORY)
    for row, (title, names) in enumerate(STORY):
        suffix = "" if row == 0 else str(row + 1)
        top = 1 - row * share
        layout[f"yaxis{suffix}"] = {
            "domain": [top - share * 0.78, top - share * 0.05],
            "anchor": "x",
            "title": {"text": COUNTED.get(names[0], ""), "font": {"size": 10}},
            "gridcolor": "#eee",
            "zeroline": False,
        }
        told = " · ".join(
            f"<span style='color:{PALETTE[place]}'>{LABELS[name]}</span>" if name in LABELS else ""
            for place, name in enumerate(names)
        )
        layout["annotations"].append(
            {"text": f"<b>{title}</b>  {told}", "xref": "paper", "yref": "paper", "x": 0, "y": top,
             "xanchor": "left", "yanchor": "middle", "showarrow": False}
        )  # fmt: skip
        for place, name in enumerate(names):
            own = {"colour": PALETTE[place], "yaxis": f"y{suffix}", "name": LABELS.get(name, title)}
            if band is not None:
                traces.append(_band_trace(name, band, axis, **own))
            if reference is not None:
                traces.append(_line(reference, name, axis, dashed=True, **own))
            traces.append(_line(result, name, axis, dashed=False, **own))
    return {"data": traces, "layout": layout}


def _line(
    result: Result, readout: str, axis: TimeAxis, *, dashed: bool, colour: str, yaxis: str, name: str
) -> dict[str, Any]:
    shown = axis.shown(result.times)
    values = result.values[:, result.columns.index(readout)]
    return {
        "x": (result.times[shown] / axis.factor).tolist(),
        "y": values[shown].tolist(),
        "yaxis": yaxis,
        "mode": "lines",
        "line": {"color": colour, "width": 1.4 if dashed else 2.2, "dash": "dash" if dashed else "solid"},
        "name": f"{name}, kept" if dashed else name,
        "meta": f"kept {readout}" if dashed else readout,
    }


def _band_trace(
    readout: str, band: tuple[Array, Array], axis: TimeAxis, *, colour: str, yaxis: str, name: str
) -> dict[str, Any]:
    times, edges = band
    shown = axis.shown(times)
    low, high = edges[:, shown, READOUTS.index(readout)]
    across = (times[shown] / axis.factor).tolist()
    return {
        "x": [*across, *across[::-1]],
        "y": [*high.tolist(), *low[::-1].tolist()],
        "yaxis": yaxis,
        "mode": "lines",
        "fill": "toself",
        "fillcolor": colour + "2e",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "name": name,
        "meta": f"band {readout}",
    }


def warm() -> None:
    """Compile the model before somebody waits for it."""
    load_model(DEFAULT_MODEL)
    curves(Settings(scenario="zip7_inhibition"))
