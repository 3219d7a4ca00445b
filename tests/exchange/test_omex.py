"""The COMBINE archive: whole, the same bytes each time, and read by the library of the field."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import pytest

import zinc_sbml as zs

MANIFEST = "{http://identifiers.org/combine.specifications/omex-manifest}"
SEDML = "{http://sed-ml.org/sed-ml/level1/version4}"
NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "bqbiol": "http://biomodels.net/biology-qualifiers/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "collex": "http://www.collex.org/schema#",
    "foaf": "http://xmlns.com/foaf/0.1/",
}
RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


@pytest.fixture(scope="module")
def files(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        assert len(set(packed.namelist())) == len(packed.namelist())
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.fixture(scope="module")
def contents(files: dict[str, bytes]) -> list[dict[str, str]]:
    """Rows of the manifest."""
    root = ElementTree.fromstring(files["manifest.xml"])
    assert root.tag == f"{MANIFEST}omexManifest"
    assert {child.tag for child in root} == {f"{MANIFEST}content"}
    return [dict(child.attrib) for child in root]


@pytest.fixture(scope="module")
def about(files: dict[str, bytes]) -> ElementTree.Element:
    """What the metadata say of the archive as a whole."""
    root = ElementTree.fromstring(files["metadata.rdf"])
    (one,) = root
    assert one.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") == "http://omex-library.org/zinc_sbml.omex"
    return one


# The archive


def test_the_same_content_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    """Under another name, from another folder with a style of its own, in another place and order of hashes."""
    (tmp_path / "matplotlibrc").write_text("font.size: 22\nsavefig.dpi: 50\naxes.grid: True\n")
    environment = os.environ | {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}
    environment.pop("PYTHONUTF8", None)
    environment["PYTHONPATH"] = str(Path(zs.__file__).parents[1])
    code = "import zinc_sbml as zs; zs.export('omex', 'renamed.zip')"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, timeout=120)
    theirs = (tmp_path / "renamed.zip").read_bytes()
    if theirs != archive.read_bytes():
        with zipfile.ZipFile(archive) as one, zipfile.ZipFile(tmp_path / "renamed.zip") as other:
            assert one.namelist() == other.namelist()
            assert [name for name in one.namelist() if one.read(name) != other.read(name)] == []
        pytest.fail("the files are the same, but not how they are packed")


def test_nothing_tells_when_or_by_whom_it_was_packed(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        assert packed.comment == b""
        for item in packed.infolist():
            assert item.date_time == (1980, 1, 1, 0, 0, 0)
            assert item.external_attr >> 16 == 0o644
            assert (item.extra, item.comment) == (b"", b"")


def test_no_path_leads_out(archive: Path, files: dict[str, bytes]) -> None:
    for name in files:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert "\\" not in name
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", name)
    # Nor does what was written tell where it was made.
    home = str(Path(zs.__file__).parents[1]).encode()
    assert not [name for name, content in files.items() if home in content or str(archive.parent).encode() in content]


def test_the_manifest_lists_every_file_but_itself(files: dict[str, bytes], contents: list[dict[str, str]]) -> None:
    listed = Counter(row["location"] for row in contents)
    assert listed == Counter([".", *(f"./{name}" for name in files if name != "manifest.xml")])
    assert [row["location"] for row in contents if row.get("master") == "true"] == ["./scenarios.sedml"]
    assert {row.get("master") for row in contents} == {None, "true"}


def test_formats_are_those_of_the_files(files: dict[str, bytes], contents: list[dict[str, str]]) -> None:
    combine = "http://identifiers.org/combine.specifications/"
    formats = {row["location"]: row["format"] for row in contents}
    assert formats.pop(".") == f"{combine}omex"
    for location, format in formats.items():
        content = files[location.removeprefix("./")]
        if format == f"{combine}sbml.level-3.version-2":
            assert (root := ElementTree.fromstring(content)).tag.endswith("}sbml")
            assert (root.get("level"), root.get("version")) == ("3", "2")
        elif format == f"{combine}sed-ml":
            assert ElementTree.fromstring(content).tag == f"{SEDML}sedML"
        elif format == f"{combine}omex-metadata":
            assert ElementTree.fromstring(content).tag.endswith("}RDF")
        elif format.endswith("image/png"):
            assert content.startswith(b"\x89PNG")
        elif format.endswith("text/tab-separated-values"):
            rows = content.decode().splitlines()
            assert len({row.count("\t") for row in rows}) == 1
        elif format.endswith(("application/x-yaml", "text/markdown", "text/plain")):
            assert content.decode().strip()
        else:
            pytest.fail(f"{location} has the format {format}")
    kinds = Counter(formats.values())
    assert kinds[f"{combine}sed-ml"] == kinds[f"{combine}omex-metadata"] == 1
    assert kinds[f"{combine}sbml.level-3.version-2"] == len(zs.load_scenarios()) + len(zs.list_models())


def test_models_are_the_shipped_ones(files: dict[str, bytes]) -> None:
    for name in zs.list_models().index:
        assert files[f"{name}.xml"].decode() == zs.load_model(name).sbml
    assert b"CC0" in files["LICENSE"]


def test_what_the_sedml_runs_is_in_the_archive(files: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(files["scenarios.sedml"])
    models = {one.get("id"): one for one in root.iter(f"{SEDML}model")}
    assert models.keys() == zs.load_scenarios().keys()
    ids = {}
    for name, one in models.items():
        source = one.get("source", "")
        assert source in files, source
        ids[name] = {element.get("id") for element in ElementTree.fromstring(files[source]).iter()}
    tasks = {one.get("id"): one.get("modelReference", "") for one in root.iter(f"{SEDML}task")}
    assert sorted(tasks.values()) == sorted(models)
    targets = 0
    for variable in root.iter(f"{SEDML}variable"):
        if target := variable.get("target"):
            found = re.search(r"\[@id='(\w+)'\]$", target)
            assert found is not None
            assert found[1] in ids[tasks[variable.get("taskReference")]]
            targets += 1
    assert targets > 10 * len(models)


def test_each_problem_finds_its_model(files: dict[str, bytes]) -> None:
    problems = [name for name in files if name.endswith("problem.yaml")]
    assert len(problems) == len(zs.list_models())
    for name in problems:
        locations = re.findall(r"location: (\S+)", files[name].decode())
        assert len(locations) == 1
        assert os.path.normpath(PurePosixPath(name).parent / locations[0]) in files


def test_the_readme_lists_every_scenario(files: dict[str, bytes]) -> None:
    text = files["README.md"].decode()
    rows = {line.split("|")[1].strip(" `"): line for line in text.splitlines() if line.startswith("| `")}
    scenarios = zs.load_scenarios()
    assert rows.keys() == {f"{name}.xml" for name in scenarios}
    for name, one in scenarios.items():
        assert rows[f"{name}.xml"] == f"| `{name}.xml` | {one.title} | {one.question} |"
    named = set(re.findall(r"`([\w./]+)`", text))
    for name in named:
        assert name in files or any(file.startswith(name) for file in files), name


# The metadata


def texts(element: ElementTree.Element, path: str) -> list[str]:
    return [one.text or "" for one in element.findall(path, NAMES)]


def links(element: ElementTree.Element, path: str) -> dict[str, str]:
    """Label by address of what stands under a qualifier."""
    return {
        one.find("rdf:Description/dc:identifier", NAMES).attrib[RESOURCE]:  # pyright: ignore[reportOptionalMemberAccess]
        texts(one, "rdf:Description/rdfs:label")[0]
        for one in element.findall(path, NAMES)
    }  # fmt: skip


def test_metadata_say_what_it_is(about: ElementTree.Element) -> None:
    model = zs.load_model("er_zinc_redox")
    assert texts(about, "dc:title") == [model.name]
    (abstract,) = texts(about, "dc:abstract")
    # The notes of the model, as its XML has them.
    notes = ElementTree.fromstring(model.sbml).find(".//{*}model/{*}notes")
    assert notes is not None
    assert abstract.split() == " ".join(notes.itertext()).split()
    (description,) = texts(about, "dc:description")
    assert f"{len(zs.load_scenarios())} scenarios" in description
    assert zs.__version__ in description
    keywords = texts(about, "prism:keyword")
    assert {"zinc", "endoplasmic reticulum", "SBML"} <= set(keywords)
    assert len(set(keywords)) == len(keywords)


def test_metadata_say_of_what_and_by_whom(about: ElementTree.Element) -> None:
    assert links(about, "bqbiol:hasTaxon") == {"https://identifiers.org/taxonomy:9606": "Homo sapiens"}
    processes = links(about, "bqbiol:isVersionOf")
    assert processes["https://identifiers.org/GO:0034975"] == "protein folding in endoplasmic reticulum"
    assert all(label != address for address, label in processes.items())
    assert texts(about, "dc:creator/rdf:Description/foaf:name") == ["zinc-sbml developers"]
    assert texts(about, "dc:creator/rdf:Description/rdfs:label") == ["zinc-sbml developers"]
    assert list(links(about, "dc:license")) == ["https://creativecommons.org/publicdomain/zero/1.0/"]


def test_metadata_say_when(about: ElementTree.Element) -> None:
    model = zs.load_model("er_zinc_redox").sbml
    for term in ("created", "modified"):
        (expected,) = re.findall(rf"<dcterms:{term} [^>]*>\s*<dcterms:W3CDTF>(.*?)<", model)
        assert texts(about, f"dc:{term}") == texts(about, f"dcterms:{term}/dcterms:W3CDTF") == [expected]


def test_metadata_show_a_picture_that_is_there(about: ElementTree.Element, files: dict[str, bytes]) -> None:
    (thumbnail,) = about.findall("collex:thumbnail", NAMES)
    address = thumbnail.attrib[RESOURCE]
    assert address.startswith("http://omex-library.org/zinc_sbml.omex/")
    assert files[address.removeprefix("http://omex-library.org/zinc_sbml.omex/")].startswith(b"\x89PNG")


def test_metadata_claim_no_paper(about: ElementTree.Element, files: dict[str, bytes]) -> None:
    """No paper describes this model: those that it rests on are references."""
    assert b"isDescribedBy" not in files["metadata.rdf"]
    references = links(about, "dcterms:references")
    assert len(references) > 10
    sbml = files["er_zinc_redox.xml"].decode()
    assert all(f'"{address}"' in sbml for address in references)


# Other readers

READ = """
import json, sys, libcombine
archive = libcombine.CombineArchive()
assert archive.initializeFromArchive(sys.argv[1])
entries = [archive.getEntry(number) for number in range(archive.getNumEntries())]
master = archive.getMasterFile()
print(json.dumps({
    "entries": {one.getLocation(): one.getFormat() for one in entries},
    "master": master.getLocation(),
    "sedml": [one.getLocation() for one in entries if libcombine.KnownFormats.isFormat("sedml", one.getFormat())],
    "sbml": [one.getLocation() for one in entries if libcombine.KnownFormats.isFormat("sbml", one.getFormat())],
    "size": len(archive.extractEntryToString("./er_zinc_redox.xml")),
}))
"""


@pytest.mark.skipif(find_spec("libcombine") is None, reason="libcombine comes with the extra tellurium")
def test_libcombine_reads_it(archive: Path, files: dict[str, bytes], contents: list[dict[str, str]]) -> None:
    """In a process of its own, as libSEDML and it disturb libSBML."""
    done = subprocess.run([sys.executable, "-c", READ, str(archive)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # The archive itself and its metadata are no entries for it.
    expected = {row["location"]: row["format"] for row in contents if row["location"] not in (".", "./metadata.rdf")}
    assert found["entries"] == expected
    assert found["master"] == "./scenarios.sedml"
    assert found["sedml"] == ["./scenarios.sedml"]
    assert len(found["sbml"]) == len(zs.load_scenarios()) + len(zs.list_models())
    assert found["size"] >= len(files["er_zinc_redox.xml"].decode())


def test_we_read_it_ourselves(archive: Path) -> None:
    assert zs.load_model(archive / "er_zinc_redox.xml").sha256 == zs.load_model("er_zinc_redox").sha256
    with pytest.raises(zs.InvalidInputError, match="choose one"):
        zs.load_model(archive)
