"""How the command line ends, fails, pipes and completes."""

import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml import cli_complete, listing
from zinc_sbml.cli import app
from zinc_sbml.cli_output import print_table

runner = CliRunner()
PROGRAM = [sys.executable, "-c", "from zinc_sbml.cli import main; main()"]


def run(*arguments, **environment):
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, env={**os.environ, **environment}, timeout=60
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["simulat", "baseline"], ["simulat", "'simulate'", "zinc-sbml --help"]),
        (["simulate", "baseline", "--sett", "a=1"], ["--sett", "--set", "zinc-sbml simulate --help"]),
        (["simulate"], ["scenario", "zinc-sbml simulate --help"]),
        (["simulate", "baseline", "more"], ["more"]),
        (["ensemble", "baseline", "-n", "many"], ["-n", "zinc-sbml ensemble --help"]),
        (["calibrate"], ["command", "zinc-sbml calibrate --help"]),
        (["calibrate", "targts"], ["targts", "targets"]),
    ],
)
def test_usage_errors_are_one_line_with_what_to_do(arguments, words):
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert all(word in result.stderr for word in words), result.stderr


def test_a_fault_of_ours_is_one_line_that_says_so(monkeypatch):
    def fail():
        raise KeyError("lost")

    monkeypatch.setattr(listing, "list_models", fail)
    result = runner.invoke(app, ["models"])
    assert result.exit_code == 70
    assert result.stderr.count("\n") == 1
    assert all(word in result.stderr for word in ("KeyError", "lost", "--debug", "CITATION.cff"))


def test_a_full_disk_is_told_and_is_no_fault_of_ours():
    with open("/dev/full", "w") as full:
        result = subprocess.run([*PROGRAM, "scenarios"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 2
    assert result.stderr == "error: No space left on device\n"


def test_ctrl_c_is_told_and_a_run_says_how_it_goes_on(tmp_path):
    command = ["ensemble", "zip7_inhibition", "-p", "prior", "-n", "50000", "-r", "xbp1s_fold", "-o", "run"]
    process = subprocess.Popen(
        [*PROGRAM, *command],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # A shell gives a command that it runs in the background no Ctrl-C, and its children neither.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "run" / "parts").glob("0*")):
        assert time.monotonic() < deadline, "no part was written"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.splitlines()[-2:] == ["what was done is kept in run; the same command goes on", "error: stopped"]


@pytest.mark.parametrize("place", [0, 2])
def test_debug_shows_the_traceback_wherever_it_stands(place):
    arguments = ["simulate", "nothing"]
    arguments.insert(place, "--debug")
    assert isinstance(runner.invoke(app, arguments).exception, zs.UnknownIdError)


def test_version():
    assert runner.invoke(app, ["--version"]).output == f"zinc-sbml {zs.__version__}\n"


def test_output_for_a_pipe_has_no_colour_no_frames_and_is_not_cut():
    result = run("scenarios", FORCE_COLOR="1")
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert not set("─│╭╮╰╯━…") & set(result.stdout)
    questions = zs.list_scenarios()["question"]
    assert all(question in result.stdout for question in questions)
    assert len(result.stdout.splitlines()) == len(questions) + 1


def test_help_for_a_pipe_has_no_frames():
    result = run("simulate", "--help")
    assert "Examples:" in result.stdout
    assert not set("─│╭╮╰╯━\x1b") & set(result.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes that break in this way")
@pytest.mark.parametrize("arguments", [["parameters"], ["--version"], ["--help"], ["simulate", "--help"]])
def test_a_reader_that_leaves_is_no_error(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        result = subprocess.run([*PROGRAM, *arguments], stdout=closed, stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.stderr == ""
    assert result.returncode == 141


def test_completion_knows_all_ids():
    def ids(function):
        return {name for name, _ in function("")}

    models = list(zs.list_models().index)
    assert ids(cli_complete.models) == set(models)
    assert ids(cli_complete.scenarios) == set(zs.list_scenarios().index)
    assert ids(cli_complete.findings) == set(zs.list_findings().index)
    assert ids(cli_complete.hypotheses) == set(zs.list_hypotheses().index)
    assert ids(cli_complete.readouts) == {name for model in models for name in zs.readouts(model).index}
    assert ids(cli_complete.inputs) == {name for model in models for name in zs.inputs(model).index}
    assert ids(cli_complete.parameters) >= {name for model in models for name in zs.parameters(model).index}


@pytest.mark.parametrize(
    ("line", "expected", "excluded"),
    [
        ("zinc-sbml simulate dtt_", "dtt_pulse", "baseline"),
        ("zinc-sbml simulate baseline -r bip_", "bip_fold", "er_h2o2"),
        ("zinc-sbml simulate baseline --set zip7_inh", "zip7_inhibitor=", "oxygen="),
        ("zinc-sbml discriminate er", "erad", "trap"),
    ],
)
def test_the_shell_completes(line, expected, excluded):
    words = line.split()
    result = run(_ZINC_SBML_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    assert expected in result.stdout.split()
    assert excluded not in result.stdout.split()


def test_help_and_completion_load_no_library_of_a_run():
    heavy = ("numpy", "pandas", "roadrunner", "libsbml", "matplotlib", "scipy")
    code = (
        "import sys; from zinc_sbml import cli, cli_complete; cli_complete.readouts(''); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize("width", [40, 80])
def test_a_narrow_terminal_cuts_no_number(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    rows = [("a_long_id_that_is_copied", "-41.88", "words that may be broken wherever it has to be", "100%")]
    print_table(("id", "contribution at the end", "words", "share"), rows, numbers=(1, 3))
    shown = capsys.readouterr().out
    assert all(whole in shown for whole in ("a_long_id_that_is_copied", "-41.88", "100%"))
    assert "…" not in shown


def test_closed_output_is_no_error():
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, "models"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_that_python_will_take_away_is_used():
    """Of ours, and of what a run imports."""
    done = run("simulate", "baseline", "-r", "xbp1s_fold", PYTHONWARNINGS="error::DeprecationWarning")
    assert done.returncode == 0, done.stderr
