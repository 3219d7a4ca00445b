"""Where exports go: written beside their target, then moved there, and never over somebody else's files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.files import write_bytes_atomically

__all__ = ["check_export_target", "write_export"]


def check_export_target(path: Path, *, folder: bool, force: bool) -> None:
    """Refuse a target before work is done for it.

    Parameters
    ----------
    path : path
        File or folder to write.
    folder : bool
        Whether it is a folder.
    force : bool
        Whether an older export may be replaced.

    Raises
    ------
    InvalidInputError
        If it exists and `force` is not given, is of the other kind, is a link that leads nowhere, lies where there is
        no folder to write to, or has a name that no file can have.
    """
    try:
        exists = path.exists()
    except OSError as error:
        raise InvalidInputError(f"cannot write {path}: {error.strerror or error}") from error
    if path.is_symlink() and not exists:
        raise InvalidInputError(f"{path} is a link that leads nowhere; choose another {_kind(folder)}")
    if exists and path.is_dir() != folder:
        raise InvalidInputError(f"{path} is a {'file' if folder else 'folder'}, expected a {_kind(folder)} to write")
    if exists and not force:
        raise InvalidInputError(
            f"{path} exists; choose another {_kind(folder)}, or replace it with --force (force=True)"
        )
    if not path.parent.is_dir():
        raise InvalidInputError(f"there is no folder {path.parent} to write {path.name} to")


def write_export(path: Path, contents: bytes | Mapping[str, bytes], *, force: bool = False) -> tuple[Path, ...]:
    """Write a file, or a folder of files, so that nothing half-written is left behind.

    Parameters
    ----------
    path : path
        Target; its parent folder exists.
    contents : bytes, or mapping of str to bytes
        Of the file, or of each file of a folder by its path in it (with ``/``).
    force : bool, optional
        Replace an older export. A folder is replaced only if it holds nothing but files of the new one's names. In
        place of a link stands what was written, and what it led to is left as it was.

    Returns
    -------
    tuple of pathlib.Path
        What was written.

    Raises
    ------
    InvalidInputError
        As `check_export_target`; if the folder to replace holds other files; if the disk refuses (full, no
        permission). The target is then as it was.
    """
    folder = not isinstance(contents, bytes)
    check_export_target(path, folder=folder, force=force)
    try:
        if isinstance(contents, bytes):
            write_bytes_atomically(path, contents, follow=False)
            return (path,)
        _write_folder(path, contents)
        return tuple(path / name for name in contents)
    except OSError as error:
        raise InvalidInputError(f"cannot write {path}: {error.strerror or error}") from error


def _write_folder(path: Path, contents: Mapping[str, bytes]) -> None:
    if path.is_dir():
        strangers = [
            name
            for name in sorted(
                item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_symlink() or not item.is_dir()
            )
            if name not in contents
        ]
        if strangers:
            raise InvalidInputError(
                f"{path} also holds {strangers[0]}"
                + (f" and {len(strangers) - 1} more files" if len(strangers) > 1 else "")
                + ", which this export does not write; choose another folder"
            )
    waiting = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        new, old = waiting / "new", waiting / "old"
        new.mkdir(mode=0o755)
        for name, content in contents.items():
            target = new / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if path.is_dir():
            path.rename(old)
        try:
            new.rename(path)
        except BaseException:
            # An interrupt as well: what is left in here is removed below.
            if (old.is_symlink() or old.exists()) and not path.exists():
                old.rename(path)
            raise
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _kind(folder: bool) -> str:
    return "folder" if folder else "file"
