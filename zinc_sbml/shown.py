"""How results show themselves: in a line on a console, with their table in a notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape

__all__ = ["Shown", "counted"]


class Shown:
    """Something large that says in one line what it is; what it holds would fill the screen.

    A class of this kind has `_line`, and a ``frame`` if a notebook is to show a table below the line.
    """

    __slots__ = ()

    def _line(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._line()})"

    def _repr_html_(self) -> str:
        frame = getattr(self, "frame", None)
        return f"<p>{escape(self._line())}</p>{'' if frame is None else frame._repr_html_()}"


def counted(words: Iterable[str]) -> str:
    """How often each word stands in a row, such as ``41 reproduced, 5 missed``."""
    return ", ".join(f"{number} {word}" for word, number in Counter(words).most_common())
