"""Models inside COMBINE archives of others.

Nothing of an archive is ever unpacked to the disk: files are read by their names inside it, so no name leads out of it.
XML that declares a document type, and with it entities, is refused, and so is what grows beyond a size that no model
has.
"""

from __future__ import annotations

import contextlib
import lzma
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.parsers import expat

from zinc_sbml.errors import InvalidInputError, ModelBuildError, UnknownIdError

__all__ = ["archive_part", "read_archived_model", "refuse_deep_nesting", "refuse_document_type"]

# Bytes of one file after decompression; the largest model of a public repository has a tenth of it.
LARGEST_FILE = 200_000_000

# What the standard library raises where an archive is damaged, encrypted, or packed in a way that it does not know.
_DAMAGED = (OSError, EOFError, RuntimeError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)

# Elements inside each other; the shipped models have 13. libSBML calls itself for each: ten thousand take it half a
# minute, and at about twenty thousand it ends the process.
DEEPEST = 2_000

_SUFFIXES = (".omex", ".sbex", ".zip")
_SBML = re.compile(r"^https?://identifiers\.org/combine\.specifications/sbml(\.|$)")
_MANIFEST = "manifest.xml"
# Before the first element; inside it there can be none. Atomic: once a comment is read, it is never read differently.
_DOCUMENT_TYPE = re.compile(r"\A[^<]*(?>(?>(?:<\?.*?\?>)|(?:<!--.*?-->))[^<]*)*<!DOCTYPE", re.DOTALL)


def refuse_document_type(text: str, file: Path | None = None) -> None:
    """Refuse XML that declares a document type: SBML has none, and its entities could read files or fill the memory.

    Raises
    ------
    ModelBuildError
        If there is such a declaration, or a zero character: parsers take the text for UTF-16 then, and read another
        one than is looked at here.
    """
    if "\0" in text:
        raise ModelBuildError("not a text in UTF-8 (it holds zero bytes)", file=file)
    found = _DOCUMENT_TYPE.match(text)
    if found:
        line = text.count("\n", 0, found.end()) + 1
        raise ModelBuildError("XML with a document type (DOCTYPE) is not read: SBML has none", file=file, line=line)


def refuse_deep_nesting(text: str, file: Path | None = None) -> None:
    """Refuse XML whose elements lie in each other deeper than those of any model: libSBML would crash.

    Raises
    ------
    ModelBuildError
        If there is such an element, or as `refuse_document_type`. That the text is no XML is not told here.
    """
    refuse_document_type(text, file)
    depth = 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            message = f"elements nested deeper than {DEEPEST} levels are not read"
            raise ModelBuildError(message, file=file, line=parser.CurrentLineNumber)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with contextlib.suppress(expat.ExpatError):
        parser.Parse(text, True)


def archive_part(path: Path) -> tuple[Path, str] | None:
    """Split a path that leads to an archive, or on into one.

    Parameters
    ----------
    path : path
        E.g. ``model.omex`` or ``model.omex/file.xml``.

    Returns
    -------
    (pathlib.Path, str) or None
        The archive and the name inside it (empty for the archive itself); None if the path leads to no archive.
    """
    for candidate in (path, *path.parents):
        if candidate.suffix.lower() in _SUFFIXES and candidate.is_file():
            inside = path.relative_to(candidate).as_posix()
            return candidate, "" if inside == "." else inside
    return None


def read_archived_model(archive: Path, name: str = "") -> str:
    """Read the SBML of a COMBINE archive.

    Parameters
    ----------
    archive : path
        The archive.
    name : str, optional
        Name of the SBML file in it; may be left out if there is only one.

    Returns
    -------
    str
        Text of the SBML.

    Raises
    ------
    InvalidInputError
        If it is no archive, is damaged, or holds no SBML or several to choose from.
    UnknownIdError
        If it holds no SBML of this name; the message names near ones.
    ModelBuildError
        If the file is no text in UTF-8 or declares a document type.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            names = _sbml_names(packed, archive)
            if name and name not in names:
                raise UnknownIdError("SBML file", name, names, str(archive))
            if not name and len(names) != 1:
                some = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
                hint = f"choose one, as in {archive}/{names[0]}" if names else "it has no SBML"
                raise InvalidInputError(f"{archive} holds {len(names)} SBML files ({some or 'none'}); {hint}")
            return _read(packed, name or names[0], archive)
    except _DAMAGED as error:
        raise InvalidInputError(f"{archive} is not an archive that can be read: {error}") from error


def _sbml_names(packed: zipfile.ZipFile, archive: Path) -> list[str]:
    """SBML files that the manifest lists and the archive holds; all XML files but the manifest if it has none."""
    held = packed.namelist()
    if _MANIFEST not in held:
        return [name for name in dict.fromkeys(held) if name.endswith((".xml", ".sbml"))]
    text = _read(packed, _MANIFEST, archive)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise InvalidInputError(f"the manifest of {archive} is no XML: {error}") from error
    listed = [
        str(PurePosixPath(item.get("location", "")))
        for item in root
        if _SBML.match(item.get("format", "")) and item.get("location")
    ]
    return [name for name in dict.fromkeys(listed) if name in held]


def _read(packed: zipfile.ZipFile, name: str, archive: Path) -> str:
    inside = archive / name
    if packed.getinfo(name).file_size > LARGEST_FILE:
        raise InvalidInputError(f"{inside} has more than {LARGEST_FILE / 1e6:g} MB")
    with packed.open(name) as stream:
        # The size in the header may lie.
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise InvalidInputError(f"{inside} has more than {LARGEST_FILE / 1e6:g} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelBuildError(f"not a text in UTF-8 ({error.reason})", file=inside) from error
    refuse_document_type(text, inside)
    return text
