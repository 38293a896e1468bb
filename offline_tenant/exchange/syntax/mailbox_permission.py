"""*-MailboxPermission."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import (
    EXO_IDENTITIES,
    IDENTITY,
    SIZE,
    Parameter,
    Syntax,
    refused,
)
from offline_tenant.exchange.values import BOOLEAN, SWITCH, TEXT, any_of, one_of

MAILBOX_RIGHTS: Final = (
    *("FullAccess", "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"),
)
RIGHTS: Final = any_of("Microsoft.Exchange.Management.RecipientTasks.MailboxRights", *MAILBOX_RIGHTS)
REMOVABLE_RIGHTS: Final = any_of(
    "Microsoft.Exchange.Management.RecipientTasks.MailboxRights", *MAILBOX_RIGHTS, "SendAs"
)
INHERITANCE: Final = one_of(
    "System.DirectoryServices.ActiveDirectorySecurityInheritance",
    *("None", "All", "Descendents", "SelfAndChildren", "Children"),
)
OUTPUT: Final = "Microsoft.Exchange.Management.RecipientTasks.MailboxAcePresentationObject"

ROWS: Final = (
    Syntax(
        "Add-MailboxPermission",
        (
            IDENTITY,
            Parameter("User", mandatory=True),
            Parameter("AccessRights", RIGHTS, mandatory=True),
            Parameter("InheritanceType", INHERITANCE),
            Parameter("AutoMapping", BOOLEAN),
            Parameter("Deny", SWITCH),
            *refused(TEXT, "Owner"),
            *refused(SWITCH, "GroupMailbox", "IgnoreDefaultScope"),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax(
        "Get-MailboxPermission",
        (
            IDENTITY,
            Parameter("User"),
            SIZE,
            Parameter("IncludeUnresolvedPermissions", SWITCH),
            Parameter("UseCustomRouting", SWITCH),
            *refused(
                SWITCH,
                *("Owner", "SoftDeletedMailbox", "GroupMailbox", "IncludeSoftDeletedUserPermissions"),
            ),
        ),
        OUTPUT,
    ),
    Syntax(
        "Get-EXOMailboxPermission", (*EXO_IDENTITIES, SIZE, *refused(SWITCH, "SoftDeletedMailbox")), OUTPUT
    ),
    Syntax(
        "Remove-MailboxPermission",
        (
            IDENTITY,
            Parameter("User", mandatory=True),
            Parameter("AccessRights", REMOVABLE_RIGHTS, mandatory=True),
            Parameter("InheritanceType", INHERITANCE),
            Parameter("Deny", SWITCH),
            Parameter("BypassMasterAccountSid", SWITCH),
            *refused(
                SWITCH,
                *(
                    "GroupMailbox",
                    "IgnoreDefaultScope",
                    "SoftDeletedMailbox",
                    "ClearAutoMapping",
                    "ResetDefault",
                ),
            ),
        ),
        OUTPUT,
        "always",
    ),
)
