"""The two objects of which an organization has exactly one: TransportConfig and OrganizationConfig.

Only what differs from Microsoft's defaults is kept.
https://learn.microsoft.com/powershell/module/exchangepowershell/set-transportconfig, …/set-organizationconfig
"""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.exchange.customization import is_dehydrated
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

KIND: Final = "exchangeOrganization"
TRANSPORT: Final = "TransportConfig"
ORGANIZATION: Final = "OrganizationConfig"
DEHYDRATED: Final = "IsDehydrated"

DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    TRANSPORT: {
        "AllowLegacyTLSClients": False,
        "ClearCategories": True,
        "ConvertDisclaimerWrapperToEml": False,
        "DSNConversionMode": "PreserveDSNBody",
        "ExternalDelayDsnEnabled": True,
        "ExternalDsnDefaultLanguage": None,
        "ExternalDsnLanguageDetectionEnabled": True,
        "ExternalDsnReportingAuthority": None,
        "ExternalDsnSendHtml": True,
        "ExternalPostmasterAddress": None,
        "HeaderPromotionModeSetting": "NoCreate",
        "InternalDelayDsnEnabled": True,
        "InternalDsnDefaultLanguage": None,
        "InternalDsnLanguageDetectionEnabled": True,
        "InternalDsnReportingAuthority": None,
        "InternalDsnSendHtml": True,
        "JournalMessageExpirationDays": 0,
        "JournalingReportNdrTo": "<>",
        "MaxRecipientEnvelopeLimit": "Unlimited",
        "ReplyAllStormBlockDurationHours": 6,
        "ReplyAllStormDetectionMinimumRecipients": 2500,
        "ReplyAllStormDetectionMinimumReplies": 10,
        "ReplyAllStormProtectionEnabled": True,
        "Rfc2231EncodingEnabled": False,
        # "true is the default for organizations created after January 2020"
        "SmtpClientAuthenticationDisabled": True,
    },
    ORGANIZATION: {
        "AuditDisabled": False,
        "AutoExpandingArchiveEnabled": False,
        "DefaultAuthenticationPolicy": None,
        "EnforceExoAppRbacPermissions": False,
        "EwsEnabled": None,
        "FocusedInboxOn": None,
        DEHYDRATED: False,
        "MailTipsAllTipsEnabled": True,
        "OAuth2ClientProfileEnabled": True,
        "SendFromAliasEnabled": False,
    },
}


def config(tenant: Tenant, noun: str) -> Document:
    """All properties of one of the two.

    Args:
        tenant: whose.
        noun: ``TRANSPORT`` or ``ORGANIZATION``.

    Raises:
        KeyError: another noun.
    """
    kept = tenant.documents(KIND).get(noun) or {}
    found: Document = {name: kept.get(name, value) for name, value in DEFAULTS[noun].items()}
    return found | ({DEHYDRATED: is_dehydrated(tenant)} if DEHYDRATED in found else {})


def change(tenant: Tenant, noun: str, changes: Mapping[str, Any]) -> bool:
    """Change some properties; False where all of them had these values already.

    Raises:
        KeyError: another noun, or a property that it does not have.
    """
    known, defaults = config(tenant, noun), DEFAULTS[noun]
    if unknown := set(changes) - set(defaults):
        raise KeyError(f"{noun} has no {', '.join(sorted(unknown))}")
    wanted = {**known, **changes}
    kept = {name: value for name, value in wanted.items() if value != defaults[name] and name != DEHYDRATED}
    tenant.documents(KIND).put(noun, kept)
    return wanted != known
