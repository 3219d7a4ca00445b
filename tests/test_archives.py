"""Files of others: COMBINE archives and XML that want more than to be read."""

from __future__ import annotations

import random
import stat
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import zinc_sbml as zs
from zinc_sbml import archives

SBML_FORMAT = "http://identifiers.org/combine.specifications/sbml.level-3.version-2"
CANARY = "canary-3141592653"

# Either of these is a door for what others send.
DOORS = pytest.mark.parametrize("door", [zs.load_model, zs.validate], ids=["load_model", "validate"])
Door = Callable[[str | Path], Any]


def sbml(model_id: str, name: str = "") -> str:
    return (
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
        f'<model id="{model_id}"><listOfParameters><parameter id="gain" name="{name}" value="1" constant="true"/>'
        "</listOfParameters></model></sbml>"
    )


def manifest(*locations: str, format: str = SBML_FORMAT) -> str:
    contents = "".join(f'<content location="{location}" format="{format}"/>' for location in locations)
    return (
        f'<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">{contents}</omexManifest>'
    )


Pack = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Write an archive of files by name."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        path = tmp_path / "foreign.omex"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in files.items():
                packed.writestr(name, text)
        return path

    return write


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that nobody asked to be read."""
    path = tmp_path / "canary.txt"
    path.write_text(CANARY)
    return path


def files_under(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


# Which file of an archive


def test_the_only_sbml_is_read(pack: Pack) -> None:
    archive = pack({"manifest.xml": manifest("./deep/one.xml"), "deep/one.xml": sbml("one"), "data.xml": "<data/>"})
    model = zs.load_model(archive)
    assert model.id == "one"
    assert zs.load_model(str(archive)) is model
    # It says neither the unit of time nor that of its parameter.
    assert {(issue.file, issue.element) for issue in zs.validate(archive)} <= {(archive, "one"), (archive, "gain")}
    assert zs.validate(archive)


def test_a_changed_archive_is_read_again(pack: Pack) -> None:
    assert zs.load_model(pack({"one.xml": sbml("one")})).id == "one"
    assert zs.load_model(pack({"one.xml": sbml("another")})).id == "another"


@DOORS
def test_of_several_one_must_be_named(pack: Pack, door: Door) -> None:
    archive = pack({"manifest.xml": manifest("./a.xml", "./b.xml"), "a.xml": sbml("a"), "b.xml": sbml("b")})
    with pytest.raises(
        zs.InvalidInputError, match=r"2 SBML files \(a\.xml, b\.xml\); choose one.*foreign\.omex/a\.xml"
    ):
        door(archive)
    assert zs.load_model(archive / "b.xml").id == "b"
    assert zs.load_model(archive / "b.xml").path == archive / "b.xml"
    assert zs.load_model(f"{archive}/a.xml").id == "a"
    with pytest.raises(zs.UnknownIdError, match=r"unknown SBML file 'c\.xml'.*foreign\.omex"):
        door(archive / "c.xml")


def test_without_manifest_every_xml_file_counts(pack: Pack) -> None:
    archive = pack({"a.xml": sbml("a"), "notes.txt": "<sbml/>"})
    assert zs.load_model(archive).id == "a"
    archive = pack({"a.xml": sbml("a"), "b.sbml": sbml("b")})
    with pytest.raises(zs.InvalidInputError, match=r"2 SBML files \(a\.xml, b\.sbml\)"):
        zs.load_model(archive)


def test_a_file_listed_twice_is_one_file(pack: Pack) -> None:
    assert zs.load_model(pack({"manifest.xml": manifest("./a.xml", "a.xml"), "a.xml": sbml("a")})).id == "a"


@DOORS
def test_what_the_manifest_lists_and_nobody_packed(pack: Pack, door: Door) -> None:
    archive = pack({"manifest.xml": manifest("./gone.xml"), "other.xml": sbml("other")})
    with pytest.raises(zs.InvalidInputError, match="it has no SBML"):
        door(archive)
    with pytest.raises(zs.UnknownIdError, match=r"gone\.xml"):
        door(archive / "gone.xml")


@DOORS
@pytest.mark.parametrize("files", [{}, {"readme.txt": "hello"}, {"manifest.xml": manifest("./readme.md", format="x")}])
def test_no_sbml(pack: Pack, door: Door, files: dict[str, str]) -> None:
    with pytest.raises(zs.InvalidInputError, match="it has no SBML"):
        door(pack(files))


@DOORS
def test_a_manifest_that_is_no_xml(pack: Pack, door: Door) -> None:
    with pytest.raises(zs.InvalidInputError, match=r"manifest of .*foreign\.omex is no XML"):
        door(pack({"manifest.xml": "<omexManifest>", "a.xml": sbml("a")}))


# Archives that are none


@DOORS
@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 and then nothing"])
def test_no_archive(tmp_path: Path, door: Door, content: bytes) -> None:
    archive = tmp_path / "foreign.omex"
    archive.write_bytes(content)
    with pytest.raises(zs.InvalidInputError, match=r"foreign\.omex is not an archive that can be read"):
        door(archive)


def test_damage_is_told_wherever_it_is(pack: Pack) -> None:
    """Bytes changed at random: the file is read as it was, or refused by one of our errors."""
    archive = pack({"manifest.xml": manifest("./a.xml"), "a.xml": sbml("a")})
    good, chance, refused = archive.read_bytes(), random.Random(20261), []
    expected = archives.read_archived_model(archive)
    for _ in range(800):
        bad = bytearray(good)
        for _ in range(chance.choice((1, 1, 2, 5))):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        archive.write_bytes(bad)
        try:
            assert archives.read_archived_model(archive) == expected
        except zs.ZincSbmlError as error:
            refused.append(str(error))
    assert all("foreign.omex" in message for message in refused)
    # Some changes hit what nobody reads (times, attributes), most do not.
    assert 400 < len(refused) < 800


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_in_other_kinds_of_compression(tmp_path: Path, method: int) -> None:
    archive = tmp_path / "foreign.omex"
    with zipfile.ZipFile(archive, "w", method) as packed:
        packed.writestr("a.xml", sbml("a", name="word " * 500))
    assert zs.load_model(archive).id == "a"
    bad = bytearray(archive.read_bytes())
    bad[60:70] = b"\xff" * 10
    archive.write_bytes(bad)
    with pytest.raises(zs.InvalidInputError, match="is not an archive that can be read"):
        zs.load_model(archive)


@DOORS
def test_an_encrypted_file(pack: Pack, door: Door) -> None:
    archive = pack({"a.xml": sbml("a")})
    content = bytearray(archive.read_bytes())
    # Bit 0 of the flags, in the header of the file and in the list at the end.
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(zs.InvalidInputError, match="encrypted"):
        door(archive)


@DOORS
def test_an_unknown_compression(pack: Pack, door: Door) -> None:
    archive = pack({"a.xml": sbml("a")})
    content = bytearray(archive.read_bytes())
    content[8] = content[content.index(b"PK\x01\x02") + 10] = 97
    archive.write_bytes(content)
    with pytest.raises(zs.InvalidInputError, match="compression"):
        door(archive)


@DOORS
def test_what_grows_beyond_any_model_is_not_read(pack: Pack, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_FILE", 2000)
    archive = pack({"a.xml": sbml("a", name="x" * 3000)})
    assert archive.stat().st_size < 1000
    with pytest.raises(zs.InvalidInputError, match=r"foreign\.omex/a\.xml has more than 0\.002 MB"):
        door(archive)
    assert zs.load_model(pack({"a.xml": sbml("a", name="x" * 100)})).id == "a"


def test_a_size_that_lies(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list at the end says ten bytes; what is unpacked is bounded all the same."""
    monkeypatch.setattr(archives, "LARGEST_FILE", 2000)
    archive = pack({"a.xml": sbml("a", name="x" * 3000)})
    content = bytearray(archive.read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = (10).to_bytes(4, "little")
    archive.write_bytes(content)
    with pytest.raises(zs.InvalidInputError, match=r"foreign\.omex"):
        zs.load_model(archive)


@DOORS
def test_a_manifest_that_grows(pack: Pack, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_FILE", 2000)
    with pytest.raises(zs.InvalidInputError, match=r"manifest\.xml has more than"):
        door(pack({"manifest.xml": manifest("./a.xml", *["./b.xml"] * 50), "a.xml": sbml("a")}))


@DOORS
@pytest.mark.parametrize(
    "content", [b"\xff\xfe<\0s\0", sbml("a").encode("utf-16"), sbml("a").encode("utf-16-le")], ids=repr
)
def test_a_file_that_is_no_text(pack: Pack, door: Door, content: bytes) -> None:
    with pytest.raises(zs.ModelBuildError, match=r"foreign\.omex/a\.xml: not a text in UTF-8"):
        door(pack({"a.xml": content}))


# Names that lead out


@pytest.mark.parametrize("way", ["relative", "absolute"])
def test_no_name_leads_out(pack: Pack, canary: Path, way: str) -> None:
    """A name is only a name inside the archive, whatever it looks like; a file outside is neither read nor written."""
    outside = canary.parent / "outside.xml"
    outside.write_text(sbml("outside"))
    name = "../outside.xml" if way == "relative" else outside.as_posix()
    before = files_under(canary.parent)

    # Listed, but not packed: there is no such file, though there is one on the disk.
    archive = pack({"manifest.xml": manifest(name)})
    for door in (zs.load_model, zs.validate):
        with pytest.raises(zs.InvalidInputError, match="it has no SBML"):
            door(archive)
        with pytest.raises(zs.ZincSbmlError) as refused:
            door(f"{archive}/../outside.xml")
        assert isinstance(refused.value, zs.UnknownIdError)

    # Packed under this name: what is read is what was packed.
    archive = pack({"manifest.xml": manifest(name), name: sbml("inside")})
    assert zs.load_model(archive).id == "inside"
    zs.validate(archive)
    assert outside.read_text() == sbml("outside")
    assert files_under(canary.parent) - before == {"foreign.omex"}


@DOORS
def test_a_link_in_an_archive_is_not_followed(tmp_path: Path, canary: Path, door: Door) -> None:
    archive = tmp_path / "foreign.omex"
    with zipfile.ZipFile(archive, "w") as packed:
        link = zipfile.ZipInfo("a.xml")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, str(canary))
    before = files_under(tmp_path)
    with pytest.raises(zs.ModelBuildError) as refused:
        door(archive)
    assert CANARY not in str(refused.value)
    assert files_under(tmp_path) == before


# Document types


def document_types(canary: Path) -> dict[str, str]:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    outside = f'<!DOCTYPE sbml [<!ENTITY e SYSTEM "{canary.as_uri()}">]>'
    return {
        "external entity": outside,
        "external subset": f'<!DOCTYPE sbml SYSTEM "{canary.as_uri()}">',
        "internal entity": '<!DOCTYPE sbml [<!ENTITY e "text">]>',
        "billion laughs": f'<!DOCTYPE sbml [<!ENTITY l0 "ha">{laughs}<!ENTITY e "&l9;">]>',
        "parameter entity": f'<!DOCTYPE sbml [<!ENTITY % p SYSTEM "{canary.as_uri()}">%p;<!ENTITY e "">]>',
        "after a declaration": f'<?xml version="1.0" encoding="UTF-8"?>\n{outside}',
        "after comments": f"<!-- <sbml> -->\n<!--\n-->{outside}<!-- end -->",
        "after instructions": f"<?php <sbml> ?><?x?> {outside}",
        "after both": f'<?xml version="1.0"?><!-- ?> --><?a --> ?><!---->{outside}',
        "after a byte order mark": f"\ufeff{outside}",
        "after blank lines": f"\n\n\t {outside}",
        "without entities": "<!DOCTYPE sbml>",
    }


KINDS = pytest.mark.parametrize("kind", list(document_types(Path("/canary"))))


def refusal(door: Door, model: str | Path) -> str:
    started = time.perf_counter()
    with pytest.raises(zs.ModelBuildError) as refused:
        door(model)
    assert time.perf_counter() - started < 5
    assert CANARY not in str(refused.value)
    return str(refused.value)


@DOORS
@KINDS
def test_document_types_are_refused(tmp_path: Path, canary: Path, pack: Pack, door: Door, kind: str) -> None:
    text = document_types(canary)[kind] + sbml("a", name="&e;")
    place = tmp_path / "a.xml"
    place.write_text(text, encoding="utf-8")
    line = text.count("\n", 0, text.index("<!DOCTYPE")) + 1
    assert f"a.xml:{line}: XML with a document type" in refusal(door, place)
    assert "a.xml:" in refusal(door, pack({"a.xml": text}))
    listed = document_types(canary)[kind].replace("sbml", "omexManifest") + manifest("./a.xml")
    assert "manifest.xml:" in refusal(door, pack({"manifest.xml": listed, "a.xml": sbml("a")}))
    # The suffix of Antimony does not open another way.
    place = tmp_path / "a.ant"
    place.write_text(text, encoding="utf-8")
    refusal(door, place)


@KINDS
def test_document_types_are_refused_in_a_text(canary: Path, kind: str) -> None:
    text = document_types(canary)[kind] + sbml("a", name="&e;")
    if not text.lstrip().startswith("<"):
        # Text is what begins with a bracket; anything else is a path.
        text = text.lstrip("\ufeff")
    assert "document type" in refusal(zs.validate, text)


@DOORS
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "utf-8-sig"])
def test_no_encoding_hides_a_document_type(tmp_path: Path, canary: Path, pack: Pack, door: Door, encoding: str) -> None:
    text = document_types(canary)["internal entity"] + sbml("a", name="&e;")
    content = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{text}'.encode(encoding)
    if encoding == "utf-7":
        # This codec writes brackets as they are, but reads them in base 64 as well.
        declaration, _, rest = content.partition(b"?>")
        content = declaration + b"?>" + rest.replace(b"<!", b"+ADwAIQ-")
    place = tmp_path / "a.xml"
    place.write_bytes(content)
    refusal(door, place)
    refusal(door, pack({"a.xml": content}))
    with pytest.raises(zs.ZincSbmlError):
        door(pack({"manifest.xml": content, "a.xml": sbml("a")}))


def test_words_that_are_no_document_type(tmp_path: Path) -> None:
    """In comments, instructions, CDATA and after the root it is a word like any other."""
    word = "<!DOCTYPE sbml>"
    inside = (
        '<notes><body xmlns="http://www.w3.org/1999/xhtml"><!-- --><p><![CDATA[--> ?> <!DOCTYPE>]]></p></body></notes>'
    )
    place = tmp_path / "a.xml"
    place.write_text(
        f"<!-- {word} --><?x {word} ?>" + sbml("words").replace("<listOf", f"<!-- {word} -->{inside}<listOf", 1)
        + f"<!-- {word} -->"
    )  # fmt: skip
    assert zs.load_model(place).id == "words"
    assert not [issue for issue in zs.validate(place) if "document type" in issue.message]


@DOORS
def test_many_comments_are_read_in_no_time(tmp_path: Path, door: Door) -> None:
    """A pattern that tries to read comments in two ways takes twice as long with each."""
    place = tmp_path / "a.xml"
    place.write_text("<!-- a --><?b?>\n" * 2000 + sbml("comments"))
    started = time.perf_counter()
    door(place)
    assert time.perf_counter() - started < 5


@DOORS
@pytest.mark.parametrize("ends", [True, False], ids=["closed", "cut off"])
def test_elements_nested_without_end(tmp_path: Path, pack: Pack, door: Door, ends: bool) -> None:
    """The library of SBML calls itself for each level, and would end the process."""
    depth = 30_000
    notes = '<notes><body xmlns="http://www.w3.org/1999/xhtml">\n' + "<p>" * depth
    notes += "</p>" * depth + "</body></notes>" if ends else ""
    text = sbml("deep").replace("<listOf", f"{notes}<listOf", 1)
    place = tmp_path / "a.xml"
    place.write_text(text)
    for model in (place, pack({"a.xml": text})):
        assert ":2: elements nested deeper than 2000 levels" in refusal(door, model)


def test_a_byte_order_mark_is_no_part_of_the_model(tmp_path: Path, pack: Pack) -> None:
    place = tmp_path / "marked.xml"
    content = zs.load_model("ero1_assay").sbml.encode("utf-8-sig")
    place.write_bytes(content)
    expected = zs.load_model("ero1_assay").sha256
    assert zs.load_model(place).sha256 == expected
    assert zs.load_model(pack({"a.xml": content})).sha256 == expected


def test_encodings_that_a_declaration_makes_up(tmp_path: Path) -> None:
    """The text is UTF-8, whatever it calls itself; Python knows no decoder of this name."""
    place = tmp_path / "a.xml"
    place.write_text(f'<?xml version="1.0" encoding="nonsense"?>{sbml("a", name="Ålesund")}', encoding="utf-8")
    assert zs.load_model(place).quantities["gain"].name == "Ålesund"
    with pytest.raises(zs.ModelBuildError, match=r"a\.xml:1: "):
        zs.validate(place)


def test_antimony_that_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    """The compiler takes none, and quotes a third of it in its error."""
    place = tmp_path / "a.ant"
    place.write_text("model a; k = 1; end", encoding="utf-8-sig")
    with pytest.raises(zs.ModelBuildError, match=r"a\.ant:1: Unparseable"):
        zs.load_model(place)
