"""The sample county as `make run` starts it, with a clock of its own that can be put to the next day."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

from tests.cli.office import Office, Service, free_port
from tests.cli.test_running import is_ready, until
from tests.pipeline.test_wrong_clock import Clock
from tests.week.county import HEADER, row

PATIENCE = 900.0
"""Seconds that three months of history may take on a slow machine."""
NEW, UNIT = ("SL31", "SL32"), "示例县气象局"


@dataclass
class SampleWeek:
    """A folder without a roster, the clock of its service, and the port of its pages."""

    office: Office
    clock: Clock
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """Say where the pages are; everything else is as it is shipped."""
        self.office.settle(f"web: {{bind: '127.0.0.1:{self.port}'}}\n")

    @property
    def base(self) -> str:
        """The address of the pages."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self, moment: datetime) -> Iterator[Service]:
        """Run the service from a moment on; it ends well when it is told to, and had no bug on the way."""
        self.clock.put(moment)
        with self.office.running("run", "--or-sample", env=self.clock.env) as service:
            until(is_ready(self.port), service, PATIENCE)
            yield service
            assert service.stop(signal.SIGTERM) == 0, service.log.read_text(encoding="utf-8")
        assert [line for line in service.logged if "exception" in line] == []

    def roster(self, *, is_faulty: bool = False) -> Path:
        """Return two new accounts as a workbook; in the faulty one neither row can be."""
        rows = [row(NEW[0], "示例气象", "微信视频号", UNIT), row(NEW[1], "示例气象", "抖音", UNIT)]
        if is_faulty:
            rows = [(*rows[0][:2], "微信公众号", *rows[0][3:]), ("SL01", *rows[1][1:]), ("SL01", *rows[1][1:])]
        book, path = Workbook(), self.office.folder / ("台账.xlsx" if is_faulty else "台账改.xlsx")
        assert book.active
        for line in (HEADER, *rows):
            book.active.append(line)
        book.save(path)
        return path
