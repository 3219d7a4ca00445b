"""Explanations of how loss of ZIP7 harms the ER: the one model with some mechanisms on and others off.

The register is ``validation/hypotheses.toml``. Its first entry is what the shipped model does; the others are its
rivals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zinc_sbml import catalog
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.files import read_toml
from zinc_sbml.model import Model, load_model

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Hypothesis", "list_hypotheses", "load_hypotheses", "load_hypothesis"]

_KEYS = ("id", "name", "statement", "evidence", "switches", "parameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One explanation.

    Attributes
    ----------
    id, name, statement : str
        Id, a few words for headings, and a sentence.
    evidence : tuple of str
        Rows of docs/evidence on which its mechanisms rest.
    switches : dict of str to float
        Value of every switch between mechanisms: 1 on, 0 off.
    parameters : tuple of str
        Fitted parameters that act only with its mechanisms.
    is_shipped : bool
        Whether the shipped model does this without any change.
    """

    id: str
    name: str
    statement: str
    evidence: tuple[str, ...]
    switches: Mapping[str, float]
    parameters: tuple[str, ...]
    is_shipped: bool

    @property
    def rival(self) -> str | None:
        """Id by which its files are found; None for what the shipped model does, whose files are the main ones."""
        return None if self.is_shipped else self.id

    def changes(self, model: Model) -> dict[str, float]:
        """Switches whose value differs from the model's, as `simulate` takes them for ``parameters``."""
        return {name: value for name, value in self.switches.items() if model.quantities[name].value != value}


def load_hypotheses(path: str | Path | None = None) -> dict[str, Hypothesis]:
    """Read the register of hypotheses.

    Parameters
    ----------
    path : str or path, optional
        A register; the shipped one by default.

    Returns
    -------
    dict of str to Hypothesis
        By id, in the order of the file; the first is what the shipped model does.

    Raises
    ------
    InvalidInputError
        If the file cannot be read, an entry lacks something, two have the same id or do the same, or the first is
        not what the shipped model does; names file and entry.
    UnknownIdError
        For a key, switch or parameter that does not exist.
    """
    file = Path(path) if path is not None else catalog.hypotheses_path()
    content = read_toml(file, "hypotheses")
    for key in content:
        if key != "hypothesis":
            raise UnknownIdError("key", key, ["hypothesis"], str(file))
    entries = content.get("hypothesis", [])
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, Mapping) for entry in entries):
        raise InvalidInputError(f"{file} holds no [[hypothesis]]; write each with two brackets")
    model = load_model(catalog.DEFAULT_MODEL)
    found: dict[str, Hypothesis] = {}
    for number, entry in enumerate(entries, 1):
        one = _hypothesis(entry, model, f"{file}, hypothesis {entry.get('id', number)!r}")
        if one.id in found:
            raise InvalidInputError(f"{file} holds two hypotheses with the id {one.id!r}")
        for other in found.values():
            if other.switches == one.switches:
                raise InvalidInputError(f"{file}: {other.id} and {one.id} set the same switches")
        found[one.id] = one
    first = next(iter(found.values()))
    if not first.is_shipped:
        raise InvalidInputError(f"{file}: the first hypothesis must be what {model.id} ships, but {first.id} is not")
    return found


def load_hypothesis(hypothesis_id: str) -> Hypothesis:
    """Give one shipped hypothesis.

    Raises
    ------
    UnknownIdError
        If there is none with this id.
    """
    known = load_hypotheses()
    if not isinstance(hypothesis_id, str) or hypothesis_id not in known:
        raise UnknownIdError("hypothesis", str(hypothesis_id), known)
    return known[hypothesis_id]


def list_hypotheses() -> pd.DataFrame:
    """Table of the hypotheses, indexed by ``id``: name, statement, evidence, one column for each switch."""
    import pandas as pd

    rows = [
        {
            "id": one.id,
            "name": one.name,
            "statement": one.statement,
            "evidence": ", ".join(one.evidence),
            **one.switches,
        }
        for one in load_hypotheses().values()
    ]
    return pd.DataFrame(rows).set_index("id")


def _hypothesis(entry: Any, model: Model, where: str) -> Hypothesis:
    for key in entry:
        if key not in _KEYS:
            raise UnknownIdError("key", key, _KEYS, where)
    for key in _KEYS:
        if key not in entry:
            raise InvalidInputError(f"{where}: {key} is missing")
    for key in ("id", "name", "statement"):
        if not isinstance(entry[key], str) or not entry[key]:
            raise InvalidInputError(f"{where}: {key} must be a text, not {entry[key]!r}")
    for key in ("evidence", "parameters"):
        if not isinstance(entry[key], list) or not all(isinstance(item, str) for item in entry[key]):
            raise InvalidInputError(f"{where}: {key} must be an array of texts, not {entry[key]!r}")
    if not isinstance(entry["switches"], Mapping):
        raise InvalidInputError(f"{where}: switches must be a table of switch = 0 or 1, not {entry['switches']!r}")
    known = [item.id for item in model.having("input") if item.is_switch]
    for name, value in entry["switches"].items():
        if name not in known:
            raise UnknownIdError("switch", name, known, where)
        if value not in (0, 1):
            raise InvalidInputError(f"{where}: {name} is {value!r}, expected 0 or 1")
    missing = sorted(set(known) - set(entry["switches"]))
    if missing:
        raise InvalidInputError(f"{where}: switches must give a value to {', '.join(missing)}")
    parameters = [item.id for item in model.having("parameter")]
    for name in entry["parameters"]:
        if name not in parameters:
            raise UnknownIdError("parameter", name, parameters, where)
    switches = {name: float(entry["switches"][name]) for name in known}
    return Hypothesis(
        id=entry["id"],
        name=entry["name"],
        statement=entry["statement"],
        evidence=tuple(entry["evidence"]),
        switches=switches,
        parameters=tuple(entry["parameters"]),
        is_shipped=all(model.quantities[name].value == value for name, value in switches.items()),
    )
