"""Reading TOML with errors that name the file; writing files so that a reader never meets half of one."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zinc_sbml.errors import InvalidInputError

__all__ = ["check_target", "read_toml", "write_atomically", "write_bytes_atomically"]


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


def read_toml(file: Path, what: str) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    file : path
        The file.
    what : str
        What it should hold, for the error.

    Raises
    ------
    InvalidInputError
        If the file cannot be read or is no TOML; names it.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"cannot read the {what} {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{file} is not a TOML file: {error}") from error


def write_atomically(texts: Mapping[Path, str | bytes], *, follow: bool = True) -> None:
    """Write texts (UTF-8, line ends as they are) or bytes beside their targets, then move all of them into place.

    A failure while writing leaves every target as it was.

    Parameters
    ----------
    texts : mapping of pathlib.Path to str or bytes
        Content by target. What is no file (a pipe, a device) is written to.
    follow : bool, optional
        Whether to write what a link leads to; else the file stands in place of the link.

    Raises
    ------
    OSError
        If a target cannot be written; it names the target.
    """
    waiting: list[tuple[Path, Path]] = []
    target = Path()
    try:
        for target, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            if target.exists() and not target.is_file():
                target.write_bytes(content)
                continue
            place = target.resolve() if follow else target
            handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
            waiting.append((Path(name), place))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            # mkstemp makes private files; these are for everyone to read, like the file they replace.
            Path(name).chmod(place.stat().st_mode & 0o777 if place.exists() else 0o644)
        for temporary, target in waiting:
            temporary.replace(target)
    except OSError as error:
        # Not the temporary file, of which nobody knows.
        raise OSError(error.errno, error.strerror, str(target)) from error
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def write_bytes_atomically(target: Path, content: bytes, *, follow: bool = True) -> None:
    """Write one file; see `write_atomically`."""
    write_atomically({target: content}, follow=follow)
