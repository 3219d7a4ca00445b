from __future__ import annotations

import os
from pathlib import Path

import pytest

from zinc_sbml.files import write_atomically


def test_a_write_that_fails_leaves_every_target(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text("old")
    with pytest.raises(FileNotFoundError, match="second"):
        write_atomically({first: "new", tmp_path / "no folder" / "second": "new"})
    assert first.read_text() == "old"
    assert list(tmp_path.iterdir()) == [first]


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    write_atomically({tmp_path / "link": "new"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Open for both, so that neither end waits for the other.
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    write_atomically({pipe: "new"})
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()
