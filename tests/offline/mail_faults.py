"""Every answer of Exchange's mail servers to a login and to a message: a row a cause.

The texts are written down here once more, and not taken from the servers: what somebody changes there must fail here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from offline_tenant.exchange.access import SEND_AS, entry_id, mailbox_of
from tests.offline.mail_helper import MAILBOX, OBJECT_ID, SID, MailServer

ADELE: Final = "adele@contoso.com"
SUPPORT: Final = "support@contoso.com"

Cause = Callable[[MailServer], None]


@dataclass(frozen=True)
class Row:
    """One cause, and what the client hears.

    Args:
        cause: in words.
        login: the answer to the login.
        after: the answer to what the client asks then: a folder, the statistics, a message; None asks nothing.
        arrange: what is done to the tenant before.
        claims: what is changed in the token; None leaves a claim out.
        user: the mailbox that is named in the login.
        person: whose token it is; None is the daemon client's.
        sender: the envelope's sender; None is the user.
        author: the From field; None is the user.
    """

    cause: str
    login: str
    after: str | None
    arrange: tuple[Cause, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    user: str = MAILBOX
    person: str | None = None
    sender: str | None = None
    author: str | None = None


def mailbox_switch(**properties: Any) -> Cause:
    return lambda server: server.change_mailbox(**properties)


def grant(*, right: str, on: str = MAILBOX, to: str | None = None) -> Cause:
    """FullAccess or SendAs on a mailbox, for the daemon client or a person."""

    def arrange(server: MailServer) -> None:
        tenant = server.tenant
        mailbox, trustee = mailbox_of(tenant, on), mailbox_of(tenant, to) if to else None
        assert mailbox
        sid = trustee["Sid"] if trustee else SID
        kind = "recipientPermissions" if right == SEND_AS else "mailboxPermissions"
        entry = {"mailbox": mailbox["Guid"], "recipient": mailbox["Guid"], "trustee": sid, "Deny": False}
        tenant.documents(kind).put(entry_id(mailbox, sid, deny=False), entry | {"AccessRights": [right]})

    return lambda server: server.do(lambda: arrange(server))


def scope(address: str | None) -> Cause:
    """RBAC for Applications: the role, for one mailbox or for all."""

    def arrange(server: MailServer) -> None:
        assignment = {
            "RoleAssignee": OBJECT_ID,
            "Role": "Application SMTP.SendAsApp",
            "CustomResourceScope": None,
        }
        if address:
            filter_ = {"RecipientFilter": f"PrimarySmtpAddress -eq '{address}'"}
            server.tenant.documents("managementScopes").insert("scope", filter_)
            assignment["CustomResourceScope"] = "scope"
        server.tenant.documents("managementRoleAssignments").insert("assignment", assignment)

    return lambda server: server.do(lambda: arrange(server))


NO_ROLES: Final = {"roles": None}
GRAPH: Final = {"aud": "https://graph.microsoft.com"}
EXPIRED: Final = {"exp": 1_700_000_000, "nbf": 1_699_996_400}

NOT_ACCEPTED: Final[tuple[tuple[str, tuple[Cause, ...], Mapping[str, Any], str], ...]] = (
    (
        "the registration's object id in New-ServicePrincipal",
        (MailServer.point_principal_at_registration,),
        {},
        "",
    ),
    ("no service principal in Exchange", (MailServer.remove_principal,), {}, ""),
    ("no role in the token", (), NO_ROLES, ""),
    ("the role of another interface", (), {"roles": ["full_access_as_app"]}, ""),
    ("a token for Microsoft Graph", (), GRAPH, ""),
    ("an expired token", (), EXPIRED, ""),
    ("a token of another tenant", (), {"iss": "https://sts.windows.net/0/"}, ""),
    ("an unknown mailbox", (), {}, "nobody@contoso.com"),
)


def refused(answer: str, *before: Cause) -> tuple[Row, ...]:
    """The faults of token and principal, which every protocol answers in one way."""
    return tuple(
        Row(cause, answer, None, (*before, *arrange), claims, user or MAILBOX)
        for cause, arrange, claims, user in NOT_ACCEPTED
    )


NOT_CONNECTED: Final = "User is authenticated but not connected."
IMAP: Final = (
    Row("nothing", "a OK AUTHENTICATE completed.", "b OK [READ-WRITE] SELECT completed."),
    *refused("a NO AUTHENTICATE failed."),
    Row(
        "IMAP is off for the mailbox",
        "a OK AUTHENTICATE completed.",
        f"b BAD {NOT_CONNECTED}",
        (mailbox_switch(ImapEnabled=False),),
    ),
    Row("no FullAccess", "a OK AUTHENTICATE completed.", f"b BAD {NOT_CONNECTED}", (MailServer.revoke,)),
)

POP_OK: Final = "+OK User successfully authenticated."
POP: Final = (
    Row("nothing", POP_OK, "+OK 2 "),
    *refused("-ERR Authentication failure: unknown user name or bad password."),
    Row("POP is off for the mailbox", POP_OK, f"-ERR {NOT_CONNECTED}", (mailbox_switch(PopEnabled=False),)),
    Row("no FullAccess", POP_OK, f"-ERR {NOT_CONNECTED}", (MailServer.revoke,)),
    Row("a person's own mailbox", POP_OK, "+OK 0 0", user=ADELE, person=ADELE),
    Row("a person without FullAccess", POP_OK, f"-ERR {NOT_CONNECTED}", person=ADELE),
    Row("a delegate", POP_OK, "+OK 2 ", (grant(right="FullAccess", to=ADELE),), person=ADELE),
)

ON: Final = MailServer.allow_smtp
SMTP_OK: Final = "235 2.7.0 Authentication successful"
ACCEPTED: Final = "250 2.0.0 OK <"
VISIT: Final = (
    "Visit https://aka.ms/smtp_auth_disabled for more information. [LO2P265CA0001.GBRP265.PROD.OUTLOOK.COM "
)
TENANT_OFF: Final = (
    f"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. {VISIT}"
)
MAILBOX_OFF: Final = (
    f"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. {VISIT}"
)
UNSUCCESSFUL: Final = "535 5.7.3 Authentication unsuccessful [LO2P265CA0001.GBRP265.PROD.OUTLOOK.COM 20"
LOGON_FAILED: Final = (
    "430 4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException."
    "MapiExceptionLogonFailed; Failed to process message due to a transient exception with message "
    "[BeginDiagnosticData]Cannot open mailbox "
)
NO_SENDER: Final = (
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender "
    "[LO2P265CA0001.GBRP265.PROD.OUTLOOK.COM 20"
)


def denied(who: str, author: str) -> str:
    return (
        f"554 5.2.252 SendAsDenied; {who} not allowed to send as {author}; STOREDRV.Submission.Exception:"
        "SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with "
        "message [BeginDiagnosticData]Cannot submit message."
    )


SMTP: Final = (
    Row("nothing", SMTP_OK, ACCEPTED, (ON,)),
    *refused(UNSUCCESSFUL, ON),
    # the switches, before anything else
    Row("SMTP AUTH is off for the tenant, as in every new one", TENANT_OFF, None),
    Row("… whatever the token", TENANT_OFF, None, claims=GRAPH),
    Row(
        "… but on for the mailbox",
        SMTP_OK,
        ACCEPTED,
        (mailbox_switch(SmtpClientAuthenticationDisabled=False),),
    ),
    Row(
        "off for the mailbox", MAILBOX_OFF, None, (ON, mailbox_switch(SmtpClientAuthenticationDisabled=True))
    ),
    Row(
        "off for both",
        MAILBOX_OFF,
        None,
        (mailbox_switch(SmtpClientAuthenticationDisabled=True),),
        EXPIRED,
    ),
    # permissions of the mailbox, when the message is there
    Row("no FullAccess", SMTP_OK, LOGON_FAILED, (ON, MailServer.revoke)),
    Row("SendAs without FullAccess", SMTP_OK, LOGON_FAILED, (ON, MailServer.revoke, grant(right=SEND_AS))),
    Row("another From", SMTP_OK, denied(MAILBOX, SUPPORT), (ON,), author=SUPPORT),
    Row("another From and sender", SMTP_OK, denied(MAILBOX, SUPPORT), (ON,), sender=SUPPORT, author=SUPPORT),
    Row("From of a stranger", SMTP_OK, denied(MAILBOX, "x@example.org"), (ON,), author="x@example.org"),
    Row(
        "another From with SendAs", SMTP_OK, ACCEPTED, (ON, grant(right=SEND_AS, on=SUPPORT)), author=SUPPORT
    ),
    Row("another sender", SMTP_OK, NO_SENDER, (ON,), sender=SUPPORT),
    Row(
        "another sender with SendAs",
        SMTP_OK,
        ACCEPTED,
        (ON, grant(right=SEND_AS, on=SUPPORT)),
        sender=SUPPORT,
    ),
    Row("no sender", SMTP_OK, ACCEPTED, (ON,), sender=""),
    Row("an alias", SMTP_OK, ACCEPTED, (ON,), author="rechnungen@contoso.com"),
    # RBAC for Applications
    Row("in scope", SMTP_OK, ACCEPTED, (ON, MailServer.revoke, scope(MAILBOX)), NO_ROLES),
    Row(
        "in the scope of all",
        SMTP_OK,
        ACCEPTED,
        (ON, MailServer.revoke, scope(None)),
        {"roles": ["IMAP.AccessAsApp"]},
    ),
    Row("out of scope", UNSUCCESSFUL, None, (ON, scope(SUPPORT)), NO_ROLES),
    Row("in scope with the claim left over", SMTP_OK, LOGON_FAILED, (ON, MailServer.revoke, scope(MAILBOX))),
    Row(
        "in scope, From out of it",
        SMTP_OK,
        denied(MAILBOX, SUPPORT),
        (ON, scope(MAILBOX)),
        NO_ROLES,
        author=SUPPORT,
    ),
    Row("in scope, From too", SMTP_OK, ACCEPTED, (ON, scope(None)), NO_ROLES, sender=SUPPORT, author=SUPPORT),
    # people
    Row("a person", SMTP_OK, ACCEPTED, (ON,), user=ADELE, person=ADELE),
    Row("a person without SMTP.Send", UNSUCCESSFUL, None, (ON,), {"scp": "Mail.Send"}, ADELE, ADELE),
    Row("a person without FullAccess", SMTP_OK, LOGON_FAILED, (ON,), person=ADELE),
    Row(
        "a delegate without SendAs",
        SMTP_OK,
        denied(ADELE, MAILBOX),
        (ON, grant(right="FullAccess", to=ADELE)),
        person=ADELE,
    ),
    Row(
        "a delegate",
        SMTP_OK,
        ACCEPTED,
        (ON, grant(right="FullAccess", to=ADELE), grant(right=SEND_AS, to=ADELE)),
        person=ADELE,
    ),
    Row(
        "a person as a shared mailbox",
        SMTP_OK,
        ACCEPTED,
        (ON, grant(right=SEND_AS, to=ADELE)),
        user=ADELE,
        person=ADELE,
        sender=MAILBOX,
        author=MAILBOX,
    ),
)
