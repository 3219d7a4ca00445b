"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from zinc_sbml.errors import InvalidInputError

__all__ = ["check_target", "write_atomically"]


def check_target(path: Path) -> None:
    """Refuse a file that cannot be written, before work is done for it.

    Raises
    ------
    InvalidInputError
        If its directory does not exist, or it is a directory itself.
    """
    if path.is_dir():
        raise InvalidInputError(f"{path} is a directory, expected the name of a file")
    if not path.parent.is_dir():
        raise InvalidInputError(f"there is no directory {path.parent} to write {path.name} to")


def write_atomically(texts: Mapping[Path, str]) -> None:
    """Write texts (UTF-8, line ends as they are) beside their targets, then move all of them into place.

    A failure while writing leaves every target as it was.

    Parameters
    ----------
    texts : mapping of pathlib.Path to str
        Text by target.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for target, text in texts.items():
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            waiting.append((Path(name), target))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
            # mkstemp makes private files; these are for everyone to read, like the file they replace.
            Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        for temporary, target in waiting:
            temporary.replace(target)
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)
