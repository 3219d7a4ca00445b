"""The figure of every picture here: a notebook shows it, although pyplot knows nothing of it."""

from __future__ import annotations

from matplotlib.figure import Figure

from zinc_sbml.plots.files import picture_bytes

__all__ = ["Picture"]

# Pixels of a screen for each inch of a figure.
_SCREEN = 96


class Picture(Figure):
    """A figure that notebooks show."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width, height = self.get_size_inches() * _SCREEN
        return picture_bytes(self, "png"), {"width": round(width), "height": round(height)}
