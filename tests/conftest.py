"""What holds for all tests: where services are required, nothing may be left out quietly."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

RECORDINGS = "XUNCHA_SAMPLES"
"""Recorded answers are not part of the project: tests left out for want of them may be left out anywhere."""


LONGEST_FIRST = (
    "tests/sample/test_replay.py",
    "tests/cli/test_running.py",
    "tests/store/test_backup.py",
    "tests/store/test_drills.py",
    "tests/pipeline/test_watch.py",
    "tests/cli/test_process.py",
    "tests/pipeline/test_crash.py",
)
"""Files that take long. Workers get whole files in this order (`--no-loadscope-reorder`): one that began last would
keep a single worker busy while the others have nothing left to do."""


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
