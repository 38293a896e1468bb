"""What people type into a mail client, in the words that such clients have on their screens. No I/O."""

from collections.abc import Iterable, Mapping
from typing import Final

from mailgrant.facts import PROTOCOLS, Cloud

# Thunderbird's words, support.mozilla.org/kb/manual-account-configuration; others have nearly the same.
SECURITY: Final[Mapping[str, str]] = {"implicit": "SSL/TLS", "starttls": "STARTTLS"}
AUTHENTICATION: Final = "OAuth2"
# Microsoft's guide to OAuth for IMAP, POP and SMTP (facts: OAUTHDOC), "SASL XOAUTH2 authentication for shared mailboxes".
OWN: Final = "the person's own e-mail address"
SHARED: Final = "the address of the shared mailbox; in the browser, people sign in as themselves"


def mail_settings(protocols: Iterable[str], cloud: Cloud) -> dict[str, dict[str, str | int]]:
    """Settings by protocol: server, port, security, authentication, and the user name of own and shared mailboxes.

    Args:
        protocols: names in ``facts.PROTOCOLS``.
        cloud: whose servers.
    """
    return {
        protocol: {
            "server": cloud.hosts[protocol].host,
            "port": cloud.hosts[protocol].port,
            "security": SECURITY[PROTOCOLS[protocol].tls],
            "authentication": AUTHENTICATION,
            "user_name": OWN,
            "shared_mailbox_user_name": SHARED,
        }
        for protocol in protocols
    }
