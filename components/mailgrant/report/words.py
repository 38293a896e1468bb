"""Why a right matters, in words for somebody who has read no documentation: one table a kind of right.

They begin with a verb whose subject is the application, so that "no longer" can stand before them.

Ids are those of Microsoft's permissions reference (learn.microsoft.com/graph/permissions-reference) and of the enterprise
application Office 365 Exchange Online; they are only for showing. What is not in a table is shown by its id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID
from mailgrant.report.rights import Reach

TENANT: Final = "the whole tenant"
GRANTED: Final = "mailboxes granted to it"
EVERYBODY: Final = "everybody in the tenant"
NEW_APPLICATION: Final = "a new application"
BY_CODE: Final = "sign-in by code"

RESOURCES: Final[Mapping[str, str]] = {
    EXCHANGE_ONLINE_APP_ID: "Office 365 Exchange Online",
    GRAPH_APP_ID: "Microsoft Graph",
}


@dataclass(frozen=True)
class Permission:
    """A permission of Entra.

    Args:
        value: its name.
        given: what an application can do with it.
        reach: how far that goes.
        object: the same, as a report shows it.
        taken: what is over without it; made of ``given`` unless it is said.
    """

    value: str
    given: str
    reach: Reach = Reach.TENANT
    object: str = TENANT
    taken: str = ""


def _mail(value: str, protocol: str) -> Permission:
    does = "send" if protocol == "SMTP" else "sign in"
    return Permission(
        value,
        f"may {does} over {protocol} with nobody present, but only in mailboxes that Exchange lets it into",
        Reach.APPLICATION,
        GRANTED,
        f"may no longer {does} over {protocol} with nobody present",
    )


# What Exchange gives on a mailbox, by the words of the stack file
MAILBOX: Final[Mapping[str, str]] = {
    "full-access": "reads, changes and deletes everything in the mailbox",
    "full-access+automapping": "reads, changes and deletes everything in the mailbox, and Outlook shows it",
    "send-as": "sends mail in the name of the mailbox",
}
SCOPE: Final = (
    "sends mail in the name of every mailbox in this scope, those that join it later too; reads none"
)

NO_SCOPE: Final = "no longer sends mail in the name of the mailboxes in this scope"

# Application permissions, by id
ROLES: Final[Mapping[str, Permission]] = {
    "5e5addcd-3e8d-4e90-baf5-964efab2b20a": _mail("IMAP.AccessAsApp", "IMAP"),
    "cb842b43-da6e-4506-86fe-bb12199c656d": _mail("POP.AccessAsApp", "POP"),
    "7146a1f0-8703-45b3-9eae-527a64c00995": _mail("SMTP.SendAsApp", "SMTP"),
    "dc50a0fb-09a3-484d-be87-e023b12c6440": Permission(
        "Exchange.ManageAsApp", "administers Exchange, as far as its directory roles go"
    ),
    "dc890d15-9560-4a4c-9b7f-a736ec74ec40": Permission(
        "full_access_as_app", "reads, changes and deletes everything in every mailbox"
    ),
    "18a4783c-866b-4cc7-a460-3d5e5662c884": Permission(
        "Application.ReadWrite.OwnedBy",
        "makes applications, and changes those that it owns, their secrets included",
    ),
    "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9": Permission(
        "Application.ReadWrite.All", "changes every application, and gives itself a secret of any of them"
    ),
    "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30": Permission("Application.Read.All", "sees every application"),
    "06b708a9-e830-4db3-a914-8e69da51d44f": Permission(
        "AppRoleAssignment.ReadWrite.All", "gives any application any permission, itself included"
    ),
    "8e8e4742-1d95-4f68-9d56-6ee75648c72a": Permission(
        "DelegatedPermissionGrant.ReadWrite.All", "consents for everybody, to anything, for any application"
    ),
    "7ab1d382-f21e-4acd-a863-ba3e13f7da61": Permission(
        "Directory.Read.All", "sees people, groups, applications and consents"
    ),
    "df021288-bdef-4463-88db-98f22de89214": Permission("User.Read.All", "sees everybody's profile"),
    "246dd0d5-5bd0-4def-940b-0421030a5b68": Permission("Policy.Read.All", "sees the tenant's policies"),
}

# Delegated permissions, by name: what an application can do for whoever is signed in
SCOPES: Final[Mapping[str, str]] = {
    "IMAP.AccessAsUser.All": "reads, changes and deletes mail over IMAP in every mailbox that the person can open",
    "POP.AccessAsUser.All": "reads and deletes mail over POP in every mailbox that the person can open",
    "SMTP.Send": "sends mail over SMTP in the person's name",
    "offline_access": "keeps its access without asking the person to sign in again",
    "User.Read": "sees the person's own profile",
    "openid": "learns who the person is",
    "profile": "learns the person's name",
    "email": "learns the person's address",
}
SCOPE_IDS: Final[Mapping[str, str]] = {
    "652390e4-393a-48de-9484-05f9b1212954": "IMAP.AccessAsUser.All",
    "d7b7f2d9-0f45-4ea1-9d42-e50810c06991": "POP.AccessAsUser.All",
    "258f6531-6087-4cc4-bb90-092c5fb3ed3f": "SMTP.Send",
    "7427e0e9-2fba-42fe-b0c0-848c9e6a8182": "offline_access",
}
NOT_ASKED: Final = "no longer asks for this"
# What an application asks for, by the kind of permission
ASKED: Final[Mapping[str, str]] = {
    "Role": "asks an administrator for this; it has it only where that is granted in a line of its own",
    "Scope": "asks people for this when they sign in; what they agree to, it can do in their name",
    "": "asks for permissions that are known only when the update is made",
}

# Directory roles, by template
DIRECTORY_ROLES: Final[Mapping[str, Permission]] = {
    "29232cdf-9323-42fd-ade2-1d097af3e4de": Permission(
        "Exchange Administrator",
        "administers all of Exchange, and can let itself and others into any mailbox",
    ),
    "31392ffb-586c-42d1-9346-e59415a2cc4e": Permission(
        "Exchange Recipient Administrator", "changes mailboxes and recipients, and who may open them"
    ),
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": Permission(
        "Global Reader", "sees the settings of every service, and changes none; opens no mailbox"
    ),
}
UNKNOWN_PERMISSION: Final = "has a permission that mailgrant does not know; look up what it allows"
UNKNOWN_RIGHT: Final = "has a right that is not known yet, or that mailgrant does not know"

# Switches of a mailbox and of the organization, by switch and word
SWITCHES: Final[Mapping[tuple[str, str], str]] = {
    ("imap", "on"): "programs that may open this mailbox can do it over IMAP",
    ("imap", "off"): "nothing opens this mailbox over IMAP",
    ("pop", "on"): "programs that may open this mailbox can do it over POP",
    ("pop", "off"): "nothing opens this mailbox over POP",
    (
        "smtp_auth",
        "on",
    ): "programs can send from this mailbox over SMTP, with passwords too where those are not blocked",
    ("smtp_auth", "off"): "nothing sends from this mailbox over SMTP",
    (
        "smtp_auth",
        "inherit",
    ): "whether programs can send from this mailbox over SMTP follows the organization's setting",
    ("organization", "enabled"): "programs can send over SMTP from every mailbox that does not say otherwise",
    ("organization", "disabled"): "programs send over SMTP only from mailboxes that allow it themselves",
}
SWITCH_NAMES: Final[Mapping[str, str]] = {"imap": "IMAP", "pop": "POP", "smtp_auth": "SMTP AUTH"}
SWITCH_UNKNOWN: Final = "it goes back to what it was before mailgrant, which this preview does not know"

# What an application signs in with: why it matters that there is one, and that there is none
CREDENTIALS: Final[Mapping[str, tuple[str, str]]] = {
    "client secret": (
        "whoever holds this secret signs in as the application",
        "this secret stops working at once",
    ),
    "certificate": (
        "whoever holds this certificate's key signs in as the application",
        "this certificate stops working at once",
    ),
    "federated sign-in": (
        "whoever is given such a token there signs in as the application; there is no secret, and no end date",
        "such tokens no longer sign in as the application",
    ),
}
# Of a certificate whose key is not made in the same update
ANOTHER_KEY: Final = (
    "whoever holds the key of this certificate, which was made elsewhere, signs in as the application"
)
RECORD: Final = "this application is the one that Exchange lets in by this record"
NO_RECORD: Final = "Exchange no longer lets this application in by this record"
ROLE: Final = "the role can be given from now on; whom it is given to is told in lines of their own"
ANYTHING_FITS: Final = "; * fits anything"

BLOCKED: Final = "mail cannot be opened with a password alone"
UNBLOCKED: Final = "mail can be opened with a password alone again, where nothing else forbids that"
