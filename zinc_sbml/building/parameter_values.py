"""New values of parameters in the Antimony sources, where their passports stand."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

from zinc_sbml.errors import ModelBuildError
from zinc_sbml.files import write_atomically

__all__ = ["write_parameters"]


def write_parameters(values: Mapping[tuple[Path, str], float]) -> tuple[Path, ...]:
    """Replace values in Antimony files; every other character stays.

    Parameters
    ----------
    values : mapping of (pathlib.Path, str) to float
        New value by file and id *in that file*.

    Returns
    -------
    tuple of pathlib.Path
        The files that changed.

    Raises
    ------
    ModelBuildError
        If a file does not hold ``<id> = <number>; <id> has`` once, or a value is not finite; nothing is written then.
    """
    texts: dict[Path, str] = {}
    for (path, name), value in values.items():
        if not math.isfinite(value):
            raise ModelBuildError(f"the new value of {name!r} is {value}, not a finite number", file=path)
        text = texts.get(path) or path.read_text(encoding="utf-8")
        pattern = rf"(?m)^(\s*{re.escape(name)} = )[^;]+(; {re.escape(name)} has )"
        new, count = re.subn(pattern, rf"\g<1>{value!r}\g<2>", text)
        if count != 1:
            raise ModelBuildError(f"expected one line `{name} = <number>; {name} has ...`, found {count}", file=path)
        texts[path] = new
    changed = {path: text for path, text in texts.items() if text != path.read_text(encoding="utf-8")}
    write_atomically(changed)
    return tuple(changed)
