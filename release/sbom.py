"""What a bundle is made of, as CycloneDX writes it: names, versions, licences, sums of files, who asks for whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZipFile

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import canonicalize_name, parse_wheel_filename

from release.archive import sha256
from release.lock import Pin

_LONGEST_NAME = 100
"""Characters of a licence's name; some wheels give its whole text instead."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a list is made of."""

    wheels: Sequence[Path]
    """All in one folder; the project's own is one of them."""
    pins: Sequence[Pin]
    version: str
    """The project's."""
    commit: str
    moment: int
    """When the commit was made, in seconds since 1970."""


def sbom(contents: Contents) -> str:
    """Return the list as JSON, the same for the same contents."""
    files: dict[tuple[str, str], list[Path]] = {}
    for wheel in sorted(contents.wheels):
        name, version, *_ = parse_wheel_filename(wheel.name)
        files.setdefault((name, str(version)), []).append(wheel)
    parts = {key: _component(*key, wheels) for key, wheels in files.items()}
    root = parts.pop(("xuncha", contents.version))
    told = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"xuncha {contents.version} {contents.commit}"),
        metadata=BomMetaData(component=root, timestamp=datetime.fromtimestamp(contents.moment, UTC)),
        components=parts.values(),
    )
    for one, others in _asked(contents.pins, parts, root):
        told.register_dependency(one, others)
    document = json.loads(JsonV1Dot6(told).output_as_string())
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _asked(
    pins: Sequence[Pin], parts: Mapping[tuple[str, str], Component], root: Component
) -> Iterator[tuple[Component, list[Component]]]:
    """Yield who asks for whom, as the lock says."""
    there = [(pin, parts[key]) for pin in pins if (key := (canonicalize_name(pin.name), pin.version)) in parts]
    yield root, [part for pin, part in there if any(name.startswith("xuncha ") for name in pin.via)]
    for asking, one in there:
        yield one, [part for pin, part in there if asking.name in pin.via]


def _component(name: str, version: str, wheels: Sequence[Path]) -> Component:
    about = _metadata(wheels[0])
    purl = PackageURL("pypi", name=name, version=version)
    return Component(
        type=ComponentType.APPLICATION if name == "xuncha" else ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        name=name,
        version=version,
        description=about["Summary"],
        licenses=[LicenseFactory().make_from_string(text, license_acknowledgement=LicenseAcknowledgement.DECLARED)]
        if (text := _licence(about))
        else (),
        purl=purl,
        external_references=map(_file, wheels),
    )


def _file(wheel: Path) -> ExternalReference:
    sums = [HashType(alg=HashAlgorithm.SHA_256, content=sha256(wheel))]
    return ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(f"wheels/{wheel.name}"), hashes=sums)


def _metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return HeaderParser().parsestr(archive.read(name).decode())


def _licence(about: Message) -> str | None:
    """Return the expression that a wheel declares, else the name it gives, else its classifiers."""
    classified = " AND ".join(_classified(about.get_all("Classifier") or ()))
    named = (about["License-Expression"], about["License"], classified)
    return next((text for text in named if text and len(text) <= _LONGEST_NAME and "\n" not in text), None)


def _classified(classifiers: Iterable[str]) -> Iterator[str]:
    for classifier in classifiers:
        if classifier.startswith("License :: OSI Approved :: "):
            yield classifier.rpartition(" :: ")[2]
