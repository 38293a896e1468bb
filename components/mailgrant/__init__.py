"""Passwordless mail for programs in Microsoft 365, as code: from nothing to a verified login in one ``pulumi up``."""

from mailgrant.access import ExchangeAccess
from mailgrant.client import DaemonClient, deploy
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
from mailgrant.exchange.resources import MailboxAccess, ServicePrincipal
from mailgrant.model import DaemonPlan, Plan, SecretCredential
from mailgrant.require import require

__all__ = [
    "ConfigurationError",
    "DaemonClient",
    "DaemonPlan",
    "EntraApplication",
    "ExchangeAccess",
    "ExchangeError",
    "LoginError",
    "MailboxAccess",
    "MailgrantError",
    "Plan",
    "SecretCredential",
    "ServicePrincipal",
    "SetupError",
    "SignInError",
    "deploy",
    "load_plan",
    "require",
]
