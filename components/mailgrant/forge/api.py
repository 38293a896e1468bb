"""How a forge is asked: with time limits and patience, without redirects, and never in a way that does a thing twice."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from mailgrant.errors import ForgeError
from mailgrant.forge import pace
from mailgrant.identities.remedies import plain
from mailgrant.identities.web import keep

TIMEOUT: Final = (5.0, 30.0)  # seconds to connect and to answer
PAUSES: Final = (0.2, 0.4, None)  # seconds before the question is asked again; None: it is not
PATIENCE: Final = 90.0  # seconds for which a forge may want to be left alone without this being an error
NO_ANSWER: Final = 0  # in place of a status
DONE: Final = (200, 201, 204)
NO_CONTENT: Final = 204
FAILED: Final = 500  # and above: it may have been done all the same
BUSY: Final = "Run the job again. The forge may be down; its status page tells."
ELSEWHERE: Final = "{}: an address is at another host than {}://{}, to which alone the token goes"
SLOW: Final = "Run the job again after that. Fewer jobs at once ask less often."


@dataclass(frozen=True)
class Answer:
    """What a forge answered.

    Args:
        body: the JSON; None where there is none.
        headers: whose names may be written in any case.
        next: the address of the next page in its Link header (RFC 8288); empty if there is none.
    """

    body: Any
    headers: Mapping[str, str]
    next: str


@dataclass(frozen=True)
class Api:
    """The API of a forge.

    Args:
        name: of the forge, for messages.
        root: its address, to which all questions go.
        headers: of every question, besides the token's.
        remedy: tells what to do about the status of a refusal.
        token: that proves who asks.
        timeout: seconds to connect and to answer.
    """

    name: str
    root: str
    headers: Mapping[str, str]
    remedy: Callable[[int], str]
    token: str = field(repr=False)
    timeout: tuple[float, float] = TIMEOUT

    def ask(self, method: str, path: str, body: Any = None, *, harmless: bool = False) -> Answer:
        """A question; asked again where that can do no harm: a POST is not if it may have been done.

        Args:
            method: of HTTP.
            path: with its query, below the root, or a whole address there.
            body: to be sent as JSON.
            harmless: whether a POST only reads.

        Raises:
            ForgeError: there is no answer, or a refusal.
        """
        url = path if "://" in path else f"{self.root}{path}"
        if _origin(url) != _origin(self.root):  # our token goes to nobody else
            raise ForgeError(NO_ANSWER, ELSEWHERE.format(self.name, *_origin(self.root)))
        for pause in PAUSES:
            try:
                return self._once(method, url, body)
            except ForgeError as error:
                again = error.answer_lost and (harmless or method != "POST")
                wait = (pause if again else None) if error.retry_after is None else error.retry_after
                if pause is None or wait is None or wait > PATIENCE:
                    raise
            time.sleep(wait)
        raise AssertionError  # the last round returns or raises

    def _once(self, method: str, url: str, body: Any) -> Answer:
        headers = {**self.headers, "Authorization": f"Bearer {self.token}"}
        try:
            with requests.Session() as session:
                session.auth = keep  # .netrc must not take the token's place
                answer = session.request(
                    method, url, json=body, headers=headers, timeout=self.timeout, allow_redirects=False
                )
        except (OSError, ValueError) as error:  # their texts hold addresses and header values
            problem = f"{self.name} at {self.root} does not answer ({type(error).__name__})"
            raise ForgeError(NO_ANSWER, problem, BUSY, answer_lost=True) from None
        if answer.status_code not in DONE:
            raise self._refused(answer)
        return Answer(self._json(answer), answer.headers, answer.links.get("next", {}).get("url", ""))

    def _json(self, answer: requests.Response) -> Any:
        if answer.status_code == NO_CONTENT:
            return None
        try:
            return answer.json()
        except ValueError:
            problem = f"{self.name} at {self.root} gave no JSON (HTTP {answer.status_code})"
            remedy = "Is this the address of the API? A proxy or a page to sign in may stand before it."
            raise ForgeError(NO_ANSWER, problem, remedy) from None

    def _refused(self, answer: requests.Response) -> ForgeError:
        status = answer.status_code
        said = self._said(answer)
        wait = pace.delay(status, answer.headers, said, datetime.now(UTC))
        if wait is not None:
            problem = f"{self.name} asks to be left alone for {wait:.0f} seconds (HTTP {status}): {said}"
            return ForgeError(status, problem, SLOW, retry_after=wait)
        problem = f"{self.name} refused (HTTP {status}): {said}"
        lost = status >= FAILED
        return ForgeError(status, problem, BUSY if lost else self.remedy(status), answer_lost=lost)

    def _said(self, answer: requests.Response) -> str:
        """The forge's reason in one printable line, without the token if somebody sends it back."""
        try:
            text = str(answer.json()["message"])
        except (ValueError, KeyError, TypeError):
            text = ""
        return plain(text.replace(self.token, "…")) or "without a reason"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
