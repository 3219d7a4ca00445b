"""What the README shows is what the package does."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

import zinc_sbml as zs

REPOSITORY = Path(__file__).resolve().parents[1]
README = REPOSITORY / "README.md"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), flags=re.DOTALL)


def test_python_of_the_readme_runs(tmp_path):
    [session] = [block for block in blocks("python") if "zinc_sbml" in block]
    done = subprocess.run([sys.executable, "-c", session], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "course.png").exists()


def test_bare_libroadrunner_gives_the_same():
    """The SBML alone, as the README tells to run it, against `simulate`."""
    [session] = [block for block in blocks("python") if "import roadrunner" in block]
    lines = session.strip().splitlines()
    names = dict[str, object]()
    exec("\n".join([*lines[:-1], "course = " + lines[-1]]), names)  # the README is ours
    course = np.array(names["course"])
    columns = ["er_zinc_probe", "pdi_oxidised_fraction", "xbp1s_fold"]
    ours = zs.simulate("zip7_inhibition", times=course[:, 0], readouts=columns).values
    # The row at time 0 holds the value before the change; these readouts are of states, which do not jump.
    difference, peak = np.abs(course[:, 1:] - ours).max(axis=0), np.abs(ours).max(axis=0)
    assert (difference <= 1e-6 * peak).all(), difference / peak


def test_commands_of_the_readme_exist():
    text = subprocess.run(
        [sys.executable, "-c", "from zinc_sbml.cli import main; main()", "--help"], capture_output=True, text=True
    ).stdout
    for command in set(re.findall(r"zinc-sbml ([a-z-]+)", README.read_text())) - {"--help"}:
        assert command in text, command
