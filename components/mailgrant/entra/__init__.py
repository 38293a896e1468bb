"""The Entra side: applications, consent, credentials, published clients. All of it is pulumi-azuread.

Permissions are resolved by their value in the tenant, never typed in as ids.
"""

from mailgrant.entra.application import EntraApplication, SignIn
from mailgrant.entra.automation import AutomationIdentity
from mailgrant.entra.credentials import IssuedCredential
from mailgrant.entra.published import PublishedApplication

__all__ = ["AutomationIdentity", "EntraApplication", "IssuedCredential", "PublishedApplication", "SignIn"]
