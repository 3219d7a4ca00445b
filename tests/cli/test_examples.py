"""Every example of the help runs, on a copy of the models and their tables."""

import os
import shlex
import shutil
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from zinc_sbml import catalog
from zinc_sbml.cli import app
from zinc_sbml.cli_examples import EXAMPLES, FIRST_STEPS, PANELS

runner = CliRunner()
ROOT = Path(__file__).resolve().parents[2]

# Steps of a calibration on real chains take longer than all other tests here together; and a search or an engine
# that has tests of its own, and a server that never ends. Their examples are parsed to the end, not run.
ONLY_PARSED = {
    "calibrate screen", "calibrate sample", "calibrate judge", "calibrate evidence", "calibrate profile",
    "discriminate", "certify", "explore",
}  # fmt: skip


def commands(command, path=()):
    """Paths of all commands that do something by themselves."""
    below = getattr(command, "commands", {})
    if not below:
        yield " ".join(path)
    for name, child in below.items():
        yield from commands(child, (*path, name))


def examples_in_help(path):
    result = runner.invoke(app, [*path.split(), "--help"])
    assert result.exit_code == 0, result.output
    return [line.strip() for line in result.output.partition("Examples:\n")[2].splitlines() if line.strip()]


def programs(example):
    """The parts of an example that are ours, as arguments; other programs and files of the shell are left out."""
    for part in example.replace("&&", "|").split("|"):
        words = shlex.split(part.partition(">")[0])
        if words[0] == "zinc-sbml":
            yield words[1:]


ALL = sorted(commands(get_command(app)))


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A checkout that a command may change, as the current folder."""
    for name in ("models", "validation", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(catalog, "data_root", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ALL)
def test_help_has_an_example_of_the_command(path):
    examples = examples_in_help(path)
    assert examples, f"no example in the help of {path}: add one to cli_examples.EXAMPLES"
    assert all(f"zinc-sbml {path}" in example for example in examples)


def test_no_example_is_of_a_command_that_is_gone():
    assert set(EXAMPLES) - set(ALL) == set()


def test_every_command_stands_under_a_heading():
    tops = {path.split()[0] for path in ALL}
    assert tops - {name for names in PANELS.values() for name in names} == set()


@pytest.mark.parametrize("path", [path for path in ALL if path not in ONLY_PARSED])
def test_examples_of_the_help_run(path, copy):
    for example in examples_in_help(path):
        before = set(os.listdir(copy))
        for arguments in programs(example):
            result = runner.invoke(app, arguments)
            assert result.exit_code == 0, result.output
            assert result.stdout
        for word in example.split():
            if word.endswith((".csv", ".png", ".cps", ".xml")):
                assert word in set(os.listdir(copy)) - before or "validate" in example


@pytest.mark.parametrize("path", sorted(ONLY_PARSED))
def test_examples_that_take_long_are_parsed_to_the_end(path, copy, monkeypatch):
    """The function of the command gets what it was asked for, and nothing of the line is refused."""
    group = get_command(app)
    for example in examples_in_help(path):
        for arguments in programs(example):
            got = []
            command = group
            for name in path.split():
                command = command.commands[name]
            monkeypatch.setattr(command, "callback", lambda got=got, **values: got.append(values))
            result = group.main(arguments, standalone_mode=False)
            assert not isinstance(result, int) or result == 0
            assert len(got) == 1


def test_first_steps_are_examples_that_run():
    shown = runner.invoke(app, []).output
    known = [example for examples in EXAMPLES.values() for example in examples]
    assert 3 <= len(FIRST_STEPS) <= 5
    for command, _ in FIRST_STEPS:
        assert command in shown
        assert command in known
