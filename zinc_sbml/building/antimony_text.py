"""Antimony sources read as text.

Antimony keeps only the last of two values, drops ranges of joined modules and does not say from which line a
symbol came. What it forgets can only be seen in the text, so this module splits the text into statements. It
knows just enough of the language for that: comments, strings, model blocks, and what a statement sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Statement", "name_of", "read_statements", "targets", "without_strings"]

_TOKEN = re.compile(
    r"""(?P<string>```.*?```|"(?:\\.|[^"\\\n])*")   # notes in triple back-ticks, names
      | (?P<comment>//[^\n]*|\#[^\n]*|/\*.*?\*/)
      | (?P<separator>[;\n])
      | (?P<word>\w+)
      | (?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_MODEL = re.compile(r"(?:model|module)\s+\*?\s*(?P<name>\w+)\s*(?:\([^)]*\))?\s*$")
_IMPORT = re.compile(r'import\s+"(?P<path>[^"]+)"')
_DECLARATION = re.compile(r"(?:(?:const|var|substanceOnly|species|compartment|formula)\s+)+")
_ASSIGNED = re.compile(r"\$?\s*(?P<name>[A-Za-z_][\w.]*)\s*(?:in\s+\w+\s*)?(?P<sign>:=|'\s*=|=)(?!=)")
_LABEL = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*:(?!=)")
_EVENT = re.compile(r"(?:[A-Za-z_]\w*\s*:)?\s*at\b")
_UNIT = re.compile(r"unit\s+(?P<name>\w+)\s*=")
_NAMED = re.compile(r'(?P<name>[A-Za-z_][\w.]*)\s+is\s+"(?P<words>(?:\\.|[^"\\])*)"')
_JOINED = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\s+is\s+(?P<other>[A-Za-z_][\w.]*)\s*$")
_HAS = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\s+has\s+\w+")
_NOTES = re.compile(r'(?P<name>[A-Za-z_][\w.]*)\s+notes\s+["`]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of an Antimony file.

    Attributes
    ----------
    text : str
        The statement without comments, on one line; long strings are kept. The opening line of a model is
        one.
    line : int
        Line of its first character, counted from 1.
    block : str
        Id of the model it stands in; empty outside of models.
    file : pathlib.Path
        The file.
    """

    text: str
    line: int
    block: str
    file: Path


def _split(text: str) -> Iterator[tuple[str, int]]:
    """Statements of a text with their lines; they end at a semicolon or at the end of a line."""
    line = 1
    start = 0
    words: list[str] = []
    for token in _TOKEN.finditer(text):
        piece = token.group()
        if token.lastgroup == "separator":
            yield "".join(words).strip(), start
            words, start = [], 0
        elif token.lastgroup == "comment" or piece.isspace():
            words.append(" ")
        else:
            start = start or line
            words.append(" ".join(piece.split()) if token.lastgroup == "string" else piece)
        line += piece.count("\n")
    yield "".join(words).strip(), start


def read_statements(path: Path, _seen: frozenset[Path] = frozenset()) -> list[Statement]:
    """Statements of an Antimony file and, before them, of the files it imports.

    Parameters
    ----------
    path : pathlib.Path
        The file. Imports are looked for beside the file that names them, as Antimony does.
    """
    found: list[Statement] = []
    block = ""
    in_function = False
    for text, line in _split(path.read_text(encoding="utf-8")):
        if not text:
            continue
        imported = _IMPORT.match(text)
        if imported and not block:
            target = (path.parent / imported["path"]).resolve()
            if target.is_file() and target not in _seen:
                found += read_statements(target, _seen | {path.resolve()})
            continue
        opening = _MODEL.match(text)
        if opening and not block:
            block = opening["name"]
            found.append(Statement(text=text, line=line, block=block, file=path))
        elif text.startswith("function ") and not block:
            in_function = True
        elif text == "end":
            block, in_function = "", False
        elif not in_function:
            found.append(Statement(text=text, line=line, block=block, file=path))
    return found


def without_strings(text: str) -> str:
    """Statement with its names, notes and addresses blanked, for searching ids."""
    return _TOKEN.sub(lambda token: '""' if token.lastgroup == "string" else token.group(), text)


def name_of(statement: Statement) -> tuple[str, str] | None:
    """Symbol and name of a statement ``symbol is "name"``; None for any other statement."""
    found = _NAMED.match(statement.text)
    return (found["name"], found["words"]) if found else None


def targets(statement: Statement) -> list[tuple[str, str]]:
    """What a statement sets, as pairs of (kind, id).

    Kinds are ``value`` (initial value or rule), ``rate rule``, ``unit definition``, ``reaction or instance``,
    ``name``, ``unit``, ``notes`` and ``join``. Attributes are ids with a dot, as in ``("value", "k.range")``.
    """
    text = statement.text
    unit = _UNIT.match(text)
    if unit:
        return [("unit definition", unit["name"])]
    if _EVENT.match(text):
        return []
    for kind, pattern in (("name", _NAMED), ("join", _JOINED), ("unit", _HAS), ("notes", _NOTES)):
        found = pattern.match(text)
        if found:
            return [(kind, found["name"])]
    label = _LABEL.match(text)
    if label:
        return [("reaction or instance", label["name"])]
    declaration = _DECLARATION.match(text)
    items = text[declaration.end() :].split(",") if declaration else [text]
    assigned = [_ASSIGNED.match(item.strip()) for item in items]
    return [("rate rule" if "'" in one["sign"] else "value", one["name"]) for one in assigned if one]
