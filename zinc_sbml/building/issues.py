"""What a check has to say about a model, and the codes it says it with.

Checks return lists of `Issue` and never raise for a defect of the model: the caller decides whether a list
stops a build, is printed, or is compared with what a test expects. Codes are stable; texts may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

__all__ = ["ISSUE_CODES", "Issue", "Severity"]

Severity = Literal["error", "warning"]

ISSUE_CODES: Mapping[str, str] = MappingProxyType(
    {
        "ZS001": "unit that is empty or not defined (usually misspelled)",
        "ZS002": "the same thing is set twice in one Antimony model; the last one wins silently",
        "ZS003": "parameter that no rate law, rule or event reads",
        "ZS004": "parameter without a unit",
        "ZS005": "module symbol that was never joined to the symbol of the same name in the top model",
        "ZS006": "species or compartment that belongs to a module instead of the top model",
        "ZS007": "range that stands in the Antimony source but is lost in the compiled model",
        "ZS008": "unit that is not in the list of the top model",
        "ZS009": "element without an SBO term",
        "ZS010": "SBO term from a branch that does not fit the element",
        "ZS011": "element without a name",
        "ZS012": "species, compartment or reaction without a bqbiol annotation",
        "ZS013": "id that is a reserved word in Antimony, SBML formulas or a simulator",
        "ZS014": "model without creator, dates, taxon or notes",
        "ZS015": "rule of a module that is lost because another module's value was joined first",
        "ZP001": "parameter without a value",
        "ZP002": "parameter without notes",
        "ZP003": "parameter without a known kind of evidence",
        "ZP004": "parameter without a range",
        "ZP005": "value, lower and upper bound that contradict each other",
        "ZP006": "role in the notes that contradicts the element",
        "ZP007": "measured, stated or fitted parameter that names no source",
        "ZA001": "annotation that is no address",
        "ZA002": "accession that does not fit the pattern of its namespace",
        "ZA003": "annotation that cannot be judged: another site, or a namespace that is not known here",
        "ZA004": "outdated form of an address",
        "ZA005": "qualifier that does not suit what it joins",
        "ZA006": "accession that the table of checked accessions does not confirm",
        "ZA007": "accession on an element that it was not checked for (usually swapped)",
        "ZA008": "row of the table of checked accessions that no model uses",
        "ZC001": "reaction that does not balance",
        "ZC002": "species without a row in the composition table",
        "ZC003": "row of the composition table that no model uses",
        "ZC004": "conserved moiety that the composition table does not name",
    }
)
"""Every code of our own with its meaning; codes of libSBML appear as ``SBML<number>``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One defect found in a model.

    Attributes
    ----------
    severity : {"error", "warning"}
        ``error``: the model is wrong or would be read wrongly. ``warning``: it is incomplete or unusual.
    code : str
        A key of `ISSUE_CODES`, or ``SBML`` with the number libSBML gives.
    line : int or None
        Line counted from 1, in the Antimony source if `file` names one, otherwise in the SBML.
    element : str
        Id of the element concerned, empty if there is none.
    message : str
        What is wrong, in a sentence.
    category : str
        Group of checks it comes from: a category of libSBML, or ``source``, ``modules``, ``description``,
        ``annotation``, ``passport``, ``chemistry``.
    file : pathlib.Path or None
        File that `line` counts in, where it is known.
    """

    severity: Severity
    code: str
    line: int | None
    element: str
    message: str
    category: str
    file: Path | None = None
