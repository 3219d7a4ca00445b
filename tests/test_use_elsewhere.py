"""Recipes of docs/use-elsewhere.md: taken from the page, run from exported files alone, output compared.

After a change of the model, ``python tests/test_use_elsewhere.py`` writes the outputs of the tested recipes anew; those
run by hand have to be run by hand.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/use-elsewhere.md"

# What the page says: numbers are printed with six digits.
TOLERANCE = 1e-5

# The slowest recipe runs all scenarios of the archive, in 20 s.
TIME_LIMIT = 120

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def recipes(kind):
    """Each recipe of a kind: its files, its code and its output."""
    text = PAGE.read_text(encoding="utf-8")
    found = []
    for match in re.finditer(
        rf"<!-- {kind}: (.*?) -->\n```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", text, re.DOTALL
    ):
        found.append((match[1].split(), match[2], match[3] or ""))
    return found


TESTED = recipes("tested")


def commands():
    """Exports that the page tells to make, by the file or folder that each writes."""
    [block] = re.findall(r"<!-- files -->\n```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    words = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert all(one[:2] == ["zinc-sbml", "export"] for one in words)
    return {one[3]: one[1:] for one in words}


def make(name, folder):
    """Make one exported file or folder by the command of the page."""
    arguments = commands()[name]
    done = CliRunner().invoke(app, [*arguments[:2], str(folder / name), *arguments[3:]], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """Every file that the page tells to make."""
    folder = tmp_path_factory.mktemp("exports")
    for name in commands():
        make(name, folder)
    return folder


def run(code, files, exports, folder):
    """Run a recipe in a process of its own, in a folder with its files and nothing else; give what it prints."""
    for name in files:
        (shutil.copytree if (exports / name).is_dir() else shutil.copy)(exports / name, folder / name)
    (folder / "recipe.py").write_text(code, encoding="utf-8")
    # The package must not be found by accident: recipes are for those who do not have it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "recipe.py"],
        cwd=folder,
        env=environment | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )
    assert done.returncode == 0, done.stderr
    # CVODES warns on standard output; the page says of what.
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith("[WARNING]"))


def differences(got, said):
    """Lines of an output that differ: words must be equal, numbers near."""
    if len(got.splitlines()) != len(said.splitlines()):
        return [f"{len(got.splitlines())} lines, the page has {len(said.splitlines())}"]
    found = []
    for one, other in zip(got.splitlines(), said.splitlines(), strict=True):
        same = NUMBER.sub("#", one) == NUMBER.sub("#", other) and all(
            float(value) == pytest.approx(float(expected), rel=TOLERANCE, abs=0)
            for value, expected in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
        )
        if not same:
            found.append(f"{one!r}, the page has {other!r}")
    return found


@pytest.mark.parametrize(("files", "code", "output"), TESTED, ids=["-".join(files) for files, _, _ in TESTED])
def test_recipe_gives_what_the_page_shows(files, code, output, exports, tmp_path):
    assert output.strip(), "a recipe without output"
    assert differences(run(code, files, exports, tmp_path), output) == []


def test_every_recipe_is_marked():
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```python\n") == len(TESTED) + len(recipes("by hand")) + text.count(
        "<!-- by hand, shown without"
    )
    assert len(TESTED) >= 10
    assert all(output.strip() for _, _, output in recipes("by hand"))


def test_no_recipe_imports_the_package():
    assert not re.search(r"(?m)^\s*(import|from) zinc_sbml", PAGE.read_text(encoding="utf-8"))


def test_answers_of_every_tool_are_ours():
    """Independently of the page: the values of both questions by `simulate`, in every output that has them."""
    names = ["er_zinc_probe", "pdi_oxidised_fraction", "xbp1s_fold"]
    day = zs.simulate("zip7_inhibition", times=[0, 86400], readouts=names)
    pulse = zs.simulate("dtt_pulse", times=[0, 300, 360, 3900], readouts=["pdi_oxidised_fraction"])
    answered = [0, 0]
    for _, _, output in TESTED + recipes("by hand"):
        for line in output.splitlines():
            timed = re.match(r"at (\d+) s .*?pdi_oxidised_fraction (\S+)", line)
            if timed:
                ours = pulse.at("pdi_oxidised_fraction", float(timed[1]))
                assert float(timed[2]) == pytest.approx(float(ours), rel=TOLERANCE), line
                answered[1] += 1
                continue
            for name, value in re.findall(r"(er_zinc_probe|pdi_oxidised_fraction|xbp1s_fold) (\S+)", line):
                assert float(value) == pytest.approx(float(day[name].iloc[-1]), rel=TOLERANCE), line
                answered[0] += 1
    # libRoadRunner, tellurium twice, COPASI twice, SciPy, AMICI, and five older files.
    assert answered == [3 * 12, 4 * 6 + 3]
    # The one difference that the page tells: at the time of a change `simulate` shows what was before it.
    assert zs.simulate("dtt_pulse", times=[300], readouts=["dtt"]).at("dtt", 300.0) == 5000


def test_table_of_answers_is_ours():
    text = PAGE.read_text(encoding="utf-8")
    [row] = re.findall(r"(?m)^\| 1 \|(.*)\|$", text)
    numbers = [float(cell) for cell in row.split("|") if re.fullmatch(NUMBER, cell.strip()) and "." in cell]
    day = zs.simulate("zip7_inhibition", times=[0, 86400]).frame.iloc[-1]
    pulse = zs.simulate("dtt_pulse", times=[300, 360, 3900])["pdi_oxidised_fraction"]
    ours = [day[name] for name in ("er_zinc_probe", "pdi_oxidised_fraction", "xbp1s_fold")] + list(pulse)
    assert numbers == pytest.approx(ours, rel=TOLERANCE)


def test_plain_export_is_the_shipped_model(exports):
    assert (exports / "er_zinc_redox.xml").read_bytes() == (ROOT / "models/er_zinc_redox.xml").read_bytes()


@pytest.mark.parametrize(
    "got",
    ["er_zinc_probe 0.89677\n", "er_zinc_prob 0.896758\n", "", "er_zinc_probe 0.896758\nmore\n", "er_zinc_probe nan\n"],
)
def test_a_changed_output_is_told(got):
    said = "er_zinc_probe 0.896758\n"
    assert differences(said, said) == []
    assert differences("er_zinc_probe 0.896759\n", said) == []
    assert differences(got, said)


def write_outputs():
    """Run the tested recipes and put their outputs into the page."""
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as made:
        for name in commands():
            make(name, Path(made))
        for files, code, output in TESTED:
            with tempfile.TemporaryDirectory() as folder:
                new = run(code, files, Path(made), Path(folder))
            text = text.replace(f"{code}```\n\n```text\n{output}```", f"{code}```\n\n```text\n{new}```", 1)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_outputs()
