"""What a model says about itself as a whole: read from its SBML, for the metadata of archives and submissions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zinc_sbml.building.libsbml_tools import notes_text, read_document, resources

__all__ = ["Entry", "read_entry"]

# libSBML keeps the licence in a file but has no way to ask for it.
_LICENCE = re.compile(r'<dcterms:license rdf:resource="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model as an entry of a repository.

    Attributes
    ----------
    title, abstract : str
        Name of the model, and its notes as plain text.
    creators : tuple of str
        Names or organisations.
    created, modified : str
        Dates as in the SBML (ISO 8601), empty if there is none.
    licence : str
        Address of the licence, empty if there is none.
    taxa, processes : tuple of str
        Addresses of the organism and of the processes that the model is a version of.
    sources : tuple of str
        Addresses of the papers that parameters and processes rest on, each once, sorted. None of them describes
        the model as a whole.
    """

    title: str
    abstract: str
    creators: tuple[str, ...]
    created: str
    modified: str
    licence: str
    taxa: tuple[str, ...]
    processes: tuple[str, ...]
    sources: tuple[str, ...]


def read_entry(sbml: str) -> Entry:
    """Read what a model says about itself.

    Raises
    ------
    ModelBuildError
        If the text is no SBML model.
    """
    document = read_document(sbml)
    model = document.getModel()
    history = model.getModelHistory()
    creators, created, modified = [], "", ""
    if history is not None:
        for number in range(history.getNumCreators()):
            creator = history.getCreator(number)
            person = f"{creator.getGivenName()} {creator.getFamilyName()}".strip()
            creators.append(creator.getName() or person or creator.getOrganization())
        if history.isSetCreatedDate():
            created = history.getCreatedDate().getDateAsString()
        if history.getNumModifiedDates():
            modified = history.getModifiedDate(history.getNumModifiedDates() - 1).getDateAsString()
    about = resources(model)
    sources: set[str] = set()
    for element in (*model.getListOfParameters(), *model.getListOfReactions(), *model.getListOfSpecies()):
        sources |= set(resources(element).get("isDescribedBy", ()))
    licence = _LICENCE.search(sbml)
    return Entry(
        title=model.getName() or model.getId(),
        abstract=notes_text(model),
        creators=tuple(creators),
        created=created,
        modified=modified,
        licence=licence[1] if licence else "",
        taxa=about.get("hasTaxon", ()),
        processes=about.get("isVersionOf", ()),
        sources=tuple(sorted(sources)),
    )
