"""A client put into a stack's file as text: everything else stays as people wrote it."""

from typing import Any

import pytest
import yaml

from mailgrant.adopt.naming import all_different, name_of
from mailgrant.adopt.stack_file import insert
from mailgrant.errors import SetupError

POLLER = {"kind": "daemon", "protocols": ["imap"], "mailboxes": {"a@b.de": "full-access"}}
SECTIONS: dict[str, dict[str, Any]] = {
    "mailgrant:clients": {"poller": POLLER},
    "mailgrant:mailboxes": {"a@b.de": {"smtp_auth": "inherit"}},
}
CLIENT = """\
    poller:
      kind: daemon
      protocols:
      - imap
      mailboxes:
        a@b.de: full-access
"""
FULL = """\
# Ours.
config:
  mailgrant:organization: 'contoso.onmicrosoft.com'   # the first domain
  mailgrant:mailboxes: # switches
    x@b.de: {imap: true}
  mailgrant:clients:
    # The first one.
    first: {kind: daemon,
            protocols: [imap]}
    note: |
      text

  # What follows is of others.
  azuread:tenantId: "1"
encryptionsalt: v1
"""
DONE = f"""\
# Ours.
config:
  mailgrant:organization: 'contoso.onmicrosoft.com'   # the first domain
  mailgrant:mailboxes: # switches
    x@b.de: {{imap: true}}
    a@b.de:
      smtp_auth: inherit
  mailgrant:clients:
    # The first one.
    first: {{kind: daemon,
            protocols: [imap]}}
    note: |
      text
{CLIENT}
  # What follows is of others.
  azuread:tenantId: "1"
encryptionsalt: v1
"""


def test_comments_order_and_quotes_stay() -> None:
    assert insert(FULL, SECTIONS) == DONE


def test_line_ends_of_windows_stay() -> None:
    assert insert(FULL.replace("\n", "\r\n"), SECTIONS) == DONE.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet\n",
        "encryptionsalt: v1",
        "config:\n",
        "config:\n  mailgrant:clients:\n  azuread:tenantId: 1\n",
        "config:\n    mailgrant:organization: contoso.onmicrosoft.com\nencryptionsalt: v1\n",
        "config:\n  mailgrant:clients:\n    first:\n      kind: daemon\n\n\n",
    ],
)
def test_whatever_is_there_is_there_afterwards_with_the_client(text: str) -> None:
    before = yaml.safe_load(text) or {}

    after = yaml.safe_load(insert(text, SECTIONS))

    clients = after["config"].pop("mailgrant:clients")
    assert clients.pop("poller") == POLLER
    assert after["config"].pop("mailgrant:mailboxes") == {"a@b.de": {"smtp_auth": "inherit"}}
    was = before.get("config") or {}
    assert clients == (was.pop("mailgrant:clients", None) or {})
    assert after == {**before, "config": was}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "config:\n  mailgrant:clients:\n    poller: {}\n",
            "mailgrant:clients.poller stands in the stack's file",
        ),
        ("config:\n  mailgrant:clients: {first: {}}\n", "mailgrant:clients is written in braces"),
        ("config: [1]\n", "holds no map of keys under config:"),
        ("- 1\n", "holds no map of keys under config:"),
        ("config: {\n", "is no YAML"),
        ("a: &a\n  config: 1\nconfig:\n  <<: *a\n", "cannot be added to"),
    ],
)
def test_a_file_that_cannot_be_added_to_is_left(text: str, problem: str) -> None:
    with pytest.raises(SetupError, match=problem):
        insert(text, SECTIONS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Old program", "old-program"),
        ("IMAP App (prod)", "imap-app-prod"),
        ("Überweisung", "uberweisung"),
        ("365 mail", "client-365-mail"),
        ("日本", "client"),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_name_for_a_stack_is_made_of_any_text(text: str, name: str) -> None:
    assert name_of(text, "client") == name


def test_names_that_are_taken_get_a_number() -> None:
    names = [("a", 1), ("b", 2), ("a", 3), ("x" * 40, 4), ("x" * 40, 5)]

    assert list(all_different(names, ["b"])) == [
        ("a", 1),
        ("b-2", 2),
        ("a-2", 3),
        ("x" * 40, 4),
        ("x" * 38 + "-2", 5),
    ]
