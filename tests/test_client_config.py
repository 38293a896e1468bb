"""What the programs of a client are configured with, and which credential and mailboxes they get."""

from base64 import b64decode
from configparser import ConfigParser
from importlib import import_module
from typing import Any

import pytest

from mailgrant.consumers import emailproxy, python
from mailgrant.consumers.request import Request, choose, choose_mailboxes
from mailgrant.consumers.table import CONSUMERS, Program
from mailgrant.errors import SetupError
from mailgrant.stack.outputs import Client
from tests.bridges import needs_the_bridge

HOSTILE = 'it\'s a "secret"; $(touch x) `y`\n\\ % end'


def client(**changes: Any) -> Client:
    values: dict[str, Any] = {
        "kind": "daemon",
        "tenant_id": "tenant",
        "client_id": "11111111-0000-4000-8000-000000000001",
        "authority": "https://login.microsoftonline.com/tenant",
        "scope": "https://outlook.office365.com/.default",
        "protocols": {
            "imap": {"host": "outlook.office365.com", "port": 993},
            "smtp": {"host": "smtp.office365.com", "port": 587},
        },
        "mailboxes": {"a@contoso.com": "full-access", "b@fabrikam.com": "full-access"},
        "not_granted": {},
        "credentials": {
            "vm": {"type": "secret", "value": "s3cret"},
            "hsm": {"type": "certificate", "certificate": "PEM"},
            "ci": {"type": "federated"},
        },
    }
    return Client.model_validate({**values, **changes})


def bridge(**changes: Any) -> ConfigParser:
    """A file of emailproxy, as emailproxy reads it."""
    given = {"mailboxes": ("a@contoso.com", "b@fabrikam.com"), "password": "password", **changes}
    parser = ConfigParser(interpolation=None)
    parser.read_string(emailproxy.write(Request("poller", client(), "vm", **given)))
    return parser


def test_the_bridge_has_its_servers_and_an_account_a_mailbox() -> None:
    found = bridge(ports={"smtp": 2587})

    assert found.sections() == ["emailproxy", "IMAP-1993", "SMTP-2587", "a@contoso.com", "b@fabrikam.com"]
    assert dict(found["SMTP-2587"]) == {
        "server_address": "smtp.office365.com",
        "server_port": "587",
        "local_address": "127.0.0.1",
        "server_starttls": "True",
    }
    account = found["a@contoso.com"]
    assert account["token_url"] == "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"
    assert account["oauth2_flow"] == "client_credentials"
    assert "client_secret" not in account


def test_the_bridge_takes_whole_domains_where_it_is_told_to() -> None:
    found = bridge(catch_all=True)

    assert found.sections()[-2:] == ["@contoso.com", "@fabrikam.com"]
    assert found["emailproxy"]["allow_catch_all_accounts"] == "True"


@needs_the_bridge
@pytest.mark.parametrize("secret", ["s3cret", HOSTILE])
def test_a_secret_is_encrypted_as_the_bridge_would_do_it_itself(secret: str) -> None:
    salt = b"0123456789abcdef"
    account = {"token_salt": "MDEyMzQ1Njc4OWFiY2RlZg==", "token_iterations": str(emailproxy.ITERATIONS)}
    assert b64decode(account["token_salt"]) == salt
    parser = ConfigParser(interpolation=None)
    parser["a@contoso.com"] = account

    theirs = import_module("emailproxy").Cryptographer(parser, "a@contoso.com", "password")
    ours = emailproxy.encrypt(secret, "password", salt)

    assert theirs.decrypt(ours) == secret
    assert not theirs.requires_rotation(ours)


def test_passwords_can_be_copied_from_paper_and_are_all_different() -> None:
    found = {emailproxy.new_password() for _ in range(100)}

    assert len(found) == 100
    assert all(len(one) == 27 and not set("01ilo") & set(one) for one in found)


@pytest.mark.parametrize(
    ("program", "kind", "wanted", "said"),
    [
        ("emailproxy", "delegated", None, "poller is a client of the kind delegated"),
        ("people", "daemon", None, "that program is for delegated and third-party"),
        ("emailproxy", "app-password", "hsm", "poller has no credential hsm of the type secret"),
        ("python", "daemon", None, "poller has 3 credentials of the type secret or certificate or federated"),
    ],
)
def test_what_does_not_fit_is_told(program: Program, kind: str, wanted: str | None, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        choose("poller", client(kind=kind), CONSUMERS[program], wanted)


def test_the_only_credential_that_fits_is_taken() -> None:
    assert choose("poller", client(), CONSUMERS[Program.EMAILPROXY], None) == "vm"
    assert choose("poller", client(kind="delegated"), CONSUMERS[Program.PEOPLE], None) == ""


def test_a_mailbox_must_be_one_that_the_client_opens_or_may_send_as() -> None:
    assert choose_mailboxes("poller", client(), ()) == ("a@contoso.com", "b@fabrikam.com")
    with pytest.raises(SetupError, match=r"poller does not open c@contoso\.com"):
        choose_mailboxes("poller", client(), ("c@contoso.com",))
    scoped = client(smtp_scope={"group": "senders@contoso.com"}, mailboxes={})
    assert choose_mailboxes("poller", scoped, ("c@contoso.com",)) == ("c@contoso.com",)


@pytest.mark.parametrize("protocol", ["imap", "pop", "smtp"])
@pytest.mark.parametrize("credential", ["vm", "hsm", "ci"])
def test_a_program_believes_no_server_without_a_certificate(protocol: str, credential: str) -> None:
    server = {protocol: {"host": "outlook.office365.com", "port": 1}}
    text = python.write(Request("poller", client(protocols=server), credential, ("a@contoso.com",)))

    compile(text, "mail.py", "exec")
    assert text.count("ssl.create_default_context()") == 1
    assert "instance_discovery" not in text


def test_people_are_told_what_to_type() -> None:
    text = CONSUMERS[Program.PEOPLE].write(Request("mail", client(kind="third-party"), "", ()))

    assert [line.split("  ")[0] for line in text.splitlines()[1:3]] == [
        "Incoming mail, IMAP",
        "Outgoing mail, SMTP",
    ]
    assert "smtp.office365.com" in text
    assert "STARTTLS" in text
