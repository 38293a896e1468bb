"""Passwordless mail for programs in Microsoft 365, as code: from nothing to a verified login in one ``pulumi up``."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailgrant.access import ExchangeAccess
    from mailgrant.certificates.resources import ClientCertificate
    from mailgrant.client import DaemonClient, deploy
    from mailgrant.completeness import require
    from mailgrant.config import load_plan
    from mailgrant.entra import EntraApplication
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
    from mailgrant.model import DaemonPlan, Plan, SecretCredential

__all__ = [
    "AuthenticationPolicy",
    "ClientCertificate",
    "ConfigurationError",
    "DaemonClient",
    "DaemonPlan",
    "EntraApplication",
    "ExchangeAccess",
    "ExchangeError",
    "LoginError",
    "MailboxAccess",
    "MailboxProtocols",
    "MailgrantError",
    "Plan",
    "SecretCredential",
    "ServicePrincipal",
    "SetupError",
    "SignInError",
    "SmtpApplicationScope",
    "TransportSettings",
    "deploy",
    "load_plan",
    "require",
]

# Where each name lives. They are fetched when they are asked for, because the provider's process and the command line
# come through this door, too, and have no use for the azuread package, which takes most of a second.
_ROOMS = {
    "mailgrant.access": ("ExchangeAccess",),
    "mailgrant.certificates.resources": ("ClientCertificate",),
    "mailgrant.client": ("DaemonClient", "deploy"),
    "mailgrant.config": ("load_plan",),
    "mailgrant.entra": ("EntraApplication",),
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
    "mailgrant.model": ("DaemonPlan", "Plan", "SecretCredential"),
    "mailgrant.completeness": ("require",),
}


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(room), name)
    raise AttributeError(f"module 'mailgrant' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
