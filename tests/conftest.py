"""What holds for all tests: where services are required, nothing may be left out quietly."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

RECORDINGS = "XUNCHA_SAMPLES"
"""Recorded answers are not part of the project: tests left out for want of them may be left out anywhere."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where XUNCHA_REQUIRE_SERVICES is set."""
    report = yield
    if report.skipped and os.environ.get("XUNCHA_REQUIRE_SERVICES") and RECORDINGS not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"left out, and nothing may be left out here: {report.longrepr}"
    return report
