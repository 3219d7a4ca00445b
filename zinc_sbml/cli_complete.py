"""What the shell completes: ids of the shipped tables, read without the libraries that a run needs."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable
from typing import Any, get_type_hints

from zinc_sbml import catalog

__all__ = ["COMPLETIONS", "add_completions"]

Completion = Callable[[str], list[tuple[str, str]]]


def _starting(incomplete: str, known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, about) for name, about in known if name.startswith(incomplete)]


def scenarios(incomplete: str) -> list[tuple[str, str]]:
    """Ids of the shipped scenarios, with their titles."""
    with catalog.scenarios_path().open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        id_column = (rows.fieldnames or [""])[0]
        return _starting(incomplete, [(row[id_column], row.get("title") or "") for row in rows])


def models(incomplete: str) -> list[tuple[str, str]]:
    """Ids of the shipped models."""
    return _starting(incomplete, [(name, "") for name in catalog.model_ids()])


def findings(incomplete: str) -> list[tuple[str, str]]:
    """Ids of the published findings, with their statements."""
    register = tomllib.loads(catalog.findings_path().read_text(encoding="utf-8"))
    entries = next((value for value in register.values() if isinstance(value, list)), [])
    return _starting(incomplete, [(entry["id"], entry.get("statement", "")) for entry in entries])


def hypotheses(incomplete: str) -> list[tuple[str, str]]:
    """Ids of the competing explanations."""
    register = tomllib.loads(catalog.hypotheses_path().read_text(encoding="utf-8"))
    entries = next((value for value in register.values() if isinstance(value, list)), [])
    return _starting(incomplete, [(entry["id"], entry.get("statement", "")) for entry in entries])


def _elements(incomplete: str, kind: str) -> list[tuple[str, str]]:
    """Parameters of the shipped models whose notes begin with a word, or that are constant; read as text."""
    found: dict[str, str] = {}
    for model in catalog.model_ids():
        text = catalog.model_path(model).read_text(encoding="utf-8")
        # A regular expression reads the generated files in a hundredth of the time that libSBML needs to load.
        for head, body in re.findall(r"<parameter ([^>]*[^/])>(.*?)</parameter>", text, re.DOTALL):
            attributes = dict(re.findall(r'(\w+)="([^"]*)"', head))
            wanted = attributes.get("constant") == "true" if kind == "value" else re.search(rf">\s*{kind}\.", body)
            if wanted:
                found.setdefault(attributes["id"], attributes.get("name", ""))
    return _starting(incomplete, list(found.items()))


def inputs(incomplete: str) -> list[tuple[str, str]]:
    """Ids of the inputs, with their names."""
    return _elements(incomplete, "Input")


def readouts(incomplete: str) -> list[tuple[str, str]]:
    """Ids of the readouts, with their names."""
    return _elements(incomplete, "Readout")


def parameters(incomplete: str) -> list[tuple[str, str]]:
    """Ids of what has a constant value: parameters and inputs."""
    return _elements(incomplete, "value")


def assignments(incomplete: str) -> list[tuple[str, str]]:
    """``ID=``, to be followed by a value."""
    return [] if "=" in incomplete else [(f"{name}=", about) for name, about in parameters(incomplete)]


COMPLETIONS: dict[str, Completion] = {
    "scenario": scenarios,
    "baseline": scenarios,
    "against": scenarios,
    "a": scenarios,
    "b": scenarios,
    "model": models,
    "readout": readouts,
    "input": inputs,
    "set_": assignments,
    "set_other": assignments,
    "parameter": parameters,
    "finding": findings,
    "hypothesis": hypotheses,
    "one": hypotheses,
    "other": hypotheses,
}
"""What is completed, by the name of the argument or option in the function of a command."""


def add_completions(function: Callable[..., Any]) -> None:
    """Tell the shell what goes into the arguments and options of a command, by their names."""
    hints = get_type_hints(function, include_extras=True)
    # Annotations are text until now, and each reading of it would make new options without completion.
    function.__annotations__ = hints
    for name, hint in hints.items():
        for one in getattr(hint, "__metadata__", ()):
            if name in COMPLETIONS and getattr(one, "autocompletion", name) is None:
                one.autocompletion = COMPLETIONS[name]
