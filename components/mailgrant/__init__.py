"""Passwordless mail for programs in Microsoft 365, as code: from nothing to a verified login in one ``pulumi up``."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailgrant.access import ExchangeAccess
    from mailgrant.certificates.resources import ClientCertificate
    from mailgrant.client import DaemonClient, DelegatedClient, ThirdPartyClient
    from mailgrant.completeness import require
    from mailgrant.configuration.loading import load_plan, load_tenant
    from mailgrant.deploy import deploy
    from mailgrant.entra import AutomationIdentity, EntraApplication, PublishedApplication, SignIn
    from mailgrant.errors import (
        ConfigurationError,
        ExchangeError,
        LoginError,
        MailgrantError,
        SetupError,
        SignInError,
    )
    from mailgrant.exchange.resources import (
        AuthenticationPolicy,
        MailboxAccess,
        MailboxProtocols,
        ServicePrincipal,
        SmtpApplicationScope,
        TransportSettings,
    )
    from mailgrant.model import (
        AutomationPlan,
        CertificateCredential,
        DaemonPlan,
        DelegatedPlan,
        ExternalCredential,
        FederatedCredential,
        GivenCertificate,
        Guardrails,
        Plan,
        SecretCredential,
        SmtpScope,
        TenantPlan,
        ThirdPartyPlan,
        Waiver,
    )

__all__ = [
    "AuthenticationPolicy",
    "AutomationIdentity",
    "AutomationPlan",
    "CertificateCredential",
    "ClientCertificate",
    "ConfigurationError",
    "DaemonClient",
    "DaemonPlan",
    "DelegatedClient",
    "DelegatedPlan",
    "EntraApplication",
    "ExchangeAccess",
    "ExchangeError",
    "ExternalCredential",
    "FederatedCredential",
    "GivenCertificate",
    "Guardrails",
    "LoginError",
    "MailboxAccess",
    "MailboxProtocols",
    "MailgrantError",
    "Plan",
    "PublishedApplication",
    "SecretCredential",
    "ServicePrincipal",
    "SetupError",
    "SignIn",
    "SignInError",
    "SmtpApplicationScope",
    "SmtpScope",
    "TenantPlan",
    "ThirdPartyClient",
    "ThirdPartyPlan",
    "TransportSettings",
    "Waiver",
    "deploy",
    "load_plan",
    "load_tenant",
    "require",
]

# Where each name lives. They are fetched when they are asked for, because the provider's process and the command line
# come through this door, too, and have no use for the azuread package, which takes most of a second.
_ROOMS = {
    "mailgrant.access": ("ExchangeAccess",),
    "mailgrant.certificates.resources": ("ClientCertificate",),
    "mailgrant.client": ("DaemonClient", "DelegatedClient", "ThirdPartyClient"),
    "mailgrant.configuration.loading": ("load_plan", "load_tenant"),
    "mailgrant.deploy": ("deploy",),
    "mailgrant.entra": ("AutomationIdentity", "EntraApplication", "PublishedApplication", "SignIn"),
    "mailgrant.errors": (
        "ConfigurationError",
        "ExchangeError",
        "LoginError",
        "MailgrantError",
        "SetupError",
        "SignInError",
    ),
    "mailgrant.exchange.resources": (
        "AuthenticationPolicy",
        "MailboxAccess",
        "MailboxProtocols",
        "ServicePrincipal",
        "SmtpApplicationScope",
        "TransportSettings",
    ),
    "mailgrant.model": (
        "AutomationPlan",
        "CertificateCredential",
        "DaemonPlan",
        "DelegatedPlan",
        "ExternalCredential",
        "FederatedCredential",
        "GivenCertificate",
        "Guardrails",
        "Plan",
        "SecretCredential",
        "SmtpScope",
        "TenantPlan",
        "ThirdPartyPlan",
        "Waiver",
    ),
    "mailgrant.completeness": ("require",),
}


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(room), name)
    raise AttributeError(f"module 'mailgrant' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
