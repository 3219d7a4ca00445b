"""Parts of the documents that are made from the model and its tables, so that they cannot drift away from them.

A part stands between two marks, ``<!-- NAME: written by `zinc-sbml docs` -->`` and ``<!-- end of NAME -->``. The first
word of its name is that of its maker in `MAKERS`, to which the other words are given.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from zinc_sbml import catalog
from zinc_sbml.building.equations import Equation, equations
from zinc_sbml.certificate_record import certificate_table, read_record
from zinc_sbml.document_pictures import stale_pictures, write_pictures
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.files import write_atomically
from zinc_sbml.findings import Calibration, Status, compare, compare_plausible
from zinc_sbml.findings.family import FamilyVerdict
from zinc_sbml.findings.rivals import HypothesisComparison, compare_hypotheses
from zinc_sbml.findings.table import markdown_table
from zinc_sbml.markdown import details, symbol, table
from zinc_sbml.model import load_model
from zinc_sbml.model_tables import MAKERS as MODEL_MAKERS
from zinc_sbml.quantities import duration_text
from zinc_sbml.table_text import read_rows

__all__ = ["DOCUMENTS", "made", "update_documents"]

DOCUMENTS = (
    "README.md",
    "docs/science.md",
    "models/README.md",
    "validation/README.md",
    "validation/hypotheses/README.md",
)
"""Files that hold such parts, from the root of the repository."""

_PART = re.compile(
    r"(?P<start><!-- (?P<name>[\w ]+): written by `zinc-sbml docs` -->\n).*?(?P<end><!-- end of (?P=name) -->)",
    re.DOTALL,
)

# Instance of a process in the cell, by the name of its module.
_INSTANCES = {
    "zinc_homeostasis": "zinc",
    "ero1_pdi": "ero1",
    "glutathione": "gsh",
    "oxidative_folding": "folding",
    "quality_control": "quality",
    "unfolded_protein_response": "upr",
}


def update_documents(root: Path, *, check: bool = False) -> list[Path]:
    """Make every part of every document again, and the pictures beside them.

    Parameters
    ----------
    root : path
        Of the repository.
    check : bool, optional
        Write nothing.

    Returns
    -------
    list of pathlib.Path
        Documents that changed, or would.

    Raises
    ------
    InvalidInputError
        If a document is missing (an installed package has none) or holds no part.
    UnknownIdError
        If a part has no maker.
    """
    changed = {}
    for name in DOCUMENTS:
        path = root / name
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise InvalidInputError(
                f"cannot read {path}: {error.strerror}; the documents are in the repository, not in the package"
            ) from error
        parts = len(_PART.findall(text))
        marks = (text.count(": written by `zinc-sbml docs` -->"), text.count("<!-- end of "))
        if not parts or marks != (parts, parts):
            raise InvalidInputError(
                f"{path}: {marks[0]} parts that `zinc-sbml docs` writes begin and {marks[1]} end, but {parts} do both; "
                "each needs its two marks with the same name"
            )
        new = _PART.sub(lambda part: f"{part['start']}{made(part['name'])}\n{part['end']}", text)
        if new != text:
            changed[path] = new
    pictures = stale_pictures(root / "docs" / "pictures")
    if not check:
        write_atomically(changed)
        write_pictures(pictures)
    return [*changed, *pictures]


def made(name: str) -> str:
    """Make one part; see `MAKERS`."""
    maker, *words = name.split()
    if maker not in MAKERS:
        raise UnknownIdError("part of a document", maker, MAKERS)
    return MAKERS[maker](*words)


def _process(module: str) -> str:
    """Words and equations of one process: the head of its Antimony file, then its reactions and rules."""
    if module not in _INSTANCES:
        raise UnknownIdError("process", module, _INSTANCES)
    reactions = [one for one in _equations() if one.scheme and one.id.startswith(f"{_INSTANCES[module]}_")]
    lines = [_paragraphs(_source(module)), ""]
    # Steps of a chain differ in their numbers only: the first is shown, the others are folded away.
    for _, group in itertools.groupby(sorted(reactions, key=_shape_order(reactions)), key=_shape):
        first, *others = group
        lines += [_reaction(first), ""]
        if others:
            lines += [details(f"{len(others)} more of this form", "\n\n".join(map(_reaction, others))), ""]
    return "\n".join([*lines, *_rules(module)]).rstrip()


def _whole() -> str:
    """Rules that belong to no process: reservoirs that inputs set."""
    return "\n".join(_rules("")).rstrip()


def _rules(module: str) -> list[str]:
    """Rules that a module computes, or, without one, those that no module does."""
    return [
        line
        for one in _equations()
        if not one.scheme and _home(one.id) == module
        for line in (f"`{one.id}`: {one.name}", "", _math(f"{symbol(one.id)} = {one.latex}"), "")
    ]


@cache
def _equations() -> tuple[Equation, ...]:
    return equations(load_model(catalog.DEFAULT_MODEL))


@cache
def _source(module: str) -> str:
    return (catalog.models_directory() / "modules" / f"{module}.ant").read_text(encoding="utf-8")


def _home(rule: str) -> str:
    """Module that computes something: what is shared keeps its name, the rest has that of the instance before it."""
    for module, instance in _INSTANCES.items():
        local = rule.removeprefix(f"{instance}_")
        if re.search(rf"^ *(?:{re.escape(rule)}|{re.escape(local)}) := ", _source(module), re.MULTILINE):
            return module
    return ""


def _shape_order(reactions: Sequence[Equation]) -> Callable[[Equation], int]:
    """Keep the order of the model, with reactions of one shape beside the first of them."""
    first: dict[str, int] = {}
    for number, one in enumerate(reactions):
        first.setdefault(_shape(one), number)
    return lambda one: first[_shape(one)]


def _shape(equation: Equation) -> str:
    return re.sub(r"\d+", "#", equation.id)


def _reaction(one: Equation) -> str:
    return f"`{one.id}`: {one.name}\n\n`{one.scheme}`\n\n" + _math(r"v_{" + symbol(one.id) + "} = " + one.latex)


def _math(latex: str) -> str:
    return f"```math\n{latex}\n```"


def _paragraphs(source: str) -> str:
    """Comment at the head of an Antimony file as Markdown; indented lines keep their shape."""
    head = list(itertools.takewhile(lambda line: line.startswith("//"), source.splitlines()))
    lines = [line.removeprefix("//").removeprefix(" ") for line in head]
    return "\n".join(f"    {line.strip()}" if line.startswith("  ") else line for line in lines)


def _parameters() -> str:
    """How many parameters of the cell rest on what."""
    rows = [
        row
        for row in read_rows(catalog.passports_path())
        if row["role"] == "parameter" and catalog.DEFAULT_MODEL in row["models"].split()
    ]
    counts: dict[str, int] = {}
    for row in rows:
        word = row["notes"].split()[0].strip(".,:;")
        counts[word] = counts.get(word, 0) + 1
    lines = [(word, str(number)) for word, number in sorted(counts.items(), key=lambda item: -item[1])]
    return table(("first word of the passport", "parameters"), [*lines, ("all", str(len(rows)))])


def _findings() -> str:
    """Every finding, in the shipped cell and over the family, in the order of the register."""
    return markdown_table(compare(), compare_plausible())


def _verdicts() -> str:
    """Every finding over the family: misses first, then those that divide the cells, then the rest."""
    verdicts = compare_plausible().verdicts
    parts = []
    for status in (Status.MISSED, Status.DIVIDED, Status.REPRODUCED, Status.OUT_OF_SCOPE):
        group = [one for one in verdicts if one.status is status]
        words = ("finding", "statement", "cells", "used to fit", "why")
        rows = [
            (one.finding.id, one.finding.statement, _share(one.share), _used(one), one.finding.reason) for one in group
        ]
        parts.append(f"**{status.value.capitalize()}: {len(group)}**\n\n" + table(words, rows))
    return "\n\n".join(parts)


def _used(one: FamilyVerdict) -> str:
    return {Calibration.NONE: "no", Calibration.DATA: "as datum", Calibration.PENALTY: "as bound"}[
        one.finding.calibration
    ]


def _hypotheses() -> str:
    """What each hypothesis says."""
    rows = [
        (f"`{one.id}`", one.statement, ", ".join(one.evidence), str(_comparison().fitness[one.id].cells))
        for one in _comparison().hypotheses.values()
    ]
    return table(("hypothesis", "what it says", "evidence", "cells"), rows)


def _shares() -> str:
    """Findings by hypotheses; those on which hypotheses differ most first, apart from those used to fit."""
    shares = _comparison().shares
    names = list(_comparison().hypotheses)
    parts = []
    for used in (False, True):
        group = shares[(shares["calibration"] != Calibration.NONE.value) == used]
        spread = group[names].max(axis=1) - group[names].min(axis=1)
        rows = [
            (str(finding), *(_share(share) for share in group.loc[finding, names].tolist()))
            for finding in spread.sort_values(ascending=False, kind="stable").index
        ]
        title = "Used to fit" if used else "Not used to fit"
        parts.append(f"**{title}**\n\n" + table(("finding", *(f"`{name}`" for name in names)), rows))
    return "\n\n".join(parts)


def _fit() -> str:
    """Fit, evidence and what is given up, by hypothesis."""
    rows = []
    fit = _comparison().fit
    for name, one in _comparison().fitness.items():
        aic, bayes, spread = fit.loc[name, ["aic", "log10_bayes", "log10_spread"]].tolist()
        rows.append(
            (
                f"`{name}`", str(one.parameters), f"{one.cost:.1f}", f"{aic:.1f}",
                f"{bayes:+.1f} ± {spread:.1f}" if spread else "0", str(one.cells), _share(one.accepted),
                ", ".join(one.given_up) or "nothing",
            )
        )  # fmt: skip
    header = (
        "hypothesis", "fitted", "best cost", "AIC above the least", "log10 Bayes factor", "cells", "of draws",
        "gives up",
    )  # fmt: skip
    return table(header, rows)


def _compromises() -> str:
    """What hypotheses do instead of what they give up."""
    rows = [
        (f"`{name}`", finding, f"{median:.3g} ({low:.3g} to {high:.3g})", words)
        for name in _comparison().hypotheses
        for finding, words, median, low, high in _comparison().compromises(name)
    ]
    return table(("hypothesis", "gives up", "has instead, median (90 %)", "wanted"), rows)


def _experiments(one: str, other: str) -> str:
    """The best experiments to tell two hypotheses apart."""
    rows = [
        row
        for row in read_rows(catalog.rival_directory() / "experiments.tsv")
        if (row["one"], row["other"]) == (one, other)
    ]
    if not rows:
        raise InvalidInputError(f"no experiments are kept for {one} and {other}")
    header = ("", "do", "read", f"`{one}`", f"`{other}`", "separation", "told apart")
    return table(header, [(row["rank"], *_experiment(row)) for row in rows])


def _pairs() -> str:
    """The best experiment for every pair of hypotheses."""
    rows = [
        (f"`{row['one']}`", f"`{row['other']}`", *_experiment(row))
        for row in read_rows(catalog.rival_directory() / "pairs.tsv")
    ]
    return table(("one", "other", "do", "read", "one reads", "other reads", "separation", "told apart"), rows)


def _experiment(row: dict[str, str]) -> tuple[str, ...]:
    return (
        row["experiment"],
        f"`{row['readout']}` ({row['assay']}), {_minutes(row['minutes_after'])} later, against {row['against']}",
        *(f"{_three(row[f'{side}_median'])} ({_three(row[f'{side}_low'])} to {_three(row[f'{side}_high'])})"
          for side in ("one", "other")),
        f"{abs(float(row['separation'])):.1f}",
        _share(float(row["told_apart"])),
    )  # fmt: skip


def _predictions() -> str:
    """What every hypothesis predicts for some readings."""
    names = list(_comparison().hypotheses)
    rows = [
        (
            row["question"],
            f"{row['experiment']}; `{row['readout']}` {_minutes(row['minutes_after'])} later, against {row['against']}",
            *(f"{_three(row[f'{name}_median'])} ({_three(row[f'{name}_low'])} to {_three(row[f'{name}_high'])})"
              for name in names),
        )
        for row in read_rows(catalog.rival_directory() / "predictions.tsv")
    ]  # fmt: skip
    return table(("question", "experiment and reading", *(f"`{name}`" for name in names)), rows)


def _minutes(text: str) -> str:
    return duration_text(60 * float(text))


def _window() -> str:
    """The window for zinc on Ero1alpha."""
    rows = [
        (
            row["quantity"], row["unit"],
            *(f"{_three(row['median' + of])} ({_three(row['low' + of])} to {_three(row['high' + of])})"
              for of in ("", "_paper")),
        )
        for row in read_rows(catalog.calibration_directory() / "zinc_window.tsv")
    ]  # fmt: skip
    return table(("quantity", "unit", "plausible cells", "those that also meet P01-P10"), rows)


MAKERS: dict[str, Callable[..., str]] = {
    "process": _process,
    "whole": _whole,
    "parameters": _parameters,
    "findings": _findings,
    "verdicts": _verdicts,
    "hypotheses": _hypotheses,
    "shares": _shares,
    "fit": _fit,
    "compromises": _compromises,
    "experiments": _experiments,
    "pairs": _pairs,
    "predictions": _predictions,
    "window": _window,
    "certificate": lambda: certificate_table(read_record()),
    **MODEL_MAKERS,
}


@cache
def _comparison() -> HypothesisComparison:
    return compare_hypotheses()


def _share(share: float) -> str:
    return "" if math.isnan(share) else f"{share:.0%}"


def _three(text: str) -> str:
    return f"{float(text):.3g}"
