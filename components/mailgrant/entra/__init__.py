"""The Entra side: applications, consent, credentials, published clients. All of it is pulumi-azuread.

Permissions are resolved by their value in the tenant, never typed in as ids.
"""

from mailgrant.entra.application import EntraApplication, SignIn
from mailgrant.entra.automation import AutomationIdentity
from mailgrant.entra.credentials import IssuedCredential
from mailgrant.entra.published import PublishedApplication
from mailgrant.entra.tenant import Found

__all__ = [
    "AutomationIdentity",
    "EntraApplication",
    "Found",
    "IssuedCredential",
    "PublishedApplication",
    "SignIn",
]
