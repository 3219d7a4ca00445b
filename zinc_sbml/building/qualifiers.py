"""Which qualifier may join which element to what: rules as data, each with its reason.

A rule says what would be false, not what is merely unusual: it holds for any model.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from zinc_sbml.building.identifiers import Identifier, Kind

__all__ = ["RULES", "SPECIES_CLASSES", "Rule", "unsuited"]

SPECIES_CLASSES = MappingProxyType(
    {
        "SBO:0000247": "simple chemical",
        "SBO:0000327": "simple chemical",
        "SBO:0000250": "RNA",
        "SBO:0000278": "RNA",
        "SBO:0000252": "polypeptide",
        "SBO:0000253": "complex",
        "SBO:0000296": "complex",
        "SBO:0000297": "complex",
    }
)
"""What a species is, by the SBO terms that say it: those about which a rule can speak."""

_BIOLOGICAL = frozenset(
    {
        "is", "hasPart", "isPartOf", "isVersionOf", "hasVersion", "isHomologTo", "isDescribedBy", "isEncodedBy",
        "encodes", "occursIn", "hasProperty", "isPropertyOf", "hasTaxon",
    }
)  # fmt: skip
_IDENTITY = frozenset({"is", "isVersionOf", "hasVersion"})
_THINGS: frozenset[Kind] = frozenset({"chemical", "protein", "gene"})
_ANY = frozenset({"model", "compartment", "species", "reaction", "parameter", "other"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes
    ----------
    names : frozenset of str
        Kinds of accession it speaks of.
    on : frozenset of str
        Kinds of element it speaks of: ``model``, ``compartment``, ``species``, ``reaction``, ``parameter``, ``other``.
    species : str
        Only species of this class; empty for all.
    allowed : frozenset of str
        Biology qualifiers that suit.
    reason : str
        Why no other does.
    """

    names: frozenset[Kind]
    allowed: frozenset[str]
    reason: str
    on: frozenset[str] = _ANY
    species: str = ""


RULES = (
    Rule(
        names=frozenset({"paper"}),
        allowed=frozenset({"isDescribedBy"}),
        reason="a paper describes something, it is neither the thing nor a part or property of it",
    ),
    Rule(
        names=frozenset({"organism"}),
        allowed=frozenset({"hasTaxon"}),
        reason="an organism is what something belongs to (hasTaxon)",
    ),
    Rule(
        names=frozenset({"evidence"}),
        allowed=frozenset({"hasProperty"}),
        reason="a kind of evidence is a property of what is said, not the thing and no paper",
    ),
    Rule(
        names=frozenset({"chemical", "protein", "gene", "term", "anatomy", "enzyme", "reaction", "model"}),
        allowed=_BIOLOGICAL - {"hasTaxon"},
        reason="hasTaxon names an organism",
    ),
    Rule(
        names=_THINGS,
        on=frozenset({"reaction"}),
        allowed=_BIOLOGICAL - _IDENTITY - {"encodes", "isEncodedBy", "hasTaxon"},
        reason="a reaction is a process; a molecule takes part in it (hasPart)",
    ),
    Rule(
        names=frozenset({"protein", "gene"}),
        on=frozenset({"compartment"}),
        allowed=_BIOLOGICAL - _IDENTITY - {"encodes", "isEncodedBy", "hasTaxon"},
        reason="a compartment is a place, not a molecule",
    ),
    Rule(
        names=frozenset({"chemical"}),
        on=frozenset({"compartment"}),
        allowed=frozenset({"hasPart"}),
        reason="a compartment can only be filled with a chemical (hasPart)",
    ),
    Rule(
        names=frozenset({"protein"}),
        on=frozenset({"species"}),
        species="complex",
        allowed=frozenset({"hasPart"}),
        reason="a complex has the protein as a part (hasPart), it is not a form of it",
    ),
    Rule(
        names=frozenset({"protein"}),
        on=frozenset({"species"}),
        species="RNA",
        allowed=frozenset({"encodes"}),
        reason="an RNA encodes the protein",
    ),
    Rule(
        names=frozenset({"protein"}),
        on=frozenset({"species"}),
        species="simple chemical",
        allowed=_BIOLOGICAL - _IDENTITY - {"encodes", "hasTaxon"},
        reason="a simple chemical is no protein: either the SBO term or the accession is wrong",
    ),
    Rule(
        names=frozenset({"protein"}),
        on=frozenset({"species"}),
        species="polypeptide",
        allowed=_IDENTITY | {"hasPart", "isPartOf", "isHomologTo", "isEncodedBy"},
        reason="a protein is the entry (is), a form of it (isVersionOf), or has it as a part (hasPart)",
    ),
    Rule(
        names=frozenset({"enzyme"}),
        on=frozenset({"species"}),
        allowed=_BIOLOGICAL - {"is", "encodes", "isEncodedBy", "hasTaxon"},
        reason="an EC number names an activity that many proteins share, not one of them",
    ),
)
"""The rules. What no rule speaks of is allowed."""

# Model qualifiers (bqmodel) speak of the model as a piece of work: its papers and the models it comes from.
_OF_PAPERS = frozenset({"isDescribedBy", "isDerivedFrom"})
_NO_MODEL_QUALIFIER: frozenset[Kind] = frozenset({"chemical", "protein", "gene", "organism", "enzyme", "evidence"})


def unsuited(identifier: Identifier, qualifier: str, *, biological: bool, element: str, sbo: str = "") -> str:
    """Why a qualifier does not suit; empty if it does.

    Parameters
    ----------
    identifier : Identifier
        What is named.
    qualifier : str
        E.g. ``isVersionOf``.
    biological : bool
        A biology qualifier (bqbiol) if True, otherwise a model qualifier (bqmodel).
    element : str
        Kind of the element, as in `Rule`.
    sbo : str, optional
        SBO term of the element.
    """
    kind = identifier.kind
    if kind is None:
        return ""
    if not biological:
        if kind in _NO_MODEL_QUALIFIER:
            return "a model qualifier speaks of the model as a piece of work, not of molecules, organisms or evidence"
        if kind == "paper" and qualifier not in _OF_PAPERS:
            return "a paper describes a model or is what it was derived from"
        return ""
    for rule in RULES:
        if kind not in rule.names or element not in rule.on:
            continue
        if rule.species and SPECIES_CLASSES.get(sbo) != rule.species:
            continue
        if qualifier not in rule.allowed:
            return rule.reason
    return ""
