"""A worker that stood still as a process and goes on after others were given its looks."""

from __future__ import annotations

import re
import signal
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.alerts.robot import Robot
from tests.cli.office import free_port
from tests.cli.test_running import ask, pause, until
from tests.dispatch.far_side import FarSide
from tests.dispatch.test_province import QUEUES, now, province, records
from tests.pipeline.build import feed
from tests.services import require_postgresql

pytestmark = pytest.mark.slow
ACCOUNTS = 40


def accounts_of(arrivals: list[str]) -> Counter[str]:
    return Counter(f"N{int(path[1:].partition('.')[0]):04}" for path in arrivals)


def test_what_a_frozen_worker_saw_is_not_written_when_it_goes_on_after_others_were_given_its_looks(
    tmp_path: Path,
) -> None:
    fresh = feed(now() - timedelta(days=1))
    with ExitStack() as stack:
        url = stack.enter_context(require_postgresql())
        robot, duty = (stack.enter_context(Robot(clock=now)) for _ in range(2))
        far = stack.enter_context(FarSide(lambda _: fresh, tuple(QUEUES.values())))
        here = stack.enter_context(province(tmp_path, url, far, robot, duty, accounts=ACCOUNTS, near=0))
        here.lead(0)
        until(here.is_led, here.leaders[0])
        here.serve("A")
        until(lambda: bool(far.arrivals), here.workers["A"])
        frozen = here.workers["A"].process
        frozen.send_signal(signal.SIGSTOP)
        pause(2 * far.latency)  # what was under way is answered, and what was being committed is committed
        kept = {account for account, _ in records(url)}
        lost = {account for account in accounts_of([a.path for a in far.arrivals]) if account not in kept}
        assert lost, "nothing was under way"
        port = free_port()
        here.serve("B", XUNCHA_METRICS=f"127.0.0.1:{port}")
        until(lambda: lost <= {account for account, _ in records(url)}, here.workers["B"], patience=120)
        frozen.send_signal(signal.SIGCONT)
        told = ask(port, "/metrics")[1]
        counted = re.findall(r'^xuncha_looks_total{outcome="seen",platform="\w+"} (\d+)', told, re.MULTILINE)
        assert [int(count) >= len(lost) for count in counted] == [True]
        assert here.workers["A"].stop(signal.SIGTERM) in {0, 1}  # 1: its place was another's already
        assert [service.stop(signal.SIGTERM) for service in (here.workers["B"], here.leaders[0])] == [0, 0]
        written = records(url)
    asked, recorded = accounts_of([a.path for a in far.arrivals]), Counter(account for account, _ in written)
    assert {account: asked[account] - recorded[account] for account in lost} == dict.fromkeys(lost, 1)
    assert max(Counter(written).values()) == 1
