"""COMBINE archives (OMEX): one file with everything, that the tools of the field open and run.

Written with the standard library: the writers of the field put the time into the archive and leave out the entry of the
archive itself. The same content gives the same bytes.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from zinc_sbml.exchange.entry import Entry
from zinc_sbml.exchange.xml_text import xml_bytes

__all__ = ["ARCHIVE_URI", "archive", "metadata"]

ARCHIVE_URI = "http://omex-library.org/zinc_sbml.omex"
"""What the metadata call the archive, whatever its file is called."""

_COMBINE = "http://identifiers.org/combine.specifications/"
_MEDIA = "http://purl.org/NET/mediatypes/"
_FORMATS = {
    ".xml": f"{_COMBINE}sbml.level-3.version-2",
    # Without level and version: libCombine 0.2.20 does not take Level 1 Version 4 for SED-ML.
    ".sedml": f"{_COMBINE}sed-ml",
    ".rdf": f"{_COMBINE}omex-metadata",
    ".tsv": f"{_MEDIA}text/tab-separated-values",
    ".yaml": f"{_MEDIA}application/x-yaml",
    ".md": f"{_MEDIA}text/markdown",
    ".png": f"{_MEDIA}image/png",
    "": f"{_MEDIA}text/plain",
}
_MANIFEST = "http://identifiers.org/combine.specifications/omex-manifest"

# The earliest time that a zip file can tell: when it was written is no part of what it holds.
_NO_TIME = (1980, 1, 1, 0, 0, 0)

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "bqbiol": "http://biomodels.net/biology-qualifiers/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "collex": "http://www.collex.org/schema#",
    "foaf": "http://xmlns.com/foaf/0.1/",
}


def archive(files: Mapping[str, bytes], master: str) -> bytes:
    """Pack files into a COMBINE archive.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by path in the archive; formats follow from the suffixes.
    master : str
        Path of the file to run.

    Returns
    -------
    bytes
        The archive, with a manifest that lists the archive itself and every file but the manifest.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, data in {"manifest.xml": _manifest(files, master), **dict(sorted(files.items()))}.items():
            item = zipfile.ZipInfo(name, _NO_TIME)
            item.external_attr = 0o644 << 16
            item.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(item, data)
    return content.getvalue()


def metadata(
    entry: Entry, *, keywords: Sequence[str], labels: Mapping[str, str], thumbnail: str, description: str
) -> bytes:
    """Describe an archive as OMEX metadata (RDF/XML).

    Parameters
    ----------
    entry : Entry
        What the model says about itself.
    keywords : sequence of str
        What to find it by.
    labels : mapping of str to str
        Names of what addresses stand for; an address without one is its own label.
    thumbnail : str
        Path of a picture in the archive.
    description : str
        What is in the archive.
    """
    for prefix, uri in _NAMESPACES.items():
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.Element(_name("rdf:RDF"))
    about = ElementTree.SubElement(root, _name("rdf:Description"), {_name("rdf:about"): ARCHIVE_URI})
    _text(about, "dc:title", entry.title)
    _text(about, "dc:abstract", entry.abstract)
    _text(about, "dc:description", description)
    for keyword in keywords:
        _text(about, "prism:keyword", keyword)
    _links(about, "bqbiol:hasTaxon", entry.taxa, labels)
    _links(about, "bqbiol:isVersionOf", entry.processes, labels)
    # Papers that the model rests on; none of them describes it, so none stands under isDescribedBy.
    _links(about, "dcterms:references", entry.sources, labels)
    ElementTree.SubElement(about, _name("collex:thumbnail"), {_name("rdf:resource"): f"{ARCHIVE_URI}/{thumbnail}"})
    for creator in entry.creators:
        holder = ElementTree.SubElement(ElementTree.SubElement(about, _name("dc:creator")), _name("rdf:Description"))
        _text(holder, "foaf:name", creator)
        _text(holder, "rdfs:label", creator)
    _links(about, "dc:license", [entry.licence] if entry.licence else [], labels)
    for term, date in (("created", entry.created), ("modified", entry.modified)):
        if date:
            # Both spellings are in use: BioSimulations reads the first, the OMEX metadata specification has the second.
            _text(about, f"dc:{term}", date)
            holder = ElementTree.SubElement(about, _name(f"dcterms:{term}"), {_name("rdf:parseType"): "Resource"})
            _text(holder, "dcterms:W3CDTF", date)
    return xml_bytes(root)


def _manifest(files: Mapping[str, bytes], master: str) -> bytes:
    root = ElementTree.Element("omexManifest", {"xmlns": _MANIFEST})
    ElementTree.SubElement(root, "content", {"location": ".", "format": f"{_COMBINE}omex"})
    for name in sorted(files):
        suffix = name[name.rindex(".") :] if "." in name else ""
        attributes = {"location": f"./{name}", "format": _FORMATS[suffix]}
        if name == master:
            attributes["master"] = "true"
        ElementTree.SubElement(root, "content", attributes)
    return xml_bytes(root)


def _name(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, _name(name)).text = text


def _links(parent: ElementTree.Element, name: str, addresses: Iterable[str], labels: Mapping[str, str]) -> None:
    for address in addresses:
        holder = ElementTree.SubElement(ElementTree.SubElement(parent, _name(name)), _name("rdf:Description"))
        ElementTree.SubElement(holder, _name("dc:identifier"), {_name("rdf:resource"): address})
        _text(holder, "rdfs:label", labels.get(address, address))
