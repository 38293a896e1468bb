"""A client in the words of a stack's file: the way back from ``mailgrant.plans``."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mailgrant.facts import PUBLISHED_CLIENTS
from mailgrant.model import (
    ClientPlan,
    Consent,
    Credential,
    DaemonPlan,
    DelegatedPlan,
    ExternalCredential,
    FederatedCredential,
    SecretCredential,
    ThirdPartyPlan,
)
from mailgrant.schema.credentials import AUDIENCE

Words = dict[str, Any]


def words(plan: ClientPlan) -> Words:
    """As people would write it; what is not said is left out."""
    said = {"kind": plan.kind, **_KINDS[type(plan)](plan)}
    return {key: value for key, value in said.items() if value}


def _daemon(plan: DaemonPlan) -> Words:
    scope = plan.smtp_scope
    return {
        "display_name": plan.display_name,
        "protocols": list(plan.protocols),
        "mailboxes": dict(plan.mailboxes),
        "smtp_scope": ({"group": scope.group} if scope.group else {"filter": scope.filter})
        if scope
        else None,
        "credentials": _credentials(plan.credentials),
    }


def _delegated(plan: DelegatedPlan) -> Words:
    return {
        "display_name": plan.display_name,
        "protocols": list(plan.protocols),
        "redirect_uris": [*plan.redirect_uris, *plan.desktop_uris],
        "device_code": plan.device_code,
        "consent": _consent(plan.consent),
        "mailboxes": dict(plan.mailboxes),
        "credentials": _credentials(plan.credentials),
    }


def _third_party(plan: ThirdPartyPlan) -> Words:
    known = (name for name, one in PUBLISHED_CLIENTS.items() if one.client_id == plan.client_id)
    return {
        "client_id": next(known, plan.client_id),
        "protocols": list(plan.protocols),
        "consent": _consent(plan.consent),
        "mailboxes": list(plan.mailboxes),
    }


_KINDS: Final[Mapping[type[ClientPlan], Callable[[Any], Words]]] = {
    DaemonPlan: _daemon,
    DelegatedPlan: _delegated,
    ThirdPartyPlan: _third_party,
}


def _consent(consent: Consent) -> str | list[str]:
    return consent if isinstance(consent, str) else list(consent)


def _credentials(credentials: Mapping[str, Credential]) -> Words:
    return {name: _credential(one) for name, one in credentials.items()}


def _credential(one: Credential) -> Words:
    if isinstance(one, ExternalCredential):
        return {"type": "external", **({"expires": one.expires.isoformat()} if one.expires else {})}
    if isinstance(one, FederatedCredential):
        whom = {"subject": one.subject} if one.subject else {"claims": one.claims}
        audience = {"audience": one.audience} if one.audience != AUDIENCE else {}
        return {"type": "federated", "issuer": one.issuer, **whom, **audience}
    if isinstance(one, SecretCredential):
        return {"type": "secret"}
    raise TypeError(type(one).__name__)
