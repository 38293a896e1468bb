"""How Entra and Exchange show a client: by its own name, or by one that the stack gives."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mailgrant.configuration.parsing import parse
from mailgrant.errors import ConfigurationError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
POLLER = {
    "kind": "daemon",
    "protocols": ["imap"],
    "mailboxes": {"invoices@contoso.com": "full-access"},
    "credentials": {"vm": {"type": "secret"}},
}


def stack(clients: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"organization": "contoso.onmicrosoft.com", "clients": clients, **others}


def test_a_display_name_takes_the_place_of_the_name_and_its_suffix() -> None:
    clients = {"poller": POLLER, "old": {**POLLER, "display_name": "Old program"}}

    plan = parse(stack(clients, suffix="dev"), NOW)

    assert [plan.display_name(name) for name in clients] == ["poller-dev", "Old program"]


def test_two_applications_of_one_name_cannot_be() -> None:
    clients = {"poller": POLLER, "old": {**POLLER, "display_name": "poller-dev"}}
    automation = {"name": "poller-dev", "credentials": {"ci": {"type": "secret"}}}

    with pytest.raises(ConfigurationError) as caught:
        parse(stack(clients, suffix="dev", automation=automation), NOW)

    assert [(fault.path, fault.problem) for fault in caught.value.faults] == [
        (
            "mailgrant:clients.old.display_name",
            "is the name of the application of poller, too; choose another",
        ),
        ("mailgrant:automation.name", "is the name of a client's application, too; choose another"),
    ]
