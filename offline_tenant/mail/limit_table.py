"""Exchange's limits of a mailbox over IMAP and SMTP; apart, because commands show it and need nothing else of mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

UNLIMITED: Final = "unlimited"

Value = int | str  # a number, or UNLIMITED


@dataclass(frozen=True)
class Limit:
    """One row.

    Args:
        default: Exchange Online's.
        summary: of what.
    """

    default: int
    summary: str


LIMITS: Final[Mapping[str, Limit]] = {
    # Not documented; about twenty were counted.
    "imapConnections": Limit(20, "IMAP connections that are open to one mailbox"),
    # Exchange reckons by the server's time. So many commands are more than any mail program sends.
    "imapCommands": Limit(30_000, "IMAP commands to one mailbox in five minutes"),
    "smtpConnections": Limit(3, "SMTP connections over which one mailbox sends"),
    "smtpMessages": Limit(30, "messages that one mailbox sends in a minute"),
    "smtpRecipients": Limit(10_000, "recipients that one mailbox sends to in 24 hours"),
}
