"""A model as one file of Antimony, without modules, for reading and for tools that take no imports."""

from __future__ import annotations

from zinc_sbml.building.compile import translate_to_antimony
from zinc_sbml.exchange.levels import lost_facts
from zinc_sbml.model import Model

__all__ = ["antimony_file"]


def antimony_file(model: Model) -> tuple[str, dict[str, int]]:
    """Write a model as flat Antimony.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    text : str
        One Antimony model.
    lost : dict of str to int
        What the SBML that this text compiles to no longer says, as in `zinc_sbml.exchange.levels.lost_facts`.

    Raises
    ------
    ModelBuildError
        If Antimony cannot read the SBML, or its own text.
    """
    text, back = translate_to_antimony(model.sbml)
    return text, lost_facts(model.sbml, back)
