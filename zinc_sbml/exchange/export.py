"""One door to all formats: what may be asked of each, and where it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zinc_sbml.catalog import DEFAULT_MODEL, model_ids
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.exchange.writing import check_export_target, write_export
from zinc_sbml.extras import need
from zinc_sbml.model import Model, load_model
from zinc_sbml.scenarios import Scenario, load_scenario, load_scenarios

__all__ = ["FORMATS", "Export", "export"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export wrote.

    Attributes
    ----------
    format : str
        One of `FORMATS`.
    path : pathlib.Path
        The file or folder.
    files : tuple of pathlib.Path
        Every file that was written.
    lost : dict of str to int
        What of the model this format, or this level of SBML, cannot say: elements and attributes with their number.
    missing : tuple of str
        What a submission still needs.
    """

    format: str
    path: Path
    files: tuple[Path, ...]
    lost: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What was asked for, read and checked."""

    model: Model
    models: Mapping[str, Model]
    scenarios: Mapping[str, Scenario]
    scenario: Scenario | None
    level: int
    version: int
    suffix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """Content of an export."""

    contents: bytes | Mapping[str, bytes]
    lost: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def export(
    format: str,
    path: str | Path,
    *,
    model: str | Path | None = None,
    scenario: str | Scenario | None = None,
    level: int = 3,
    version: int = 2,
    force: bool = False,
) -> Export:
    """Write the model and its scenarios for other tools.

    Parameters
    ----------
    format : str
        ``"sedml"`` (folder), ``"omex"`` (file), ``"biomodels"`` (folder), ``"copasi"`` (file), ``"petab"`` (folder),
        ``"sbml"``, ``"antimony"``, ``"layout"``, ``"sbgn"`` or ``"diagram"`` (files); see `FORMATS`.
    path : path
        File or folder to write; its parent folder exists.
    model : str or path, optional
        Model to export: the cell by default; for ``sedml`` and ``omex`` all shipped models.
    scenario : str or Scenario, optional
        For ``sbml``: put this scenario into the model. For ``sedml``, ``omex`` and ``copasi``: export this one only.
    level, version : int, optional
        For ``sbml``: level and version of SBML, 3.2 (default), 3.1 or 2.4.
    force : bool, optional
        Replace an older export. A folder that holds other files is never replaced.

    Returns
    -------
    Export
        What was written, and what the format could not take.

    Raises
    ------
    UnknownIdError
        If there is no such format, model or scenario; the message names near ones.
    InvalidInputError
        If the target exists (without `force`) or cannot be written, or an option does not go with the format.
    ModelBuildError, SimulationError
        If the model cannot be read, or a rest that a scenario starts from is not found.
    """
    if format not in FORMATS:
        raise UnknownIdError("format", str(format), FORMATS)
    kind = FORMATS[format]
    target = Path(path)
    given = {"model": model, "scenario": scenario, "level": None if (level, version) == (3, 2) else level}
    for option, value in given.items():
        if value is not None and option not in kind.options:
            takes = ", ".join(kind.options) or "none"
            raise InvalidInputError(f"option {option} does not go with format {format} (options: {takes})")
    if kind.suffixes and target.suffix.lstrip(".").lower() not in kind.suffixes:
        raise InvalidInputError(f"{target}: format {format} is written as {', '.join(kind.suffixes)}")
    need(f"format {format}", *kind.imports)
    check_export_target(target, folder=kind.folder, force=force)
    made = kind.make(_request(format, model, scenario, level, version, target.suffix.lstrip(".").lower()))
    files = write_export(target, made.contents, force=force)
    return Export(format=format, path=target, files=files, lost=made.lost, missing=made.missing)


def _request(
    format: str,
    model: str | Path | None,
    scenario: str | Scenario | None,
    level: int,
    version: int,
    suffix: str,
) -> _Request:
    chosen = load_scenario(scenario) if isinstance(scenario, str) else scenario
    if chosen is not None and not isinstance(chosen, Scenario):
        raise InvalidInputError(f"scenario: {scenario!r}, expected the id of a scenario or a Scenario")
    main = load_model(model or (chosen.model if chosen else DEFAULT_MODEL))
    models = {main.id: main} if model or chosen else {name: load_model(name) for name in model_ids()}
    if chosen is not None:
        if chosen.model != main.id:
            raise InvalidInputError(f"scenario {chosen.id} is for model {chosen.model}, not for {main.id}")
        scenarios = {chosen.id: chosen}
    else:
        scenarios = {name: one for name, one in load_scenarios().items() if one.model in models}
    if format in ("sedml", "omex", "copasi") and not scenarios:
        raise InvalidInputError(f"model {main.id} has no scenarios to export; give one with `scenario`")
    return _Request(
        model=main, models=models, scenarios=scenarios, scenario=chosen, level=level, version=version, suffix=suffix
    )


def _sbml(request: _Request) -> _Made:
    from zinc_sbml.exchange.levels import lost_facts, to_level
    from zinc_sbml.exchange.timed_changes import scenario_sbml

    text = request.model.sbml
    if request.scenario is not None:
        text = scenario_sbml(request.scenario, request.model)
    converted = to_level(text, request.level, request.version)
    return _Made(contents=converted.encode(), lost=lost_facts(text, converted))


def _antimony(request: _Request) -> _Made:
    from zinc_sbml.exchange.antimony_file import antimony_file

    text, lost = antimony_file(request.model)
    return _Made(contents=text.encode(), lost=lost)


def _sedml(request: _Request) -> _Made:
    from zinc_sbml.exchange.sedml import SEDML_FILE, scenario_files, sedml

    files = scenario_files(request.scenarios.values(), request.models)
    files[SEDML_FILE] = sedml(request.scenarios.values(), request.models)
    return _Made(contents=_encoded(files))


def _petab(request: _Request) -> _Made:
    from zinc_sbml.exchange.petab import petab_files

    model = request.model
    if model.id in model_ids() and model.sha256 != load_model(model.id).sha256:
        raise InvalidInputError(f"{model.path} is not the shipped model {model.id}, which the problem is for")
    return _Made(contents=_encoded(petab_files(model.id)))


def _copasi(request: _Request) -> _Made:
    from zinc_sbml.exchange.copasi import copasi_file

    scenarios = [one for one in request.scenarios.values() if one.model == request.model.id]
    return _Made(contents=copasi_file(scenarios, request.model).encode())


def _biomodels(request: _Request) -> _Made:
    from zinc_sbml.exchange.biomodels import biomodels_files, checklist, missing

    scenarios = {name: one for name, one in request.scenarios.items() if one.model == request.model.id}
    files = biomodels_files(request.model, scenarios, _version())
    points = missing(checklist(request.model, files))
    return _Made(contents=files, missing=tuple(f"{one.point}: {one.shown}" for one in points))


def _omex(request: _Request) -> _Made:
    from zinc_sbml.exchange.archive_content import archive_files
    from zinc_sbml.exchange.omex import archive
    from zinc_sbml.exchange.sedml import SEDML_FILE

    files = archive_files(request.models, request.scenarios, _version())
    return _Made(contents=archive(files, SEDML_FILE))


def _layout(request: _Request) -> _Made:
    from zinc_sbml.drawing.sbml_layout import with_layout

    return _Made(contents=with_layout(request.model.sbml).encode())


def _sbgn(request: _Request) -> _Made:
    from zinc_sbml.drawing.sbgn import to_sbgn

    return _Made(contents=to_sbgn(request.model.sbml).encode())


def _diagram(request: _Request) -> _Made:
    from zinc_sbml.drawing.picture import network_picture

    return _Made(contents=network_picture(request.model.sbml, request.suffix))


def _encoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


def _version() -> str:
    import zinc_sbml

    return zinc_sbml.__version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format.

    Attributes
    ----------
    about : str
        What it is, in words.
    folder : bool
        Whether it is a folder of files.
    options : tuple of str
        Options of `export` that it takes.
    make : callable
        From what was asked for to its content.
    imports : tuple of str
        Modules that it needs beside those of the package, all in the extra ``exchange``.
    suffixes : tuple of str
        Suffixes that the file may have, where they choose what is written.
    """

    about: str
    folder: bool
    options: tuple[str, ...]
    make: Callable[[Any], _Made]
    imports: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()


FORMATS: Mapping[str, Format] = {
    "sbml": Format(
        about="the model, or the model with one scenario inside, as SBML (Level 3 Version 2 or older)",
        folder=False,
        options=("model", "scenario", "level"),
        make=_sbml,
    ),
    "antimony": Format(
        about="the model as one file of Antimony",
        folder=False,
        options=("model",),
        make=_antimony,
        imports=("antimony",),
    ),
    "sedml": Format(
        about="scenarios as SED-ML, each with its SBML", folder=True, options=("model", "scenario"), make=_sedml
    ),
    "omex": Format(
        about="COMBINE archive: models, scenarios, PEtab problems, metadata",
        folder=False,
        options=("model", "scenario"),
        make=_omex,
    ),
    "petab": Format(about="the calibration problem of a model (PEtab 2)", folder=True, options=("model",), make=_petab),
    "copasi": Format(
        about="COPASI file with one parameter set for each scenario",
        folder=False,
        options=("model", "scenario"),
        make=_copasi,
        imports=("COPASI",),
    ),
    "layout": Format(
        about="the model as SBML with its drawing inside (packages layout and render)",
        folder=False,
        options=("model",),
        make=_layout,
    ),
    "diagram": Format(
        about="picture of the network (svg, png or pdf, by the suffix)",
        folder=False,
        options=("model",),
        make=_diagram,
        suffixes=("svg", "png", "pdf"),
    ),
    "sbgn": Format(
        about="the network as SBGN-ML (process description)",
        folder=False,
        options=("model",),
        make=_sbgn,
        imports=("libsbgnpy",),
    ),
    "biomodels": Format(
        about="files for a submission to BioModels, with a checklist",
        folder=True,
        options=(),
        make=_biomodels,
        imports=("COPASI",),
    ),
}
"""Every format, by its name."""
