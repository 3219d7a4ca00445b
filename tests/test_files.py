from __future__ import annotations

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
