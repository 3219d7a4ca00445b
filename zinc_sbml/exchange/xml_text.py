"""XML as it is written into exports."""

from __future__ import annotations

from xml.etree import ElementTree

__all__ = ["xml_bytes"]


def xml_bytes(root: ElementTree.Element) -> bytes:
    """Write an element as an indented UTF-8 document; the same element gives the same bytes."""
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
