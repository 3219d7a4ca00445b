"""Pictures as files: which formats there are, and how the same figure gives the same bytes."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.files import check_target, write_bytes_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["check_picture_target", "picture_bytes", "save_picture"]

_FORMATS = ("pdf", "png", "svg")

# Settings of matplotlib hold for the whole process, and the explorer draws in several threads.
_ONE_AT_A_TIME = threading.Lock()


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


def picture_bytes(figure: Figure, kind: str, *, made_from: str | None = None) -> bytes:
    """Content of a picture file; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    kind : {"svg", "pdf", "png"}
        Its format.
    made_from : str, optional
        Of an SVG: what is told as its Dublin Core source.
    """
    import matplotlib

    # Without these the file would differ from run to run by a random salt and by the date.
    metadata = {"svg": {"Date": None, "Source": made_from}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    content = io.BytesIO()
    with _ONE_AT_A_TIME, matplotlib.rc_context({"svg.hashsalt": "zinc_sbml"}):
        figure.savefig(content, format=kind, dpi=150, metadata=metadata)
    return content.getvalue()


def save_picture(figure: Figure, target: Path) -> None:
    """Write a picture beside its target, then move it into place."""
    write_bytes_atomically(target, picture_bytes(figure, target.suffix.lstrip(".").lower()))
