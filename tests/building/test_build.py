"""The build writes all or nothing, the same bytes each time, and knows what is stale."""

from __future__ import annotations

import pytest

from zinc_sbml import catalog
from zinc_sbml.building import build, check_passports, compile_antimony, read_source, validate_sbml
from zinc_sbml.errors import ModelBuildError


def test_build_check_and_stale_files(write_models):
    folder = write_models().parent
    outputs = (folder / "cell.xml", folder / "passports.tsv")
    asked = build(folder, check=True)
    assert (asked.stale, asked.written, asked.ok) == (outputs, (), False)
    assert not any(path.exists() for path in outputs)
    done = build(folder)
    assert (done.models, done.issues, done.written, done.ok) == (("cell",), (), outputs, True)
    assert outputs[0].read_text() == compile_antimony(folder / "cell.ant")
    assert build(folder, check=True).ok
    outputs[0].write_bytes(outputs[0].read_bytes() + b"\n")
    assert build(folder, check=True).stale == (outputs[0],)
    (folder / "cell.ant").write_text((folder / "cell.ant").read_text().replace("loss_k = 0.2", "loss_k = 0.3"))
    assert build(folder, check=True).stale == outputs


def test_a_second_build_writes_nothing(write_models):
    folder = write_models().parent
    build(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert build(folder).written == ()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_defect_in_the_source_leaves_the_old_files(write_models):
    folder = write_models().parent
    build(folder)
    old = (folder / "cell.xml").read_bytes()
    write_models(("supply_rate * supply;", "supply_rate;"))
    report = build(folder)
    assert "ZS003" in {issue.code for issue in report.issues}
    assert report.written == ()
    assert not report.ok
    assert (folder / "cell.xml").read_bytes() == old


def test_a_module_nobody_imports_must_compile_too(write_models):
    folder = write_models().parent
    (folder / "modules" / "broken.ant").write_text("model broken()\n  k = = 1;\nend\n")
    with pytest.raises(ModelBuildError, match=r"broken\.ant:2:"):
        build(folder)


def test_a_file_is_called_after_its_model(write_models):
    path = write_models()
    path.rename(path.with_name("other.ant"))
    with pytest.raises(ModelBuildError, match=r"needs cell\.ant"):
        build(path.parent)


def test_a_folder_without_models_is_refused(tmp_path):
    with pytest.raises(ModelBuildError, match="no Antimony model"):
        build(tmp_path)


@pytest.mark.parametrize("path", sorted(catalog.models_directory().rglob("*.ant")), ids=lambda path: path.stem)
def test_every_shipped_source_compiles_by_itself(path):
    assert compile_antimony(path)


@pytest.mark.parametrize("path", sorted(catalog.models_directory().glob("*.ant")), ids=lambda path: path.stem)
def test_the_shipped_models_are_clean(path):
    assert validate_sbml(path) == []
    assert check_passports(read_source(path)) == []


def test_the_shipped_files_are_those_of_the_sources():
    report = build(check=True)
    assert report.issues == ()
    assert report.stale == ()
