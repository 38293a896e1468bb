"""All keys of the namespace ``mailgrant:``."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from mailgrant.schema.clients import ClientSchema, People
from mailgrant.schema.credentials import CredentialSchema
from mailgrant.schema.guardrails import GuardrailsSchema, WaiverSchema
from mailgrant.schema.words import Address, CloudName, Domain, Name, Printable, Schema, shown, wrong

EVERYONE: Final = "everyone"


class ExchangeSchema(Schema):
    """How mailgrant talks to Exchange."""

    carrier: Literal["pwsh", "wsman", "rest"] = Field(
        "pwsh",
        description="pwsh: PowerShell 7 on this machine; wsman: PowerShell on a jump host; rest: no PowerShell, but an "
        "address of Exchange that Microsoft does not document.",
    )
    host: str | None = Field(
        None, min_length=1, description="The jump host of wsman, by its certificate's name."
    )
    port: int | None = Field(None, strict=True, ge=1, le=65535, description="Its port, 5986 unless given.")
    auth: Literal["negotiate", "kerberos", "ntlm", "basic"] | None = Field(
        None, description="How to sign in there, negotiate unless given."
    )
    sessions: int = Field(
        4, strict=True, ge=1, le=16, description="Most Exchange sessions that are open at once."
    )
    timeout: int = Field(900, strict=True, ge=1, le=3600, description="Seconds that one cmdlet may take.")


def _switch(value: Any) -> Any:
    if not isinstance(value, bool) and value != "inherit":
        raise wrong(f"{shown(value)} is no switch; write true, false or inherit")
    return value


def _two_way(value: Any) -> Any:
    if not isinstance(value, bool):
        raise wrong(f"{shown(value)} is no switch; write true or false")
    return value


def _everyone(value: Any, people: ValidatorFunctionWrapHandler) -> Any:
    """One word or a list; pydantic would tell a fault twice, once for each."""
    if not isinstance(value, list) and value != EVERYONE:
        raise wrong(f"{shown(value)} is neither {EVERYONE} nor a list of people")
    return value if value == EVERYONE else people(value)


Blocked = Annotated[People, WrapValidator(_everyone, json_schema_input_type=Literal["everyone"] | People)]


class MailboxSchema(Schema):
    """Protocol switches of a mailbox; what is not named is not touched."""

    imap: Annotated[bool | None, BeforeValidator(_two_way)] = Field(
        None, description="Whether the mailbox speaks IMAP."
    )
    pop: Annotated[bool | None, BeforeValidator(_two_way)] = Field(None, description="Whether it speaks POP.")
    smtp_auth: Annotated[bool | Literal["inherit"] | None, BeforeValidator(_switch)] = Field(
        None, description="Whether programs may send from it over SMTP; inherit follows the organization."
    )


class TenantSchema(Schema):
    """Settings of the whole organization; what is not named is not touched. They belong into one stack only."""

    smtp_auth: Literal["enabled", "disabled"] | None = Field(
        None,
        description="SMTP AUTH of every mailbox that says nothing itself; disabled is Microsoft's default.",
    )
    block_basic_auth: Blocked | None = Field(
        None, description="Who may not sign in with a password any more: everyone, or a list of people."
    )


class AutomationSchema(Schema):
    """The application that mailgrant itself runs as: set up once, by an administrator, in a stack of its own."""

    name: Printable = Field(
        "mailgrant", min_length=1, max_length=120, description="How Entra shows the application."
    )
    applications: Literal["owned", "all", "read"] = Field(
        "owned",
        description="owned: it may change the applications that it made; all: every application of the tenant, which "
        "adopting and third-party clients need; read: none, and nothing else, which is enough for previews and drift.",
    )
    credentials: Annotated[dict[Name, CredentialSchema], Field(min_length=1)] = Field(
        description="How it signs in; federated is best, because nothing is kept that could be stolen."
    )


class StackSchema(Schema):
    """All keys of the namespace ``mailgrant:``."""

    organization: Domain = Field(description="The tenant's first domain, such as contoso.onmicrosoft.com.")
    cloud: CloudName | None = Field(
        None,
        description="Microsoft's cloud, that of azuread:environment unless given; custom reads its hosts from the file in "
        "MAILGRANT_CLOUD_FILE.",
    )
    exchange: ExchangeSchema = Field(
        ExchangeSchema.model_validate({}), description="How to talk to Exchange."
    )
    extends: str | None = Field(
        None,
        description="A file beside the stack with values that it shares with others; the stack's own go over them.",
    )
    suffix: Name | None = Field(
        None,
        description="Is put behind the names of applications in Entra, so that two stacks can share a tenant.",
    )
    clients: Annotated[dict[Name, ClientSchema], Field(min_length=1)] | None = Field(
        None, description="Clients by name."
    )
    mailboxes: dict[Address, MailboxSchema] = Field(
        {}, description="Protocol switches by mailbox; what is not named is not touched."
    )
    tenant: TenantSchema = Field(
        TenantSchema.model_validate({}), description="Settings of the whole organization; in one stack only."
    )
    automation: AutomationSchema | None = Field(
        None, description="The application that mailgrant itself runs as; in a stack of its own."
    )
    guardrails: GuardrailsSchema = Field(
        GuardrailsSchema.model_validate({}),
        description="What the stack may not do; docs/guardrails.md has the rules.",
    )
    waivers: list[WaiverSchema] = Field(
        [], description="What guardrails let pass for a while: each with an owner, an end and a reason."
    )
