"""One AADSTS code, as the tables of codes have it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One AADSTS code.

    Args:
        status: the HTTP status.
        error: the OAuth 2.0 error code.
        text: Microsoft's sentence, with the names of what is put into it.
        suberror: what MSAL looks at besides, where Microsoft sends it.
    """

    status: int
    error: str
    text: str
    suberror: str = ""
