"""An application as it was found in a tenant: what Graph tells of it, in plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID, PROTOCOLS
from mailgrant.identities.remedies import plain

MAIL_APIS: Final = (GRAPH_APP_ID, EXCHANGE_ONLINE_APP_ID)
EVERYBODY: Final = ""  # in place of a person


@dataclass(frozen=True, order=True)
class Permission:
    """A permission of an API.

    Args:
        api: the application id of the API.
        value: as the API calls it; its id where the tenant does not know the API.
        application: whether programs have it by themselves; False if they act for people.
        title: what the API is called.
    """

    api: str
    value: str
    application: bool
    title: str = ""

    @property
    def shown(self) -> str:
        """For people."""
        kind = "application" if self.application else "delegated"
        return f"{self.value} of {self.title or self.api} ({kind})"

    @property
    def key(self) -> tuple[str, str, bool]:
        """What makes two of them the same."""
        return self.api, self.value, self.application


@dataclass(frozen=True)
class Held:
    """An application permission that was consented to.

    Args:
        id: of the assignment.
        resource: the object id of the API's service principal.
        permission: which.
    """

    id: str
    resource: str
    permission: Permission


@dataclass(frozen=True)
class Consented:
    """Delegated permissions of one API that were consented to.

    Args:
        id: of the grant.
        api: the application id of the API.
        title: what it is called.
        person: for whom, by sign-in name in small letters; ``EVERYBODY`` for all.
        values: the permissions.
    """

    id: str
    api: str
    title: str
    person: str
    values: frozenset[str]

    @property
    def whom(self) -> str:
        """For people."""
        return self.person or "everybody"

    @property
    def protocols(self) -> tuple[str, ...]:
        """The mail protocols that it lets speak."""
        return protocols_of(self.values) if self.api in MAIL_APIS else ()


@dataclass(frozen=True)
class Kept:
    """A client secret or a certificate; its value is with somebody else.

    Args:
        kind: ``secret`` or ``certificate``.
        name: what somebody called it; may be empty.
        ends: aware; None if nobody says.
    """

    kind: str
    name: str
    ends: datetime | None


@dataclass(frozen=True)
class Trust:
    """A federated credential.

    Args:
        id: its own.
        name: which can never change.
        issuer: the token's ``iss``.
        subject: the token's ``sub``; empty where claims stand instead.
        claims: an expression over claims.
        audiences: the token's ``aud``.
    """

    id: str
    name: str
    issuer: str
    subject: str
    claims: str
    audiences: tuple[str, ...]


@dataclass(frozen=True)
class Registration:
    """The registration of an application of this tenant.

    Args:
        object_id: its own.
        audience: whose accounts may sign in, such as ``AzureADMyOrg``.
        requested: the permissions that it asks for.
        web_uris: redirect URIs of web applications.
        desktop_uris: redirect URIs of programs on people's machines.
        page_uris: redirect URIs of single-page applications.
        web_settings: what else is set for web applications, in words.
        public: whether programs without a credential may sign people in, as with a device code.
        kept: secrets and certificates.
        trusts: federated credentials.
    """

    object_id: str
    audience: str
    requested: frozenset[Permission]
    web_uris: tuple[str, ...]
    desktop_uris: tuple[str, ...]
    page_uris: tuple[str, ...]
    web_settings: tuple[str, ...]
    public: bool
    kept: tuple[Kept, ...]
    trusts: tuple[Trust, ...]


@dataclass(frozen=True)
class Found:
    """An application, and what this tenant lets it do.

    Args:
        client_id: its application id.
        name: how Entra shows it.
        principal: the object id of its service principal here.
        enabled: whether anybody may sign in with it.
        tags: of the registration; of the service principal, if that is in another tenant.
        registration: None if it is registered in another tenant.
        held: application permissions.
        consents: delegated permissions.
    """

    client_id: str
    name: str
    principal: str
    enabled: bool
    tags: tuple[str, ...]
    registration: Registration | None
    held: tuple[Held, ...]
    consents: tuple[Consented, ...]

    @property
    def shown(self) -> str:
        """The name, fit for a message."""
        return plain(self.name)

    @property
    def requested(self) -> frozenset[Permission]:
        """The permissions that it asks for, as far as this tenant knows."""
        return self.registration.requested if self.registration else frozenset()

    @property
    def mail_consents(self) -> tuple[Consented, ...]:
        """The consents that let it speak a mail protocol."""
        return tuple(one for one in self.consents if one.protocols)


def protocols_of(values: Iterable[str]) -> tuple[str, ...]:
    """The mail protocols that these permissions, of either kind, let speak; in the order of ``facts.PROTOCOLS``."""
    known = set(values)
    return tuple(name for name, facts in PROTOCOLS.items() if known & {facts.app_role, facts.scope})
