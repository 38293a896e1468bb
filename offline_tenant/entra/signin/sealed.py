"""What the tenant hands out for itself to read again: sessions, authorization codes, refresh tokens.

Signed with a key that follows from the installation's, another one for every purpose, so that none of them
passes for another or for an access token. Their times are the tenant's; whoever opens one looks at them.
"""

from collections.abc import Mapping
from typing import Any, Final

import jwt

from offline_tenant.entra.keys import signing_key
from offline_tenant.state.store import Store

CODE: Final = "authorization code"
REFRESH: Final = "refresh token"
SESSION: Final = "session"
PREFIX: Final = "1."  # in front of refresh tokens, as Entra's have it
UNCHECKED: Final = dict.fromkeys(
    ("verify_aud", "verify_exp", "verify_iat", "verify_iss", "verify_nbf"), False
)


def seal(store: Store, purpose: str, claims: Mapping[str, Any]) -> str:
    """Claims as an opaque text that only this installation can make."""
    return jwt.encode(dict(claims), signing_key(store).derived(purpose), "HS256")


def opened(store: Store, purpose: str, text: str) -> dict[str, Any] | None:
    """The claims of a sealed text; None if it is none, or of another purpose."""
    try:
        claims: dict[str, Any] = jwt.decode(
            text.removeprefix(PREFIX),
            signing_key(store).derived(purpose),
            ["HS256"],
            options=UNCHECKED,  # type: ignore[arg-type]  # its type wants literal keys
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return claims
