"""What a stack put out: its clients, and the credentials of all."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from mailgrant.errors import SetupError
from mailgrant.stack import engine
from mailgrant.stack.expiry import Held


class Server(BaseModel):
    """A mail server that a client talks to."""

    host: str
    port: int


class Credential(BaseModel):
    """A credential of one consumer; ``value`` is kept out of every text.

    Args:
        type: ``secret``, ``certificate``, ``federated`` or ``external``.
        value: the secret, or the private key of a generated certificate in PEM.
        key_id: as Entra lists it.
        expires_at: when it ends; None if it does not, or nobody knows.
        rotates_at: when its successor is due; None if there will be none.
        certificate: its public part, in PEM.
        issuer: of a federated one.
        subject: of a federated one.
    """

    type: str
    value: SecretStr | None = None
    key_id: str | None = None
    expires_at: datetime | None = None
    rotates_at: datetime | None = None
    certificate: str | None = None
    issuer: str | None = None
    subject: str | None = None


class SmtpScope(BaseModel):
    """Which mailboxes a client may send as by RBAC for Applications: either of the two."""

    group: str = ""
    filter: str = ""

    def __str__(self) -> str:
        return f"the members of {self.group}" if self.group else f"the mailboxes with {self.filter}"


class Client(BaseModel):
    """What a client needs to log in, as the stack puts it out; further keys are for others."""

    kind: str = "daemon"
    tenant_id: str
    client_id: str
    authority: str
    scope: str
    app_scope: str | None = None
    protocols: dict[str, Server]
    mailboxes: dict[str, str]
    not_granted: dict[str, str]
    credentials: dict[str, Credential]
    smtp_scope: SmtpScope | None = None
    redirect_uris: list[str] | None = None  # None where somebody else publishes the client
    device_code: bool | None = None  # the same

    @property
    def is_for_people(self) -> bool:
        """Whether people sign in to it."""
        return self.kind in {"delegated", "third-party"}

    @property
    def own_scope(self) -> str | None:
        """What a token is asked for when the application signs in as itself; None if people must."""
        return self.app_scope or (None if self.is_for_people else self.scope)


class Credentials(BaseModel):
    """Whoever has credentials, as the stack puts it out."""

    credentials: dict[str, Credential]


class Holders(BaseModel):
    """All that have credentials: clients, and the application that mailgrant runs as."""

    clients: dict[str, Credentials] = {}
    automation: Credentials | None = None


def clients(stack: str | None = None) -> dict[str, Client]:
    """The stack's output ``clients``, with the values of its credentials.

    Args:
        stack: its name; the selected one unless given.

    Raises:
        SetupError: there is no engine, no stack, nothing deployed in it, or its secrets cannot be opened.
    """
    outputs = engine.outputs(stack, secrets=True)
    if not outputs.get("clients"):
        raise SetupError("the stack has put out no clients", "Run pulumi up first.")
    found: dict[str, Client] = _checked(TypeAdapter(dict[str, Client]), outputs["clients"])
    # With a wrong passphrase Pulumi gives every secret as null, and says nothing.
    everything = (credential for client in found.values() for credential in client.credentials.values())
    if any(credential.type == "secret" and credential.value is None for credential in everything):
        raise SetupError(*engine.WRONG_PASSPHRASE)
    return found


def credentials(stack: str | None = None) -> list[Held]:
    """The credentials of a stack, without their values: these are not asked for.

    Args:
        stack: its name; the selected one unless given.

    Raises:
        SetupError: there is no engine, no stack, or nothing deployed in it.
    """
    named = stack or engine.name()
    outputs = engine.outputs(named)
    if not outputs.keys() & Holders.model_fields.keys():
        raise SetupError(f"the stack {named} has put out no credentials", "Run pulumi up first.")
    return held(named, outputs)


def held(stack: str, outputs: Mapping[str, Any]) -> list[Held]:
    """The credentials in a stack's outputs.

    Args:
        stack: its name.
        outputs: as ``pulumi stack output --json`` gives them.

    Raises:
        SetupError: they are not what mailgrant puts out.
    """
    holders: Holders = _checked(TypeAdapter(Holders), outputs)
    everybody: list[tuple[str | None, Credentials]] = [*holders.clients.items()]
    everybody += [(None, holders.automation)] if holders.automation else []
    return [
        Held(stack, client, name, one.type, one.key_id, one.expires_at, one.rotates_at)
        for client, holder in everybody
        for name, one in holder.credentials.items()
    ]


def only(clients: Mapping[str, Client], names: Collection[str] | None) -> dict[str, Client]:
    """Some of a stack's clients, or all of them if there are no names.

    Raises:
        SetupError: one of the names is no client's.
    """
    if unknown := [name for name in names or () if name not in clients]:
        raise SetupError(f"the stack has no client {unknown[0]}", f"It has: {', '.join(clients)}.")
    return {name: client for name, client in clients.items() if not names or name in names}


def _checked(shape: TypeAdapter[Any], values: object) -> Any:
    try:
        return shape.validate_python(values)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
        remedy = "Is this a stack of mailgrant? If so, run pulumi up with this version of mailgrant."
        raise SetupError(f"the stack's outputs are not what mailgrant puts out: {places}", remedy) from None
