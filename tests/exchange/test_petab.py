"""The calibration problem as a folder: read by the library of PEtab, and the same experiments as ours."""

from __future__ import annotations

import math
from pathlib import Path

import petab.v2 as petab
import pytest
from petab.v2.lint import ValidationIssueSeverity

import zinc_sbml as zs
from zinc_sbml.exchange.petab import petab_files

MODELS = pytest.mark.parametrize("name", ["er_zinc_redox", "ero1_assay"])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("petab")
    return {name: zs.export("petab", place / name, model=name).path for name in ("er_zinc_redox", "ero1_assay")}


def errors_of(problem: petab.Problem) -> list[str]:
    """What the library finds, but that experiments without measurements are there to be simulated.

    An experiment that is not defined is a warning for it, too: so its warnings count.
    """
    return [
        one.message
        for one in problem.validate()
        if one.level > ValidationIssueSeverity.INFO and "not used in the measurements table" not in one.message
    ]


@MODELS
def test_the_library_reads_and_accepts_it(folders: dict[str, Path], name: str) -> None:
    problem = petab.Problem.from_yaml(folders[name] / "problem.yaml")
    assert errors_of(problem) == []
    assert problem.id == name
    assert len(problem.observables) > 5
    assert {one.id for one in problem.parameters} <= set(zs.load_model(name).quantities)


def test_the_check_finds_what_is_wrong(folders: dict[str, Path], tmp_path: Path) -> None:
    for file in folders["er_zinc_redox"].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    table = tmp_path / "measurements.tsv"
    table.write_text(table.read_text().replace("resting_cell", "no_such_experiment"))
    assert any(
        "no_such_experiment" in message for message in errors_of(petab.Problem.from_yaml(tmp_path / "problem.yaml"))
    )


@MODELS
def test_the_model_lies_beside_it(folders: dict[str, Path], name: str) -> None:
    assert (folders[name] / f"{name}.xml").read_text(encoding="utf-8") == zs.load_model(name).sbml
    problem = petab.Problem.from_yaml(folders[name] / "problem.yaml")
    assert problem.config is not None
    assert {key: str(one.location) for key, one in problem.config.model_files.items()} == {name: f"{name}.xml"}
    # Nothing of it is where only a checkout has it.
    assert not [file for file in folders[name].iterdir() if ".." in file.name]
    assert ".." not in (folders[name] / "problem.yaml").read_text()


@MODELS
def test_experiments_are_the_scenarios(folders: dict[str, Path], name: str) -> None:
    problem = petab.Problem.from_yaml(folders[name] / "problem.yaml")
    changes = {
        condition.id: {change.target_id: float(change.target_value) for change in condition.changes}
        for condition in problem.conditions
    }
    theirs = {
        experiment.id: [
            (
                period.time,
                {key: value for condition in period.condition_ids for key, value in changes[condition].items()},
            )
            for period in experiment.periods
        ]
        for experiment in problem.experiments
    }
    ours = {key: one for key, one in zs.load_scenarios().items() if one.model == name}
    assert len(ours) >= 3
    for key, one in ours.items():
        expected = [(period.start, dict(period.changes)) for period in one.periods]
        # PEtab has a period at the start of each experiment, ours none where nothing is changed.
        if not expected:
            expected = [(0.0, {})]
        assert theirs[key] == expected, key
        assert all(math.isfinite(value) for _, values in theirs[key] for value in values.values())


@MODELS
def test_the_model_may_lie_elsewhere(tmp_path: Path, name: str) -> None:
    """In the archive the problem is two folders below its model."""
    files = petab_files(name, location=f"../../{name}.xml")
    assert f"{name}.xml" not in files
    folder = tmp_path / "petab" / name
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        petab.Problem.from_yaml(folder / "problem.yaml")
    (tmp_path / f"{name}.xml").write_text(zs.load_model(name).sbml, encoding="utf-8")
    assert errors_of(petab.Problem.from_yaml(folder / "problem.yaml")) == []


def test_only_shipped_models_have_one() -> None:
    with pytest.raises(zs.UnknownIdError, match=r"'ero1_assy'.*'ero1_assay'"):
        petab_files("ero1_assy")
