"""What holds for all tests: where services are required, nothing may be left out quietly."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

MAY_SKIP = frozenset({"test_samples.py"})
"""Recorded answers are not part of the project: their tests alone may be left out anywhere."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where XUNCHA_REQUIRE_SERVICES is set."""
    report = yield
    if report.skipped and os.environ.get("XUNCHA_REQUIRE_SERVICES") and item.path.name not in MAY_SKIP:
        report.outcome = "failed"
        report.longrepr = f"left out, and nothing may be left out here: {report.longrepr}"
    return report
