"""The resting state in the source of a model.

Digits of an integrator differ between versions and processors, so the resting state is computed once, written
into a marked block of the Antimony file, and only copied from then on. This module reads and rewrites that
block and touches no other line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

from zinc_sbml.errors import ModelBuildError
from zinc_sbml.files import write_atomically

__all__ = ["END", "START", "read_rest", "write_rest"]

START = "// --- resting state: written by `zinc-sbml rest`, do not edit ---"
"""Line that opens the block."""

END = "// --- end of resting state ---"
"""Line that closes the block."""

_VALUE = re.compile(r"(?P<indent>\s*)(?P<id>[A-Za-z_]\w*)\s*=\s*(?P<value>[^;]+?)\s*;\s*$")


def _block(lines: list[str], file: Path | None) -> tuple[int, int]:
    """Indices of the lines after the opening mark and of the closing mark."""
    starts = [number for number, line in enumerate(lines) if line.strip() == START]
    ends = [number for number, line in enumerate(lines) if line.strip() == END]
    for mark, places in ((START, starts), (END, ends)):
        if not places:
            raise ModelBuildError(f"the line {mark!r} is missing", file=file)
        if len(places) > 1:
            raise ModelBuildError(f"the line {mark!r} stands here a second time", file=file, line=places[1] + 1)
    if ends[0] < starts[0]:
        raise ModelBuildError("the resting state ends before it begins", file=file, line=ends[0] + 1)
    return starts[0] + 1, ends[0]


def _read(lines: list[str], file: Path | None) -> dict[str, tuple[float, int, str]]:
    """Value, line index and indentation by id."""
    first, end = _block(lines, file)
    found: dict[str, tuple[float, int, str]] = {}
    for number in range(first, end):
        if not lines[number].strip():
            continue
        match = _VALUE.match(lines[number])
        try:
            value = float(match["value"]) if match else math.nan
        except ValueError:
            value = math.nan
        if match is None or not math.isfinite(value):
            message = f"expected '<id> = <number>;' in the resting state, found {lines[number].strip()!r}"
            raise ModelBuildError(message, file=file, line=number + 1)
        if match["id"] in found:
            raise ModelBuildError(f"{match['id']!r} has two resting values", file=file, line=number + 1)
        found[match["id"]] = (value, number, match["indent"])
    return found


def read_rest(text: str) -> dict[str, float]:
    """Resting state in the text of an Antimony file.

    Parameters
    ----------
    text : str
        The whole text.

    Returns
    -------
    dict of str to float
        Values in the order of the block, in the unit of each symbol (concentrations for species).

    Raises
    ------
    ModelBuildError
        If a mark is missing or doubled, or the block holds anything but values; it names the line.
    """
    return {name: value for name, (value, _, _) in _read(text.splitlines(), None).items()}


def write_rest(path: Path | str, values: Mapping[str, float]) -> None:
    """Replace the resting state in an Antimony file; order of the ids and all other lines stay.

    Parameters
    ----------
    path : path
        The Antimony file.
    values : mapping of str to float
        A value for every id of the block, in the unit of each symbol.

    Raises
    ------
    ModelBuildError
        If the block is damaged (see `read_rest`), an id of the block has no value or the other way round, or
        a value is not finite. The file is then as it was.
    """
    path = Path(path)
    with path.open(encoding="utf-8", newline="") as stream:
        lines = stream.read().splitlines(keepends=True)
    present = _read([line.rstrip("\r\n") for line in lines], path)
    missing = sorted(set(present) - set(values))
    unknown = sorted(set(values) - set(present))
    if missing or unknown:
        parts = [f"no value given for {', '.join(missing)}"] if missing else []
        parts += [f"not in the block: {', '.join(unknown)}"] if unknown else []
        raise ModelBuildError(f"the resting state does not fit: {'; '.join(parts)}", file=path)
    for name, (_, number, indent) in present.items():
        value = float(values[name])
        if not math.isfinite(value):
            raise ModelBuildError(f"the resting value of {name!r} is {value}, not a finite number", file=path)
        ending = lines[number][len(lines[number].rstrip("\r\n")) :]
        lines[number] = f"{indent}{name} = {value!r};{ending}"
    write_atomically({path: "".join(lines)})
