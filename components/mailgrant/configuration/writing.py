"""Plan → configuration, the inverse of ``parsing.parse``: what people would have written for it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mailgrant.configuration.plans import NEEDED, WORDS
from mailgrant.facts import CLOUDS, CUSTOM_CLOUD, Cloud
from mailgrant.model import (
    AutomationPlan,
    CertificateCredential,
    ClientPlan,
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
from mailgrant.schema.credentials import AUDIENCE
from mailgrant.schema.guardrails import RULES
from mailgrant.schema.stack import EVERYONE
from mailgrant.schema.words import duration

Values = dict[str, Any]
SWITCHES: Final = {word: value for value, word in WORDS.items()}


def as_configuration(plan: Plan) -> Values:
    """The values of a stack by key without the namespace, ready for YAML; what is a default is left out.

    Args:
        plan: how mailgrant talks to Exchange is no part of it, nor is the moment.
    """
    return _filled(
        organization=plan.organization,
        cloud=_cloud(plan.cloud),
        suffix=plan.suffix,
        clients={name: _client(one) for name, one in plan.clients.items()},
        mailboxes=_mailboxes(plan),
        tenant=_tenant(plan.tenant),
        automation=_automation(plan.automation) if plan.automation else None,
        guardrails=_guardrails(plan.guardrails),
        waivers=[_waiver(one) for one in plan.waivers],
    )


def _filled(**values: Any) -> Values:
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}


def _cloud(cloud: Cloud) -> str | None:
    found = next((name for name, known in CLOUDS.items() if known == cloud), CUSTOM_CLOUD)
    return None if found == "global" else found


def _client(plan: ClientPlan) -> Values:
    return {"kind": plan.kind, **_CLIENTS[type(plan)](plan)}


def _daemon(plan: DaemonPlan) -> Values:
    return _filled(
        display_name=plan.display_name,
        protocols=list(plan.protocols),
        mailboxes=dict(plan.mailboxes),
        smtp_scope=_scope(plan.smtp_scope) if plan.smtp_scope else None,
        credentials=_credentials(plan.credentials),
    )


def _scope(scope: SmtpScope) -> Values:
    return _filled(group=scope.group, filter=scope.filter)


def _delegated(plan: DelegatedPlan) -> Values:
    return _filled(
        display_name=plan.display_name,
        protocols=list(plan.protocols),
        redirect_uris=[*plan.redirect_uris, *plan.desktop_uris],
        device_code=plan.device_code,
        consent=_people(plan.consent),
        mailboxes=dict(plan.mailboxes),
        credentials=_credentials(plan.credentials),
    )


def _third_party(plan: ThirdPartyPlan) -> Values:
    return _filled(
        client_id=plan.client_id,
        protocols=list(plan.protocols),
        consent=_people(plan.consent),
        mailboxes=list(plan.mailboxes),
    )


_CLIENTS: Final[Mapping[type, Callable[[Any], Values]]] = {
    DaemonPlan: _daemon,
    DelegatedPlan: _delegated,
    ThirdPartyPlan: _third_party,
}


def _people(consent: tuple[str, ...] | str) -> list[str] | str:
    return consent if isinstance(consent, str) else list(consent)


def _credentials(credentials: Mapping[str, Credential]) -> Values:
    return {name: _CREDENTIALS[type(one)](one) for name, one in credentials.items()}


def _rotating(type_: str, one: SecretCredential | CertificateCredential) -> Values:
    # Half of an odd number of hours cannot be written down, and is what stands there unless another is given.
    rotate = None if one.rotate * 2 == one.lifetime else duration(one.rotate)
    return _filled(type=type_, lifetime=duration(one.lifetime), rotate=rotate)


def _federated(one: FederatedCredential) -> Values:
    audience = None if one.audience == AUDIENCE else one.audience
    found = _filled(issuer=one.issuer, subject=one.subject, claims=one.claims, audience=audience)
    return {"type": "federated", **found}


_CREDENTIALS: Final[Mapping[type, Callable[[Any], Values]]] = {
    SecretCredential: lambda one: _rotating("secret", one),
    CertificateCredential: lambda one: _rotating("certificate", one),
    GivenCertificate: lambda one: {"type": "certificate", "certificate": one.certificate},
    FederatedCredential: _federated,
    ExternalCredential: lambda one: _filled(type="external", expires=one.expires and one.expires.isoformat()),
}


def _mailboxes(plan: Plan) -> dict[str, Values]:
    """The switches that no client brings with it."""
    brought = {mailbox for client in plan.clients.values() for mailbox in client.senders}
    own = {name: _own(words, NEEDED if name in brought else {}) for name, words in plan.mailboxes.items()}
    return {name: words for name, words in own.items() if words}


def _own(words: Switches, brought: Switches) -> Values:
    return {name: SWITCHES[word] for name, word in words.items() if brought.get(name) != word}


def _tenant(plan: TenantPlan) -> Values:
    blocked = EVERYONE if plan.everyone else list(plan.block_basic_auth)
    return _filled(smtp_auth=plan.smtp_auth, block_basic_auth=blocked)


def _automation(plan: AutomationPlan) -> Values:
    return {
        "name": plan.name,
        "applications": plan.applications,
        "credentials": _credentials(plan.credentials),
    }


def _guardrails(plan: Guardrails) -> Values:
    usual = _every_guardrail(Guardrails())
    return {name: value for name, value in _every_guardrail(plan).items() if value != usual[name]}


def _every_guardrail(plan: Guardrails) -> Values:
    words = {name: getattr(plan, name) for name in RULES}
    limits: Values = {
        "secret_lifetime": {"at_most": duration(plan.longest_secret)},
        "mailboxes_per_client": {"at_most": plan.most_mailboxes},
        "forbidden_mailboxes": {"addresses": list(plan.forbidden)},
    }
    return {
        name: {"severity": word, **limits[name]} if name in limits else word for name, word in words.items()
    }


def _waiver(waiver: Waiver) -> Values:
    where = _filled(place=waiver.place, client=waiver.client)
    told = {"owner": waiver.owner, "until": waiver.until.isoformat(), "reason": waiver.reason}
    return {"rule": waiver.rule, **where, **told}
