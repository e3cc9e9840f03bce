"""Every kind of hostile answer against the running service: it answers meanwhile, stays small, and loses nothing."""

from __future__ import annotations

import gzip
import os
import plistlib
import re
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.cli.office import HEADER, Office, Service, free_port
from tests.cli.test_running import ask, is_ready, pause, until
from tests.collectors.ipas import ipa

SLOWEST = 1.0
"""Seconds within which the service says that it lives, whatever is read: on a machine that others leave some room."""
LARGEST = 400 * 1024
"""KiB of memory that the service and its reading process may take together."""


def endless_profile() -> bytes:
    """Return a profile in which a list seems to begin everywhere, and never ends."""
    return b"<?xml version='1.0'?><plist><dict>" * 14_000


def many_of_one() -> bytes:
    """Return a manifest in which one asset stands for thousands."""
    asset = {"kind": "x" * 200, "url": "http://a.cn/" + "y" * 200}
    return plistlib.dumps({"items": [{"assets": [asset] * 16_000}] * 20}, fmt=plistlib.FMT_BINARY)


def deep_list() -> bytes:
    return b'<?xml version="1.0"?><plist version="1.0">' + b"<array>" * 100_000 + b"</array>" * 100_000 + b"</plist>"


def package(**files: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
        for number in range(8_000):
            archive.writestr(f"f{number}", b"")
    return out.getvalue()


def rss(items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def item(number: int) -> str:
    day = f"{1 + number % 28:02} May 2026 08:00:{number % 60:02} +0800"
    return f"<item><title>第{number}条</title><link>https://a.cn/{number}</link><pubDate>{day}</pubDate></item>"


NESTED = "<div>" * 60_000
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)


@cache
def answers() -> dict[str, tuple[bytes, dict[str, str]]]:
    """Return what hostile far sides answer, by the way they are looked at; made once, and only where it is wanted."""
    return {
        "website=nested": (NESTED.encode(), {}),
        "website=ebcdic": (NESTED.encode("cp037"), {"Content-Type": "text/html; charset=cp037"}),
        "website=utf7": (b"+ADw-div+AD4-" * 60_000, {"Content-Type": "text/html; charset=utf-7"}),
        "website=utf16": (NESTED.encode("utf-16"), {"Content-Type": "text/html; charset=utf-16"}),
        "website=attributes": (b"<a " + b" ".join(b"a%d" % n for n in range(60_000)) + b">", {}),
        "website=unclosed": (b"<meta http-equiv=refresh content=0 " * 30_000, {}),
        "website=dates": (("<div>2026-05-01 <a href='/1'>县政府召开会议</a>" * 20_000).encode(), {}),
        "website=gzip": (gzip.compress(bytes(300_000_000)), {"Content-Encoding": "gzip"}),
        "website=headers": (b"<html></html>", {f"X-{n}": "y" * 7_000 for n in range(8)}),
        "feed=thousands": (rss("".join(map(item, range(3_000)))), {}),
        "feed=bomb": (BOMB + b"]><rss><channel>&i;</channel></rss>", {}),
        "feed=unclosed": (rss("<item><title>x<pubDate>2026-05-01 " * 30_000), {}),
        "feed=cdata": (rss("<![CDATA[" * 150_000), {}),
        "feed=brackets": (b'{"items":' + b"[" * 1_900_000, {}),
        "feed=digits": (b'{"version":"https://jsonfeed.org/version/1","items":' + b"9" * 1_900_000 + b"}", {}),
        "ipa=many.plist": (many_of_one(), {}),
        "ipa=deep.plist": (deep_list(), {}),
        "ipa=profile.ipa": (ipa(embedded=endless_profile()), {}),
        "ipa=info.ipa": (ipa(info=deep_list()), {}),
        "apk=many.apk": (package(AndroidManifest__xml=b"\3\0\x08\0" + b"\xff\xff\x08\0\x08\0\0\0" * 60_000), {}),
        "hap=deep.hap": (package(module__json=b'{"app":' + b"[" * 500_000), {}),
        "web-probe=long": (b"<b>" * 600_000, {}),
    }


GOOD = ("feed=good", rss("".join(map(item, range(3)))))


@dataclass
class Watched:
    """What was seen of a running service from outside."""

    waits: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


@contextmanager
def watching(service: Service, port: int) -> Iterator[Watched]:
    """Ask again and again whether the service lives, and how much memory it takes with its children."""
    seen, is_over = Watched(), threading.Event()

    def watch() -> None:
        while not is_over.wait(0.1):
            began = time.monotonic()
            assert ask(port, "/healthz")[0] == 200
            seen.waits.append(time.monotonic() - began)
            seen.sizes.append(sum(map(resident, family(service.process.pid))))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [pid, *(int(child) for task in tasks for child in (task / "children").read_text().split())]
    return []


def resident(pid: int) -> int:
    """Return how many KiB of memory a process takes; none for one that is gone."""
    with suppress(OSError):
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) if found else 0
    return 0


def serve(httpserver: HTTPServer) -> None:
    """Answer with what each path names, by ranges too."""
    bodies = {path.partition("=")[2]: answer for path, answer in answers().items()}
    bodies[GOOD[0].partition("=")[2]] = (GOOD[1], {})

    def answer(request: Request) -> Response:
        body, headers = bodies[request.path.removeprefix("/")]
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        if wanted is None:
            return Response(body, headers=headers)
        first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
        about = {**headers, "Content-Range": f"bytes {first}-{last}/{len(body)}"}
        return Response(body[first : last + 1], status=206, headers=about)

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)


@pytest.mark.slow
def test_no_hostile_answer_holds_up_the_running_service(office: Office, httpserver: HTTPServer) -> None:
    serve(httpserver)
    port, names = free_port(), sorted({way.partition("=")[0] for way in answers()})
    often = "".join(f"  {name}: {{every: 20s, per_minute: 6000}}\n" for name in names)
    office.settle(f"web:\n  bind: 127.0.0.1:{port}\nplatforms:\n{often}")
    rows = []
    for number, way in enumerate([*answers(), GOOD[0]]):
        name, _, path = way.partition("=")
        platform = "移动客户端" if name in {"ipa", "apk", "hap", "web-probe"} else "网站"
        key = httpserver.url_for(f"/{path}") + ("#一切正常" if name == "web-probe" else "")
        rows.append((f"A{number:02}", f"示例{number}", platform, "示例县教育局", f"{name}={key}"))
    office.type("import", "roster", office.table(*rows, header=(*HEADER, "采集方式"))).done()
    with office.running("run") as service:
        until(is_ready(port), service)
        with watching(service, port) as seen:
            until(lambda: len(looked_at(office)) == len(rows), service, patience=240)
            pause(30)  # each comes round again
        assert service.stop(signal.SIGTERM) == 0
    content = looked_at(office)
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert max(seen.waits) < SLOWEST * crowd, (crowd, sorted(seen.waits)[-5:])
    assert max(seen.sizes) < LARGEST
    assert len(seen.waits) > 100
    assert content["A22"] in {"timeline", "unchanged"}
    posts = office.content()["posts"]
    ends = office.rows("SELECT account, last_outcome, last_detail FROM sources ORDER BY account")
    assert 300 <= len(posts) <= 700, ends
    assert not [line for line in service.logged if line["level"] == "error"]


def looked_at(office: Office) -> dict[str, str]:
    """Return how the last look at each account's source ended, of those that were looked at."""
    engine_rows = office.rows("SELECT account, last_outcome FROM sources WHERE last_look_at IS NOT NULL")
    return {str(account): str(outcome) for account, outcome in engine_rows}


@pytest.mark.slow
def test_what_was_being_looked_at_when_the_service_was_killed_is_left_alone_for_a_while(
    office: Office, httpserver: HTTPServer
) -> None:
    asked: list[str] = []

    def never(request: Request) -> Response:
        asked.append(request.path)
        pause(5)
        return Response(GOOD[1])

    httpserver.expect_request("/never").respond_with_handler(never)
    port = free_port()
    office.settle(f"web:\n  bind: 127.0.0.1:{port}\nplatforms:\n  feed: {{every: 1s}}\n")
    row = ("A01", "示例1", "网站", "示例县教育局", f"feed={httpserver.url_for('/never')}")
    office.type("import", "roster", office.table(row, header=(*HEADER, "采集方式"))).done()
    with office.running("run") as service:
        until(lambda: bool(asked), service)
        service.process.kill()
        service.process.wait()
    with office.running("run") as service:
        until(
            lambda: ("source quarantined", 1) in [(entry["event"], entry.get("deaths")) for entry in service.logged],
            service,
        )
        until(is_ready(port), service)
        pause(5)
        assert service.stop(signal.SIGTERM) == 0
    assert asked == ["/never"]
    assert office.rows("SELECT deaths FROM sources WHERE quarantined_until IS NOT NULL") == [(1,)]
