"""Worker processes: in order, whatever script asks, and with an end when one of them dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from zinc_sbml.processes import LostWorkersError, on_processes

# As somebody would type it: nothing but us keeps the workers from running it again.
SCRIPT = """
from math import sqrt
from zinc_sbml.processes import on_processes
with on_processes(2) as run:
    print(list(run(sqrt, [4.0, 9.0, 16.0])))
print(__file__)
"""

# Ends whatever multiprocessing starts before it has read what it was started with.
DEATH_AT_START = """
import os, sys
if "--multiprocessing-fork" in sys.argv:
    os._exit(1)
"""

ENSEMBLE = """
import zinc_sbml as zs
from zinc_sbml.errors import ZincSbmlError
try:
    zs.ensemble("zip7_inhibition", parameters="plausible", path="run", readouts=["xbp1s_fold"], processes=2)
except ZincSbmlError as error:
    print(type(error).__name__)
"""


def run_script(text: str, folder: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, "script.py"], cwd=folder, env=environment, capture_output=True, text=True, timeout=100
    )


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    done = run_script(SCRIPT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[2.0, 3.0, 4.0]", str(tmp_path / "script.py")]


def test_workers_that_die_while_they_start_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(DEATH_AT_START, encoding="utf-8")
    done = run_script(ENSEMBLE, tmp_path, tmp_path)
    assert done.stdout.split() == ["LostWorkersError"], done.stderr


def _die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_told() -> None:
    with pytest.raises(LostWorkersError, match="died"), on_processes(2) as run:
        list(run(_die, [1, 2, 3]))


@pytest.mark.parametrize("processes", [1, 2])
def test_errors_of_a_worker_come_back(processes: int) -> None:
    with pytest.raises(ZeroDivisionError), on_processes(processes) as run:
        list(run(_inverse, [1, 0, 2]))


def _inverse(number: int) -> float:
    return 1 / number
