"""A real browser, headless, driven over WebDriver's HTTP protocol (W3C); chromedriver picks its own port."""

import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that WebDriver gives to references of elements
STARTED = re.compile(r"started successfully on port (\d+)")
PROGRAMS = ("chromium", "chromedriver")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=900,1000",
    "--no-first-run",
    "--disable-background-networking",
]
PATIENCE = 15_000  # milliseconds, for chromedriver to look again and again
NO_SCRIPTS = {"profile.managed_default_content_settings.javascript": 2}


def missing() -> str:
    """Why there is no browser here; empty if there is one."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"not on PATH: {', '.join(absent)} (Debian: chromium, chromium-driver)" if absent else ""


@dataclass
class Browser:
    """One window of Chromium."""

    http: httpx.Client
    session: str

    def open(self, url: str) -> None:
        self._post("url", {"url": url})

    @property
    def url(self) -> str:
        return str(self._get("url"))

    def sees(self, text: str) -> bool:
        """Whether a page with this text comes within ``PATIENCE``."""
        body = {"using": "xpath", "value": f'//body[contains(., "{text}")]'}
        return self.http.post(f"/session/{self.session}/element", json=body).is_success

    def type(self, selector: str, text: str) -> None:
        self._post(f"element/{self._find(selector)}/clear", {})
        self._post(f"element/{self._find(selector)}/value", {"text": text})

    def press(self, do: str) -> None:
        self._post(f"element/{self._find(f'button[value={do}]')}/click", {})

    def picture(self, path: Path) -> None:
        path.write_bytes(b64decode(self._get("screenshot")))

    def _find(self, selector: str) -> str:
        found = self._post("element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])

    def _get(self, path: str) -> Any:
        return _value(self.http.get(f"/session/{self.session}/{path}"))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return _value(self.http.post(f"/session/{self.session}/{path}", json=body))


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A window without scripts, that believes any certificate.

    Args:
        folder: for the browser's own files.
    """
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder), "TMPDIR": str(folder)}
    with subprocess.Popen(
        ["chromedriver", "--port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as driver:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{_port(driver)}", timeout=60) as http:
                session = str(_value(http.post("/session", json=_capabilities()))["sessionId"])
                try:
                    yield Browser(http, session)
                finally:
                    http.delete(f"/session/{session}")  # a driver that is ended leaves its browser behind
        finally:
            driver.terminate()


def _port(driver: subprocess.Popen[str]) -> int:
    for line in driver.stdout or ():
        if found := STARTED.search(line):
            return int(found[1])
    raise AssertionError("chromedriver did not start")


def _capabilities() -> dict[str, Any]:
    options = {"args": ARGUMENTS, "prefs": NO_SCRIPTS, "binary": shutil.which("chromium")}
    always: dict[str, Any] = {
        "browserName": "chrome",
        "acceptInsecureCerts": True,
        "goog:chromeOptions": options,
    }
    always["timeouts"] = {"implicit": PATIENCE}
    return {"capabilities": {"alwaysMatch": always}}


def _value(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json()["value"]
