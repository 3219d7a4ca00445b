"""How much of a model is described: SBO terms and annotations by kind of element."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from zinc_sbml.building.annotations import needs_source
from zinc_sbml.building.descriptions import ANNOTATED
from zinc_sbml.building.libsbml_tools import resources

__all__ = ["Coverage", "coverage_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Description of the elements of one kind.

    Attributes
    ----------
    kind : str
        Of element.
    number : int
        Of elements.
    with_sbo, with_annotation : int
        How many have an SBO term, and how many a bqbiol annotation.
    complete : int
        How many have what their kind needs: a parameter an SBO term, a parameter that is measured, stated or fitted a
        source, the others an SBO term and an annotation.
    """

    kind: str
    number: int
    with_sbo: int
    with_annotation: int
    complete: int

    @property
    def share(self) -> float:
        """Share that is complete, 0 to 1; NaN where there is no such element."""
        return self.complete / self.number if self.number else math.nan


def coverage_of(model: Any, *, house: bool) -> tuple[Coverage, ...]:
    """Count what is described.

    Parameters
    ----------
    model : libsbml.Model
        Any model.
    house : bool
        As in `annotations.needs_source`.
    """
    kinds = {
        "compartment": list(model.getListOfCompartments()),
        "species": list(model.getListOfSpecies()),
        "reaction": list(model.getListOfReactions()),
        "parameter": list(model.getListOfParameters()),
        "measured or fitted parameter": [one for one in model.getListOfParameters() if needs_source(one, house=house)],
    }
    return tuple(
        Coverage(
            kind=kind,
            number=len(elements),
            with_sbo=sum(one.isSetSBOTerm() for one in elements),
            with_annotation=sum(bool(resources(one)) for one in elements),
            complete=sum(_complete(kind, one) for one in elements),
        )
        for kind, elements in kinds.items()
    )


def _complete(kind: str, element: Any) -> bool:
    if kind == "measured or fitted parameter":
        return bool(resources(element).get("isDescribedBy"))
    return bool(element.isSetSBOTerm()) and (kind not in ANNOTATED or bool(resources(element)))
