"""What Exchange Online's SMTP server says, refusals and all, in one place.

From public transcripts of smtp.office365.com, 2022 to 2026. Where none was found, the words are those of Exchange
Server (``UNKNOWN_COMMAND``, ``SEND_HELLO``, ``NEED_MAIL``, ``NEED_RECIPIENT``), or ours with the code of the RFC.
"""

from typing import Final

from offline_tenant.mail.limits import Excess
from offline_tenant.mail.protocol import SERVER
from offline_tenant.mail.smtp.session import Reply

NAME: Final = f"{SERVER.partition('.')[0]}.outlook.office365.com"
STORE: Final = "LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM"  # the server that keeps the mailboxes
SIZE: Final = 157_286_400  # octets, as EHLO says
MESSAGE_LIMIT: Final = (
    36 * 1024 * 1024
)  # octets; MaxSendSize of every mailbox unless an administrator changes it
RECIPIENTS_LIMIT: Final = 500  # of a message; RecipientLimits of every mailbox unless …

UNSECURED: Final = (
    f"SIZE {SIZE}",
    "PIPELINING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "STARTTLS",
    "8BITMIME",
    "CHUNKING",
    "SMTPUTF8",
)
SECURED: Final = tuple(word.replace("STARTTLS", "AUTH LOGIN XOAUTH2") for word in UNSECURED)

AUTHENTICATED: Final = Reply(235, "2.7.0 Authentication successful")
SENDER_OK: Final = Reply(250, "2.1.0 Sender OK")
RECIPIENT_OK: Final = Reply(250, "2.1.5 Recipient OK")
START_INPUT: Final = Reply(354, "Start mail input; end with <CRLF>.<CRLF>", content=True)
START_TLS: Final = Reply(220, "2.0.0 SMTP server ready", encrypt=True)
RESETTING: Final = Reply(250, "2.0.0 Resetting")
OK: Final = Reply(250, "2.0.0 OK")
CLOSING: Final = Reply(221, "2.0.0 Service closing transmission channel", hang_up=True)
CANNOT_VERIFY: Final = Reply(252, "2.1.5 Cannot VRFY user")
HELP: Final = Reply(
    214,
    "This server supports the following commands:\n"
    "HELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT VRFY NOOP",
)

UNSUCCESSFUL: Final = "Authentication unsuccessful"
NOT_ACCEPTED: Final = Reply(535, f"5.7.3 {UNSUCCESSFUL}", marked=True)
BASIC_DISABLED: Final = Reply(535, f"5.7.139 {UNSUCCESSFUL}, basic authentication is disabled.", marked=True)
SECURITY_DEFAULTS: Final = Reply(
    535,
    f"5.7.139 {UNSUCCESSFUL}, user is locked by your organization's security defaults policy. Contact your administrator.",
    marked=True,
)
CONDITIONAL_ACCESS: Final = Reply(
    535,
    f"5.7.139 {UNSUCCESSFUL}, the request did not meet the criteria to be authenticated successfully. "
    "Contact your administrator.",
    marked=True,
)
BASIC_GONE: Final = Reply(550, "5.7.30 Basic authentication is not supported for Client Submission.")
MALFORMED_XOAUTH2: Final = Reply(501, "5.5.124 Invalid XOAUTH2 auth data", marked=True)
CANCELLED: Final = Reply(501, "5.7.0 Authentication cancelled", marked=True)
UNKNOWN_MECHANISM: Final = Reply(504, "5.7.4 Unrecognized authentication type", marked=True)
ALREADY_AUTHENTICATED: Final = Reply(503, "5.5.2 Already authenticated", marked=True)
NO_TLS_TO_LOG_IN: Final = Reply(530, "5.7.0 Must issue a STARTTLS command first", marked=True)
NO_TLS_TO_SEND: Final = Reply(451, "5.7.3 STARTTLS is required to send mail", marked=True)
ALREADY_ENCRYPTED: Final = Reply(503, "5.5.2 Already encrypted", marked=True)

SEND_HELLO: Final = Reply(503, "5.5.2 Send hello first", marked=True)
SENDER_KNOWN: Final = Reply(503, "5.5.2 Sender already specified", marked=True)
NEED_MAIL: Final = Reply(503, "5.5.2 Need mail command", marked=True)
NEED_RECIPIENT: Final = Reply(503, "5.5.2 Need rcpt command", marked=True)
NO_DATA_AFTER_CHUNKS: Final = Reply(503, "5.5.2 Need BDAT command", marked=True)
INVALID_ARGUMENTS: Final = Reply(501, "5.5.4 Invalid arguments", marked=True)
INVALID_SENDER: Final = Reply(501, "5.1.7 Invalid address", marked=True)
INVALID_RECIPIENT: Final = Reply(501, "5.1.3 Invalid address", marked=True)
NEEDS_UTF8: Final = Reply(550, "5.6.7 SMTPUTF8 is required for this address", marked=True)
TOO_MANY_RECIPIENTS: Final = Reply(452, "4.5.3 Too many recipients", marked=True)
TOO_BIG: Final = Reply(552, "5.3.4 Message size exceeds fixed maximum message size", marked=True)
NOT_IMPLEMENTED: Final = Reply(502, "5.3.3 Command not implemented", marked=True)
TOO_LONG: Final = Reply(500, "5.5.2 Line too long", marked=True, hang_up=True)
TOO_MANY_ERRORS: Final = Reply(
    421, "4.7.0 Too many errors on this connection, closing transmission channel", marked=True, hang_up=True
)
TIMED_OUT: Final = Reply(421, "4.4.1 Connection timed out", marked=True, hang_up=True)
FAILED: Final = Reply(451, "4.7.0 Temporary server error. Please try again later. PRX5", marked=True)
LOST_STATE: Final = Reply(421, "4.3.2 Service not available", marked=True, hang_up=True)

SEND_AS_REFUSED: Final = Reply(
    550, "5.7.60 SMTP; Client does not have permissions to send as this sender", marked=True
)
LOGON_FAILED: Final = Reply(
    430,
    "4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException."
    "MapiExceptionLogonFailed; Failed to process message due to a transient exception with message "
    "[BeginDiagnosticData]Cannot open mailbox /o=ExchangeLabs/ou=Exchange Administrative Group "
    f"(FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn={STORE.partition('.')[0]}/cn=Microsoft System Attendant. "
    f"0.38698:{b'AuthenticationContext has no rights on this session'.hex().upper()}"
    f"[EndDiagnosticData] [Hostname={STORE}]",
)


def unknown_command(line: str) -> Reply:
    """The answer to what is no command."""
    return Reply(500, f"5.3.3 Unrecognized command '{line}'", marked=True)


def disabled(what: str) -> Reply:
    """SMTP AUTH is off.

    Args:
        what: for the ``Tenant`` or for the ``Mailbox``.
    """
    return Reply(
        535,
        f"5.7.139 {UNSUCCESSFUL}, SmtpClientAuthentication is disabled for the {what}. "
        "Visit https://aka.ms/smtp_auth_disabled for more information.",
        marked=True,
    )


def not_authenticated(failure: str | None) -> Reply:
    """MAIL without a login.

    Args:
        failure: the answer to the AUTH that failed before, if there was one.
    """
    if failure is None:
        return Reply(530, "5.7.57 Client not authenticated to send mail.", marked=True)
    return Reply(530, f"5.7.57 Client not authenticated to send mail. Error: {failure}")


def send_as_denied(who: str, sender: str) -> Reply:
    """The From field names somebody as whom the login may not send."""
    return Reply(
        554,
        f"5.2.252 SendAsDenied; {who} not allowed to send as {sender}; STOREDRV.Submission.Exception:"
        "SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception "
        f"with message [BeginDiagnosticData]Cannot submit message. [EndDiagnosticData] [Hostname={STORE}]",
    )


def excess(found: Excess) -> Reply:
    """The mailbox has sent too much, or over too many connections."""
    return Reply(found.code, f"{found.text} [Hostname={STORE}]")


def accepted(message_id: str) -> Reply:
    """A message was taken over."""
    return Reply(250, f"2.0.0 OK {message_id} [Hostname={STORE}]")
