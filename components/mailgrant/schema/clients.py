"""Clients, as people write them: one schema a kind."""

import re
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    Tag,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from mailgrant.facts import PUBLISHED_CLIENTS
from mailgrant.schema.credentials import CredentialSchema, SecretSchema
from mailgrant.schema.words import (
    Address,
    Everybody,
    Mailboxes,
    Name,
    Printable,
    Protocols,
    Schema,
    choices,
    guess,
    shown,
    told_apart_by,
    wrong,
)

PROTOCOLS: Final = "Mail protocols that the client uses: imap, pop, smtp."
RIGHTS: Final = "Rights by mailbox; one line a mailbox, or the name of a CSV or YAML file beside the stack."
NAME_SHOWN: Final = "How Entra and Exchange show it; the client's name with mailgrant:suffix unless given."
TENANT: Final = "tenant"
CONSENT: Final = "Who is consented for: tenant for everybody, or a list of people by their sign-in names; nobody unless given."
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
CUSTOM: Final = re.compile(r"[a-z][a-z0-9+.-]*")
PORT: Final = re.compile(r"[^/:]+:\d+(?:/.*)?")  # localhost:8080 reads as the scheme localhost
LONGEST_URI: Final = 256  # letters: learn.microsoft.com/entra/identity-platform/reply-url
GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_for_web(uri: str) -> bool:
    """Whether a redirect URI is that of a web application, and not of a program on somebody's machine."""
    parts = urlsplit(uri)
    return parts.scheme == "https" and parts.hostname not in LOOPBACK and "nativeclient" not in parts.path


def _redirect_uri(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong("not a redirect URI: it cannot be read as a URI") from None
    unreadable = " " in text or not text.isprintable() or PORT.fullmatch(text)
    if unreadable or not CUSTOM.fullmatch(parts.scheme):
        raise wrong("not a redirect URI; write https://…, http://localhost or a scheme of the program's own")
    if len(text) > LONGEST_URI:
        raise wrong(f"Entra takes no redirect URI of more than {LONGEST_URI} letters")
    if parts.scheme in {"http", "https"} and not host:
        raise wrong("not a redirect URI: it names no host")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise wrong("http is for this machine alone (http://localhost); everything else needs https")
    if parts.fragment or "*" in text:
        raise wrong("Entra takes no redirect URI with a fragment or a wildcard")
    return text


def _client_id(text: str) -> str:
    if text in PUBLISHED_CLIENTS:
        return PUBLISHED_CLIENTS[text].client_id
    if not GUID.fullmatch(text):
        nearest = guess(text, PUBLISHED_CLIENTS)
        ask = f"{nearest}Expected" if nearest else "expected"
        raise wrong(
            f"{shown(text)} is no client that mailgrant knows; {ask} {choices([*PUBLISHED_CLIENTS, 'a GUID'])}"
        )
    return text.lower()


def _secrets(credentials: dict[str, Any]) -> dict[str, Any]:
    if others := [name for name, one in credentials.items() if not isinstance(one, SecretSchema)]:
        raise wrong(
            f"the bridge of an old program takes client secrets alone; {', '.join(others)} needs type: secret"
        )
    return credentials


def _everybody(value: Any, people: ValidatorFunctionWrapHandler) -> Any:
    """One word or a list; pydantic would tell a fault twice, once for each."""
    if not isinstance(value, list) and value != TENANT:
        raise wrong(f"{shown(value)} is neither {TENANT}, for everybody, nor a list of people")
    return value if value == TENANT else people(value)


DisplayName = Annotated[Printable, Field(min_length=1, max_length=256)]
RedirectUri = Annotated[str, AfterValidator(_redirect_uri)]
ClientId = Annotated[str, AfterValidator(_client_id)]
People = Annotated[list[Address], Field(min_length=1)]
Consent = Annotated[People, WrapValidator(_everybody, json_schema_input_type=Everybody | People)]


class ScopeSchema(Schema):
    """Which mailboxes may be sent as, by RBAC for Applications."""

    group: Address | None = Field(None, description="A group's address; its direct members are meant.")
    filter: Printable | None = Field(
        None, min_length=1, description="Or Exchange's recipient filter, such as CustomAttribute1 -eq 'news'."
    )

    @model_validator(mode="after")
    def _one(self) -> "ScopeSchema":
        if bool(self.group) == bool(self.filter):
            raise wrong("name either a group or a filter")
        return self


class DaemonSchema(Schema):
    """A program that reads mail with nobody signed in."""

    kind: Literal["daemon"] = Field(description="daemon: signs in as itself.")
    protocols: Protocols = Field(description=PROTOCOLS)
    mailboxes: Mailboxes = Field({}, description=RIGHTS)
    smtp_scope: ScopeSchema | None = Field(
        None,
        description="Send as these mailboxes without opening any: RBAC for Applications in place of SMTP.SendAsApp.",
    )
    credentials: Annotated[dict[Name, CredentialSchema], Field(min_length=1)] = Field(
        description="Credentials by consumer; one a consumer, so that one can be revoked alone."
    )
    display_name: DisplayName | None = Field(None, description=NAME_SHOWN)

    @model_validator(mode="after")
    def _reach(self) -> "DaemonSchema":
        if self.smtp_scope and "smtp" not in self.protocols:
            raise wrong(
                "smtp_scope goes with the protocol smtp alone; Exchange has nothing like it for imap and pop"
            )
        return self


class AppPasswordSchema(Schema):
    """An old program that only knows a user name and a password: a bridge on its machine speaks OAuth for it."""

    kind: Literal["app-password"] = Field(
        description="app-password: an old program, behind a bridge that takes a password."
    )
    protocols: Protocols = Field(description=PROTOCOLS)
    mailboxes: Mailboxes = Field({}, description=RIGHTS)
    credentials: Annotated[dict[Name, CredentialSchema], Field(min_length=1), AfterValidator(_secrets)] = (
        Field(description="Client secrets by program; one a program, so that one can be revoked alone.")
    )
    display_name: DisplayName | None = Field(None, description=NAME_SHOWN)


class DelegatedSchema(Schema):
    """A program of your own in which people sign in."""

    kind: Literal["delegated"] = Field(description="delegated: people sign in.")
    protocols: Protocols = Field(description=PROTOCOLS)
    redirect_uris: list[RedirectUri] = Field(
        [],
        description="Where Entra sends people back: https://… of a web application, http://localhost or a scheme of its "
        "own of a desktop program.",
    )
    device_code: bool = Field(
        default=False, strict=True, description="Whether people may sign in with a code on another device."
    )
    consent: Consent | None = Field(None, description=CONSENT)
    mailboxes: Mailboxes = Field({}, description=RIGHTS)
    credentials: dict[Name, CredentialSchema] = Field(
        {}, description="Credentials of the web application's servers; desktop programs have none."
    )
    display_name: DisplayName | None = Field(None, description=NAME_SHOWN)

    @model_validator(mode="after")
    def _way_in(self) -> "DelegatedSchema":
        if not self.redirect_uris and not self.device_code:
            raise wrong("nobody could sign in: name redirect_uris, or set device_code: true")
        if any(map(is_for_web, self.redirect_uris)) and not self.credentials:
            raise wrong("a web application needs a credential: name one under credentials")
        return self


class ThirdPartySchema(Schema):
    """A mail client that somebody else publishes, such as Thunderbird."""

    kind: Literal["third-party"] = Field(description="third-party: a published mail client.")
    client_id: ClientId = Field(
        description=f"The client's application id, or the name of one that is known: {', '.join(PUBLISHED_CLIENTS)}."
    )
    protocols: Protocols = Field(description=PROTOCOLS)
    consent: Consent | None = Field(None, description=CONSENT)
    mailboxes: list[Address] = Field(
        [],
        description="Mailboxes that people send from with it; SMTP AUTH is switched on there, as in those of the people "
        "under consent.",
    )


CLIENTS: Final[dict[str, type[Schema]]] = {
    "daemon": DaemonSchema,
    "delegated": DelegatedSchema,
    "third-party": ThirdPartySchema,
    "app-password": AppPasswordSchema,
}

ClientSchema = Annotated[
    Annotated[DaemonSchema, Tag("daemon")]
    | Annotated[DelegatedSchema, Tag("delegated")]
    | Annotated[ThirdPartySchema, Tag("third-party")]
    | Annotated[AppPasswordSchema, Tag("app-password")],
    told_apart_by("kind", CLIENTS),
]
