"""No bytes that somebody else wrote make a parser do anything but answer: a value of its type, or a reason for none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.collectors.callgraph import graph, handed_to_be_read
from tests.fuzz.collected import readers
from tests.fuzz.every import targets
from tests.fuzz.parsers import parsers, reached
from tests.fuzz.target import FOUND, ROOT, OpenError, Target, keep, place_of

SECONDS = "XUNCHA_FUZZ_SECONDS"
"""How long the drill takes altogether, in seconds of each of its two processes."""
OURS: Mapping[str, str] = {
    "alerts/dingtalk:sign": "signs what we send",
    "alerts/feishu:sign": "signs what we send",
    "alerts/grammar:_with_host_in_ascii": "an address of the settings",
    "alerts/grammar:host_in_ascii": "an address of the settings",
    "alerts/http_post:Proxy.at": "an address of the settings",
    "alerts/mail:_is_here": "a host of the settings",
    "alerts/mail_url:_addresses_in_ascii": "an address of the settings",
    "alerts/mail_url:_in_ascii": "an address of the settings",
    "alerts/mail_url:in_ascii": "an address of the roster, read by the ledger before",
    "alerts/mail_url:read": "an address of the settings",
    "alerts/zhezhengding:signed": "signs what we send",
    "collectors/engine:_noting.<locals>.Response.start": "a certificate that TLS has proved",
    "collectors/guard:AddressGuard.open_socket": "an address that the resolver has read",
    "collectors/http:_Line._networks_of": "the host of a key of the roster",
    "collectors/links:PostLinks.found": "hands on to what `links` tries",
    "collectors/platforms/baijiahao_official:BaijiahaoOfficial._dated": "what a reader has read before",
    "collectors/platforms/baijiahao_official:BaijiahaoOfficial.collect": "what a reader has read before",
    "collectors/platforms/huawei_store:_with_token": "what the session keeps",
    "collectors/platforms/ipa:_manifest": "a key of the roster, checked by its form",
    "collectors/platforms/kuaishou:Kuaishou._visitor": "what the session keeps",
    "collectors/platforms/sohu:_xpt": "an address of the roster, read by the ledger before",
    "collectors/platforms/tencent_news:TencentNews.key_of": "an address of the roster, read by the ledger before",
    "collectors/platforms/wechat_article:WechatArticle._request": "an article's address, proved to be one before",
    "collectors/platforms/wechat_article:article": "the same as `read` begins with",
    "collectors/platforms/wechat_official:_Ask._memory": "what the session keeps",
    "collectors/platforms/wechat_official:_kept_posts": "what the session keeps",
    "collectors/platforms/wechat_official:_listed": "what a reader has read before",
    "collectors/reader:_Worker._said": "within a length; understood by what `answers-of-the-reading-process` tries",
    "collectors/sina_visitor:_cookies": "what the session keeps",
    "collectors/wire:_many": "made once for a type, and kept",
    "collectors/wire:decoder": "made once for a type, and kept",
    "collectors/wire:job_of": "what the service asks its own reading process",
    "collectors/wire:lengths": "eight bytes",
    "monitor/core/web_hook:_signature": "signs what we send",
    "monitor/ledger/marking:MarkedFile.content": "what the reading process made, as it is kept",
    "monitor/ledger/marking:Marking.__call__": "hands on to what `tables` tries",
    "monitor/ledger/uploads:Uploads._read": "what the service wrote itself, into a folder of its own",
    "monitor/web/pages/row_forms:_way_back": "an account's id, which is looked up",
    "monitor/web/scan_code:scan_code": "draws what we wrote",
}
"""Functions that parse nothing of somebody else's, or hand it on, and why."""


@cache
def all_targets() -> tuple[Target, ...]:
    return tuple(targets())


def faults(target: Target, inputs: list[tuple[str, bytes]]) -> list[str]:
    """Return what came of inputs that was not to come of them."""
    found = []
    for name, data in inputs:
        try:
            target.try_(data)
        except Exception as error:  # noqa: BLE001 - each is told
            found.append(f"{target.name}, {name}: {place_of(error)}: {error}")
    return found


def test_no_recorded_answer_and_no_input_that_was_found_breaks_a_parser_and_every_parser_is_tried() -> None:
    """One walk for both: what parses in the rooms that read is entered by some target, or stands in `OURS`."""
    wrong: list[str] = []

    def act() -> None:
        for target in all_targets():
            inputs = [(f"seed {number}", data) for number, data in enumerate(target.seeds())]
            inputs += [(path.name, path.read_bytes()) for path in target.found()]
            assert inputs, f"{target.name} has no seeds"
            wrong.extend(faults(target, inputs))

    entered = reached(act)
    assert wrong == []
    known = set(parsers())
    assert known - entered - OURS.keys() == set(), "give each a target, or say in OURS what it reads"
    assert OURS.keys() - known == set(), "these are gone"


def test_whatever_is_handed_to_be_read_has_a_target() -> None:
    handed = handed_to_be_read()
    assert len(handed) > 40
    assert handed - readers().keys() == set()


def test_a_parser_without_a_target_would_be_found() -> None:
    known = set(parsers())
    assert {"collectors/wechat:message_id", "monitor/web/uploads:_boundary", "alerts/dialect:fields"} <= known
    assert "collectors.platforms.weibo.COLLECTOR.parse" in readers()
    assert graph().reads("collectors.wechat.is_biz") == {"fullmatch"}


def test_names_of_targets_are_their_own_and_found_inputs_belong_to_one() -> None:
    names = [target.name for target in all_targets()]
    assert len(names) == len(set(names))
    assert {folder.name for folder in FOUND.iterdir() if folder.is_dir()} <= set(names)


def broken(data: bytes) -> object:
    if data == b"raise":
        raise KeyError(data)
    if data == b"work":
        return sum(range(10**9))
    return b"x" * (300 << 20) if data == b"memory" else 5


@pytest.mark.parametrize(
    ("data", "said"), [(b"raise", "KeyError"), (b"other", "gave a int"), (b"memory", "bytes of memory")]
)
def test_what_no_parser_may_do_is_a_fault(data: bytes, said: str) -> None:
    target = Target(name="broken", read=broken, gives=bytes, closed=(ValueError,), seeds=tuple)
    with pytest.raises((OpenError, KeyError)) as caught:
        target.try_(data)
    assert said in f"{type(caught.value).__name__} {caught.value}"
    closed = Target(name="broken", read=broken, gives=bytes, closed=(KeyError,), seeds=tuple)
    if data == b"raise":
        closed.try_(data)


def test_the_shortest_input_of_one_fault_is_kept(tmp_path: Path) -> None:
    kept = [keep(tmp_path, data, "ValueError in a.py:1") for data in (b"long one", b"short", b"longer again")]
    assert set(kept) == {*tmp_path.iterdir()}
    assert kept[0].read_bytes() == b"short"


@pytest.mark.slow
def test_no_input_that_is_led_by_what_it_reaches_breaks_a_parser(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: run make setup-dev, on x86-64 Linux")
    seconds = float(os.environ.get(SECONDS, "90"))
    each = max(1.0, 2 * seconds / len(all_targets()))
    done = tmp_path / "done.json"
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", f"{each:.1f}", "--at-once", "2"]
    run = subprocess.run(
        [*command, "--found", str(tmp_path / "found"), "--json", str(done)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3 * seconds + 120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    tried = json.loads(done.read_text())
    assert tried.keys() == {target.name for target in all_targets()}
    assert all(one["inputs"] > 0 for one in tried.values())
    led = [name for name, one in tried.items() if one["new"]]
    assert len(led) > len(tried) / 2, "inputs are not led by what they reach"
