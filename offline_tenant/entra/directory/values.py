"""What values a property takes beyond their JSON type: ids, addresses, times, one of a few words, so many characters.

Lengths and forms: https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
Redirect URIs: https://learn.microsoft.com/entra/identity-platform/reply-url
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from offline_tenant.entra.directory.objects import is_uuid, moment


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """A kind of values.

    Args:
        holds: whether a value of the right JSON type is one of them.
        edm: the OData type that Graph names when a value is none; nothing where it names the property.
        kept: how a value is kept.
    """

    holds: Callable[[Any], bool]
    edm: str = ""
    kept: Callable[[Any], Any] = _as_it_is


MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
NAME: Final = re.compile(r"(?!\.)[\w!#$%&'()*+,\-./:;=?@\[\]^{}~|`]{0,120}", re.ASCII)
SPACE: Final = re.compile(r"\s")
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})
WEB_SCHEMES: Final = frozenset({"https", "ms-appx-web", "brk-multihub"})
# Nothing that a browser would run or show instead of following it.
NO_APP_SCHEMES: Final = frozenset({"http", "javascript", "data", "file", "vbscript", "about", "blob"})
REDIRECT_LENGTH: Final = 256
URI_LENGTH: Final = 255
TAG_LENGTH: Final = 256


def one_of(*words: str) -> Kind:
    """Any of these."""
    return Kind(lambda value: value in words)


def some_of(*words: str) -> Kind:
    """Any of these, or several with commas between."""
    return Kind(lambda value: {word.strip() for word in value.split(",")} <= {*words})


def up_to(most: int, least: int = 0) -> Kind:
    """A text of so many characters."""
    return Kind(lambda value: least <= len(value) <= most)


def _is_moment(text: str) -> bool:
    try:
        moment(text)
    except (ValueError, OverflowError):
        return False
    return MOMENT.fullmatch(text) is not None


def _split(text: str) -> SplitResult | None:
    try:
        found = urlsplit(text)
        _ = found.port  # a port that is none is an error only when it is asked for
    except ValueError:
        return None
    return found if URI.fullmatch(text) else None


def _is_address(text: str) -> bool:
    found = _split(text)
    return not text or (found is not None and found.scheme in {"http", "https"} and bool(found.hostname))


def _is_logout(text: str) -> bool:
    return not text or (
        text.casefold().startswith("https:") and len(text) <= URI_LENGTH and _is_address(text)
    )


def _is_redirect(text: str, schemes: Callable[[str], bool]) -> bool:
    found = _split(text)
    if found is None or len(text) > REDIRECT_LENGTH or "#" in text:
        return False
    if text == OUT_OF_BAND:
        return True
    if found.scheme == "http":
        return found.hostname in LOOPBACK
    return schemes(found.scheme) and (found.scheme != "https" or bool(found.hostname))


def _is_identifier(text: str) -> bool:
    found = _split(text)
    return (
        found is not None and len(text) <= URI_LENGTH and "*" not in text and bool(found.netloc or found.path)
    )


GUID: Final = Kind(is_uuid, "Edm.Guid", str.casefold)
ID: Final = Kind(is_uuid, kept=str.casefold)  # a GUID that Graph takes as text
MOMENT_IN_TIME: Final = Kind(_is_moment, "Edm.DateTimeOffset")
ADDRESS: Final = Kind(_is_address)  # what people are shown; an empty one is none
LOGOUT: Final = Kind(_is_logout)
WEB_REDIRECT: Final = Kind(lambda text: _is_redirect(text, lambda scheme: scheme in WEB_SCHEMES))
APP_REDIRECT: Final = Kind(lambda text: _is_redirect(text, lambda scheme: scheme not in NO_APP_SCHEMES))
IDENTIFIER: Final = Kind(_is_identifier)
TAG: Final = Kind(lambda text: 0 < len(text) <= TAG_LENGTH and not SPACE.search(text))
VALUE: Final = Kind(lambda text: NAME.fullmatch(text) is not None)  # what a permission is called in tokens
