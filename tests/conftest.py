"""What holds for all tests: where services are required, nothing may be left out quietly."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.often import often

RECORDINGS = "XUNCHA_SAMPLES"
"""Recorded answers are not part of the project: tests left out for want of them may be left out anywhere."""

MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # noqa: S108 - the kernel's folder in memory
"""Where the tests' files lie where there is room: databases wait for no disk there."""
if "PYTEST_DEBUG_TEMPROOT" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)

# How long an example takes tells how busy the machine is, and nothing of what is tested.
settings.register_profile("ours", max_examples=often(100), deadline=None)
settings.load_profile("ours")

LONGEST_FIRST = (
    "tests/cli/test_running.py",
    "tests/pipeline/test_readings.py",
    "tests/cli/test_hostile_files.py",
    "tests/web/test_looks.py",
    "tests/web/test_login.py",
    "tests/cli/test_process.py",
    "tests/web/test_accessibility.py",
    "tests/collectors/test_reader.py",
    "tests/pipeline/test_claim_verifier.py",
    "tests/pipeline/test_delivery_failures.py",
    "tests/pipeline/test_dead_columns.py",
    "tests/web/test_deciding.py",
    "tests/web/test_messages_in_browser.py",
    "tests/pipeline/test_watch.py",
    "tests/pipeline/test_auditing.py",
    "tests/cli/test_disposals.py",
    "tests/pipeline/test_crash.py",
    "tests/store/test_backup.py",
    "tests/cli/test_decision_table.py",
    "tests/pipeline/test_moving_times.py",
    "tests/store/test_drills.py",
    "tests/pipeline/test_decision_basis.py",
)
"""Files that take long. Workers get whole files in this order (`--no-loadscope-reorder`): one that began last would
keep a single worker busy while the others have nothing left to do."""


def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers run beside each other: one more than there are cores, as half of the time they wait."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have Python's search for garbage pass over what collecting made, and begin seldom."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000)
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of the files that take long first."""
    places = {config.rootpath / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where XUNCHA_REQUIRE_SERVICES is set."""
    report = yield
    if report.skipped and os.environ.get("XUNCHA_REQUIRE_SERVICES") and RECORDINGS not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"left out, and nothing may be left out here: {report.longrepr}"
    return report
