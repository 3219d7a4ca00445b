"""Every block of the pages runs, in the order of the page, or says why it does not."""

import pytest

from .pages import PAGES, ROOT, blocks

# A mark without a reason, or with a word nobody knows, would leave a block out in silence.
KINDS = {"", "not run", "file"}

# What a page says its blocks write.
WRITTEN = {
    "first-steps.md": ("course.svg", "course.png"),
    "own-scenario.md": ("course.csv", "my_scenarios/scenarios.tsv"),
    "own-findings.md": ("my_findings.toml",),
    "doses-and-sensitivities.md": ("doses.svg", "surface.svg", "surface.csv", "local.svg"),
    "many-cells.md": ("run/ensemble.parquet", "bands.svg"),
    "submit.md": (),
}


def merged(page):
    """Blocks to run; Python blocks in a row are one session, as a reader would type them."""
    steps = []
    for block in blocks(page):
        if block.kind == "not run":
            continue
        if block.language == "python" and steps and steps[-1][0] == "python":
            steps[-1] = ("python", steps[-1][1] + block.code)
        elif block.kind == "file":
            steps.append(("file " + block.argument, block.code))
        else:
            steps.append((block.language, block.code))
    return steps


@pytest.mark.parametrize("page", PAGES)
def test_blocks_of_a_page_run(page, run, tmp_path):
    (tmp_path / "models").symlink_to(ROOT / "models")
    steps = merged(page)
    assert steps
    for language, code in steps:
        if language.startswith("file "):
            (tmp_path / language.removeprefix("file ")).write_text(code, encoding="utf-8")
        else:
            run(language, code, tmp_path, ROOT)
    for name in WRITTEN[page]:
        assert (tmp_path / name).stat().st_size > 0, name


@pytest.mark.parametrize("page", PAGES)
def test_marks_are_known_and_give_reasons(page):
    for block in blocks(page):
        assert block.kind in KINDS, block.mark
        assert block.language in {"python", "bash"} or block.kind == "file", block.code
        if block.kind == "not run":
            assert len(block.argument.split()) >= 4, block.mark


def test_a_block_that_fails_is_told(run, tmp_path):
    with pytest.raises(AssertionError, match="zip7_inhibition"):
        run("bash", "zinc-sbml simulate zip7_inhibitoin\ntrue", tmp_path, ROOT)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run("python", "1 / 0", tmp_path, ROOT)
