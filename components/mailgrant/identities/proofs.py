"""What proves who we are: a secret, a certificate, somebody else's assertion, or a token that others fetch for us.

Proofs hold secrets. They are shown in no text and cannot be pickled, so that none can end up in a stack's state.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Protocol


class Unwritable:
    """Whatever holds a secret: it stays in this process."""

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} holds a secret and is not to be pickled")


@dataclass(frozen=True)
class AccessToken(Unwritable):
    """A token and its end.

    Args:
        value: the token; kept out of every text.
        expires_at: when it ends, in UTC; reconnect before.
    """

    value: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Secret(Unwritable):
    """A client secret."""

    value: str = field(repr=False)

    def credential(self) -> Any:
        """As MSAL takes it."""
        return self.value


@dataclass(frozen=True)
class Certificate(Unwritable):
    """A certificate with its private key.

    Args:
        private_key: PEM, not encrypted.
        public: PEM of the certificate.
    """

    private_key: str = field(repr=False)
    public: str = field(repr=False)

    def credential(self) -> Any:
        """As MSAL takes it; MSAL computes the SHA-256 thumbprint and signs a fresh assertion for each request."""
        return {"private_key": self.private_key, "public_certificate": self.public}


@dataclass(frozen=True)
class Assertion(Unwritable):
    """Somebody else's word for us; it lives for minutes, and is fetched anew whenever MSAL needs one.

    Args:
        fetch: gives an assertion; raises SignInError or SetupError.
    """

    fetch: Callable[[], str] = field(repr=False)

    def credential(self) -> Any:
        """As MSAL takes it."""
        return {"client_assertion": self.fetch}


class Fetched(Protocol):
    """A proof that gives whole tokens, so that no application signs in here."""

    def token(self, scope: str, *, force: bool) -> AccessToken:
        """A token for a scope such as ``https://outlook.office365.com/.default``; raises SignInError."""


Credential = Secret | Certificate | Assertion
Proof = Credential | Fetched
