"""*-OrganizationConfig and Enable-OrganizationCustomization, in the cloud."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import Parameter, Syntax, refused
from offline_tenant.exchange.values import BOOLEAN, BOOLEAN_OR_NULL, TEXT

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.OrganizationConfig"
SETTABLE: Final = (
    *(
        Parameter(name, BOOLEAN)
        for name in (
            *("AuditDisabled", "EnforceExoAppRbacPermissions", "MailTipsAllTipsEnabled"),
            *("OAuth2ClientProfileEnabled", "SendFromAliasEnabled"),
        )
    ),
    *(Parameter(name, BOOLEAN_OR_NULL) for name in ("EwsEnabled", "FocusedInboxOn")),
    Parameter("DefaultAuthenticationPolicy"),
)

ROWS: Final = (
    Syntax("Get-OrganizationConfig", (), OUTPUT),
    Syntax(
        "Set-OrganizationConfig",
        (
            *SETTABLE,
            *refused(
                TEXT,
                *("ActivityBasedAuthenticationTimeoutInterval", "DefaultPublicFolderProhibitPostQuota"),
                *("DefaultGroupAccessType", "DistributionGroupNamingPolicy", "EwsAllowList", "EwsBlockList"),
                *("EwsApplicationAccessPolicy", "IPListBlocked", "RemotePublicFolderMailboxes"),
            ),
            *refused(
                BOOLEAN,
                *("ActivityBasedAuthenticationTimeoutEnabled", "AutoEnableArchiveMailbox"),
                *(
                    "BookingsEnabled",
                    "ConnectorsEnabled",
                    "CustomerLockboxEnabled",
                    "DirectReportsGroupAutoCreationEnabled",
                ),
                *("ElcProcessingDisabled", "EwsAllowEntourage", "EwsAllowMacOutlook", "EwsAllowOutlook"),
                *("LeanPopoutEnabled", "LinkPreviewEnabled", "MailTipsExternalRecipientsTipsEnabled"),
                *("MailTipsGroupMetricsEnabled", "MailTipsMailboxSourcedTipsEnabled", "MessageRecallEnabled"),
                *(
                    "OutlookMobileGCCRestrictionsEnabled",
                    "OutlookPayEnabled",
                    "PublicComputersDetectionEnabled",
                ),
                *("ReadTrackingEnabled", "RejectDirectSend", "SmtpActionableMessagesEnabled"),
                *("TwoClickMailPreviewEnabled", "WebPushNotificationsDisabled", "WorkspaceTenantEnabled"),
            ),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax("Enable-OrganizationCustomization", (), OUTPUT, "asked"),
)
