"""Pictures of runs, comparisons, findings and fluxes, all in one style.

Drawn on a `Figure` of their own, never through pyplot: no window system is needed, and nothing is left open. Every
function gives the figure, and writes it too if it is given a path: png, svg or pdf, the same bytes for the same input.
"""

from __future__ import annotations

from zinc_sbml.plots.comparison import compare_results
from zinc_sbml.plots.course import plot_result
from zinc_sbml.plots.files import check_picture_target, picture_bytes, save_picture
from zinc_sbml.plots.fluxes import flux_map
from zinc_sbml.plots.story import storyboard
from zinc_sbml.plots.story_table import STORY
from zinc_sbml.plots.times import time_axis
from zinc_sbml.plots.verdicts import findings_chart

__all__ = [
    "STORY",
    "check_picture_target",
    "compare_results",
    "findings_chart",
    "flux_map",
    "picture_bytes",
    "plot_result",
    "save_picture",
    "storyboard",
    "time_axis",
]
