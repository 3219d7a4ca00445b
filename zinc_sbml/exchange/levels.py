"""Older levels of SBML, for tools that read no Level 3 Version 2, and what is lost on the way."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter

from zinc_sbml.building.libsbml_tools import check, read_document
from zinc_sbml.errors import InvalidInputError

__all__ = ["LEVELS", "lost_facts", "to_level"]

LEVELS = ((3, 2), (3, 1), (2, 4))
"""Levels and versions of SBML that are written; the first is that of the shipped models."""

# What Level 2 means where an attribute is not written: leaving it out loses nothing.
_LEVEL_2_MEANS = {
    "compartment constant": "true",
    "compartment spatialDimensions": "3",
    "event useValuesFromTriggerTime": "true",
    "parameter constant": "true",
    "reaction reversible": "true",
    "species boundaryCondition": "false",
    "species constant": "false",
    "species hasOnlySubstanceUnits": "false",
    "speciesReference constant": "true",
    "speciesReference stoichiometry": "1",
    "trigger initialValue": "true",
    "trigger persistent": "true",
    "unit exponent": "1",
    "unit multiplier": "1",
    "unit scale": "0",
}

_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
# What vCard 4, which Level 3 uses for creators, calls otherwise than vCard 3.
_VCARD_4 = "{http://www.w3.org/2006/vcard/ns#}"
_VCARD_3 = "{http://www.w3.org/2001/vcard-rdf/3.0#}"
_VCARD_3_CALLS = {
    "fn": "creator",
    "hasName": "creator",
    "family-name": "Family",
    "given-name": "Given",
    "hasEmail": "EMAIL",
    "organization-name": "Orgname",
}
_VCARD_4_NAME = re.compile(r"<vCard:fn>\s*<vCard:text>([^<]*)</vCard:text>\s*</vCard:fn>")


def to_level(sbml: str, level: int, version: int) -> str:
    """Convert a model to another level and version.

    Parameters
    ----------
    sbml : str
        The model.
    level, version : int
        One of `LEVELS`.

    Returns
    -------
    str
        The converted model; `lost_facts` tells what is no longer in it.

    Raises
    ------
    InvalidInputError
        If the level is none of `LEVELS`, or the model uses something that it cannot say.
    """
    import libsbml

    if (level, version) not in LEVELS:
        known = ", ".join(f"level {one} version {other}" for one, other in LEVELS)
        raise InvalidInputError(f"SBML level {level} version {version}: expected {known}")
    document = read_document(sbml)
    if (document.getLevel(), document.getVersion()) == (level, version):
        return sbml
    # Strict: refuse rather than write what the other level reads differently.
    if not document.setLevelAndVersion(level, version, True):
        log = document.getErrorLog()
        reasons = [
            " ".join(log.getError(number).getMessage().split())
            for number in range(log.getNumErrors())
            if log.getError(number).getSeverity() >= libsbml.LIBSBML_SEV_ERROR
        ]
        raise InvalidInputError(
            f"this model cannot be written as SBML level {level} version {version}: "
            + (reasons[0] if reasons else "libSBML gives no reason")
        )
    text = check(libsbml.writeSBMLToString(document), "write the model")
    return _with_level_2_creators(text) if level == 2 else text


def _with_level_2_creators(text: str) -> str:
    """Mend what libSBML 5.21 writes about the authors of a Level 2 model that was read as Level 3.

    It uses the prefix ``dc`` without declaring it, so that no XML parser reads the file, and puts the full name of a
    creator, which Level 3 has from vCard 4, into the namespace of vCard 3, where it warns of it when it reads the file.
    Level 2 knows persons only, with family and given name: the words of the name are shared out between the two.
    """
    if "<dc:" in text and "xmlns:dc=" not in text:
        text = text.replace("<rdf:RDF ", f'<rdf:RDF xmlns:dc="{_DUBLIN_CORE}" ', 1)
    return _VCARD_4_NAME.sub(_level_2_name, text)


def _level_2_name(found: re.Match[str]) -> str:
    given, _, family = found[1].rpartition(" ")
    return (
        f'<vCard:N rdf:parseType="Resource"><vCard:Family>{family}</vCard:Family>'
        f"<vCard:Given>{given or family}</vCard:Given></vCard:N>"
    )


def lost_facts(before: str, after: str) -> dict[str, int]:
    """What one text of a model says and another does not; what Level 2 means anyway or calls otherwise is not counted.

    Parameters
    ----------
    before, after : str
        SBML of the two.

    Returns
    -------
    dict of str to int
        How many elements (``"delay"``) or attributes (``"cn units"``) are missing, by their names.
    """
    missing = _facts(before) - _facts(after)
    return dict(sorted(missing.items()))


def _facts(sbml: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for element in ElementTree.fromstring(sbml).iter():
        tag = _local(element.tag)
        if element.tag.startswith(_VCARD_4):
            if tag == "text":
                continue
            tag = _VCARD_3_CALLS.get(tag, tag)
        elif element.tag == f"{_VCARD_3}N":
            tag = "creator"
        found[tag] += 1
        for attribute, value in element.attrib.items():
            name = f"{tag} {_local(attribute)}"
            found[name] += _LEVEL_2_MEANS.get(name) != value
    return found


def _local(name: str) -> str:
    return re.sub(r"^\{.*\}", "", name)
