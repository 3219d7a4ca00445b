"""The door to all formats: what is written where, what is refused, and that nothing half-written is left."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml import catalog
from zinc_sbml.cli import app
from zinc_sbml.exchange import FORMATS, Export
from zinc_sbml.exchange.copasi import locale_kept
from zinc_sbml.model import Model

FOLDERS = ("sedml", "petab", "biomodels")

Exported = Callable[[str], Export]


def tree(folder: Path) -> dict[str, bytes | str | None]:
    """Everything under a folder: content of files, targets of links, None for folders."""
    return {
        item.relative_to(folder).as_posix(): (
            os.readlink(item) if item.is_symlink() else None if item.is_dir() else item.read_bytes()
        )
        for item in folder.rglob("*")
    }


@pytest.fixture
def drug(small_cell: Model) -> zs.Scenario:
    """A scenario of one's own for a model of one's own."""
    return zs.Scenario(
        id="drug",
        model="small_cell",
        duration=100,
        periods=(zs.Period(start=0, changes={"drug": 0.1}), zs.Period(start=50, changes={"drug": 0.0})),
    )


# What is written


@pytest.mark.parametrize("format", list(FORMATS))
def test_every_format_writes_what_it_says(exported: Exported, format: str) -> None:
    done = exported(format)
    assert done.format == format
    assert done.path.is_dir() == FORMATS[format].folder == (format in FOLDERS)
    assert len(set(done.files)) == len(done.files)
    found = {item for item in done.path.parent.rglob("*") if not item.is_dir()}
    # Every file that was written is told, and nothing else lies there.
    assert found == set(done.files)
    assert all(item.stat().st_size > 0 for item in found)
    assert done.missing == () or format == "biomodels"
    for item in found:
        assert item.stat().st_mode & 0o444 == 0o444, f"{item} is for everyone to read"


BEGINNINGS = {
    "sbml": b'<?xml version="1.0" encoding="UTF-8"?>\n<sbml ',
    "omex": b"PK\x03\x04",
    "copasi": b"<?xml ",
    "layout": b'<?xml version="1.0" encoding="UTF-8"?>\n<sbml ',
    "diagram": b"<svg ",
    "sbgn": b"<?xml ",
}


@pytest.mark.parametrize("format", list(BEGINNINGS))
def test_files_begin_as_their_kind_does(exported: Exported, format: str) -> None:
    assert exported(format).path.read_bytes().startswith(BEGINNINGS[format])


def test_the_plain_model_is_the_shipped_file(exported: Exported) -> None:
    done = exported("sbml")
    assert done.path.read_text(encoding="utf-8") == zs.load_model("er_zinc_redox").sbml
    assert done.lost == {}


def test_the_other_model(tmp_path: Path) -> None:
    zs.export("sbml", tmp_path / "tube.xml", model="ero1_assay")
    assert zs.load_model(tmp_path / "tube.xml").sha256 == zs.load_model("ero1_assay").sha256
    zs.export("sedml", tmp_path / "tube", model="ero1_assay")
    expected = {name for name, one in zs.load_scenarios().items() if one.model == "ero1_assay"}
    assert expected == {file.stem for file in (tmp_path / "tube").glob("*.xml")}


@pytest.mark.parametrize("kind", [str, Path])
def test_paths_may_be_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[Path], Any]) -> None:
    monkeypatch.chdir(tmp_path)
    done = zs.export("sbml", kind(Path("tube.xml")), model="ero1_assay")
    assert done.files == (Path("tube.xml"),)
    assert (tmp_path / "tube.xml").is_file()
    done = zs.export("petab", kind(Path("tube")), model="ero1_assay")
    assert tree(tmp_path / "tube").keys() == {file.relative_to("tube").as_posix() for file in done.files}


# Scenarios and models of one's own


def test_a_scenario_of_ones_own(tmp_path: Path, small_cell: Model, drug: zs.Scenario) -> None:
    assert small_cell.path is not None
    done = zs.export("sbml", tmp_path / "drug.xml", model=small_cell.path, scenario=drug)
    model = zs.load_model(done.path)
    assert model.quantities["drug"].value == 0.1
    assert model.quantities["drug_change_1_time"].value == 50
    assert model.quantities["drug_change_1_value"].value == 0
    done = zs.export("sedml", tmp_path / "drug", model=str(small_cell.path), scenario=drug)
    assert {file.name for file in done.files} == {"drug.xml", "scenarios.sedml"}
    assert (done.path / "drug.xml").read_bytes() == (tmp_path / "drug.xml").read_bytes()


@pytest.mark.parametrize(("format", "name"), [("sbml", "m.xml"), ("antimony", "m.ant")])
def test_a_model_of_ones_own(tmp_path: Path, small_cell: Model, format: str, name: str) -> None:
    assert small_cell.path is not None
    done = zs.export(format, tmp_path / name, model=small_cell.path)
    assert zs.load_model(done.path).inputs["value"].to_dict() == small_cell.inputs["value"].to_dict()


@locale_kept()
def copasi_sets(text: str) -> dict[str, dict[str, float]]:
    """What COPASI has as values of the global quantities after each parameter set was applied."""
    import COPASI

    document = COPASI.CRootContainer.addDatamodel()
    try:
        assert document.loadModelFromString(text, "")
        model = document.getModel()
        sets = model.getModelParameterSets()
        found = {}
        for number in range(sets.size()):
            sets.get(number).updateModel()
            values = [model.getModelValue(place) for place in range(model.getNumModelValues())]
            found[sets.get(number).getObjectName()] = {one.getObjectName(): one.getInitialValue() for one in values}
        return found
    finally:
        COPASI.CRootContainer.removeDatamodel(document)


def test_a_model_of_ones_own_in_copasi(
    tmp_path: Path, small_cell: Model, drug: zs.Scenario, copasi: ModuleType
) -> None:
    assert small_cell.path is not None
    with pytest.raises(zs.InvalidInputError, match="small_cell has no scenarios"):
        zs.export("copasi", tmp_path / "m.cps", model=small_cell.path)
    done = zs.export("copasi", tmp_path / "m.cps", model=small_cell.path, scenario=drug)
    found = copasi_sets(done.path.read_text(encoding="utf-8"))
    assert found.keys() == {"drug"}
    assert found["drug"]["drug"] == 0.1
    assert found["drug"]["drug_change_1_time"] == 50
    assert found["drug"]["drug_change_1_value"] == 0
    assert found["drug"]["pump"] == 1


def test_each_scenario_is_a_parameter_set(exported: Exported, copasi: ModuleType) -> None:
    found = copasi_sets(exported("copasi").path.read_text(encoding="utf-8"))
    scenarios = {name: one for name, one in zs.load_scenarios().items() if one.model == "er_zinc_redox"}
    assert found.keys() == scenarios.keys()
    inputs = zs.load_model("er_zinc_redox").inputs["value"]
    for name, one in scenarios.items():
        expected = inputs.to_dict()
        for period in one.periods:
            if period.start <= 0:
                expected |= {target: value for target, value in period.changes.items() if target in expected}
        assert {target: found[name][target] for target in expected} == pytest.approx(expected, rel=1e-12), name


@pytest.mark.parametrize("format", ["layout", "sbgn", "diagram", "petab"])
def test_what_only_shipped_models_have(tmp_path: Path, small_cell: Model, format: str) -> None:
    assert small_cell.path is not None
    with pytest.raises(zs.ZincSbmlError, match="small_cell"):
        zs.export(format, tmp_path / "m.svg", model=small_cell.path)
    assert tree(tmp_path) == {}


def test_a_problem_is_not_passed_off_as_that_of_a_changed_model(tmp_path: Path) -> None:
    changed = tmp_path / "er_zinc_redox.xml"
    text = zs.load_model("er_zinc_redox").sbml
    changed.write_text(text.replace('value="', 'value="1', 1), encoding="utf-8")
    with pytest.raises(zs.InvalidInputError, match=r"er_zinc_redox\.xml is not the shipped model"):
        zs.export("petab", tmp_path / "problem", model=changed)
    changed.write_text(text, encoding="utf-8")
    assert zs.export("petab", tmp_path / "problem", model=changed).path.is_dir()


# What is refused before any work is done


@pytest.mark.parametrize(
    ("format", "options", "words"),
    [
        ("omx", {}, ["unknown format 'omx'", "'omex'"]),
        ("SBML", {}, ["unknown format 'SBML'", "'sbml'"]),
        ("", {}, ["unknown format ''", "known: sbml"]),
        ("biomodels", {"model": "ero1_assay"}, ["option model does not go with format biomodels", "none"]),
        ("antimony", {"scenario": "baseline"}, ["option scenario does not go with format antimony", "model"]),
        ("petab", {"scenario": "baseline"}, ["option scenario does not go with format petab"]),
        ("sedml", {"level": 2, "version": 4}, ["option level does not go with format sedml", "model, scenario"]),
        ("copasi", {"version": 1}, ["option level does not go with format copasi"]),
        ("biomodels", {"model": "er_zinc_redox"}, ["option model does not go with format biomodels"]),
        ("sbml", {"model": "er_zinc_redx"}, ["unknown model 'er_zinc_redx'", "'er_zinc_redox'"]),
        ("sbml", {"model": "missing/file.xml"}, ["no model file missing/file.xml"]),
        ("sbml", {"scenario": "zip7_inhibitio"}, ["unknown scenario 'zip7_inhibitio'", "'zip7_inhibition'"]),
        ("sbml", {"scenario": 5}, ["scenario: 5", "expected the id of a scenario"]),
        ("sbml", {"model": "ero1_assay", "scenario": "baseline"}, ["baseline is for model er_zinc_redox, not"]),
        ("sedml", {"model": "er_zinc_redox", "scenario": "ero1_assay_zinc"}, ["ero1_assay_zinc is for"]),
        ("sbml", {"level": 1, "version": 2}, ["level 1 version 2", "level 2 version 4"]),
        ("sbml", {"level": 2}, ["level 2 version 2", "level 2 version 4"]),
        ("diagram", {}, ["out: format diagram is written as svg, png, pdf"]),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(tmp_path: Path, format: str, options: dict[str, Any], words: list[str]) -> None:
    with pytest.raises((zs.UnknownIdError, zs.InvalidInputError)) as refused:
        zs.export(format, tmp_path / "out", **options)
    assert all(word in str(refused.value) for word in words), refused.value
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(("format", "name"), [(name, one.imports[0]) for name, one in FORMATS.items() if one.imports])
def test_a_missing_package_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    extra = "build" if name == "antimony" else "exchange"
    with pytest.raises(zs.InvalidInputError, match=rf"{format} needs {name}: pip install 'zinc-sbml\[{extra}\]'"):
        zs.export(format, tmp_path / "out")
    assert tree(tmp_path) == {}


def test_extras_bring_what_formats_import() -> None:
    """Each optional module comes from a distribution that the extra names."""
    import tomllib
    from importlib.metadata import packages_distributions

    extras = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    named = " ".join(extras["exchange"] + extras["build"]).lower()
    needed = {name for one in FORMATS.values() for name in one.imports}
    assert needed == {"antimony", "COPASI", "libsbgnpy"}
    for name in needed:
        assert any(brought.lower() in named for brought in packages_distributions()[name])


# Targets

SMALL = {"file": ("sbml", {"model": "ero1_assay"}), "folder": ("petab", {"model": "ero1_assay"})}
KINDS = pytest.mark.parametrize("kind", list(SMALL))


def write(kind: str, path: Path, **options: Any) -> Export:
    format, model = SMALL[kind]
    return zs.export(format, path, **model, **options)


def put_older(kind: str, path: Path) -> None:
    """An export of another day."""
    if kind == "file":
        path.write_text("older")
    else:
        path.mkdir()
        (path / "problem.yaml").write_text("older")
        (path / "ero1_assay.xml").write_text("older")


@KINDS
def test_an_older_export_is_replaced_only_with_force(tmp_path: Path, kind: str) -> None:
    put_older(kind, tmp_path / "out")
    before = tree(tmp_path)
    with pytest.raises(zs.InvalidInputError, match=rf"out exists; choose another {kind}, or replace it with --force"):
        write(kind, tmp_path / "out")
    assert tree(tmp_path) == before
    done = write(kind, tmp_path / "out", force=True)
    write(kind, tmp_path / "fresh")
    after = tree(tmp_path)
    for file in done.files:
        name = file.relative_to(tmp_path).as_posix()
        assert after[name] == after[name.replace("out", "fresh", 1)] != b"older"
    assert len(after) == 2 * len(done.files) + 2 * (kind == "folder")


@pytest.mark.parametrize("stranger", ["notes.txt", "deep/notes.txt", "problem.yaml.bak", ".hidden"])
def test_a_folder_with_files_of_others_is_never_replaced(tmp_path: Path, stranger: str) -> None:
    put_older("folder", tmp_path / "out")
    place = tmp_path / "out" / stranger
    place.parent.mkdir(exist_ok=True)
    place.write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(zs.InvalidInputError) as refused:
        write("folder", tmp_path / "out", force=True)
    assert f"out also holds {stranger}, which this export does not write" in str(refused.value)
    assert tree(tmp_path) == before
    (tmp_path / "out" / "another").write_text("mine")
    with pytest.raises(zs.InvalidInputError, match="and 1 more files"):
        write("folder", tmp_path / "out", force=True)


@pytest.mark.parametrize("name", ["linked", "problem.yaml"])
def test_a_linked_folder_inside_is_a_file_of_others(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("mine")
    put_older("folder", tmp_path / "out")
    (tmp_path / "out" / name).unlink(missing_ok=True)
    (tmp_path / "out" / name).symlink_to(tmp_path / "mine", target_is_directory=True)
    before = tree(tmp_path)
    if name == "linked":
        with pytest.raises(zs.InvalidInputError, match="out also holds linked"):
            write("folder", tmp_path / "out", force=True)
        assert tree(tmp_path) == before
    else:
        # The name is ours: the link goes, what it led to stays.
        write("folder", tmp_path / "out", force=True)
        assert (tmp_path / "out" / name).read_text().startswith("format_version")
        assert (tmp_path / "mine" / "work.txt").read_text() == "mine"


@pytest.mark.parametrize("force", [False, True])
@KINDS
def test_the_other_kind_stands_there(tmp_path: Path, kind: str, force: bool) -> None:
    other = "folder" if kind == "file" else "file"
    put_older(other, tmp_path / "out")
    before = tree(tmp_path)
    with pytest.raises(zs.InvalidInputError, match=rf"out is a {other}, expected a {kind} to write"):
        write(kind, tmp_path / "out", force=force)
    assert tree(tmp_path) == before


@KINDS
def test_there_is_no_place(tmp_path: Path, kind: str) -> None:
    with pytest.raises(zs.InvalidInputError, match=r"there is no folder .*missing to write out to"):
        write(kind, tmp_path / "missing" / "out")
    (tmp_path / "file").write_text("x")
    with pytest.raises(zs.InvalidInputError, match=r"there is no folder .*file to write out to"):
        write(kind, tmp_path / "file" / "out")
    for length in (250, 300):
        with pytest.raises(zs.InvalidInputError, match=r"cannot write .*name too long"):
            write(kind, tmp_path / ("x" * length))
    assert tree(tmp_path) == {"file": b"x"}


@KINDS
def test_links_are_replaced_and_not_followed(tmp_path: Path, kind: str) -> None:
    put_older(kind, tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(zs.InvalidInputError, match="link exists"):
        write(kind, tmp_path / "link")
    before = tree(tmp_path / "real") if kind == "folder" else (tmp_path / "real").read_bytes()
    write(kind, tmp_path / "link", force=True)
    assert not (tmp_path / "link").is_symlink()
    assert (tree(tmp_path / "real") if kind == "folder" else (tmp_path / "real").read_bytes()) == before
    assert {item.name for item in tmp_path.iterdir()} == {"link", "real"}


@pytest.mark.parametrize("force", [False, True])
@KINDS
def test_a_link_that_leads_nowhere(tmp_path: Path, kind: str, force: bool) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(zs.InvalidInputError, match="link is a link that leads nowhere"):
        write(kind, tmp_path / "link", force=force)
    assert tree(tmp_path) == {"link": "nowhere"}


# The disk refuses


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes: the system itself refuses the rest in the middle of writing."""
    resource = pytest.importorskip("resource", reason="limits of the size of files are set by POSIX systems only")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("there", [False, True])
@KINDS
def test_a_write_that_fails_in_the_middle(tmp_path: Path, kind: str, there: bool) -> None:
    write(kind, tmp_path / "warm")
    shutil.rmtree(tmp_path / "warm") if kind == "folder" else (tmp_path / "warm").unlink()
    if there:
        put_older(kind, tmp_path / "out")
    before = tree(tmp_path)
    with small_disk(50_000), pytest.raises(zs.InvalidInputError, match=r"cannot write .*out: .*too large"):
        write(kind, tmp_path / "out", force=there)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stop"])
@pytest.mark.parametrize("there", ["nothing", "folder", "link"])
def test_a_move_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str, error: BaseException) -> None:
    """The older folder is out of the way already when the new one cannot take its place: it comes back."""
    target = tmp_path / "out"
    if there == "folder":
        put_older("folder", target)
    elif there == "link":
        put_older("folder", tmp_path / "real")
        target.symlink_to("real")
    before = tree(tmp_path)
    rename = Path.rename

    def fails(self: Path, to: Path) -> Path:
        if self.name == "new":
            raise error
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fails)
    expected = zs.InvalidInputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write("folder", target, force=there != "nothing")
    assert tree(tmp_path) == before


@contextmanager
def without_power() -> Iterator[None]:
    """As somebody who may not write everywhere, as root may."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        if not os.access(catalog.models_directory(), os.R_OK, effective_ids=True):
            pytest.skip("the package lies where only root may look")
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="on Windows folders have no permission to write")
@KINDS
def test_a_folder_that_may_not_be_written(kind: str) -> None:
    # Not below tmp_path, which nobody else may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(kind, folder / "warm")
        before = tree(folder)
        folder.chmod(0o555)
        try:
            with without_power(), pytest.raises(zs.InvalidInputError, match=r"cannot write .*out: Permission denied"):
                write(kind, folder / "out")
        finally:
            folder.chmod(0o755)
        assert tree(folder) == before


# The command


def command(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["export", *arguments])
    assert result.exit_code == exit_code, result.output
    return result.output


def test_the_command_lists_formats() -> None:
    text = command()
    for name, one in FORMATS.items():
        assert name in text
        assert one.about in text
    listed = json.loads(command("--json"))
    assert {name: one["folder"] for name, one in listed.items()} == {name: name in FOLDERS for name in FORMATS}


def test_the_command_writes(tmp_path: Path) -> None:
    path = tmp_path / "tube.xml"
    text = command("sbml", str(path), "-m", "ero1_assay", "--level", "2", "--version", "4")
    assert text.splitlines()[0] == f"written: {path}"
    assert "not in this format: " in text
    assert 'level="2" version="4"' in path.read_text(encoding="utf-8")
    done = json.loads(command("petab", str(tmp_path / "problem"), "-m", "ero1_assay", "--json"))
    assert done["format"] == "petab"
    assert sorted(done["files"]) == sorted(str(file) for file in (tmp_path / "problem").iterdir())
    assert done["lost"] == {}
    assert done["missing"] == []
    assert command("petab", str(tmp_path / "problem"), "-m", "ero1_assay", "--force") == (
        f"written: {tmp_path / 'problem'} ({len(done['files'])} files)\n"
    )
    path = tmp_path / "dtt.xml"
    command("sbml", str(path), "--scenario", "dtt_pulse")
    assert zs.load_model(path).id == "er_zinc_redox_dtt_pulse"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["omx", "out"], ["omx", "omex"]),
        (["sbml"], ["export sbml PATH"]),
        (["biomodels", "out", "--scenario", "baseline"], ["option scenario"]),
        (["sbml", "out", "--scenario", "basline"], ["basline", "baseline"]),
        (["sbml", "missing/out"], ["no folder missing"]),
        (["petab", "."], ["exists"]),
        (["petab", "missing/out", "--force"], ["no folder missing"]),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = command(*arguments, exit_code=2)
    assert text.startswith("error: ")
    assert text.count("\n") == 1
    assert all(word in text for word in words)
    assert tree(tmp_path) == {}
