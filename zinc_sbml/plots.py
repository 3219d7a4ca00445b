"""Pictures of a run.

Drawn on a `Figure` of their own, never through pyplot: no window system is needed, and nothing is left open.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.files import check_target, write_bytes_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from zinc_sbml.result import Result

__all__ = ["check_picture_target", "picture_bytes", "plot_result", "save_picture", "time_axis"]

COLUMNS = 4
PANEL_WIDTH, PANEL_HEIGHT = 3.2, 2.4  # inches

# A run that is changed only at its start, and whose rows span more than this ratio, is read best on a log
# time axis: seconds and hours of the same response are then both seen.
LOG_TIME_RATIO = 1e3

_TIME_UNITS = ((172_800.0, 86_400.0, "d"), (7_200.0, 3_600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))

# Values that differ by less than this part of themselves are drawn as a level line, not as noise blown up to
# the height of the panel.
FLAT = 1e-6

_FORMATS = ("pdf", "png", "svg")


def check_picture_target(path: str | Path) -> Path:
    """Refuse a picture that cannot be written, before work is done for it.

    Raises
    ------
    InvalidInputError
        If the suffix is of no known format, the directory does not exist, or the path is a directory.
    """
    target = Path(path)
    if target.suffix.lstrip(".").lower() not in _FORMATS:
        raise InvalidInputError(f"{target}: pictures are written as {', '.join(_FORMATS)}, not {target.suffix!r}")
    check_target(target)
    return target


def plot_result(result: Result, readouts: Sequence[str] | None = None, path: str | Path | None = None) -> Figure:
    """Draw a run, one panel per readout, with the times of changes marked.

    Parameters
    ----------
    result : Result
        The run.
    readouts : sequence of str, optional
        Ids of columns; the readouts of the model by default, or all columns where it has none.
    path : path, optional
        Also write the picture there; png, svg or pdf by suffix. The same run gives the same bytes.

    Returns
    -------
    matplotlib.figure.Figure
        With as many axes as readouts.

    Raises
    ------
    UnknownIdError
        If the run has no such column.
    InvalidInputError
        If the suffix of `path` is of no known format, or its directory does not exist.
    """
    from matplotlib.figure import Figure

    chosen = _chosen(result, readouts)
    target = None if path is None else check_picture_target(path)
    across = min(COLUMNS, len(chosen))
    down = math.ceil(len(chosen) / across)
    figure = Figure(figsize=(PANEL_WIDTH * across, PANEL_HEIGHT * down + 0.4), layout="constrained")
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    for number, (panel, column) in enumerate(zip(axes, chosen, strict=False)):
        _draw(panel, result, column, label_time=number >= len(chosen) - across)
    for panel in axes[len(chosen) :]:
        panel.remove()
    figure.suptitle(result.scenario.title or result.scenario.id)
    if target is not None:
        save_picture(figure, target)
    return figure


def _chosen(result: Result, readouts: Sequence[str] | None) -> list[str]:
    if readouts is None:
        return [*result.readouts] or [*result.columns]
    chosen = [readouts] if isinstance(readouts, str) else list(readouts)
    for column in chosen:
        if column not in result.columns:
            raise UnknownIdError("column", column, result.columns, f"the result of {result.scenario.id}")
    if not chosen:
        raise InvalidInputError("readouts: none given, expected at least one id")
    return chosen


def _draw(panel: Axes, result: Result, column: str, *, label_time: bool) -> None:
    factor, unit = _time_unit(result)
    values = result.values[:, result.columns.index(column)]
    changes = [period.start for period in result.scenario.periods if period.start > 0]
    positive = result.times[result.times > 0]
    logarithmic = not changes and len(positive) > 1 and positive[-1] / positive[0] >= LOG_TIME_RATIO
    shown = result.times > 0 if logarithmic else slice(None)
    panel.plot(result.times[shown] / factor, values[shown], linewidth=1.5)
    if logarithmic:
        panel.set_xscale("log")
    for change in changes:
        panel.axvline(change / factor, color="0.6", linewidth=0.8, linestyle="--")
    low, high = float(values.min()), float(values.max())
    if high - low <= FLAT * max(abs(low), abs(high)):
        middle = (low + high) / 2
        panel.set_ylim(middle - (abs(middle) or 1.0), middle + (abs(middle) or 1.0))
    panel.set_title(result.names[column], fontsize=9, wrap=True)
    panel.set_ylabel(f"{column}\n({result.units[column]})" if result.units[column] else column, fontsize=7)
    panel.tick_params(labelsize=7)
    if label_time:
        panel.set_xlabel(f"time ({unit})", fontsize=8)


def _time_unit(result: Result) -> tuple[float, str]:
    if result.time_unit != "s":
        return 1.0, result.time_unit
    return time_axis(float(result.times[-1]))


def time_axis(seconds: float) -> tuple[float, str]:
    """Unit in which a span of time is read best: its length in seconds, and its name."""
    return next((factor, unit) for least, factor, unit in _TIME_UNITS if seconds >= least)


def picture_bytes(figure: Figure, kind: str) -> bytes:
    """Content of a picture file; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    kind : {"svg", "pdf", "png"}
        Its format.
    """
    import matplotlib

    # Without these the file would differ from run to run by a random salt and by the date.
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    content = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "zinc_sbml"}):
        figure.savefig(content, format=kind, dpi=150, metadata=metadata)
    return content.getvalue()


def save_picture(figure: Figure, target: Path) -> None:
    """Write a picture beside its target, then move it into place."""
    write_bytes_atomically(target, picture_bytes(figure, target.suffix.lstrip(".").lower()))
