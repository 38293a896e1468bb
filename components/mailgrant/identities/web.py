"""How small questions are asked over HTTP: with a time limit, a second try, and no redirects."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from mailgrant.errors import SignInError

TIMEOUT: Final = (5.0, 30.0)  # seconds to connect and to answer
TRIES: Final = 3
OK: Final = 200
BUSY: Final = (410, 429, 500, 502, 503, 504)
BACK_OFF: Final = 0.2  # seconds
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
CHECK_URL: Final = "Let the pipeline set it; do not write it by hand."


class Web(requests.Session):
    """A session of requests; what it cannot reach at all it asks once, what is busy three times.

    Args:
        direct: whether proxies and .netrc are left alone: what answers on this very machine stands behind none.
    """

    def __init__(self, *, direct: bool = False) -> None:
        super().__init__()
        self.trust_env = not direct
        retry = Retry(
            total=TRIES - 1,
            connect=0,
            read=0,
            status_forcelist=BUSY,
            backoff_factor=BACK_OFF,
            allowed_methods=None,
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        self.mount("https://", HTTPAdapter(max_retries=retry))
        self.mount("http://", HTTPAdapter(max_retries=retry))

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """As in requests, within the time limit; ``get`` would follow redirects, and take what it carries along."""
        return super().request(*arguments, **{"timeout": TIMEOUT, **options, "allow_redirects": False})


def ask(source: str, method: str, url: str, bearer: str, query: Mapping[str, str]) -> Mapping[str, Any]:
    """A JSON object from a pipeline's endpoint, asked for with its own token.

    Args:
        source: what the endpoint is, for messages.
        method: of HTTP.
        url: of the endpoint; its own query stays, and goes before ours.
        bearer: the pipeline's token.
        query: to be added.

    Raises:
        SignInError: the address is none, nothing answers there, or it refuses; never says what was sent or received.
    """
    headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
    given = {pair.partition("=")[0] for pair in _split(source, url).query.split("&")}
    added = {name: value for name, value in query.items() if name not in given}
    try:
        with Web() as web:
            web.auth = keep  # .netrc must not take the bearer's place
            answer = web.request(method, url, params=added, headers=headers)
            body = answer.json() if answer.status_code == OK else None
    except (OSError, ValueError) as error:  # the texts of requests' errors hold addresses and header values
        raise SignInError(
            "oidc-unreachable", f"{source} does not answer ({type(error).__name__})", CHECK_URL
        ) from None
    if not isinstance(body, dict):
        raise _refused(source, answer.status_code)
    return body


def keep(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """As a session's ``auth``: the request goes as it is."""
    return request


def _split(source: str, url: str) -> Any:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise SignInError("oidc-address", f"{source}: its address is no https address", CHECK_URL)
    return parts


def _refused(source: str, status: int) -> SignInError:
    if status in {401, 403}:
        return SignInError("oidc-refused", f"{source} refuses its own token (HTTP {status})", PERMISSION)
    return SignInError(
        "oidc-failed",
        f"{source} gave no assertion (HTTP {status})",
        "Run the job again; its provider may be down.",
    )


PERMISSION: Final = (
    "GitHub Actions: the job needs permissions: id-token: write. "
    "Azure DevOps: pass SYSTEM_ACCESSTOKEN: $(System.AccessToken), and let the pipeline use the service connection."
)
