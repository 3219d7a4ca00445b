"""The package as people get it: wheel and sdist, built here and used from an empty folder."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# What somebody does first: judge the findings, and look at the passports.
USE = """
import pathlib, sys
import zinc_sbml as zs
assert pathlib.Path(zs.__file__).is_relative_to(sys.argv[1]), zs.__file__
assert not zs.compare().changed
assert len(zs.load_family()) >= 1000
assert len(zs.parameters()) > 80 and len(zs.list_scenarios()) >= 23
print(zs.__version__)
"""


def run(*command, cwd, path=None):
    # Without the path of the surrounding test run: what is imported must be what was unpacked.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    # The default: the wheel is built from the sdist, so files that the sdist forgets are missed.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY), cwd=folder)
    return folder


def test_wheel_works_from_an_empty_folder(built, tmp_path):
    [wheel] = built.glob("*.whl")
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    assert run(sys.executable, "-c", USE, str(site), cwd=empty, path=site).strip()


def test_sdist_works_from_an_empty_folder(built, tmp_path):
    [sdist] = built.glob("*.tar.gz")
    empty = tmp_path / "empty"
    empty.mkdir()
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [root] = tmp_path.glob("zinc_sbml-*")
    assert run(sys.executable, "-c", USE, str(root), cwd=empty, path=root).strip()


def test_wheel_can_build_the_models(built, tmp_path):
    """Sources travel along: the models in the wheel are those that its own sources give."""
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "from zinc_sbml.building import build; report = build(check=True); assert report.ok, report"
    run(sys.executable, "-c", code, cwd=tmp_path.parent, path=tmp_path)


def test_import_is_light():
    code = "import sys, roadrunner; before = set(sys.modules); import zinc_sbml; print(*(set(sys.modules) - before))"
    loaded = run(sys.executable, "-c", code, cwd=REPOSITORY).split()
    heavy = {"pandas", "matplotlib", "libsbml", "antimony", "pint", "scipy", "petab", "rich", "typer"}
    assert not heavy & {name.split(".")[0] for name in loaded}


def test_library_code_does_not_print():
    for path in (REPOSITORY / "zinc_sbml").rglob("*.py"):
        if not path.name.startswith("cli"):
            assert re.search(r"(?<![\w.])print\(", path.read_text()) is None, path
