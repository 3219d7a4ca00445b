"""Annotations: each defect is told, the shipped models have none, and their coverage is counted without the linter."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from fnmatch import fnmatchcase

import pytest

from zinc_sbml import catalog
from zinc_sbml.building import ISSUE_CODES, build, compile_antimony, inspect_model, read_source, validate_sbml
from zinc_sbml.building.annotations import check_annotations
from zinc_sbml.building.checked_accessions import check_rows, read_checked
from zinc_sbml.building.identifiers import NAMESPACES, read_identifier
from zinc_sbml.building.libsbml_tools import read_document
from zinc_sbml.building.qualifiers import RULES
from zinc_sbml.errors import ModelBuildError

SBML = "{http://www.sbml.org/sbml/level3/version2/core}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
BIOLOGY = "{http://biomodels.net/biology-qualifiers/}"
ROOT = "https://identifiers.org/"
KINDS = ("compartment", "species", "reaction", "parameter")


def shipped(model_id="er_zinc_redox"):
    return catalog.model_path(model_id).read_text(encoding="utf-8")


def foreign(model_id="er_zinc_redox"):
    """A shipped model under another id: nothing but its text says that it was ours."""
    return shipped(model_id).replace(f' id="{model_id}"', ' id="somebody"', 1)


def block(text, element):
    """Text of the element with this id, from its tag to the end of its annotation."""
    start = text.index(f' id="{element}"')
    return text[text.rindex("<", 0, start) : text.index("</annotation>", start)]


def seeded(text, element, old, new):
    """The model with a defect in the annotation of one element."""
    before = block(text, element)
    assert before.count(old) == 1, (element, old)
    return text.replace(before, before.replace(old, new))


def found(text):
    return {(issue.severity, issue.code, issue.element) for issue in validate_sbml(text)}


# element, what stands there, what is put there, code, severity in the model of somebody else
SEEDED = {
    "accession too short": ("PDI_reduced", "uniprot:P07237", "uniprot:P0723", "ZA002", "error"),
    "accession with a letter too many": ("PDI_reduced", "uniprot:P07237", "uniprot:P07237X", "ZA002", "error"),
    "accession with a letter before it": ("PDI_reduced", "uniprot:P07237", "uniprot:XP07237", "ZA002", "error"),
    "ChEBI number without its prefix": ("Zn_er", f"{ROOT}CHEBI:29105", f"{ROOT}chebi:29105", "ZA002", "error"),
    "prefix of another namespace": ("Zn_er", "CHEBI:29105", "GO:29105", "ZA002", "error"),
    "protein under the prefix of genes": ("PDI_reduced", "uniprot:P07237", "ncbigene:P07237", "ZA002", "error"),
    "no address": ("PDI_reduced", f"{ROOT}uniprot:P07237", "P07237", "ZA001", "error"),
    "no accession": ("PDI_reduced", f"{ROOT}uniprot:P07237", ROOT, "ZA001", "error"),
    "misspelled namespace": ("PDI_reduced", "uniprot:P07237", "unprot:P07237", "ZA003", "warning"),
    "another site": ("PDI_reduced", f"{ROOT}uniprot:P07237", "https://www.uniprot.org/uniprot/P07237", "ZA003",
                     "warning"),
    "http": ("PDI_reduced", "https://", "http://", "ZA004", "warning"),
    "path in place of a colon": ("PDI_reduced", "org/uniprot:P07237", "org/uniprot/P07237", "ZA004", "warning"),
    "urn": ("Zn_er", f"{ROOT}CHEBI:29105", "urn:miriam:obo.chebi:CHEBI%3A29105", "ZA004", "warning"),
    "old DOI": ("ero1_oxidation", "https://doi.org/", "http://dx.doi.org/", "ZA004", "warning"),
    "paper as the thing": ("ero1_oxidation", "https://identifiers.org/GO:0016972", "https://doi.org/10.1000/1", "ZA005",
                           "error"),
    "organism as the thing": ("PDI_reduced", "uniprot:P07237", "taxonomy:9606", "ZA005", "error"),
    "evidence as the thing": ("PDI_reduced", "uniprot:P07237", "ECO:0000314", "ZA005", "error"),
    "reaction as a protein": ("ero1_oxidation", "ec-code:1.8.3.2", "uniprot:Q96HE7", "ZA005", "error"),
    "place as a chemical": ("er_lumen", "GO:0005788", "CHEBI:15377", "ZA005", "error"),
    "place as a protein": ("er_lumen", "GO:0005788", "uniprot:P07237", "ZA005", "error"),
    "chemical as a protein": ("Zn_er", "CHEBI:29105", "uniprot:P07237", "ZA005", "error"),
    "protein as an activity": ("ATF4", "uniprot:P18848", "ec-code:1.8.3.2", "ZA005", "error"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEDED, ids=lambda name: name.replace(" ", "-"))
def test_a_defect_is_told_in_any_model(name):
    element, old, new, code, severity = SEEDED[name]
    assert found(seeded(foreign(), element, old, new)) == {(severity, code, element)}


# element, qualifier, what it is turned into
UNSUITED = {
    "complex as a form of its protein": ("Ero1_active_zinc", "hasPart", "isVersionOf"),
    "RNA as a form of its protein": ("CHOP_mRNA", "encodes", "isVersionOf"),
    "protein that encodes itself": ("CHOP", "is", "encodes"),
    "organism as a place": ("somebody", "hasTaxon", "occursIn"),
    "protein as an organism": ("CHOP", "is", "hasTaxon"),
    "evidence as a description": ("ero1_kcat", "hasProperty", "isDescribedBy"),
    "no qualifier of SBML": ("CHOP", "is", "isMaybe"),
}


@pytest.mark.parametrize("name", UNSUITED, ids=lambda name: name.replace(" ", "-"))
def test_a_qualifier_that_says_something_false_is_told(name):
    element, old, new = UNSUITED[name]
    text = foreign()
    before = block(text, element)
    assert before.count(f"<bqbiol:{old}>") == 1
    after = before.replace(f"bqbiol:{old}>", f"bqbiol:{new}>")
    assert ("error", "ZA005", element) in found(text.replace(before, after))


def test_a_model_qualifier_is_not_for_molecules():
    text = foreign()
    before = block(text, "CHOP")
    after = before.replace("<bqbiol:is>", "<bqmodel:is>").replace("</bqbiol:is>", "</bqmodel:is>")
    assert after != before
    assert ("error", "ZA005", "CHOP") in found(text.replace(before, after))


def test_every_rule_has_a_reason_and_can_be_broken():
    for rule in RULES:
        assert rule.reason
        assert rule.names
        assert not {"is", "hasTaxon", "encodes"} <= rule.allowed


@pytest.mark.parametrize(
    ("element", "term"),
    [("PDI_reduced", "SBO:0000176"), ("ero1_oxidation", "SBO:0000012"), ("er_lumen", "SBO:0000009")],
)
def test_a_term_of_another_branch_is_told_in_any_model(element, term):
    text = foreign()
    tag = re.search(rf'<\w+ [^>]*id="{element}"[^>]*>', text)[0]
    changed = text.replace(tag, re.sub(r"SBO:\d{7}", term, tag))
    assert changed != text
    assert "ZS010" in {issue.code for issue in validate_sbml(changed) if issue.element == element}


def test_the_line_of_an_issue_is_that_of_the_element():
    text = seeded(foreign(), "PDI_reduced", "P07237", "P0723")
    (issue,) = validate_sbml(text)
    assert 'id="PDI_reduced"' in text.splitlines()[issue.line - 1]


def test_in_antimony_the_line_is_that_of_the_source(write_models):
    path = write_models(
        ('lumen identity "https://identifiers.org/GO:0005788"', 'lumen identity "https://identifiers.org/GO:5788"')
    )
    (issue,) = [issue for issue in validate_sbml(path) if issue.code == "ZA002"]
    assert issue.file.name == "cell.ant"
    assert issue.element == "lumen"
    assert "lumen" in path.read_text().splitlines()[issue.line - 1]


def test_what_somebody_leaves_out_is_counted_and_no_defect():
    text = re.sub(r"<annotation>.*?</annotation>", "", foreign(), flags=re.DOTALL)
    report = inspect_model(re.sub(r' sboTerm="[^"]*"', "", text))
    assert report.issues == ()
    assert {row.kind: (row.number, row.with_sbo, row.with_annotation, row.share) for row in report.coverage[:4]} == {
        "compartment": (3, 0, 0, 0.0),
        "species": (78, 0, 0, 0.0),
        "reaction": (120, 0, 0, 0.0),
        "parameter": (178, 0, 0, 0.0),
    }


def test_in_our_own_models_nothing_may_be_missing():
    text = shipped()
    bare = block(text, "ero1_h2o2_loss")
    annotation = bare[bare.index("<annotation>") :] + "</annotation>"
    assert found(text.replace(bare + "</annotation>", bare.replace(annotation[: -len("</annotation>")], ""))) == {
        ("warning", "ZS012", "ero1_h2o2_loss")
    }


def without_source(text, parameter):
    before = block(text, parameter)
    after = re.sub(r"<bqbiol:isDescribedBy>.*?</bqbiol:isDescribedBy>", "", before, flags=re.DOTALL)
    assert after != before
    return text.replace(before, after)


@pytest.mark.parametrize("parameter", ["ero1_inhibitor_ki", "ero1_kcat"])
def test_a_measured_or_fitted_parameter_needs_a_source(parameter):
    assert found(without_source(shipped(), parameter)) == {("error", "ZP007", parameter)}


def test_a_source_is_asked_for_in_antimony_and_stops_the_build(write_models):
    path = write_models((' k description "https://doi.org/10.1000/example";', ""))
    (issue,) = validate_sbml(path)
    assert (issue.severity, issue.code, issue.element) == ("error", "ZP007", "step_k")
    assert issue.file.name == "exchange.ant"
    report = build(path.parent)
    assert [issue.code for issue in report.issues] == ["ZP007"]
    assert report.written == ()


def test_a_foreign_parameter_called_measured_by_its_evidence_needs_a_source():
    assert found(without_source(foreign(), "ero1_inhibitor_ki")) == {("warning", "ZP007", "ero1_inhibitor_ki")}
    # Fitted is a word of our notes; nobody else promised to use it.
    assert found(without_source(foreign(), "ero1_kcat")) == set()


# Well formed, resolvable, the right qualifier, and another molecule.
SWAPPED = {
    "protein of another species": ("Ero1_active", "Q96HE7", "P07237"),
    "protein of another process": ("zinc_zip7_export", "Q92504", "Q9Y6M5"),
    "chemical of another species": ("GSH_er", "CHEBI:16856", "CHEBI:17858"),
    "place of another compartment": ("cytosol", "GO:0005829", "GO:0005788"),
    "process of another reaction": ("upr_ire1_switch", "GO:0036498", "GO:0036499"),
}


@pytest.mark.parametrize("name", SWAPPED, ids=lambda name: name.replace(" ", "-"))
def test_a_swapped_accession_is_told(name):
    element, old, new = SWAPPED[name]
    assert found(seeded(shipped(), element, old, new)) == {("error", "ZA007", element)}


def test_all_pairs_of_proteins_that_could_be_swapped_are_told():
    """Put each protein on each species that has another one: no swap goes unseen."""
    text = shipped()
    rows = {row.id: row for row in read_checked().values() if row.id.startswith("uniprot")}
    carriers = {
        element: next(id_ for id_ in uses if id_ in rows)
        for element, uses in used(text).items()
        if len([id_ for id_ in uses if id_ in rows]) == 1
    }
    names = {one.get("id"): one.get("name") for one in ET.fromstring(text).iter() if one.get("id")}
    assert len(carriers) > 60
    unseen = [
        (e, other) for e, own in carriers.items() for other in rows if other != own and rows[other].fits(e, names[e])
    ]
    # The one reaction whose name and list know two: transcription of BiP carries two, so it is not among the carriers.
    assert unseen == []


def test_an_accession_that_was_not_checked_is_told():
    assert found(seeded(shipped(), "PDI_reduced", "P07237", "P30101")) == {("error", "ZA006", "PDI_reduced")}


def test_a_row_that_no_model_uses_is_told(tmp_path):
    documents = [read_document(shipped(model_id)) for model_id in catalog.model_ids()]
    table = tmp_path / "annotations.tsv"
    text = catalog.annotations_path().read_text(encoding="utf-8")
    row = "uniprot:Q8N0U8\tx\tPDI_reduced\t\ta\tb\tconfirmed\t\n"
    table.write_text(text.replace("PDI_reduced PDI_oxidised", "PDI_reduced PDI_oxidized") + row, encoding="utf-8")
    issues = list(check_rows([document.getModel() for document in documents], read_checked(table)))
    assert [(issue.code, issue.element) for issue in issues] == [
        ("ZA008", "uniprot:P07237"),
        ("ZA008", "uniprot:Q8N0U8"),
    ]


def test_a_damaged_table_is_told(tmp_path):
    table = tmp_path / "annotations.tsv"
    lines = catalog.annotations_path().read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(ModelBuildError, match="two rows"):
        read_checked(table)
    table.write_text("".join([lines[0].replace("verdict", "verdikt"), *lines[1:]]), encoding="utf-8")
    with pytest.raises(ModelBuildError, match="verdict"):
        read_checked(table)


def test_every_code_of_annotations_is_explained():
    told = {code for _, _, _, code, _ in SEEDED.values()} | {"ZA005", "ZA006", "ZA007", "ZA008", "ZP007"}
    assert told == {code for code in ISSUE_CODES if code.startswith("ZA")} | {"ZP007"}


# --- the shipped models, read as plain XML: nothing below asks the linter ---


def uris(element):
    """Addresses in the own annotation of an element, by qualifier."""
    annotation = element.find(f"{SBML}annotation")
    found = {}
    if annotation is not None:
        for qualifier in annotation.iter():
            if qualifier.tag.startswith(BIOLOGY):
                name = qualifier.tag.removeprefix(BIOLOGY)
                found.setdefault(name, []).extend(li.get(f"{RDF}resource") for li in qualifier.iter(f"{RDF}li"))
    return found


def elements(text):
    """Kind and element, of what the issue asks coverage for."""
    for kind in KINDS:
        for element in ET.fromstring(text).iter(f"{SBML}{kind}"):
            yield kind, element


def used(text):
    """Accessions that stand in a model, papers and evidence left out, by the id of the element."""
    model = ET.fromstring(text).find(f"{SBML}model")
    found = {}
    for element in (model, *(element for _, element in elements(text))):
        for uri in (uri for addresses in uris(element).values() for uri in addresses):
            accession = uri.removeprefix(ROOT)
            if not accession.startswith(("https://doi.org", "pubmed:", "pmc:", "ECO:")):
                found.setdefault(element.get("id"), []).append(accession)
    return found


def table():
    with catalog.annotations_path().open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@pytest.mark.parametrize("model_id", catalog.model_ids())
def test_everything_is_described(model_id):
    counts = dict.fromkeys(KINDS, 0)
    for kind, element in elements(shipped(model_id)):
        counts[kind] += 1
        assert re.fullmatch(r"SBO:\d{7}", element.get("sboTerm", "")), element.get("id")
        if kind != "parameter":
            assert uris(element), element.get("id")
    report = inspect_model(shipped(model_id))
    assert {row.kind: row.number for row in report.coverage[:4]} == counts
    assert [row.share for row in report.coverage] == [1.0] * 5


@pytest.mark.parametrize("model_id", catalog.model_ids())
def test_every_fitted_or_measured_parameter_has_a_source(model_id):
    words = {}
    for kind, element in elements(shipped(model_id)):
        notes = element.find(f"{SBML}notes")
        if kind != "parameter" or notes is None:
            continue
        word = " ".join("".join(notes.itertext()).split()).split(" ")[0].strip(".,:;")
        if word in ("Measured", "Fitted", "Stated"):
            words[word] = words.get(word, 0) + 1
            assert uris(element).get("isDescribedBy"), element.get("id")
    assert words["Measured"] >= 1
    assert words["Fitted"] >= 10


def test_sources_of_fitted_parameters_are_among_those_that_were_used():
    """Papers of findings and data that the fit used, or of the prior that the notes tell."""
    known = "".join(
        path.read_text(encoding="utf-8")
        for path in (
            catalog.findings_path(),
            catalog.petab_directory(catalog.DEFAULT_MODEL) / "measurement_sources.tsv",
        )
    )
    for kind, element in elements(shipped()):
        notes = element.find(f"{SBML}notes")
        if kind == "parameter" and notes is not None and "".join(notes.itertext()).strip().startswith("Fitted"):
            for uri in uris(element)["isDescribedBy"]:
                assert uri in known, (element.get("id"), uri)


def test_every_accession_of_the_models_is_confirmed_and_every_row_used():
    in_models = {one for model_id in catalog.model_ids() for uses in used(shipped(model_id)).values() for one in uses}
    rows = table()
    assert in_models == {row["id"] for row in rows}
    assert len(in_models) == len(rows)
    for row in rows:
        assert row["verdict"] == "confirmed", row["id"]
        assert row["first_source"], row["id"]
        assert row["second_source"], row["id"]
        assert row["first_source"] != row["second_source"], row["id"]


def test_the_table_lists_exactly_the_elements_that_carry_an_accession():
    carriers = {}
    for model_id in catalog.model_ids():
        for element, uses in used(shipped(model_id)).items():
            for one in uses:
                carriers.setdefault(one, set()).add(element)
    for row in table():
        patterns = row["elements"].split()
        for element in carriers[row["id"]]:
            assert any(fnmatchcase(element, pattern) for pattern in patterns), (row["id"], element)
        for pattern in patterns:
            assert any(fnmatchcase(element, pattern) for element in carriers[row["id"]]), (row["id"], pattern)


# What the public tables call a protein, against what the models call the elements that carry it.
PROTEINS = {
    "Ero1": "endoplasmic reticulum oxidoreductase 1", "PRDX4": "peroxiredoxin 4",
    "EGFR": "epidermal growth factor receptor", "Notch": "notch receptor 1",
    "ATF4": "activating transcription factor 4", "ATF6": "activating transcription factor 6",
}  # fmt: skip


@pytest.mark.parametrize("start", PROTEINS)
def test_the_stored_name_of_a_protein_fits_the_species(start):
    names = {row["id"]: row["name"] for row in table()}
    carriers = {
        element: [names[one] for one in uses if one.startswith("uniprot")]
        for element, uses in used(shipped()).items()
        if element == start or element.startswith(f"{start}_")
    }
    assert carriers
    for element, proteins in carriers.items():
        assert len(proteins) == 1, element
        assert proteins[0].startswith(PROTEINS[start]), element


def test_every_address_of_the_shipped_models_is_of_the_form_of_today():
    for model_id in catalog.model_ids():
        for uri in re.findall(r'rdf:resource="([^"]*)"', shipped(model_id)):
            if "creativecommons" not in uri:
                assert re.fullmatch(r"https://(identifiers\.org/[\w.-]+:[^/\s]+|doi\.org/10\.\d+/\S+)", uri), uri


@pytest.mark.parametrize(
    ("uri", "compact", "kind"),
    [
        ("https://identifiers.org/GO:0005788", "GO:0005788", "term"),
        ("https://identifiers.org/uniprot:P07237", "uniprot:P07237", "protein"),
        ("https://identifiers.org/uniprot.isoform:P17861-2", "uniprot.isoform:P17861-2", "protein"),
        ("https://identifiers.org/ec-code:1.8.3.2", "ec-code:1.8.3.2", "enzyme"),
        ("https://identifiers.org/taxonomy:9606", "taxonomy:9606", "organism"),
        ("https://identifiers.org/biomodels.kisao:KISAO_0000019", "biomodels.kisao:KISAO_0000019", "other"),
        ("https://identifiers.org/kegg.genes:hsa:5034", "kegg.genes:hsa:5034", "gene"),
        ("https://identifiers.org/doi:10.1000/1", "doi:10.1000/1", "paper"),
        ("https://doi.org/10.1016/S0092-8674(01)00611-0", "doi:10.1016/S0092-8674(01)00611-0", "paper"),
        ("https://identifiers.org/pubmed:20442408", "pubmed:20442408", "paper"),
        ("https://identifiers.org/uniprot:A0A024R161", "uniprot:A0A024R161", "protein"),
    ],
)
def test_a_good_address_is_read(uri, compact, kind):
    identifier, defects = read_identifier(uri)
    assert defects == []
    assert (identifier.compact, identifier.kind) == (compact, kind)


def test_an_outdated_form_is_told_with_what_to_write():
    for uri in (
        "http://identifiers.org/uniprot/P07237",
        "http://identifiers.org/uniprot:P07237",
        "https://identifiers.org/uniprot/P07237",
        "urn:miriam:uniprot:P07237",
    ):
        _, (defect,) = read_identifier(uri)
        assert defect.code == "ZA004"
        assert "write https://identifiers.org/uniprot:P07237" in defect.text


def test_a_misspelled_namespace_brings_the_near_one():
    _, (defect,) = read_identifier("https://identifiers.org/unirpot:P07237")
    assert "is it 'uniprot'?" in defect.text


def test_patterns_are_whole():
    for prefix, namespace in NAMESPACES.items():
        assert prefix == prefix.lower()
        assert not re.fullmatch(namespace.pattern, " ")
        assert re.compile(namespace.pattern).pattern.startswith("^")


def test_the_build_looks_at_the_table(monkeypatch, tmp_path):
    path = tmp_path / "annotations.tsv"
    text = catalog.annotations_path().read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(uniprot:P07237\t.*)\tconfirmed\t", r"\1\tdoubtful\t", text)
    path.write_text(text + "uniprot:Q8N0U8\tx\tPDI_reduced\t\ta\tb\tconfirmed\t\n", encoding="utf-8")
    monkeypatch.setattr(catalog, "annotations_path", lambda: path)
    codes = {issue.code for issue in build(check=True).issues}
    assert codes == {"ZA006", "ZA008"}


def test_a_library_model_is_left_alone(write_models):
    """An Antimony model that is not ours goes by the rules of sources, not by our table of accessions."""
    path = write_models()
    assert not [issue for issue in validate_sbml(path) if issue.code.startswith("ZA")]
    document = read_document(compile_antimony(path))
    assert list(check_annotations(document.getModel())) == []
    assert read_source(path).model_id not in catalog.model_ids()
