"""Packages, judged from pieces: made here as the real ones are, whole, broken and hostile."""

from __future__ import annotations

import struct

import pytest

from collectors import packages
from monitor.core.download import Download, Fault
from monitor.core.observation import LookFailedError, Reason
from tests.collectors import apks


def pieces_of(body: bytes) -> tuple[Download, list[packages.Piece]]:
    """Return what a package is, and which of its pieces that took."""
    asking = packages.examine(len(body))
    asked: list[packages.Piece] = []
    piece = next(asking)
    try:
        while True:
            asked.append(piece)
            piece = asking.send(body[slice(*piece)])
    except StopIteration as end:
        found: Download = end.value
        return found, asked


@pytest.mark.parametrize("utf8", [True, False])
def test_a_manifest_names_the_package_and_the_version_that_people_see(*, utf8: bool) -> None:
    found = packages.read_whole(apks.apk(apks.manifest("cn.gov.a", 12, "3.4", utf8=utf8)))
    assert (found.package, found.version, found.fault) == ("cn.gov.a", "3.4", None)


def test_a_version_name_that_lies_elsewhere_leaves_the_code() -> None:
    assert packages.read_whole(apks.apk(apks.manifest(code=12, named=None))).version == "12"


@pytest.mark.parametrize("schemes", [[apks.V2], [apks.V3], [apks.V31], [apks.PADDING, apks.V2, apks.V3]])
def test_a_signature_of_any_later_scheme_is_found(schemes: list[int]) -> None:
    found = packages.read_whole(apks.apk(v1=None, schemes=schemes))
    assert (found.is_signed, found.fault) == (True, None)


@pytest.mark.parametrize("name", ["META-INF/A.RSA", "META-INF/B.DSA", "META-INF/CERT.EC"])
def test_a_signature_of_the_first_scheme_is_found(name: str) -> None:
    assert packages.read_whole(apks.apk(v1=name)).is_signed


@pytest.mark.parametrize("package", [apks.apk(v1=None), apks.apk(v1=None, schemes=[apks.PADDING])])
def test_a_package_without_a_signature_cannot_be_installed(package: bytes) -> None:
    found = packages.read_whole(package)
    assert (found.is_signed, found.fault, found.package) == (False, Fault.UNSIGNED, "cn.gov.example")


def test_a_package_without_code_is_legal() -> None:
    assert packages.read_whole(apks.apk(dex=False)).is_available


def test_a_bundle_of_packages_cannot_be_installed_as_it_is() -> None:
    assert packages.read_whole(apks.without("AndroidManifest.xml")).fault is Fault.NOT_INSTALLABLE


@pytest.mark.parametrize(
    "head", [b"<!DOCTYPE html>", b'{"code":404}', b"\xef\xbb\xbf<html>", b"\x1f\x8b\x08", b"dex\n035\0", b"PK\x05\x06"]
)
def test_what_does_not_begin_as_a_package_is_none(head: bytes) -> None:
    assert packages.read_whole(head + bytes(100)).fault is Fault.NOT_A_PACKAGE


def test_a_package_cut_off_anywhere_is_not_whole() -> None:
    package = apks.apk(schemes=[apks.V2])
    for length in range(4, len(package), 7):
        assert packages.read_whole(package[:length]).fault is Fault.CUT_OFF, length


def test_a_package_with_something_behind_its_end_is_not_whole() -> None:
    assert packages.read_whole(apks.apk() + b"\r\n").fault is Fault.CUT_OFF


def test_a_large_package_takes_a_few_small_pieces() -> None:
    package = apks.apk(filling=30_000_000, names=3_000, v1=None, schemes=[apks.V2])
    found, asked = pieces_of(package)
    assert (found.fault, found.package, found.is_signed) == (None, "cn.gov.example", True)
    assert all(end - start <= packages.PIECE for start, end in asked)
    assert sum(end - start for start, end in asked) < packages.MOST
    assert len(asked) <= 8


def test_a_table_of_contents_without_end_is_given_up() -> None:
    with pytest.raises(LookFailedError) as failed:
        packages.read_whole(apks.apk(names=15_000))
    assert failed.value.reason is Reason.TOO_LARGE


def test_a_far_side_that_gives_less_than_it_says_shows_nothing() -> None:
    asking = packages.examine(200_000)
    next(asking)
    with pytest.raises(LookFailedError) as failed:
        asking.send(b"PK\x03\x04")
    assert failed.value.reason is Reason.TRUNCATED


def test_no_manifest_however_broken_is_more_than_unknown() -> None:
    whole = apks.manifest()
    broken = [whole[:length] for length in range(0, len(whole), 3)]
    broken += [bytes(100), b"\xff" * 200, struct.pack("<HHI", 3, 8, 8), struct.pack("<HHIHHI", 3, 8, 8, 1, 0, 0) * 9]
    for about in broken:
        found = packages.read_whole(apks.apk(about))
        assert found.package in {None, "cn.gov.example"}


def test_a_manifest_that_unpacks_to_much_is_read_no_further_than_needed() -> None:
    found = packages.read_whole(apks.apk(apks.manifest() + bytes(30_000_000)))
    assert found.package == "cn.gov.example"
