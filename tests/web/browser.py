"""A headless browser, told what to do over a pipe (Chromium's DevTools protocol): no driver, no open port."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

TIMEOUT = 30
PATIENCE = 60
"""Seconds in which a browser that is waited for says something, however slow the machine."""
_KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Space": (32, " "), "Escape": (27, ""), "ArrowDown": (40, "")}
"""The code of each named key, and the text it gives."""
_HIDDEN = """[...document.querySelectorAll("main *")].filter(one => one.scrollWidth > one.clientWidth + 1)
    .filter(one => ["auto", "scroll"].includes(getComputedStyle(one).overflowX))
    .map(one => one.className || one.tagName)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a browser made of a page."""

    complaints: tuple[str, ...]
    """What it wrote to its console: errors, refused loads, broken policies."""
    is_too_wide: bool
    """True if the page must be scrolled sideways."""
    hidden: tuple[str, ...] = ()
    """The parts of the page that must be scrolled sideways, by their classes."""


@dataclass(slots=True)
class Effort:
    """What a person has done so far, counted where the browser is given it: nothing else reaches a page."""

    clicks: int = 0
    """Presses of the mouse, or touches."""
    keys: int = 0
    pages: int = 0
    """Pages that were loaded, by their address or by what was done on another."""


class Browser:
    """One running browser with one tab."""

    def __init__(self, commands: int, answers: int) -> None:
        """Talk through two file descriptors; messages end with a zero byte."""
        self._commands = commands
        self._answers = answers
        self._ids = count(1)
        self._unread = b""
        self._events: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        """What the browser wrote to its console on all pages so far; whoever expects something takes it out."""
        self.effort = Effort()
        self._session: str | None = None
        self._context: str | None = None
        self.begin_anew()

    def begin_anew(self) -> None:
        """Have one tab without cookies, settings or history of what was opened before."""
        self._session, left = None, self._context
        self._context = self._call("Target.createBrowserContext")["browserContextId"]
        target = self._call("Target.createTarget", url="about:blank", browserContextId=self._context)["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self._call(f"{domain}.enable")
        if left is not None:
            self._of_the_whole("Target.disposeBrowserContext", browserContextId=left)
        self._events.clear()
        self.complaints.clear()

    def look(self, url: str, *, width: int, picture: Path | None = None) -> Sight:
        """Open a page in a window of that width, and take its picture if a place for it is given."""
        self._be(width)
        self._events.clear()
        self._call("Page.navigate", url=url)
        self._wait_for("Page.loadEventFired")
        return self._seen(picture)

    def resize(self, width: int, *, picture: Path | None = None) -> Sight:
        """Make the window that wide, and return what becomes of the page in it."""
        self._be(width)
        return self._seen(picture)

    def _be(self, width: int) -> None:
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 600
        )

    def _seen(self, picture: Path | None) -> Sight:
        too_wide = self.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if picture is not None:
            shot = self._call("Page.captureScreenshot", captureBeyondViewport=True)
            picture.write_bytes(base64.b64decode(shot["data"]))
        hidden = self.evaluate(_HIDDEN)
        assert isinstance(hidden, list)
        said = (complaint for event in self._events if (complaint := _complaint(event)))
        return Sight(complaints=tuple(said), is_too_wide=bool(too_wide), hidden=tuple(hidden))

    def shoot(self, picture: Path, *, selector: str = "body", height: int | None = None, scale: float = 1) -> None:
        """Take a picture of the first element that is meant, no higher than so many pixels of the page."""
        box = self.evaluate(f"""(() => {{ const box = document.querySelector({json.dumps(selector)})
            .getBoundingClientRect(); return [box.x + scrollX, box.y + scrollY, box.width, box.height]; }})()""")
        assert isinstance(box, list), f"there is no {selector}"
        x, y, width, whole = box
        clip = {"x": x, "y": y, "width": width, "height": min(whole, height or whole), "scale": scale}
        shot = self._call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        picture.write_bytes(base64.b64decode(shot["data"]))

    def as_on_paper(self, *, off: bool = False) -> None:
        """Show pages as they are printed, or on a screen again."""
        self._call("Emulation.setEmulatedMedia", media="" if off else "print")

    def print(self, paper: Path) -> None:
        """Print the page as it says itself, on A4."""
        printed = self._call("Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69)
        paper.write_bytes(base64.b64decode(printed["data"]))

    def click(self, selector: str, *, is_leaving: bool = False) -> None:
        """Click the middle of the first element that is meant; wait for the next page if it leads to one."""
        place = f"document.querySelector({json.dumps(selector)})"
        middle = f"""(() => {{ const one = {place}; one.scrollIntoView({{block: "center"}});
            const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"""
        spot = self.evaluate(middle)
        assert isinstance(spot, list), f"there is no {selector}"
        self._events.clear()
        self.effort.clicks += 1
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left", clickCount=1)
        if is_leaving:
            self._wait_for("Page.loadEventFired")

    def press(self, key: str, *, is_leaving: bool = False) -> None:
        """Press one key: a name as `Enter`, `Tab`, `Space`, or a single sign."""
        code, text = _KEYS.get(key, (ord(key.upper()[0]), key))
        name = " " if key == "Space" else key
        self.effort.keys += 1
        self._events.clear()
        self._call("Input.dispatchKeyEvent", type="keyDown", key=name, text=text, windowsVirtualKeyCode=code)
        self._call("Input.dispatchKeyEvent", type="keyUp", key=name, windowsVirtualKeyCode=code)
        if is_leaving:
            self._wait_for("Page.loadEventFired")

    def type(self, text: str) -> int:
        """Press a key for every sign of a text, and return how many that were."""
        for sign in text:
            self.press(sign)
        return len(text)

    def fill(self, selector: str, text: str) -> None:
        """Put a text into a field, as pasting it does."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).select?.()")
        self._call("Input.insertText", text=text)

    def choose(self, selector: str, file: Path) -> None:
        """Choose a file in a field for files, as its dialogue does."""
        root = self._call("DOM.getDocument")["root"]["nodeId"]
        field = self._call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self._call("DOM.setFileInputFiles", nodeId=field, files=[str(file)])

    def focused(self) -> object:
        """Return the id of the element that has the focus, or its name."""
        return self.evaluate("document.activeElement.id || document.activeElement.tagName")

    def without_scripts(self, *, off: bool = True) -> None:
        """Have pages run no scripts, or run them again."""
        self._call("Emulation.setScriptExecutionDisabled", value=off)

    def remember(self, url: str, name: str, value: str) -> None:
        """Keep a cookie of a site."""
        self._call("Network.setCookie", url=url, name=name, value=value)

    def forget(self) -> None:
        """Forget whoever has logged in: the browser is as good as another person's."""
        self._call("Network.clearBrowserCookies")

    def evaluate(self, expression: str) -> object:
        """Return what a JavaScript expression gives in the page; a promise is waited for."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        value: object = answer["result"].get("value")
        return value

    def _of_the_whole(self, method: str, **params: object) -> dict[str, Any]:
        """Call what is about the browser and not about its tab."""
        session, self._session = self._session, None
        try:
            return self._call(method, **params)
        finally:
            self._session = session

    def _call(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._ids)
        command = {"id": number, "method": method, "params": params}
        if self._session is not None:
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            said = self._hear()
            if said.get("id") == number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                answer: dict[str, Any] = said["result"]
                return answer
            self._events.append(said)

    def _wait_for(self, event: str) -> None:
        patient_until = monotonic() + PATIENCE
        while not any(entry.get("method") == event for entry in self._events):
            if monotonic() > patient_until:  # a page that asks for news goes on saying something
                raise RuntimeError(f"no {event}: what was clicked may have led nowhere")
            self._events.append(self._hear())

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            if not select.select([self._answers], [], [], PATIENCE)[0]:
                raise RuntimeError("the browser says nothing more: what was clicked may have led nowhere")
            heard = os.read(self._answers, 1 << 20)
            if not heard:
                raise RuntimeError("the browser has gone")
            self._unread += heard
        said, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(said)
        if complaint := _complaint(message):
            self.complaints.append(complaint)
        self.effort.pages += message.get("method") == "Page.loadEventFired"
        return message


def _complaint(event: dict[str, Any]) -> str:
    """Return what an event complains of: an error, a refused load, a broken policy; "" if it is nothing of the kind."""
    said = event.get("params", {})
    match event.get("method"):
        case "Log.entryAdded" if said["entry"]["level"] in {"error", "warning"}:
            return f"{said['entry']['text']} {said['entry'].get('url', '')}".strip()
        case "Runtime.consoleAPICalled" if said["type"] in {"error", "warning", "assert"}:
            return str(said["args"])
        case "Runtime.exceptionThrown":
            return str(said["exceptionDetails"])
        case _:
            return ""


@contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """Run a browser of our own with an empty profile; it is gone afterwards."""
    their_commands, our_commands = os.pipe()
    our_answers, their_answers = os.pipe()
    # The browser looks for the pipe at descriptors 3 and 4.
    redirect = f'exec "$0" "$@" 3<&{their_commands} 4>&{their_answers}'
    arguments = (
        "--headless=new",
        "--remote-debugging-pipe",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--hide-scrollbars",
        f"--user-data-dir={profile}",
    )
    process = subprocess.Popen(
        ["/bin/bash", "-c", redirect, program, *arguments],
        pass_fds=(their_commands, their_answers),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(their_commands)
    os.close(their_answers)
    try:
        ours = Browser(our_commands, our_answers)
        yield ours
        with suppress(RuntimeError):
            ours._session = None
            ours._call("Browser.close")
    finally:
        os.close(our_commands)
        os.close(our_answers)
        try:
            process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
