"""What people type into a mail program in which they sign in themselves."""

from typing import Final

from mailgrant.consumers.request import Request
from mailgrant.facts import PROTOCOLS

NAMES: Final = {"imap": "Incoming mail, IMAP", "pop": "Incoming mail, POP", "smtp": "Outgoing mail, SMTP"}
SECURITY: Final = {"implicit": "SSL/TLS", "starttls": "STARTTLS"}
ROW: Final = "{:<20}  {:<28}  {:>5}  {:<10}  {}"


def write(request: Request) -> str:
    """A table for people."""
    rows = [ROW.format("", "server", "port", "security", "authentication")]
    rows += [
        ROW.format(NAMES[protocol], server.host, server.port, SECURITY[PROTOCOLS[protocol].tls], "OAuth2")
        for protocol, server in request.client.protocols.items()
    ]
    return "\n".join(
        [
            *(row.rstrip() for row in rows),
            "",
            "User name: the mailbox's address. For a shared mailbox: its address, and you sign in as yourself.",
            "Password: none; the program opens Microsoft's page to sign in.",
            "",
        ]
    )
