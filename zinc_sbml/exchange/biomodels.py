"""The flat folder that curators of BioModels want, with what can be filled in and a list of what is still missing.

No figure of a paper can be reproduced: no paper describes this model, and no figure of the study it was built around
was readable. So the folder aims at the branch for models without curation, and shows a result of the model's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zinc_sbml.building import validate_sbml
from zinc_sbml.certificate_record import agreeing_engines
from zinc_sbml.exchange.copasi import copasi_file
from zinc_sbml.exchange.entry import Entry, read_entry
from zinc_sbml.exchange.main_result import MAIN_READOUTS, MAIN_SCENARIO, main_picture
from zinc_sbml.exchange.sedml import scenario_files, sedml
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Scenario

__all__ = ["Check", "biomodels_files", "checklist", "missing"]

_TYPES = {
    ".xml": "application/xml",
    ".sedml": "application/xml",
    ".cps": "application/xml",
    ".png": "image/png",
    ".md": "text/markdown",
    ".txt": "text/plain",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One point of the submission checklist.

    Attributes
    ----------
    topic, point : str
        What it belongs to and what is asked.
    done : bool
        Whether it is met.
    shown : str
        What shows it, or what is missing.
    """

    topic: str
    point: str
    done: bool
    shown: str


def biomodels_files(model: Model, scenarios: Mapping[str, Scenario], version: str) -> dict[str, bytes]:
    """Files of a submission of the cell to BioModels.

    Parameters
    ----------
    model : Model
        The cell.
    scenarios : mapping of str to Scenario
        Its scenarios; `MAIN_SCENARIO` among them.
    version : str
        Version of the model.

    Returns
    -------
    dict of str to bytes
        Content by file name, all in one folder: SBML, the scenario of the figure as SBML and SED-ML, COPASI file,
        figure, curation notes, metadata of the submission, checklist.
    """
    main = scenarios[MAIN_SCENARIO]
    entry = read_entry(model.sbml)
    files = {f"{model.id}.xml": model.sbml.encode()}
    files |= {name: text.encode() for name, text in scenario_files([main], {model.id: model}).items()}
    files[f"{MAIN_SCENARIO}.sedml"] = sedml([main], {model.id: model}).encode()
    files[f"{model.id}.cps"] = copasi_file(scenarios.values(), model).encode()
    files[f"{MAIN_SCENARIO}.png"] = main_picture(model, main)
    checks = checklist(model, files)
    files["curation_notes.md"] = _notes(model, entry, main, version).encode()
    files["checklist.md"] = _checklist_text(checks).encode()
    files["submission-metadata.json"] = _submission(model, entry, files, version).encode()
    return files


def missing(checks: Sequence[Check]) -> list[Check]:
    """Points that are not met."""
    return [check for check in checks if not check.done]


def checklist(model: Model, files: Mapping[str, bytes]) -> list[Check]:
    """What a submission asks for, each point with what shows it or what is missing."""
    issues = validate_sbml(model.sbml)
    entry = read_entry(model.sbml)
    agreeing = agreeing_engines()
    flat = all(set(name) <= _NAME_CHARACTERS for name in files)
    return [
        Check(
            topic="Model file",
            point="SBML without errors and warnings, all categories of libSBML, units included",
            done=not issues,
            shown=f"{len(issues)} issues (`zinc-sbml validate {model.id}.xml`)",
        ),
        Check(
            topic="Model file",
            point="dates of creation and modification, organism, licence in the annotation of the model",
            done=bool(entry.created and entry.modified and entry.taxa and entry.licence),
            shown=f"created {entry.created}, {', '.join(entry.taxa)}, {entry.licence}",
        ),
        Check(
            topic="Model file",
            point="each encoder with name, organisation and e-mail",
            done=False,
            shown=f"only {', '.join(entry.creators)}; persons with e-mail and ORCID are to be added by who submits",
        ),
        Check(
            topic="Model file",
            point="model annotated with the publication that describes it (bqmodel:isDescribedBy)",
            done=False,
            shown="there is none; the sources of single processes and values stand on these",
        ),
        Check(
            topic="Simulation files",
            point="SED-ML Level 1 Version 4 of the figure, at most 1000 steps",
            done=f"{MAIN_SCENARIO}.sedml" in files,
            shown=f"{MAIN_SCENARIO}.sedml",
        ),
        Check(
            topic="Simulation files",
            point="COPASI file; only the time course is executable, plots come up for it alone",
            done=f"{model.id}.cps" in files,
            shown=f"{model.id}.cps, one parameter set for each scenario",
        ),
        Check(
            topic="Simulation files",
            point="a published figure reproduced, with its picture",
            done=False,
            shown=f"no figure of the study was readable; {MAIN_SCENARIO}.png is a result of the model's own",
        ),
        Check(
            topic="Simulation files",
            point="two engines or more agree",
            done=len(agreeing) >= 2,
            shown=f"{', '.join(agreeing) or 'none'} with libRoadRunner (`zinc-sbml certify --check`)",
        ),
        Check(
            topic="Files",
            point="names of letters, digits, underscore, dash and dot; all in one folder, no archive among them",
            done=flat,
            shown="all names checked" if flat else "a name has other characters",
        ),
        Check(
            topic="Submission record",
            point="identifier of the entry",
            done=False,
            shown="given by BioModels at submission",
        ),
        Check(
            topic="Credibility",
            point="published findings with verdicts, misses included; uncertainty; limits",
            done=True,
            shown="`zinc-sbml compare`, `zinc-sbml compare --plausible`, docs/science.md",
        ),
        Check(
            topic="Credibility",
            point="review by persons who did not build the model",
            done=False,
            shown="not yet",
        ),
    ]


_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")


def _checklist_text(checks: Sequence[Check]) -> str:
    lines = ["# Submission checklist", "", f"{len(missing(checks))} of {len(checks)} points are not met.", ""]
    for topic in dict.fromkeys(check.topic for check in checks):
        lines += [f"## {topic}", ""]
        lines += [
            f"- [{'x' if check.done else ' '}] {check.point}: {check.shown}" for check in checks if check.topic == topic
        ]
        lines.append("")
    lines.append("FROG and memote reports are for flux-balance models and do not apply.")
    return "\n".join(lines) + "\n"


def _notes(model: Model, entry: Entry, scenario: Scenario, version: str) -> str:
    command = f"zinc-sbml simulate {scenario.id} --plot {scenario.id}.png " + " ".join(
        f"-r {name}" for name in MAIN_READOUTS
    )
    return f"""# Curation notes

{entry.title}, version {version}.

{entry.abstract}

## Branch

No paper describes this model, and no figure of the study that it was built around was readable. It is offered for the
branch of models that are not curated.

## Figure

`{scenario.id}.png` shows the main result of the model itself ({scenario.describe()}; for {scenario.duration:g}
{model.time_unit}). It was made by

```bash
{command}
```

`{scenario.id}.sedml` runs the same, from `{scenario.id}.xml`: `{model.id}.xml` with the values of the scenario. In
`{model.id}.cps` the same values are the parameter set `{scenario.id}`, beside those of the other scenarios.

## Running it

Time in seconds, amounts in amol, volumes in pL, so concentrations in uM. Relative tolerance 1e-8, absolute 1e-14.
Inputs are the parameters whose notes begin with *Input*, readouts those whose notes begin with *Readout*.
"""


def _submission(model: Model, entry: Entry, files: Mapping[str, bytes], version: str) -> str:
    def described(name: str, text: str) -> dict[str, str]:
        return {
            "name": name,
            "description": text,
            "fileSize": str(len(files[name])),
            "mimeType": _TYPES[name[name.rindex(".") :]],
            "sha256sum": hashlib.sha256(files[name]).hexdigest(),
        }

    record = {
        "name": entry.title,
        "description": entry.abstract,
        "format": {"name": "SBML", "version": "L3V2"},
        "modelling_approach": "ordinary differential equation model",
        "isMetadataSubmission": False,
        "comment": f"Version {version}. No publication describes this model; see curation_notes.md and checklist.md.",
        # Left out: "publication" (there is none) and "submissionId" (given by BioModels).
        "files": {
            "main": [described(f"{model.id}.xml", "the model, SBML Level 3 Version 2")],
            "additional": [
                described(f"{MAIN_SCENARIO}.xml", "the model with the scenario of the figure inside"),
                described(f"{MAIN_SCENARIO}.sedml", "SED-ML of the figure"),
                described(f"{model.id}.cps", "COPASI file; each scenario is a parameter set"),
                described(f"{MAIN_SCENARIO}.png", "main result of the model itself"),
                described("curation_notes.md", "what the model is, and how the figure was made"),
                described("checklist.md", "what a submission asks for, and what is missing"),
            ],
        },
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"
