"""Antimony to SBML.

Antimony flattens the modules of a model into one list of elements and forgets, on the way, which element came
from which module and how uncertain it was. `read_source` keeps that knowledge beside the compiled text,
because the passports and the guards need it; `compile_antimony` is the plain way from a file to SBML.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zinc_sbml.building.antimony_text import Statement, name_of, read_statements, targets, without_strings
from zinc_sbml.building.extras import ExtraFact, finish, read_extras
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import read_document
from zinc_sbml.errors import ModelBuildError
from zinc_sbml.extras import how_to_install

__all__ = ["CompiledSource", "compile_antimony", "read_source", "translate_to_antimony"]

_LOGGER = logging.getLogger(__name__)

# The list of loaded modules inside antimony belongs to the process, not to a thread.
_ANTIMONY = threading.Lock()
_MESSAGE = re.compile(
    r"Error in (?:file '(?P<file>[^']*)'|model string), line (?P<line>\d+):\s*(?P<text>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSource:
    """A model compiled from Antimony, with what flattening forgets.

    Attributes
    ----------
    path : pathlib.Path
        The Antimony file.
    model_id : str
        Id of its main model.
    sbml : str
        The finished SBML (Level 3 Version 2 core).
    statements : tuple of Statement
        The Antimony source, imports included.
    instances : mapping of str to str
        Module id by instance id.
    joins : mapping of (str, str) to str
        Id in the top model by (instance, symbol of the module), for symbols joined with ``is``.
    own_ids : frozenset of str
        Ids that the top model itself declares.
    own_units : frozenset of str
        Units that the top model itself declares.
    ranges : mapping of str to (float, float)
        Lower and upper bound by id in `sbml`, those of the modules included.
    """

    path: Path
    model_id: str
    sbml: str
    statements: tuple[Statement, ...]
    instances: Mapping[str, str]
    joins: Mapping[tuple[str, str], str]
    own_ids: frozenset[str]
    own_units: frozenset[str]
    ranges: Mapping[str, tuple[float, float]]

    def flattened_id(self, instance: str, symbol: str) -> str:
        """Id in the compiled model of a symbol of a module."""
        return self.joins.get((instance, symbol), f"{instance}_{symbol}")

    def module_of(self, element_id: str) -> str:
        """Id of the module an element is private to; empty for elements of the top model."""
        if element_id in self.own_ids:
            return ""
        fitting = [name for name in self.instances if element_id.startswith(f"{name}_")]
        return self.instances[max(fitting, key=len)] if fitting else ""

    def place_of(self, element_id: str) -> tuple[Path | None, int | None]:
        """File and line of the statement that sets an element, or of the first that mentions it, or None."""
        if element_id == self.model_id:
            return self.path, next((one.line for one in self.statements if one.block == element_id), None)
        candidates = {(self.model_id, element_id), ("", element_id)}
        for instance, module in self.instances.items():
            if element_id not in self.own_ids and element_id.startswith(f"{instance}_"):
                candidates.add((module, element_id.removeprefix(f"{instance}_")))
        words = re.compile("|".join(rf"\b{re.escape(name)}\b" for _, name in candidates))
        mentioned: Statement | None = None
        for statement in self.statements:
            found = words.search(without_strings(statement.text))
            if not found or (statement.block, found.group()) not in candidates:
                continue
            if found.group() in [name for kind, name in targets(statement) if kind != "join"]:
                return statement.file, statement.line
            mentioned = mentioned or statement
        return (mentioned.file, mentioned.line) if mentioned else (None, None)

    def located(self, issue: Issue) -> Issue:
        """The same issue with the file and line of the Antimony statement about its element."""
        # A species reference goes by reaction:species; the statement is that of the reaction.
        file, line = self.place_of(issue.element.partition(":")[0]) if issue.element else (None, None)
        return replace(issue, file=file, line=line)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RawModel:
    """What antimony returned: flattened text, hierarchical text, and the text of each module by itself."""

    model_id: str
    flat: str
    hierarchical: str
    modules: Mapping[str, str]


@contextlib.contextmanager
def _antimony(file: Path | None) -> Iterator[Any]:
    """The compiler for one of us at a time, without what it was told before; `file` is for the error."""
    try:
        import antimony
    except ModuleNotFoundError:
        message = f"reading Antimony needs the package antimony: {how_to_install('antimony')}"
        raise ModelBuildError(message, file=file) from None

    with _ANTIMONY:
        antimony.clearPreviousLoads()
        antimony.clearDirectories()
        antimony.setWriteSBMLTimestamp(False)
        # On, the flag turns values of modules into units that do not exist; the sources write `1 fraction`.
        antimony.setBareNumbersAreDimensionless(False)
        try:
            yield antimony
        finally:
            antimony.clearPreviousLoads()
            antimony.freeAll()


def _load(path: Path) -> _RawModel:
    absolute = path.resolve()
    # Antimony looks for an import in the working directory first, then beside the file, then in every folder
    # it ever loaded from: left alone, a model takes its modules from wherever the process happens to be.
    with _antimony(path) as antimony, contextlib.chdir(absolute.parent):
        if antimony.loadAntimonyFile(str(absolute)) < 0:
            raise _build_error(_last_error(antimony), path)
        model_id = str(antimony.getMainModuleName())
        names = [str(antimony.getNthModuleName(number)) for number in range(antimony.getNumModules())]
        return _RawModel(
            model_id=model_id,
            flat=str(antimony.getSBMLString(model_id)),
            hierarchical=str(antimony.getCompSBMLString(model_id)),
            modules={name: str(antimony.getSBMLString(name)) for name in names if name not in ("__main", model_id)},
        )


def translate_to_antimony(sbml: str) -> tuple[str, str]:
    """Write SBML as flat Antimony.

    Parameters
    ----------
    sbml : str
        The model.

    Returns
    -------
    text : str
        The model as one block of Antimony.
    back : str
        What this text compiles to.

    Raises
    ------
    ModelBuildError
        If Antimony is missing, or refuses the SBML or its own text.
    """
    with _antimony(None) as antimony:
        if antimony.loadSBMLString(sbml) < 0:
            raise ModelBuildError(f"Antimony cannot read this SBML: {_last_error(antimony)}")
        text = str(antimony.getAntimonyString(antimony.getMainModuleName()))
        antimony.clearPreviousLoads()
        if antimony.loadAntimonyString(text) < 0:
            raise ModelBuildError(f"Antimony does not read its own text: {_last_error(antimony)}")
        return text, str(antimony.getSBMLString(antimony.getMainModuleName()))


def _last_error(antimony: Any) -> str:
    try:
        return str(antimony.getLastError())
    except UnicodeDecodeError as error:
        # It quotes the text byte by byte, and with it half a character.
        return error.object.decode("utf-8", "replace")


def _build_error(message: str, path: Path) -> ModelBuildError:
    """Antimony's message as an exception with file and line."""
    found = _MESSAGE.match(message)
    if not found:
        return ModelBuildError(" ".join(message.split()), file=path)
    # Antimony names the main file as it was given and an import as the working directory sees it.
    file = Path(found["file"]) if found["file"] else path
    if file.name == path.name and file.is_absolute():
        file = path
    elif not file.is_absolute():
        file = path.parent / file
    return ModelBuildError(" ".join(found["text"].split()), file=file, line=int(found["line"]))


def _spans(model: Any) -> dict[str, tuple[float, float]]:
    """Ranges of a model's elements from the distrib package."""
    import libsbml

    found: dict[str, tuple[float, float]] = {}
    for element in model.getListOfAllElements():
        plugin = element.getPlugin("distrib")
        for number in range(plugin.getNumUncertainties() if plugin else 0):
            uncertainty = plugin.getUncertainty(number)
            for place in range(uncertainty.getNumUncertParameters()):
                span = uncertainty.getUncertParameter(place)
                if span.getType() == libsbml.DISTRIB_UNCERTTYPE_RANGE:
                    found[element.getId()] = (span.getValueLower(), span.getValueUpper())
    return found


_Hierarchy = tuple[dict[str, str], dict[tuple[str, str], str], frozenset[str], frozenset[str]]


def _hierarchy(text: str) -> _Hierarchy:
    """Instances, joins, ids and units of the top model, read from the hierarchical form of the model."""
    document = read_document(text)
    model = document.getModel()
    plugin = model.getPlugin("comp")
    instances: dict[str, str] = {}
    joins: dict[tuple[str, str], str] = {}
    for number in range(plugin.getNumSubmodels() if plugin else 0):
        submodel = plugin.getSubmodel(number)
        instances[submodel.getId()] = submodel.getModelRef()
    own_ids = {element.getId() for element in model.getListOfAllElements()} - {"", *instances}
    for element in model.getListOfAllElements():
        replacing = element.getPlugin("comp")
        if replacing is None or not hasattr(replacing, "getNumReplacedElements"):
            continue
        replaced = [replacing.getReplacedElement(number) for number in range(replacing.getNumReplacedElements())]
        if replacing.isSetReplacedBy():
            replaced.append(replacing.getReplacedBy())
        for reference in replaced:
            symbol = reference.getUnitRef() if reference.isSetUnitRef() else reference.getIdRef()
            joins[reference.getSubmodelRef(), symbol] = element.getId()
    units = frozenset(unit.getId() for unit in model.getListOfUnitDefinitions())
    return instances, joins, frozenset(own_ids), units


def _written_names(
    statements: tuple[Statement, ...],
    model_id: str,
    instances: Mapping[str, str],
    joins: Mapping[tuple[str, str], str],
) -> dict[str, str]:
    """Names as the source writes them, by id in the compiled model; those of the top model win."""
    written: dict[str, str] = {}
    for statement in sorted(statements, key=lambda one: one.block in (model_id, "")):
        named = name_of(statement)
        if named is None:
            continue
        symbol, name = named
        if statement.block in (model_id, ""):
            written[symbol.replace(".", "_")] = name
        for instance, module in instances.items():
            if module == statement.block:
                written[joins.get((instance, symbol), f"{instance}_{symbol}")] = name
    return written


def read_source(path: Path | str, extras: tuple[ExtraFact, ...] | None = None) -> CompiledSource:
    """Compile an Antimony file and keep what flattening forgets.

    Parameters
    ----------
    path : path
        The Antimony file; what it imports is looked for beside it.
    extras : tuple of ExtraFact, optional
        Facts without Antimony syntax; by default those of the shipped table.

    Raises
    ------
    ModelBuildError
        If the file is missing, is not Antimony, or holds no model; it names file and line.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelBuildError("no such file", file=path)
    raw = _load(path)
    document = read_document(raw.flat, path)
    model = document.getModel()
    if not len(model.getListOfAllElements()):
        raise ModelBuildError("neither SBML nor Antimony: the file describes no model", file=path, line=1)
    instances, joins, own_ids, own_units = _hierarchy(raw.hierarchical)
    ranges: dict[str, tuple[float, float]] = {}
    for instance, module in instances.items():
        module_document = read_document(raw.modules[module], path)
        for symbol, span in _spans(module_document.getModel()).items():
            ranges[joins.get((instance, symbol), f"{instance}_{symbol}")] = span
    # A range in the top model is the last word: it is what the source says about the joined symbol.
    ranges |= _spans(model)
    statements = tuple(read_statements(path))
    names = _written_names(statements, raw.model_id, instances, joins)
    sbml = finish(document, read_extras() if extras is None else extras, names)
    _LOGGER.info("compiled %s: %d modules, %d ranges", path, len(instances), len(ranges))
    return CompiledSource(
        path=path,
        model_id=raw.model_id,
        sbml=sbml,
        statements=statements,
        instances=instances,
        joins=joins,
        own_ids=own_ids,
        own_units=own_units,
        ranges=ranges,
    )


def compile_antimony(path: Path | str) -> str:
    """SBML (Level 3 Version 2, core only) of an Antimony file.

    The same source gives the same bytes, whichever version of antimony compiles it as long as it writes the
    same elements: time stamps and the version comment are left out.

    Parameters
    ----------
    path : path
        The Antimony file; what it imports is looked for beside it.

    Raises
    ------
    ModelBuildError
        If the file is missing or is not Antimony; it names file and line.
    """
    return read_source(path).sbml
