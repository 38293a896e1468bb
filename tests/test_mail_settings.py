"""What people are told to type into a mail client is what Microsoft's own page says."""

import pytest

from mailgrant.facts import CLOUDS
from mailgrant.mail_settings import mail_settings

# support.microsoft.com, "POP, IMAP, and SMTP settings for Outlook.com and Microsoft 365"
TYPED = [
    ("imap", "outlook.office365.com", 993, "SSL/TLS"),
    ("pop", "outlook.office365.com", 995, "SSL/TLS"),
    ("smtp", "smtp.office365.com", 587, "STARTTLS"),
]


@pytest.mark.parametrize(("protocol", "server", "port", "security"), TYPED)
def test_settings_are_those_of_the_guide(protocol: str, server: str, port: int, security: str) -> None:
    [told] = mail_settings([protocol], CLOUDS["global"]).values()

    assert (told["server"], told["port"], told["security"]) == (server, port, security)
    assert told["authentication"] == "OAuth2"
    assert told["user_name"] == "the person's own e-mail address"
    assert "people sign in as themselves" in str(told["shared_mailbox_user_name"])


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_cloud_has_settings_for_every_protocol_that_it_serves(cloud: str) -> None:
    hosts = CLOUDS[cloud].hosts

    assert list(mail_settings(hosts, CLOUDS[cloud])) == list(hosts)
