"""A command ``zinc-sbml`` that runs the code of a checkout, whatever is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# The slowest block takes five seconds; a busy machine is ten times slower.
TIME_LIMIT = 120


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """A function that runs Python or a shell script with the code of a checkout; it fails if the script does."""
    programs = tmp_path_factory.mktemp("bin")
    command = programs / "zinc-sbml"
    command.write_text(f"#!{sys.executable}\nfrom zinc_sbml.cli import main\n\nmain()\n", encoding="utf-8")
    command.chmod(0o755)

    def run_script(language: str, code: str, folder: Path, root: Path) -> str:
        program = {"python": [sys.executable, "-c", code], "bash": ["bash", "-euo", "pipefail", "-c", code]}[language]
        environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(root),
            "MPLBACKEND": "agg",
            "PYTHONUTF8": "1",
        }
        done = subprocess.run(
            program, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run_script
