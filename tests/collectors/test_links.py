"""Links of apps through the real door: ranges, refusals and certificates on real sockets."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import trustme

from collectors.http import Door, Policy
from collectors.platforms import apk, apple_store, hap, ipa, web_probe
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import LinkCollector
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason
from tests.collectors import apks, haps, ipas
from tests.collectors.conftest import FREE, LOOPBACK, OpenDoor, OpenFar, Script, answer
from tests.fakes import Canned, CannedFetch, MemorySession

LARGE = apks.apk(filling=3_000_000, names=1_000, v1=None, schemes=[apks.V2, apks.V3])
FOUND = (
    '{"resultCount":1,"results":[{"wrapperType":"software","trackId":1500000001,"bundleId":"cn.gov.example.app",'
    '"version":"3.2.1","currentVersionReleaseDate":"2026-10-09T02:30:00Z"}]}'
)


async def look(collector: LinkCollector, key: str, door: Door) -> Download | Reason:
    source = Source(account="A1", collector=collector.name, key=key)
    fetch = door.bind(source.id, reader="x/1", platform=collector.name)
    try:
        seen = await collector.collect(source, fetch, MemorySession())
    except LookFailedError as failed:
        return failed.reason
    assert isinstance(seen, Download)
    return seen


def ranges(body: bytes, *, shift: int = 0, status: str = "206 Partial Content") -> Script:
    """Return a server of one file that knows ranges; `shift` has it answer with another range than asked for."""

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked = re.search(rb"range: bytes=(\d+)-(\d+)", request.lower())
        assert asked
        start, end = int(asked[1]) + shift, min(int(asked[2]) + shift, len(body) - 1)
        said = f"bytes {start}-{end}/{len(body)}"
        writer.write(answer(body[start : end + 1], status, content_range=said))

    return script


# --- packages ---


async def test_a_large_package_is_judged_by_small_ranges(far: OpenFar, door: OpenDoor) -> None:
    there = await far(ranges(LARGE))
    seen = await look(apk.COLLECTOR, f"{there.url('/app.apk')}#cn.gov.example", door())
    assert seen == Download(link=Link.PACKAGE, package="cn.gov.example", version="2.1.0", is_signed=True)
    asked = [(int(entry[0]), int(entry[1])) for entry in re.findall(r"bytes=(\d+)-(\d+)", "".join(there.asked).lower())]
    assert all(end - start < 64 * 1024 for start, end in asked)
    assert sum(end + 1 - start for start, end in asked) < 1_000_000


@pytest.mark.parametrize(
    ("collector", "package"),
    [(apk.COLLECTOR, apks.apk), (ipa.COLLECTOR, ipas.ipa), (hap.COLLECTOR, haps.hap)],
    ids=["apk", "ipa", "hap"],
)
async def test_of_thirty_megabytes_at_most_one_leaves_the_server(
    far: OpenFar, door: OpenDoor, collector: LinkCollector, package: Callable[..., bytes]
) -> None:
    sent: list[int] = []
    serve = ranges(package(filling=30_000_000, names=3_000))

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        await serve(request, writer)
        asked = re.search(rb"range: bytes=(\d+)-(\d+)", request.lower())
        assert asked
        sent.append(int(asked[2]) - int(asked[1]) + 1)

    there = await far(script)
    seen = await look(collector, f"{there.url('/app')}#cn.gov.example", door())
    assert isinstance(seen, Download)
    assert (seen.fault, seen.is_signed) == (None, True)
    assert sum(sent) < 1_000_000
    assert max(sent) <= 64 * 1024


async def test_a_package_under_a_reused_link_is_another_app(far: OpenFar, door: OpenDoor) -> None:
    there = await far(ranges(LARGE))
    seen = await look(apk.COLLECTOR, f"{there.url()}#cn.gov.another", door())
    assert isinstance(seen, Download)
    assert (seen.fault, seen.package) == (AppFault.OTHER_APP, "cn.gov.example")


async def test_an_upload_that_broke_off_is_not_whole(far: OpenFar, door: OpenDoor) -> None:
    there = await far(ranges(LARGE[:-100_000]))
    assert await look(apk.COLLECTOR, there.url(), door()) == Download(link=Link.PACKAGE, fault=AppFault.CUT_OFF)


async def test_another_range_than_asked_for_shows_nothing(far: OpenFar, door: OpenDoor) -> None:
    there = await far(ranges(LARGE, shift=512))
    assert await look(apk.COLLECTOR, there.url(), door()) is Reason.UNREADABLE


async def test_a_server_without_ranges_is_left_after_the_beginning(far: OpenFar, door: OpenDoor) -> None:
    sent, total = 0, 60_000_000

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {total}\r\n\r\n".encode())
        writer.write(LARGE)
        while sent < total:
            writer.write(bytes(65_536))
            await writer.drain()
            sent += 65_536

    there = await far(script)
    assert await look(apk.COLLECTOR, there.url(), door()) == Download(link=Link.PACKAGE)
    assert len(there.asked) == 1
    assert sent < total / 2


async def test_a_small_package_from_a_server_without_ranges_is_seen_whole(far: OpenFar, door: OpenDoor) -> None:
    there = await far(answer(apks.apk(v1=None)))
    seen = await look(apk.COLLECTOR, there.url(), door())
    assert isinstance(seen, Download)
    assert seen.fault is AppFault.UNSIGNED


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer(b"<html><body>x</body></html>", content_type="application/octet-stream"), AppFault.NOT_A_PACKAGE),
        (answer(status="404 Not Found"), AppFault.GONE),
        (answer(status="410 Gone"), AppFault.GONE),
        (answer(status="403 Forbidden"), Reason.REFUSED),
        (answer(status="416 Range Not Satisfiable"), Reason.HTTP_ERROR),
        (answer(status="503 Service Unavailable"), Reason.HTTP_ERROR),
        (answer(), Reason.TRUNCATED),
    ],
)
async def test_an_answer_that_is_no_package(
    far: OpenFar, door: OpenDoor, said: bytes, expected: AppFault | Reason
) -> None:
    there = await far(said)
    seen = await look(apk.COLLECTOR, there.url(), door())
    assert (seen.fault if isinstance(seen, Download) else seen) is expected


async def test_a_file_that_changes_between_two_ranges_shows_nothing(far: OpenFar, door: OpenDoor) -> None:
    first, second = ranges(LARGE), ranges(LARGE + b"x")
    turns = iter([first])

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        await next(turns, second)(request, writer)

    there = await far(script)
    assert await look(apk.COLLECTOR, there.url(), door()) is Reason.UNREADABLE


async def test_a_name_that_does_not_exist_is_a_fault_of_the_link(door: OpenDoor, names: dict[str, str]) -> None:
    assert not names
    seen = await look(apk.COLLECTOR, "http://app.example.invalid/app.apk", door())
    assert seen == Download(link=Link.PACKAGE, fault=AppFault.NO_HOST)


# --- packages of iOS and HarmonyOS ---


def served(files: Mapping[str, bytes]) -> Script:
    """Return a server that knows ranges, and gives a file whole to whoever asks for none."""

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        body = files[request.split()[1].decode()]
        if b"range:" in request.lower():
            await ranges(body)(request, writer)
        else:
            writer.write(answer(body))

    return script


LARGE_IPA = ipas.ipa(filling=3_000_000, names=500)


@pytest.mark.parametrize("way", ["install link", "manifest", "package"])
async def test_an_ios_app_is_judged_by_its_install_link_its_manifest_or_its_package(
    far: OpenFar, door: OpenDoor, way: str
) -> None:
    files = {"/app.ipa": LARGE_IPA}
    there = await far(served(files))
    files["/app.plist"] = ipas.manifest(there.url("/app.ipa"))
    link = {
        "install link": f"itms-services://?action=download-manifest&url={quote(there.url('/app.plist'), safe='')}",
        "manifest": there.url("/app.plist"),
        "package": there.url("/app.ipa"),
    }[way]
    seen = await look(ipa.COLLECTOR, f"{link}#cn.gov.example", door())
    assert isinstance(seen, Download)
    assert (seen.fault, seen.package, seen.version, seen.is_signed) == (None, "cn.gov.example", "3.2.1", True)
    assert seen.certificate_until == ipas.UNTIL.replace(tzinfo=UTC)
    asked = [(int(entry[0]), int(entry[1])) for entry in re.findall(r"bytes=(\d+)-(\d+)", "".join(there.asked).lower())]
    assert 0 < sum(end + 1 - start for start, end in asked) < 1_000_000
    assert len(there.asked) - len(asked) == (way != "package")


@pytest.mark.parametrize(
    ("manifest", "package", "expected"),
    [
        (answer(status="404 Not Found"), None, AppFault.GONE),
        (answer(status="403 Forbidden"), None, Reason.REFUSED),
        (answer(b"<html><body>x</body></html>"), None, AppFault.NOT_A_PACKAGE),
        (answer(b"<html><title>\xe7\x99\xbb\xe5\xbd\x95</title></html>"), None, Reason.LOGIN_WALL),
        (answer(ipas.manifest(package="cn.gov.another")), None, AppFault.OTHER_APP),
        (answer(ipas.manifest("file:///etc/passwd")), None, Reason.GUARD_BLOCKED),
        (None, answer(status="404 Not Found"), AppFault.GONE),
        (None, answer(b"<html><body>x</body></html>"), AppFault.NOT_A_PACKAGE),
        (None, answer(ipas.ipa(until=datetime(2026, 1, 1))), AppFault.PROFILE_EXPIRED),  # noqa: DTZ001 - as in ipas
        (None, answer(ipas.ipa(ipas.about("cn.gov.another"))), AppFault.OTHER_APP),
        (None, answer(ipas.ipa()[:-30]), AppFault.CUT_OFF),
    ],
)
async def test_an_install_link_is_as_good_as_what_lies_behind_it(
    far: OpenFar, door: OpenDoor, manifest: bytes | None, package: bytes | None, expected: AppFault | Reason
) -> None:
    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        offered = manifest or answer(ipas.manifest(there.url("/app.ipa")))
        writer.write(offered if b"/app.plist" in request.split(b"\r\n")[0] else package or answer(ipas.ipa()))

    there = await far(script)
    seen = await look(ipa.COLLECTOR, f"{there.url('/app.plist')}#cn.gov.example", door())
    assert (seen.fault if isinstance(seen, Download) else seen) is expected


async def test_an_install_link_without_a_manifest_asks_nobody(door: OpenDoor) -> None:
    assert await look(ipa.COLLECTOR, "itms-services://?action=download-manifest", door()) is Reason.UNREADABLE


async def test_a_harmony_package_is_judged_by_small_ranges(far: OpenFar, door: OpenDoor) -> None:
    there = await far(ranges(haps.hap(filling=3_000_000, names=500)))
    seen = await look(hap.COLLECTOR, f"{there.url('/app.hap')}#cn.gov.example", door())
    assert seen == Download(link=Link.PACKAGE, package="cn.gov.example", version="3.2.1", is_signed=True)
    seen = await look(hap.COLLECTOR, f"{there.url('/app.hap')}#cn.gov.another", door())
    assert isinstance(seen, Download)
    assert seen.fault is AppFault.OTHER_APP


# --- the App Store ---


@pytest.mark.parametrize("key", ["id1500000001", "1500000001", "https://apps.apple.com/cn/app/x/id1500000001?mt=8"])
async def test_the_chinese_store_is_asked_for_the_app_under_an_address_of_its_own(key: str) -> None:
    fetch = CannedFetch({"/lookup": Canned(body=FOUND)})
    source = Source(account="A1", collector="apple-store", key=key)
    for _ in range(2):
        seen = await apple_store.COLLECTOR.collect(source, fetch, MemorySession())
        assert seen.package == "cn.gov.example.app"
    assert all("id=1500000001&country=cn&" in url for url in fetch.urls)
    assert len(set(fetch.urls)) == 2


async def test_the_store_answering_about_another_app_shows_nothing() -> None:
    fetch = CannedFetch({"/lookup": Canned(body=FOUND)})
    source = Source(account="A1", collector="apple-store", key="id1500000002")
    with pytest.raises(LookFailedError) as failed:
        await apple_store.COLLECTOR.collect(source, fetch, MemorySession())
    assert failed.value.reason is Reason.UNREADABLE


async def test_a_key_that_is_no_number_asks_nobody() -> None:
    fetch = CannedFetch({})
    with pytest.raises(LookFailedError):
        await apple_store.COLLECTOR.collect(
            Source(account="A1", collector="apple-store", key="掌上示例"), fetch, MemorySession()
        )
    assert fetch.urls == []


@pytest.mark.parametrize(
    ("homepage", "store", "package"),
    [
        ("https://apps.apple.com/cn/app/x/id1500000001", "id1500000001", None),
        ("https://www.example.gov.cn/a.APK?v=2#cn.gov.a", None, "https://www.example.gov.cn/a.APK?v=2#cn.gov.a"),
        ("https://www.example.gov.cn/", None, None),
    ],
)
def test_a_homepage_tells_the_links(homepage: str, store: str | None, package: str | None) -> None:
    app = Account(id="A1", name="x", platform=Platform.MOBILE_APP, unit="x", area="x", homepage=homepage)
    assert apple_store.COLLECTOR.key_of(app) == store
    assert apk.COLLECTOR.key_of(app) == package
    assert web_probe.COLLECTOR.key_of(app) is None


@pytest.mark.parametrize(
    ("homepage", "collector"),
    [
        ("itms-services://?action=download-manifest&url=https%3A%2F%2Fwww.example.gov.cn%2Fapp.plist", "ipa"),
        ("https://www.example.gov.cn/app.plist?v=2", "ipa"),
        ("https://www.example.gov.cn/app.ipa#cn.gov.a", "ipa"),
        ("https://www.example.gov.cn/app.HAP", "hap"),
        ("https://www.example.gov.cn/app.html", None),
        ("https://www.example.gov.cn/download?file=app.ipa", None),
    ],
)
def test_a_homepage_that_is_a_package_tells_its_kind(homepage: str, collector: str | None) -> None:
    app = Account(id="A1", name="x", platform=Platform.MOBILE_APP, unit="x", area="x", homepage=homepage)
    telling = [entry.name for entry in (apk.COLLECTOR, ipa.COLLECTOR, hap.COLLECTOR) if entry.key_of(app)]
    assert telling == ([collector] if collector else [])


# --- services and their certificates ---

HOST = "api.example.gov.cn"
CA = trustme.CA()
Certify = Callable[[ssl.SSLContext], None]


def issued(*, hosts: str = HOST, after: timedelta = timedelta(days=90), begins: timedelta = timedelta()) -> Certify:
    """Return what gives a server a certificate of the CA that we trust; both spans count from now."""
    now = datetime.now(UTC)  # noqa: TID251 - certificates are judged by the machine's own clock
    return CA.issue_cert(hosts, not_before=now + begins - timedelta(days=400), not_after=now + after).configure_cert


def intermediate_left_out(context: ssl.SSLContext) -> None:
    leaf = CA.create_child_ca().issue_cert(HOST)
    with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as chain:
        context.load_cert_chain(chain, key)


def self_signed(context: ssl.SSLContext) -> None:
    alone = trustme.CA()
    with alone.private_key_pem.tempfile() as key, alone.cert_pem.tempfile() as chain:
        context.load_cert_chain(chain, key)


async def probe(far: OpenFar, door: OpenDoor, certify: Certify, body: bytes = b"ok") -> Download | Reason:
    server, trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    certify(server)
    CA.configure_trust(trusted)
    there = await far(answer(body), tls=server)
    ours = door(Policy(allow=LOOPBACK, pace=FREE, tls=trusted))
    return await look(web_probe.COLLECTOR, f"{there.url(host=HOST, scheme='https')}#ok", ours)


@pytest.mark.parametrize(
    ("certify", "fault"),
    [
        (issued(after=timedelta(days=-1)), AppFault.CERT_EXPIRED),
        (issued(begins=timedelta(days=401)), AppFault.CERT_NOT_YET_VALID),
        (issued(hosts="other.example.gov.cn"), AppFault.CERT_OTHER_HOST),
        (intermediate_left_out, AppFault.CERT_INCOMPLETE),
        (self_signed, AppFault.CERT_SELF_SIGNED),
    ],
    ids=["expired", "not-yet", "other-host", "no-intermediate", "self-signed"],
)
async def test_every_fault_of_a_certificate_is_told_apart(
    far: OpenFar, door: OpenDoor, names: dict[str, str], certify: Certify, fault: AppFault
) -> None:
    names[HOST] = "127.0.0.1"
    assert await probe(far, door, certify) == Download(link=Link.SERVICE, fault=fault)


async def test_a_certificate_says_until_when_it_is_valid(far: OpenFar, door: OpenDoor, names: dict[str, str]) -> None:
    names[HOST] = "127.0.0.1"
    seen = await probe(far, door, issued(after=timedelta(days=20)))
    assert isinstance(seen, Download)
    assert seen.is_available
    assert seen.certificate_until
    left = seen.certificate_until - datetime.now(UTC)  # noqa: TID251 - as above
    assert timedelta(days=19) < left <= timedelta(days=20)


async def test_an_answer_without_the_marker_is_a_fault_whose_certificate_is_kept(
    far: OpenFar, door: OpenDoor, names: dict[str, str]
) -> None:
    names[HOST] = "127.0.0.1"
    seen = await probe(far, door, issued(), b'{"status":"error"}')
    assert isinstance(seen, Download)
    assert seen.fault is AppFault.NO_MARKER
    assert seen.certificate_until


async def test_a_service_without_encryption_has_no_certificate(far: OpenFar, door: OpenDoor) -> None:
    there = await far(answer(b"all ok"))
    assert await look(web_probe.COLLECTOR, f"{there.url()}#all%20ok", door()) == Download(link=Link.SERVICE)


@pytest.mark.parametrize("said", [answer(status="500 Oops"), answer(status="429 Slow"), answer(status="403 No")])
async def test_a_service_that_refuses_or_fails_says_nothing_for_certain(
    far: OpenFar, door: OpenDoor, said: bytes
) -> None:
    there = await far(said)
    assert isinstance(await look(web_probe.COLLECTOR, there.url(), door()), Reason)


async def test_nobody_at_the_port_says_nothing_for_certain(far: OpenFar, door: OpenDoor) -> None:
    there = await far(b"")
    await there.close()
    assert await look(web_probe.COLLECTOR, there.url(), door()) is Reason.CONNECT
