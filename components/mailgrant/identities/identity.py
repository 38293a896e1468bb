"""Who mailgrant signs in as: the automation identity, from the same settings that the azuread provider reads.

Which settings: ``settings``. Which goes first: ``order``. Nothing of it ever becomes an input
or an output of a resource.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailgrant.identities.application import Application
from mailgrant.identities.order import choose
from mailgrant.identities.proofs import (
    AccessToken,
    Assertion,
    Certificate,
    Fetched,
    Proof,
    Secret,
    Unwritable,
)
from mailgrant.identities.remedies import REMEDIES, remedy_for
from mailgrant.identities.settings import Settings

__all__ = ["REMEDIES", "AccessToken", "Identity", "TokenSource", "find_identity", "remedy_for"]


@dataclass(frozen=True)
class Identity(Unwritable):
    """Somebody who can sign in.

    Args:
        tenant_id: the id of its tenant; empty where the machine or the Azure CLI knows it.
        client_id: the application's id; empty as above.
        proof: of being it, kept out of every text; a client secret may be given as it is.
        source: where it was found, for people.
    """

    tenant_id: str
    client_id: str
    proof: Proof | str = field(repr=False)
    source: str = "client secret"


def find_identity(configured: Callable[[str], Any], environment: Mapping[str, str]) -> Identity:
    """The automation identity.

    Args:
        configured: gives the value of a key of the stack, or None.
        environment: the environment variables.

    Raises:
        SetupError: there is none, with all that was looked at and what it lacks; or the one that was taken is wrong.
    """
    settings = Settings(configured, environment)
    source, proof = choose(settings)
    return Identity(settings.tenant(), settings.client(), proof, source)


class TokenSource(Unwritable):
    """Access tokens of one identity; each asked for once, and kept until shortly before it ends.

    Args:
        identity: who signs in.
        authority: the sign-in address of the identity's tenant, ``https://login.microsoftonline.com/<tenant>``.
    """

    def __init__(self, identity: Identity, authority: str) -> None:
        proof = Secret(identity.proof) if isinstance(identity.proof, str) else identity.proof
        self._fetched: Fetched = (
            Application(identity.client_id, proof, authority)
            if isinstance(proof, Secret | Certificate | Assertion)
            else proof
        )

    def token(self, scope: str, *, force: bool = False) -> str:
        """The value of what ``access`` gives."""
        return self.access(scope, force=force).value

    def access(self, scope: str, *, force: bool = False) -> AccessToken:
        """An access token, and when it ends; may be called from many threads.

        Args:
            scope: such as ``https://outlook.office365.com/.default``.
            force: ask for a new one, because the last was refused or lost its permissions.

        Raises:
            SignInError: there is none, or nobody could be asked for it.
            SetupError: a file that is read anew each time is gone.
        """
        return self._fetched.token(scope, force=force)
