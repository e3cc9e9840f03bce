"""What every picture must be: well formed, its places finite and inside its box, nothing in it that acts or styles."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from monitor.pictures.svg import Picture

LIMIT = 20_000
"""Bytes of one picture."""
_PLACES = {"x": 0, "x1": 0, "x2": 0, "cx": 0, "y": 1, "y1": 1, "y2": 1, "cy": 1}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_OURS = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "g", "a", "title", "desc", "path", "line", "rect", "circle", "text", "polyline"}


def elements(picture: Picture) -> list[ET.Element]:
    """Return all elements of a picture, the whole one first."""
    return list(ET.fromstring(picture.file()).iter())  # noqa: S314 - our own writing is what is tried


def faults(picture: Picture) -> list[str]:
    """Return what is wrong with a picture."""
    found = []
    if len(picture.svg.encode()) > LIMIT:
        found.append(f"{len(picture.svg.encode())} bytes")
    for one in elements(picture):
        name = one.tag.removeprefix(_OURS)
        if name not in _ELEMENTS:
            found.append(f"an element {name}")
        for key, value in one.attrib.items():
            if key == "style" or key.startswith("on") or re.search("nan|inf|javascript", value, re.IGNORECASE):
                found.append(f"{name} {key}={value}")
            if key in _PLACES and not 0 <= float(value) <= (picture.width, picture.height)[_PLACES[key]]:
                found.append(f"{name} {key}={value} is outside")
        if name == "path":
            found += [f"path at {x} {y}" for x, y in begun(one.attrib["d"]) if not _is_inside(picture, x, y)]
    return found


def begun(path: str) -> list[tuple[float, float]]:
    """Return where the parts of a path begin."""
    return [(float(x), float(y)) for x, y in re.findall(rf"M({_NUMBER.pattern}) ({_NUMBER.pattern})", path)]


def _is_inside(picture: Picture, x: float, y: float) -> bool:
    return 0 <= x <= picture.width and 0 <= y <= picture.height


def said(picture: Picture) -> str:
    """Return all words of a picture."""
    return "".join("".join(one.itertext()) for one in elements(picture)[:1])
