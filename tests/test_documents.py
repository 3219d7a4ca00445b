"""Documents: fresh, whole, and with equations that are those of the SBML."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest
from latex_reader import Reader, first_values_of, values_of
from typer.testing import CliRunner

import zinc_sbml as zs
from zinc_sbml import document_pictures, documents
from zinc_sbml.cli import app
from zinc_sbml.errors import InvalidInputError, UnknownIdError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def copy(tmp_path):
    for name in documents.DOCUMENTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "docs/pictures", tmp_path / "docs/pictures")
    return tmp_path


def test_documents_are_fresh(copy):
    before = {name: (copy / name).read_bytes() for name in documents.DOCUMENTS}
    assert documents.update_documents(copy, check=True) == []
    assert {name: (copy / name).read_bytes() for name in documents.DOCUMENTS} == before


def test_a_stale_drawing_is_told_and_made_again(copy):
    path = copy / "docs/pictures/network.svg"
    drawn = path.read_bytes()
    path.write_bytes(drawn.replace(b"Zn", b"Cu"))
    assert documents.update_documents(copy, check=True) == [path]
    assert path.read_bytes() != drawn
    assert documents.update_documents(copy) == [path]
    assert path.read_bytes() == drawn


@pytest.mark.parametrize("name", ["storyboard.svg", "findings.svg"])
def test_a_figure_made_from_something_else_is_told_and_drawn_again(copy, name):
    path = copy / "docs/pictures" / name
    path.write_text(re.sub("sha256:[0-9a-f]{64}", "sha256:" + 64 * "0", path.read_text(encoding="utf-8")))
    assert documents.update_documents(copy, check=True) == [path]
    assert documents.update_documents(copy) == [path]
    assert documents.update_documents(copy, check=True) == []


def test_figures_are_those_of_the_model_as_it_is(copy, monkeypatch):
    other = dataclasses.replace(zs.load_scenario("zip7_inhibition"), duration=3600.0)
    monkeypatch.setattr(document_pictures, "load_scenario", lambda _: other)
    assert documents.update_documents(copy, check=True) == [copy / "docs/pictures/storyboard.svg"]


def test_a_stale_part_is_told_and_made_again(copy):
    path = copy / "docs/science.md"
    text = path.read_text(encoding="utf-8")
    stale = text.replace("zinc export from the ER by ZIP7", "zinc export by magic", 1)
    assert stale != text
    path.write_text(stale, encoding="utf-8")
    assert documents.update_documents(copy, check=True) == [path]
    assert path.read_text(encoding="utf-8") == stale
    assert documents.update_documents(copy) == [path]
    assert path.read_text(encoding="utf-8") == text


def test_every_equation_of_the_document_gives_what_the_solver_gives():
    """Read back from the page itself: all reactions and rules of the model, each once, with the rates of the solver."""
    values = values_of("er_zinc_redox")
    model = zs.load_model("er_zinc_redox")
    computed = {item.id for item in model.quantities.values() if item.computed} | {
        "Zn_extracellular",
        "O2_er",
        "DTT_er",
    }
    seen = []
    for block in re.findall(r"```math\n(.*?)\n```", (ROOT / "docs/science.md").read_text(encoding="utf-8"), re.DOTALL):
        found = re.fullmatch(r"(?:v_\{)?\\mathrm\{((?:\w|\\_)+?)\}\}? = (.*)", block, re.DOTALL)
        if not found:
            assert block.startswith(r"\frac{\mathrm{d}n_i}")
            continue
        name = found[1].replace(r"\_", "_")
        assert Reader(found[2], values).whole() == pytest.approx(values[name], rel=1e-9, abs=1e-15), name
        seen.append(name)
    assert len(seen) == len(set(seen))
    assert set(seen) == computed | set(model.reactions.index)


def test_schemes_stand_beside_their_equations():
    text = (ROOT / "docs/science.md").read_text(encoding="utf-8")
    for one in zs.load_model("er_zinc_redox").having("reaction"):
        assert f"`{one.id}`: {one.name}\n" in text
    assert "`EGFR_0 + 5 PDI_oxidised → EGFR_1 + 5 PDI_reduced`" in text


def test_misses_come_first():
    text = documents.made("verdicts")
    places = [text.index(f"**{word}") for word in ("Missed", "Divided", "Reproduced", "Out of scope")]
    assert places == sorted(places)
    for verdict in zs.compare_plausible().verdicts:
        assert f"| {verdict.finding.id} |" in text


def test_the_readme_tells_every_verdict_of_cell_and_family():
    """Values of the shipped cell and shares of the family, row by row."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shares = {verdict.finding.id: verdict for verdict in zs.compare_plausible().verdicts}
    for verdict in zs.compare().verdicts:
        [row] = re.findall(rf"^\| \[?{verdict.finding.id}\W.*$", text, re.MULTILINE)
        over = shares[verdict.finding.id]
        assert row.endswith(f"| {over.status} |")
        if verdict.checks:
            assert f"| {over.share:.0%}" in row
            assert row.count("**not met**") == sum(not check.holds for check in verdict.checks)


def test_shares_are_those_of_the_families():
    text = documents.made("shares")
    names = list(zs.load_hypotheses())
    for name in names:
        for verdict in zs.compare_plausible(family=zs.load_family(hypothesis=name)).verdicts:
            row = re.search(rf"^\| {verdict.finding.id} \|(.*)\|$", text, re.MULTILINE)
            if not verdict.checks:
                assert row is None
                continue
            assert row[1].split("|")[names.index(name)].strip() == f"{verdict.share:.0%}"


def pages():
    """Every page of the repository that people read."""
    return [
        *ROOT.glob("*.md"),
        *(page for folder in ("benchmarks", "docs", "models", "validation") for page in (ROOT / folder).rglob("*.md")),
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        path = page.parent / file if file else page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {_anchor(one) for one in headings}, target


def _anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_nothing_is_left_to_be_written():
    for name in documents.DOCUMENTS:
        assert "@@" not in (ROOT / name).read_text(encoding="utf-8")


def test_a_part_without_maker_is_told(copy):
    with pytest.raises(UnknownIdError, match="verdicts"):
        documents.made("verdict")
    with pytest.raises(UnknownIdError, match="glutathione"):
        documents.made("process glutathion")
    with pytest.raises(InvalidInputError, match="trap and trap"):
        documents.made("experiments trap trap")


def test_a_document_without_parts_or_missing_is_told(copy):
    (copy / "validation/README.md").write_text("# Empty\n", encoding="utf-8")
    before = (copy / "docs/science.md").read_bytes()
    with pytest.raises(InvalidInputError, match="0 parts"):
        documents.update_documents(copy)
    (copy / "validation/README.md").unlink()
    with pytest.raises(InvalidInputError, match="not in the package"):
        documents.update_documents(copy)
    assert (copy / "docs/science.md").read_bytes() == before


def test_a_mark_that_is_misspelled_is_told(copy):
    path = copy / "docs/science.md"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("<!-- end of shares -->", "<!-- end of share -->"),
        ("<!-- shares: written", "<!-- shares : written"),
    ):
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(InvalidInputError, match=r"science\.md: .* parts .* but"):
            documents.update_documents(copy, check=True)


def test_command(copy):
    path = copy / "docs/science.md"
    fresh = path.read_bytes()
    result = CliRunner().invoke(app, ["docs", str(copy), "--check"])
    assert (result.exit_code, result.output) == (0, "5 documents, 0 stale\n")
    path.write_bytes(fresh.replace(b"| trap_erad", b"| trap").replace(b"| P06 |", b"| P6 |"))
    result = CliRunner().invoke(app, ["docs", str(copy), "--check"])
    assert (result.exit_code, result.output) == (1, f"stale: {path}\n5 documents, 1 stale\n")
    result = CliRunner().invoke(app, ["docs", str(copy)])
    assert (result.exit_code, result.output) == (0, f"written: {path}\n5 documents, 1 changed\n")
    assert path.read_bytes() == fresh
    result = CliRunner().invoke(app, ["docs", str(copy / "docs")])
    assert result.exit_code == 2
    assert result.output.startswith("error: cannot read")


def rows_of(part):
    """Cells of the tables of a part of models/README.md."""
    text = (ROOT / "models/README.md").read_text(encoding="utf-8")
    inside = text.partition(f"<!-- {part}: written by `zinc-sbml docs` -->")[2].partition(f"<!-- end of {part} -->")[0]
    lines = [line for line in inside.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert cells, part
    assert {len(row) for row in cells} == {len(cells[0])}
    return [row for row in cells if row[0].startswith("`")]


@pytest.mark.parametrize("model_id", zs.list_models().index)
def test_the_tables_of_a_model_hold_all_of_it_once(model_id):
    model = zs.load_model(model_id)
    for part, roles in {
        "compartments": ("compartment",),
        "species": ("species", "boundary species"),
        "inputs": ("input",),
        "readouts": ("readout",),
        "reactions": ("reaction",),
    }.items():
        rows = rows_of(f"{part} {model_id}")
        assert [row[0].strip("`*") for row in rows] == [one.id for one in model.having(*roles)]
        assert [row[1] for row in rows] == [one.name for one in model.having(*roles)]


@pytest.mark.parametrize("model_id", zs.list_models().index)
def test_formulas_of_the_tables_give_what_the_solver_gives(model_id):
    values = values_of(model_id)
    model = zs.load_model(model_id)
    seen = []
    for part, place in (("reactions", 3), ("readouts", 3), ("rules", 2)):
        for row in rows_of(f"{part} {model_id}"):
            name, formula = row[0].strip("`"), row[place].removeprefix("$`").removesuffix("`$")
            formula = formula.partition(" = ")[2] if part == "rules" else formula
            assert Reader(formula, values).whole() == pytest.approx(values[name], rel=1e-9, abs=1e-15), name
            seen.append(name)
    computed = {one.id for one in model.quantities.values() if one.computed}
    assert sorted(seen) == sorted(computed | set(model.reactions.index))


@pytest.mark.parametrize("model_id", zs.list_models().index)
def test_initial_values_and_ranges_of_the_tables_are_those_of_the_solver(model_id):
    values = first_values_of(model_id)
    model = zs.load_model(model_id)
    for row in rows_of(f"species {model_id}"):
        name, start = row[0].strip("`*"), row[3]
        if start == "set by a rule":
            assert model.quantities[name].computed
        elif start.startswith("$`"):
            assert Reader(start[2:-2], values).whole() == pytest.approx(values[name], rel=1e-9)
        else:
            assert float(start) == pytest.approx(values[name], rel=1e-3, abs=1e-15)
    for row in rows_of(f"inputs {model_id}"):
        lower, upper = map(float, row[3].split(" to "))
        assert lower <= float(row[2]) <= upper
        assert float(row[2]) == pytest.approx(values[row[0].strip("`")])
        assert row[5]


def test_the_table_of_species_names_what_they_are_annotated_as():
    rows = {row[0].strip("`*"): row[5] for row in rows_of("species er_zinc_redox")}
    assert rows["PDI_oxidised"] == (
        "isVersionOf [uniprot:P07237](https://identifiers.org/uniprot:P07237) prolyl 4-hydroxylase subunit beta"
    )
    assert all("https://identifiers.org/" in annotated for annotated in rows.values())
