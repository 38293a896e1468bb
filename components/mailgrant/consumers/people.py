"""What people type into a mail program in which they sign in themselves."""

from typing import Final

from mailgrant.consumers.request import Request
from mailgrant.facts import PROTOCOLS
from mailgrant.mail_settings import AUTHENTICATION, OWN, SECURITY, SHARED

NAMES: Final = {"imap": "Incoming mail, IMAP", "pop": "Incoming mail, POP", "smtp": "Outgoing mail, SMTP"}
ROW: Final = "{:<20}  {:<28}  {:>5}  {:<10}  {}"


def write(request: Request) -> str:
    """A table for people."""
    rows = [ROW.format("", "server", "port", "security", "authentication")]
    rows += [
        ROW.format(
            NAMES[protocol], server.host, server.port, SECURITY[PROTOCOLS[protocol].tls], AUTHENTICATION
        )
        for protocol, server in request.client.protocols.items()
    ]
    users = ["", f"User name: {OWN}; for a shared mailbox {SHARED}.", "Password: none.", ""]
    return "\n".join([*(row.rstrip() for row in rows), *users])
