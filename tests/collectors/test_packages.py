"""Packages, judged from pieces: made here as the real ones are, whole, broken and hostile."""

from __future__ import annotations

import json
import plistlib
import struct
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import plists
from collectors.packages import android, archive, harmony, ios
from collectors.platforms import ipa
from monitor.core.collector import Page
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason
from tests.collectors import apks, haps, ipas

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


def read(body: bytes) -> Download:
    """Return what an Android package is."""
    return archive.read_whole(body, android.judge, NOW)


def read_ipa(body: bytes, now: datetime = NOW) -> Download:
    return archive.read_whole(body, ios.judge, now)


def read_hap(body: bytes) -> Download:
    return archive.read_whole(body, harmony.judge, NOW)


def pieces_of(body: bytes, judge: archive.Judge) -> tuple[Download, list[archive.Piece]]:
    """Return what a package is, and which of its pieces that took."""
    asking = archive.examine(len(body), judge, NOW)
    asked: list[archive.Piece] = []
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
    found = read(apks.apk(apks.manifest("cn.gov.a", 12, "3.4", utf8=utf8)))
    assert (found.package, found.version, found.fault) == ("cn.gov.a", "3.4", None)


def test_a_version_name_that_lies_elsewhere_leaves_the_code() -> None:
    assert read(apks.apk(apks.manifest(code=12, named=None))).version == "12"


@pytest.mark.parametrize("schemes", [[apks.V2], [apks.V3], [apks.V31], [apks.PADDING, apks.V2, apks.V3]])
def test_a_signature_of_any_later_scheme_is_found(schemes: list[int]) -> None:
    found = read(apks.apk(v1=None, schemes=schemes))
    assert (found.is_signed, found.fault) == (True, None)


@pytest.mark.parametrize("name", ["META-INF/A.RSA", "META-INF/B.DSA", "META-INF/CERT.EC"])
def test_a_signature_of_the_first_scheme_is_found(name: str) -> None:
    assert read(apks.apk(v1=name)).is_signed


@pytest.mark.parametrize("package", [apks.apk(v1=None), apks.apk(v1=None, schemes=[apks.PADDING])])
def test_a_package_without_a_signature_cannot_be_installed(package: bytes) -> None:
    found = read(package)
    assert (found.is_signed, found.fault, found.package) == (False, AppFault.UNSIGNED, "cn.gov.example")


def test_a_package_without_code_is_legal() -> None:
    assert read(apks.apk(dex=False)).is_available


def test_a_bundle_of_packages_cannot_be_installed_as_it_is() -> None:
    assert read(apks.without("AndroidManifest.xml")).fault is AppFault.NOT_INSTALLABLE


@pytest.mark.parametrize(
    "head", [b"<!DOCTYPE html>", b'{"code":404}', b"\xef\xbb\xbf<html>", b"\x1f\x8b\x08", b"dex\n035\0", b"PK\x05\x06"]
)
def test_what_does_not_begin_as_a_package_is_none(head: bytes) -> None:
    assert read(head + bytes(100)).fault is AppFault.NOT_A_PACKAGE


def test_a_package_cut_off_anywhere_is_not_whole() -> None:
    package = apks.apk(schemes=[apks.V2])
    for length in range(4, len(package), 7):
        assert read(package[:length]).fault is AppFault.CUT_OFF, length


def test_a_package_with_something_behind_its_end_is_not_whole() -> None:
    assert read(apks.apk() + b"\r\n").fault is AppFault.CUT_OFF


@pytest.mark.parametrize(
    ("package", "judge"),
    [
        (apks.apk(filling=30_000_000, names=3_000, v1=None, schemes=[apks.V2]), android.judge),
        (ipas.ipa(filling=30_000_000, names=3_000), ios.judge),
        (haps.hap(filling=30_000_000, names=3_000), harmony.judge),
    ],
    ids=["apk", "ipa", "hap"],
)
def test_a_large_package_takes_a_few_small_pieces(package: bytes, judge: archive.Judge) -> None:
    found, asked = pieces_of(package, judge)
    assert (found.fault, found.package, found.is_signed) == (None, "cn.gov.example", True)
    assert all(end - start <= archive.PIECE for start, end in asked)
    assert sum(end - start for start, end in asked) < archive.MOST
    assert len(asked) <= 9


def test_a_table_of_contents_without_end_is_given_up() -> None:
    with pytest.raises(LookFailedError) as failed:
        read(apks.apk(names=15_000))
    assert failed.value.reason is Reason.TOO_LARGE


def test_a_far_side_that_gives_less_than_it_says_shows_nothing() -> None:
    asking = archive.examine(200_000, android.judge, NOW)
    next(asking)
    with pytest.raises(LookFailedError) as failed:
        asking.send(b"PK\x03\x04")
    assert failed.value.reason is Reason.TRUNCATED


def test_no_manifest_however_broken_is_more_than_unknown() -> None:
    whole = apks.manifest()
    broken = [whole[:length] for length in range(0, len(whole), 3)]
    broken += [bytes(100), b"\xff" * 200, struct.pack("<HHI", 3, 8, 8), struct.pack("<HHIHHI", 3, 8, 8, 1, 0, 0) * 9]
    for about in broken:
        try:
            found = read(apks.apk(about))
        except LookFailedError as failed:
            assert failed.reason is Reason.UNREADABLE  # noqa: PT017 - either will do
        else:
            assert found.package in {None, "cn.gov.example"}
            assert found.fault is (None if about else AppFault.NOT_INSTALLABLE)


@pytest.mark.parametrize("method", [1, 6, 9, 12, 14, 93, 99, 7261, 65535])
@pytest.mark.parametrize("flags", [None, 1, 9, 0x0801])
def test_what_is_not_deflated_is_stored_for_android_whatever_the_method_is_called(
    method: int, flags: int | None
) -> None:
    found = read(apks.with_method(apks.stored(), method, flags=flags))
    assert (found.package, found.fault, found.is_signed) == ("cn.gov.example", None, True)


@pytest.mark.parametrize("size", [0, 1, 2**31 - 1, 2**32 - 2])
def test_a_compressed_size_of_chance_cuts_nothing_off(size: int) -> None:
    found = read(apks.with_method(apks.stored(), 7261, size=size))
    assert (found.package, found.fault) == ("cn.gov.example", None)


@pytest.mark.parametrize("method", [1, 7261])
def test_a_compressed_manifest_under_a_method_of_chance_stays_unknown(method: int) -> None:
    with pytest.raises(LookFailedError) as failed:
        read(apks.with_method(apks.apk(), method))
    assert failed.value.reason is Reason.UNREADABLE


@pytest.mark.parametrize("kind", [0, 1, 3, 0x0103, 0xFFFF])
def test_the_type_of_a_manifests_header_is_not_asked_for(kind: int) -> None:
    found = read(apks.apk(apks.manifest(kind=kind)))
    assert (found.package, found.version, found.fault) == ("cn.gov.example", "2.1.0", None)


@pytest.mark.parametrize("unknown", [struct.pack("<HHI", 0x7777, 8, 40) + bytes(32), struct.pack("<HHI", 0, 8, 8)])
def test_chunks_that_nobody_knows_are_passed_over(unknown: bytes) -> None:
    assert read(apks.apk(apks.manifest(before=unknown))).package == "cn.gov.example"


TEXT = '<?xml version="1.0" encoding="utf-8"?><manifest package="cn.gov.example"/>'


@pytest.mark.parametrize(
    "about",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\r\n  <manifest/>",
        b"<!-- made by hand --><manifest/>",
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        b"",
    ],
)
def test_a_manifest_in_plain_text_or_empty_cannot_be_installed(about: bytes) -> None:
    for package in (apks.apk(about), apks.apk(about, v1=None, schemes=[apks.V2]), apks.stored(about)):
        assert read(package).fault is AppFault.NOT_INSTALLABLE


@pytest.mark.parametrize("name", ["AndroidManifest.xml", "classes.dex", "META-INF/CERT.RSA"])
def test_two_files_of_one_name_are_refused_as_android_does(name: str) -> None:
    assert read(apks.with_double(name)).fault is AppFault.NOT_INSTALLABLE
    assert read(apks.with_double("assets/other")).is_available


@pytest.mark.parametrize(
    ("about", "fault"),
    [
        (apks.manifest(split="config.arm64_v8a"), AppFault.NOT_INSTALLABLE),
        (apks.manifest(split="config.zh", utf8=True), AppFault.NOT_INSTALLABLE),
        (apks.manifest(needs_others=0xFFFFFFFF), AppFault.NOT_INSTALLABLE),
        (apks.manifest(needs_others=1), AppFault.NOT_INSTALLABLE),
        (apks.manifest(needs_others=0), None),
        (apks.manifest(), None),
    ],
)
def test_one_of_several_packages_of_an_app_cannot_be_installed_alone(about: bytes, fault: AppFault | None) -> None:
    assert read(apks.apk(about)).fault is fault


def test_a_manifest_whose_bytes_were_damaged_cannot_be_installed_and_is_not_called_cut_off() -> None:
    package = bytearray(apks.apk())
    start = package.index(b"AndroidManifest.xml") + 19
    package[start : start + 20] = b"\xff" * 20
    assert read(bytes(package)).fault is AppFault.NOT_INSTALLABLE


def test_the_local_header_may_say_anything_but_where_the_file_begins() -> None:
    package = bytearray(apks.apk())
    struct.pack_into("<HHHHIII", package, 6, 0xFFFF, 99, 1, 1, 7, 0, 0)
    assert read(bytes(package)).package == "cn.gov.example"


def test_a_manifest_that_unpacks_to_much_is_read_no_further_than_needed() -> None:
    found = read(apks.apk(apks.manifest() + bytes(30_000_000)))
    assert found.package == "cn.gov.example"


def test_an_archive_for_very_large_files_shows_nothing() -> None:
    package = apks.apk()
    end = package.rfind(b"PK\x05\x06")
    with pytest.raises(LookFailedError) as failed:
        read(package[:end] + b"PK\x06\x07" + bytes(16) + package[end:])
    assert failed.value.reason is Reason.UNREADABLE


# --- iOS ---


@pytest.mark.parametrize("binary", [True, False])
def test_an_ios_package_names_its_bundle_and_version_and_when_its_profile_runs_out(*, binary: bool) -> None:
    assert read_ipa(ipas.ipa(ipas.about(binary=binary))) == Download(
        link=Link.PACKAGE,
        package="cn.gov.example",
        version="3.2.1",
        is_signed=True,
        certificate_until=datetime(2027, 3, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("left", "fault"),
    [
        (timedelta(seconds=1), None),
        (timedelta(), AppFault.PROFILE_EXPIRED),
        (timedelta(days=-400), AppFault.PROFILE_EXPIRED),
    ],
)
def test_a_profile_that_has_run_out_is_a_fault_of_its_own(left: timedelta, fault: AppFault | None) -> None:
    found = read_ipa(ipas.ipa(), ipas.UNTIL.replace(tzinfo=UTC) - left)
    assert (found.fault, found.package, found.is_signed) == (fault, "cn.gov.example", True)


@pytest.mark.parametrize(
    ("without", "fault"),
    [
        ("_CodeSignature/CodeResources", AppFault.UNSIGNED),
        ("embedded.mobileprovision", AppFault.NOT_INSTALLABLE),
        ("Info.plist", AppFault.NOT_INSTALLABLE),
    ],
)
def test_an_ios_package_that_lacks_a_part_cannot_be_installed(without: str, fault: AppFault) -> None:
    assert read_ipa(ipas.ipa(without=(without,))).fault is fault


def test_a_profile_that_says_no_day_proves_none() -> None:
    found = read_ipa(ipas.ipa(until=None))
    assert (found.fault, found.certificate_until) == (None, None)


DEVICES: dict[str, object] = {"ProvisionedDevices": ["0" * 40, "1" * 40, "2" * 40]}


@pytest.mark.parametrize(
    "said",
    [
        {},  # for Apple's store
        DEVICES,  # ad hoc
        DEVICES | {"Entitlements": {"get-task-allow": True}},  # for development
        {"ProvisionsAllDevices": False},
        DEVICES | {"ProvisionsAllDevices": False},
        {"ProvisionsAllDevices": "true"},
    ],
)
def test_only_an_enterprises_profile_lets_the_public_install(said: dict[str, object]) -> None:
    ended = ipas.UNTIL.replace(tzinfo=UTC) + timedelta(days=400)
    for now, fault in ((NOW, AppFault.NOT_INSTALLABLE), (ended, AppFault.PROFILE_EXPIRED)):
        found = read_ipa(ipas.ipa(embedded=ipas.profile(said=said)), now)
        assert (found.fault, found.package, found.is_signed) == (fault, "cn.gov.example", True)


def test_the_profiles_of_an_apps_parts_are_not_its_own() -> None:
    assert read_ipa(ipas.ipa()).is_available
    assert read_ipa(ipas.ipa(without=("embedded.mobileprovision",))).fault is AppFault.NOT_INSTALLABLE


@pytest.mark.parametrize(
    "embedded",
    [
        b"",
        b"0\x80\x06\t*\x86H",
        bytes(range(256)) * 20,
        ipas.profile()[:300],
        b"<?xml version='1.0'?><plist><dict><key>ProvisionsAllDevices</key></plist>",
        b"</plist><plist>",
        b"<?xml" * 100_000,
        b"<plist" * 80_000 + b"</plist>",
    ],
)
def test_a_profile_that_cannot_be_read_leaves_the_package_unknown(embedded: bytes) -> None:
    with pytest.raises(LookFailedError) as failed:
        read_ipa(ipas.ipa(embedded=embedded))
    assert failed.value.reason is Reason.UNREADABLE


def references(many: int, *, shared: bool) -> bytes:
    """Return a binary property list whose arrays hold one text many times; all are the same bytes if `shared`."""
    body, offsets = bytearray(b"bplist00"), []
    offsets.append(len(body))
    body += b"\xd1" + struct.pack(">HH", 1, 2)
    offsets.append(len(body))
    body += b"\x51a"
    offsets.append(len(body))
    body += b"\xaf\x11" + struct.pack(">H", many)
    inner = 4 if shared else 1
    body += struct.pack(">H", inner) * many
    offsets.append(len(body))
    row = len(body)
    body += b"\xaf\x11" + struct.pack(">H", many) + struct.pack(">H", 1) * many
    offsets += [row] * (many if shared else 1)
    table = len(body)
    body += b"".join(struct.pack(">I", offset) for offset in offsets)
    return bytes(body) + struct.pack(">6xBBQQQ", 4, 2, len(offsets), 0, table)


def test_a_small_property_list_that_is_large_once_read_is_none() -> None:
    assert plists.load(references(30, shared=False)) == {"a": ["a"] * 30}
    assert plists.load(references(9_000, shared=True)) is None
    assert plists.load(plistlib.dumps({"a": list(range(30_000))}, fmt=plistlib.FMT_BINARY)) is None
    assert plists.load(b"bplist00" + b"\xff" * 40) is None


def test_a_manifest_that_refers_to_one_part_again_and_again_is_read_to_the_first_few() -> None:
    part = {"kind": "display-image", "url": "https://www.example.gov.cn/57.png"}
    assets = [part] * 4_000
    items = [{"assets": assets, "metadata": {"bundle-identifier": "cn.gov.example"}}] * 4_000
    body = plistlib.dumps({"items": items}, fmt=plistlib.FMT_BINARY)
    page = Page(url="https://www.example.gov.cn/m.plist", status=200, headers={}, body=body, at=NOW)
    started = process_time()
    assert ipa.COLLECTOR.parse(page).fault is AppFault.NOT_INSTALLABLE
    assert process_time() - started < 2


@given(st.binary(max_size=400))
def test_no_bytes_whatever_break_the_reading_of_property_lists(content: bytes) -> None:
    for body in (content, b"bplist00" + content, b"<plist>" + content + b"</plist>"):
        assert plists.load(body) is None or isinstance(plists.load(body), dict)


def test_an_android_package_is_no_ios_package() -> None:
    assert read_ipa(apks.apk()).fault is AppFault.NOT_INSTALLABLE
    assert read(ipas.ipa()).fault is AppFault.NOT_INSTALLABLE
    assert read_hap(apks.apk()).fault is AppFault.NOT_INSTALLABLE


def test_no_property_list_however_broken_is_more_than_unknown() -> None:
    whole, xml = ipas.about(), ipas.about(binary=False)
    broken = [whole[:length] for length in range(0, len(whole) - 1, 5)]
    broken += [xml[:length] for length in range(0, len(xml) - 20, 11)]
    broken += [
        xml.replace(b"<string>321</string>", b"<date>soon</date>"),
        xml.replace(b"<string>321</string>", b"<integer>x</integer>"),
        xml.replace(b"<dict>", b"<array>").replace(b"</dict>", b"</array>"),
        b'<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "b">]><plist><dict><key>&a;</key></dict></plist>',
        b"<plist>" + b"<array>" * 3000,
        bytes(5000),
        plistlib.dumps(["cn.gov.example"]),
    ]
    for info in broken:
        found = read_ipa(ipas.ipa(info))
        assert (found.fault, found.package) == (None, None)


# --- HarmonyOS ---


@pytest.mark.parametrize("magic", [haps.V3, haps.V2])
@pytest.mark.parametrize("is_stage", [True, False])
def test_a_harmony_package_names_its_bundle_and_version(magic: bytes, *, is_stage: bool) -> None:
    found = read_hap(haps.hap(magic=magic, is_stage=is_stage))
    assert found == Download(link=Link.PACKAGE, package="cn.gov.example", version="3.2.1", is_signed=True)


def test_a_harmony_package_without_a_signature_cannot_be_installed() -> None:
    found = read_hap(haps.hap(magic=None))
    assert (found.fault, found.is_signed, found.package) == (AppFault.UNSIGNED, False, "cn.gov.example")


def test_a_bundle_for_the_store_cannot_be_installed_as_it_is() -> None:
    assert read_hap(haps.hap(is_bundle=True)).fault is AppFault.NOT_INSTALLABLE


@pytest.mark.parametrize("said", [b"", b"[]", b"{", b"[" * 100_000, json.dumps({"app": [1]}).encode(), b"\xff\xfe"])
def test_a_description_that_cannot_be_read_leaves_the_name_unknown(said: bytes) -> None:
    found = read_hap(haps.hap(description=said))
    assert (found.fault, found.package, found.version) == (None, None, None)


@pytest.mark.parametrize(("package", "judge"), [(ipas.ipa(), ios.judge), (haps.hap(), harmony.judge)])
def test_a_package_of_any_kind_cut_off_anywhere_is_not_whole(package: bytes, judge: archive.Judge) -> None:
    for length in range(4, len(package), 13):
        assert archive.read_whole(package[:length], judge, NOW).fault is AppFault.CUT_OFF, length
