"""Checked configuration → Plan: what people wrote, in the values that everything else works with."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from mailgrant.facts import Cloud
from mailgrant.model import (
    AutomationPlan,
    CertificateCredential,
    ClientPlan,
    Consent,
    Credential,
    DaemonPlan,
    DelegatedPlan,
    ExternalCredential,
    FederatedCredential,
    GivenCertificate,
    Guardrails,
    Plan,
    SecretCredential,
    SmtpScope,
    Switches,
    TenantPlan,
    ThirdPartyPlan,
    Waiver,
)
from mailgrant.schema.clients import (
    AppPasswordSchema,
    DaemonSchema,
    DelegatedSchema,
    ThirdPartySchema,
    is_for_web,
)
from mailgrant.schema.credentials import CertificateSchema, ExternalSchema, FederatedSchema, SecretSchema
from mailgrant.schema.guardrails import GuardrailsSchema, WaiverSchema
from mailgrant.schema.stack import AutomationSchema, MailboxSchema, StackSchema, TenantSchema

WORDS: Final[Mapping[Any, str]] = {True: "on", False: "off", "inherit": "inherit"}
NEEDED: Final[Switches] = {"smtp_auth": "on"}  # of a mailbox that a client sends from


def plan(stack: StackSchema, hosts: Cloud, now: datetime) -> Plan:
    """The plan of a stack.

    Args:
        stack: checked.
        hosts: its cloud.
        now: the moment that credentials are computed for, aware.
    """
    clients = {name: client(one) for name, one in (stack.clients or {}).items()}
    return Plan(
        organization=stack.organization,
        cloud=hosts,
        clients=clients,
        now=now,
        mailboxes=_mailboxes(stack.mailboxes, clients),
        tenant=_tenant(stack.tenant),
        automation=_automation(stack.automation) if stack.automation else None,
        suffix=stack.suffix or "",
        guardrails=_guardrails(stack.guardrails),
        waivers=tuple(map(_waiver, stack.waivers)),
    )


def client(schema: Any) -> ClientPlan:
    """The plan of one client."""
    return _CLIENTS[type(schema)](schema)


def _daemon(schema: DaemonSchema) -> DaemonPlan:
    scope = schema.smtp_scope
    return DaemonPlan(
        protocols=_once(schema.protocols),
        mailboxes=schema.mailboxes,
        credentials=_credentials(schema.credentials),
        smtp_scope=SmtpScope(scope.group or "", scope.filter or "") if scope else None,
        display_name=schema.display_name or "",
    )


def _app_password(schema: AppPasswordSchema) -> DaemonPlan:
    return DaemonPlan(
        protocols=_once(schema.protocols),
        mailboxes=schema.mailboxes,
        credentials=_credentials(schema.credentials),
        kind=schema.kind,
        display_name=schema.display_name or "",
    )


def _delegated(schema: DelegatedSchema) -> DelegatedPlan:
    return DelegatedPlan(
        protocols=_once(schema.protocols),
        redirect_uris=tuple(uri for uri in schema.redirect_uris if is_for_web(uri)),
        desktop_uris=tuple(uri for uri in schema.redirect_uris if not is_for_web(uri)),
        device_code=schema.device_code,
        consent=_consent(schema.consent),
        mailboxes=schema.mailboxes,
        credentials=_credentials(schema.credentials),
        display_name=schema.display_name or "",
    )


def _third_party(schema: ThirdPartySchema) -> ThirdPartyPlan:
    return ThirdPartyPlan(
        client_id=schema.client_id,
        protocols=_once(schema.protocols),
        consent=_consent(schema.consent),
        mailboxes=_once(schema.mailboxes),
    )


_CLIENTS: Final[Mapping[type, Callable[[Any], ClientPlan]]] = {
    DaemonSchema: _daemon,
    AppPasswordSchema: _app_password,
    DelegatedSchema: _delegated,
    ThirdPartySchema: _third_party,
}


def _once(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _consent(given: list[str] | str | None) -> Consent:
    return given if isinstance(given, str) else _once(given or [])


def _credentials(schemas: Mapping[str, Any]) -> dict[str, Credential]:
    return {name: _CREDENTIALS[type(one)](one) for name, one in schemas.items()}


def _certificate(schema: CertificateSchema) -> Credential:
    if schema.certificate:
        return GivenCertificate(schema.certificate)
    return CertificateCredential(schema.validity, schema.period)


def _federated(schema: FederatedSchema) -> Credential:
    issuer, subject = schema.source
    return FederatedCredential(issuer, subject, schema.claims or "", schema.audience)


_CREDENTIALS: Final[Mapping[type, Callable[[Any], Credential]]] = {
    SecretSchema: lambda schema: SecretCredential(schema.lifetime, schema.period),
    CertificateSchema: _certificate,
    FederatedSchema: _federated,
    ExternalSchema: lambda schema: ExternalCredential(schema.expires),
}


def _mailboxes(
    declared: Mapping[str, MailboxSchema], clients: Mapping[str, ClientPlan]
) -> dict[str, Switches]:
    """What clients need, and over it what is declared."""
    needed = {mailbox: NEEDED for one in clients.values() for mailbox in one.senders}
    said = {mailbox: switches(schema) for mailbox, schema in declared.items()}
    both = {mailbox: {**needed.get(mailbox, {}), **said.get(mailbox, {})} for mailbox in (*needed, *said)}
    return {mailbox: words for mailbox, words in both.items() if words}


def switches(schema: MailboxSchema) -> dict[str, str]:
    """The switches of a mailbox that are named, in the words of the Exchange resources."""
    return {name: WORDS[value] for name, value in schema if value is not None}


def _tenant(schema: TenantSchema) -> TenantPlan:
    blocked = schema.block_basic_auth
    people = _once(blocked) if isinstance(blocked, list) else ()
    return TenantPlan(schema.smtp_auth, people, everyone=isinstance(blocked, str))


def _automation(schema: AutomationSchema) -> AutomationPlan:
    return AutomationPlan(schema.name, schema.applications, _credentials(schema.credentials))


def _guardrails(schema: GuardrailsSchema) -> Guardrails:
    severities: dict[str, Any] = {name: getattr(value, "severity", value) for name, value in schema}
    return Guardrails(
        **severities,
        longest_secret=schema.secret_lifetime.at_most,
        most_mailboxes=schema.mailboxes_per_client.at_most,
        forbidden=_once(schema.forbidden_mailboxes.addresses),
    )


def _waiver(schema: WaiverSchema) -> Waiver:
    where = (schema.place or "", schema.client or "")
    return Waiver(schema.rule, *where, schema.owner, schema.until, schema.reason)
