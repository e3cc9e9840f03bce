"""A visitor who uploads files."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from httpx2 import Response
from openpyxl import Workbook
from starlette.testclient import TestClient

from monitor.actions.imports.office import ImportOffice
from monitor.app.imports import import_office
from monitor.app.settings import load_settings
from monitor.ledger.apart import Gives, Job
from monitor.ledger.book import SentFile
from monitor.ledger.uploads import Uploads
from monitor.store import Store
from monitor.web import create_app
from monitor.web.imports import Imports
from tests.web.county import Surroundings

CONFIG = Path(__file__).parents[2] / "config"
HEADER = ("账号ID", "账号名称", "平台", "主办单位", "所属地区", "责任领导", "责任领导手机")
ADDRESS = "http://127.0.0.1:8080"


@cache
def office() -> ImportOffice:
    """Return what the settings that come with the program say."""
    return import_office(load_settings(CONFIG, None))


async def read_here(job: Job[Gives], path: Path, name: str) -> Gives:
    """Read a file in this process: what another one makes of it is the same (tests/test_file_reader.py)."""
    return job(SentFile(name, await asyncio.to_thread(path.read_bytes)))


def row(id_: str, **changes: str) -> tuple[str, ...]:
    """Return a row of a roster."""
    values = {"name": f"号{id_}", "platform": "微博", "unit": "示例局", "leader": "领导乙", "phone": "13800000001"}
    values |= changes
    return (
        id_,
        values["name"],
        values["platform"],
        values["unit"],
        office().areas[0],
        values["leader"],
        values["phone"],
    )


def book(*rows: Sequence[object]) -> bytes:
    """Return a workbook of one sheet."""
    made = Workbook()
    assert made.active
    for one in rows:
        made.active.append(list(one))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def roster(*rows: Sequence[object]) -> bytes:
    """Return a roster."""
    return book(HEADER, *rows)


@dataclass
class Visit:
    """A visitor with the pages open."""

    client: TestClient
    folder: Path

    @classmethod
    def of(cls, store: Store, around: Surroundings, folder: Path, **parts: object) -> Visit:
        """Open the pages of a store; files wait in a folder."""
        imports = replace(Imports(office=office(), uploads=Uploads(folder), read=read_here), **parts)  # type: ignore[arg-type]
        app = create_app(replace(around.view(store), imports=imports))
        return cls(
            TestClient(app, base_url=ADDRESS, client=("127.0.0.1", 50000), raise_server_exceptions=False), folder
        )

    def another(self) -> Visit:
        """Return another visitor of the same pages."""
        return Visit(
            TestClient(self.client.app, base_url=ADDRESS, client=("127.0.0.1", 50000), raise_server_exceptions=False),
            self.folder,
        )

    @property
    def token(self) -> str:
        """What a form of this visitor has in it."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/imports/new").text)
        assert found
        return found[1]

    def send(self, content: bytes, name: str = "台账.xlsx", **fields: str) -> Response:
        """Upload a file, and stop at the answer."""
        return self.client.post(
            "/imports",
            data={"csrf": self.token, "kind": "", "day": ""} | fields,
            files={"file": (name, content)},
            follow_redirects=False,
        )

    def upload(self, content: bytes, name: str = "台账.xlsx", **fields: str) -> str:
        """Upload a file, and return the address at which it is looked at."""
        answer = self.send(content, name, **fields)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def page(self, address: str) -> str:
        """Return a page's source."""
        return self.client.get(address).text

    def shown(self, address: str) -> str:
        """Return the digest of what a page shows."""
        found = re.search(r'name="shown" value="([0-9a-f]+)"', self.page(address))
        assert found
        return found[1]

    def press(self, address: str, **fields: str) -> Response:
        """Send a form, and stop at the answer."""
        return self.client.post(address, data={"csrf": self.token} | fields, follow_redirects=False)

    def apply(self, address: str, **fields: str) -> Response:
        """Import what a page shows."""
        return self.press(f"{address}/apply", **({"shown": self.shown(address)} | fields))

    @property
    def kept(self) -> list[str]:
        """The files on disk."""
        return sorted(entry.name for entry in self.folder.iterdir()) if self.folder.exists() else []
