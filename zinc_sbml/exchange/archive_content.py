"""What goes into a COMBINE archive: models, scenarios, calibration problems, and what the archive says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from zinc_sbml.building.checked_accessions import read_checked
from zinc_sbml.catalog import model_ids, models_directory
from zinc_sbml.exchange.entry import read_entry
from zinc_sbml.exchange.main_result import MAIN_SCENARIO, main_picture
from zinc_sbml.exchange.omex import metadata
from zinc_sbml.exchange.petab import petab_files
from zinc_sbml.exchange.sedml import SEDML_FILE, scenario_files, sedml
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Scenario

__all__ = ["archive_files"]

_THUMBNAIL = "thumbnail.png"


def archive_files(models: Mapping[str, Model], scenarios: Mapping[str, Scenario], version: str) -> dict[str, bytes]:
    """Collect the files of the archive.

    Parameters
    ----------
    models : mapping of str to Model
        The models; the archive is called after the first.
    scenarios : mapping of str to Scenario
        Their scenarios.
    version : str
        Version of the models.

    Returns
    -------
    dict of str to bytes
        Content by path in the archive.
    """
    main = next(iter(models.values()))
    # The picture of an archive of everything is that of the main result, else that of its first scenario.
    pictured = scenarios.get(MAIN_SCENARIO, next(iter(scenarios.values())))
    texts = {f"{name}.xml": model.sbml for name, model in models.items()}
    texts |= scenario_files(scenarios.values(), models)
    texts[SEDML_FILE] = sedml(scenarios.values(), models)
    for name in models.keys() & set(model_ids()):
        texts |= {
            f"petab/{name}/{file}": text for file, text in petab_files(name, location=f"../../{name}.xml").items()
        }
    texts["README.md"] = _readme(models, scenarios, version)
    texts["LICENSE"] = (models_directory() / "LICENSE").read_text(encoding="utf-8")
    files = {name: text.encode() for name, text in texts.items()}
    files[_THUMBNAIL] = main_picture(models[pictured.model], pictured)
    files["metadata.rdf"] = metadata(
        read_entry(main.sbml),
        keywords=_keywords(),
        labels={f"https://identifiers.org/{name}": one.name for name, one in read_checked().items()},
        thumbnail=_THUMBNAIL,
        description=f"Version {version}: {len(models)} models, {len(scenarios)} scenarios, calibration problems.",
    )
    return files


def _keywords() -> list[str]:
    """Keywords of the package, where they are typed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import metadata as package

    try:
        return [word.strip() for word in (package("zinc-sbml")["Keywords"] or "").split(",") if word.strip()]
    except PackageNotFoundError:
        return []


def _readme(models: Mapping[str, Model], scenarios: Mapping[str, Scenario], version: str) -> str:
    lines = [f"# {next(iter(models.values())).name}", "", f"Version {version}. Licence: CC0 1.0.", ""]
    lines += [f"- `{name}.xml`: {model.name} (SBML Level 3 Version 2)" for name, model in models.items()]
    lines += [
        f"- `{SEDML_FILE}`: every scenario as a task with a report and plots; it runs the files below",
        "- `petab/`: the calibration problem of each model (PEtab 2)",
        "- `metadata.rdf`, `thumbnail.png`: what the archive is, for repositories",
        "",
        "| file | scenario | question |",
        "| --- | --- | --- |",
    ]
    lines += [f"| `{name}.xml` | {one.title} | {one.question} |" for name, one in scenarios.items()]
    lines += [
        "",
        "Each of these files is its model with one scenario inside: changes at time 0 are in the values of the",
        "parameters, later ones are events. A row at time 0 shows the values after the change.",
        "",
        "Time in seconds, amounts in amol, volumes in pL, so concentrations in uM. Inputs are the parameters whose",
        "notes begin with *Input*, readouts those whose notes begin with *Readout*. Use a relative tolerance of 1e-8",
        "and an absolute one of 1e-14.",
    ]
    return "\n".join(lines) + "\n"
