"""The tutorial notebook, run and told as a page of Markdown."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

__all__ = ["notebook_page", "run_notebook"]

TIME_LIMIT = 120
"""Seconds that a cell may take: the slowest takes two, and a busy machine is ten times slower."""


def run_notebook(path: Path):
    """Run a notebook in a folder of its own and give it back with its outputs.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    import tempfile

    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    # The kernel runs elsewhere and must find the same package.
    root = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=TIME_LIMIT, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        client.execute(env=environment)
    return notebook


def notebook_page(path: Path) -> str:
    """Run a notebook and give its cells and outputs as Markdown."""
    parts = []
    for cell in run_notebook(path).cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.cell_type == "code" and cell.source.strip():
            parts += [f"```python\n{cell.source}\n```", *map(_output, cell.outputs)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _output(output) -> str:
    if output.output_type == "stream":
        return _text(output.text)
    data = output.get("data", {})
    if "image/png" in data:
        picture = "".join(data["image/png"].split())
        base64.b64decode(picture, validate=True)
        return f'<img class="output" alt="Picture drawn by the cell above" src="data:image/png;base64,{picture}">'
    if "text/html" in data:
        html = re.sub(r"(?s)<style.*?</style>", "", data["text/html"])
        return '<div class="output">' + re.sub(r"\n\s*", "", html) + "</div>"
    return _text(data.get("text/plain", ""))


def _text(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```" if text.strip() else ""
