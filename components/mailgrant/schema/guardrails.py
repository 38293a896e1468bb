"""Guardrails and their waivers, as people write them: a word for each rule, or a map where it has a limit, too."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from mailgrant import model
from mailgrant.schema.credentials import Day
from mailgrant.schema.words import Address, Duration, Name, Printable, Schema, one_of, wrong

DEFAULTS: Final = model.Guardrails()
NAMESPACE: Final = "mailgrant:"
SEVERITY: Final = "off, warning or error."


def _word(value: Any) -> Any:
    """To YAML 1.1, which shared files are read as, off is false."""
    return "off" if value is False else value


def _map(value: Any) -> Any:
    """The word alone is a map with the limits that go without saying."""
    return {"severity": value} if isinstance(value, str) or value is False else value


Severity = Annotated[model.Severity, BeforeValidator(_word)]


class SecretLifetimeSchema(Schema):
    """The guardrail for how long secrets are valid."""

    severity: Severity = Field(DEFAULTS.secret_lifetime, description=SEVERITY)
    at_most: Duration = Field(DEFAULTS.longest_secret, description="The longest lifetime, such as 90d.")


class MailboxesPerClientSchema(Schema):
    """The guardrail for how many mailboxes one client is given."""

    # Off where nothing is said; whoever writes down a limit wants it to be seen.
    severity: Severity = Field("warning", description=f"{SEVERITY[:-1]}; off if nothing of this is given.")
    at_most: int = Field(DEFAULTS.most_mailboxes, strict=True, ge=1, description="The most mailboxes.")


class ForbiddenMailboxesSchema(Schema):
    """The guardrail for mailboxes that no client may reach."""

    severity: Severity = Field(DEFAULTS.forbidden_mailboxes, description=SEVERITY)
    addresses: list[Address] = Field([], description="Their primary addresses: executives, break-glass.")


SecretLifetime = Annotated[
    SecretLifetimeSchema, BeforeValidator(_map, json_schema_input_type=model.Severity | SecretLifetimeSchema)
]
MailboxesPerClient = Annotated[
    MailboxesPerClientSchema,
    BeforeValidator(_map, json_schema_input_type=model.Severity | MailboxesPerClientSchema),
]
ForbiddenMailboxes = Annotated[
    ForbiddenMailboxesSchema,
    BeforeValidator(_map, json_schema_input_type=model.Severity | ForbiddenMailboxesSchema),
]


class GuardrailsSchema(Schema):
    """What a stack may not do: off, warning or error by rule."""

    public_consent: Severity = Field(
        DEFAULTS.public_consent, description="Consent for everybody to a public client."
    )
    secret_lifetime: SecretLifetime = Field(
        SecretLifetimeSchema.model_validate({}), description="Secrets that are valid for longer than at_most."
    )
    secrets: Severity = Field(DEFAULTS.secrets, description="Client secrets at all.")
    unrotated_credentials: Severity = Field(
        DEFAULTS.unrotated_credentials,
        description="Credentials that nobody rotates: certificates that are given, and external ones.",
    )
    smtp_full_access: Severity = Field(
        DEFAULTS.smtp_full_access,
        description="full-access for a daemon that only sends, where smtp_scope would do.",
    )
    scope_beside_protocols: Severity = Field(
        DEFAULTS.scope_beside_protocols, description="smtp_scope beside imap or pop."
    )
    mailboxes_per_client: MailboxesPerClient = Field(
        MailboxesPerClientSchema.model_validate({"severity": DEFAULTS.mailboxes_per_client}),
        description="A client with more mailboxes than at_most.",
    )
    forbidden_mailboxes: ForbiddenMailboxes = Field(
        ForbiddenMailboxesSchema.model_validate({}), description="A client that reaches one of addresses."
    )
    automapping: Severity = Field(DEFAULTS.automapping, description="full-access+automapping.")
    organization_smtp_auth: Severity = Field(
        DEFAULTS.organization_smtp_auth, description="SMTP AUTH opened for the whole organization."
    )
    all_applications: Severity = Field(
        DEFAULTS.all_applications, description="An automation that may change every application."
    )


RULES: Final = tuple(GuardrailsSchema.model_fields)


class WaiverSchema(Schema):
    """A waiver: lets pass, for a while, what a guardrail would stop."""

    rule: one_of(RULES) = Field(description="The guardrail's key.")  # type: ignore[valid-type]
    place: Annotated[Printable, AfterValidator(lambda text: text.removeprefix(NAMESPACE))] | None = Field(
        None, min_length=1, description="The place of the finding, as mailgrant tells it."
    )
    client: Name | None = Field(None, description="Or the client that it is for.")
    owner: Address = Field(description="The address of whoever answers for it.")
    until: Day = Field(description="The last day on which it holds, in UTC, such as 2027-01-31.")
    reason: Printable = Field(min_length=1, max_length=200, description="Why it is needed.")

    @model_validator(mode="after")
    def _one(self) -> "WaiverSchema":
        if bool(self.place) == bool(self.client):
            raise wrong("name either the place of a finding or a client")
        return self
