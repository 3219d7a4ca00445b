"""The build: from the Antimony sources to the files that are shipped.

Everything is compiled and checked before anything is written, so a failed build leaves the folder as it was.
The resting state is copied, never computed here (see `restblock`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from zinc_sbml import catalog
from zinc_sbml.building.checked_accessions import check_rows, read_checked
from zinc_sbml.building.chemistry import check_chemistry, check_composition, read_composition
from zinc_sbml.building.compile import CompiledSource, read_source
from zinc_sbml.building.extras import extras_path, read_extras
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import read_document
from zinc_sbml.building.passports import check_passports, passport_table, write_table
from zinc_sbml.building.petab_tables import observables_table, parameters_table
from zinc_sbml.building.validate import validate_source
from zinc_sbml.errors import ModelBuildError
from zinc_sbml.files import write_atomically

__all__ = ["BuildReport", "build"]

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did, or would do.

    Attributes
    ----------
    models : tuple of str
        Ids of the models, in alphabetical order.
    issues : tuple of Issue
        Every error and warning. With any of them nothing is written.
    stale : tuple of pathlib.Path
        Files whose committed bytes differ from the built ones, or that are missing.
    written : tuple of pathlib.Path
        Files that were written; empty with ``check=True`` or if there are issues.
    """

    models: tuple[str, ...]
    issues: tuple[Issue, ...]
    stale: tuple[Path, ...]
    written: tuple[Path, ...]

    @property
    def ok(self) -> bool:
        """No issue, and no file that is still stale."""
        return not self.issues and not set(self.stale) - set(self.written)


def _check_id(source: CompiledSource) -> None:
    if source.model_id != source.path.stem:
        message = f"the file must be called after its model: {source.model_id!r} needs {source.model_id}.ant"
        raise ModelBuildError(message, file=source.path)


def build(models_dir: Path | str | None = None, check: bool = False) -> BuildReport:
    """Compile, check and write the models of a folder.

    Parameters
    ----------
    models_dir : path, optional
        Folder with ``<id>.ant``, ``modules/``, ``composition.tsv`` and ``exchange_extras.tsv``; by default
        the shipped one.
    check : bool, optional
        Write nothing; only say which files are stale.

    Returns
    -------
    BuildReport
        Issues, stale and written files. ``<id>.xml`` of each model, ``passports.tsv`` and the PEtab tables of
        observables and parameters are written only if there is no issue at all, and then all together.

    Raises
    ------
    ModelBuildError
        If an Antimony file, or a module by itself, does not compile, or a table is damaged; it names file and
        line.
    InvalidInputError
        If the composition table cannot be used; it names file and row.
    """
    folder = Path(models_dir) if models_dir is not None else catalog.models_directory()
    paths = sorted(folder.glob("*.ant"))
    if not paths:
        raise ModelBuildError("no Antimony model (*.ant) in this folder", file=folder)
    extras = read_extras(extras_path(folder))
    composition = read_composition(folder / "composition.tsv")
    # A module is a model that others load by itself, so each one must compile without the model that uses it.
    for module in sorted(folder.glob("*/*.ant")):
        read_source(module, extras)
    sources = [read_source(path, extras) for path in paths]
    issues: list[Issue] = []
    outputs: dict[Path, str] = {}
    for source in sources:
        _check_id(source)
        issues += validate_source(source) + check_passports(source)
        issues += [source.located(issue) for issue in check_chemistry(source, composition)]
        outputs[folder / f"{source.model_id}.xml"] = source.sbml
    issues += check_composition(sources, composition)
    if {source.model_id for source in sources} >= set(catalog.model_ids()):
        documents = [read_document(source.sbml) for source in sources]
        issues += check_rows([document.getModel() for document in documents], read_checked())
    passports = passport_table(sources)
    outputs[folder / "passports.tsv"] = write_table(passports)
    for source in sources:
        problem = folder / "experiments" / source.model_id
        # Only a model with scenarios has a PEtab problem.
        if problem.is_dir():
            outputs[problem / "observables.tsv"] = observables_table(passports, source)
            outputs[problem / "parameters.tsv"] = parameters_table(passports, source.model_id)
    stale = tuple(path for path, text in outputs.items() if not _holds(path, text))
    if not check and not issues:
        write_atomically({path: outputs[path] for path in stale})
    _LOGGER.info("built %d models: %d issues, %d stale files", len(sources), len(issues), len(stale))
    return BuildReport(
        models=tuple(source.model_id for source in sources),
        issues=tuple(issues),
        stale=stale,
        written=() if check or issues else stale,
    )


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")
