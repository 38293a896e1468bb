"""Guardrails see what a program declares beyond the file of its stack: they are held against the preview, too."""

from pathlib import Path
from typing import Any

import pytest

from mailgrant.report.declared import Declared, declared
from mailgrant.report.formats.guarded import sections
from mailgrant.report.formats.wording import MOST_LINES
from tests.report.readings import preview_of
from tests.report.test_loosened import WAIVER, checked

SUPPORT = 'mailgrant:clients.invoice-poller.mailboxes["support@contoso.com"]'
ADELE = 'mailgrant:clients.thunderbird.consent["adele@contoso.com"]'


def forbidden(address: str) -> dict[str, Any]:
    return {"forbidden_mailboxes": {"addresses": [address]}}


# By recorded preview: guardrails of a stack whose file declares nothing of it, and what they find
SHOWN: list[tuple[str, dict[str, Any], list[tuple[str, str, str]]]] = [
    ("mailbox-added", forbidden("Support@contoso.com"), [("forbidden_mailboxes", SUPPORT, "error")]),
    (
        "mailbox-added",
        {"mailboxes_per_client": {"at_most": 2}},
        [("mailboxes_per_client", "mailgrant:clients.invoice-poller.mailboxes", "warning")],
    ),
    ("mailbox-added", {"mailboxes_per_client": {"at_most": 3}}, []),
    ("mailbox-removed", forbidden("billing@contoso.com"), []),  # it goes
    ("consent-for-one-more", forbidden("adele@contoso.com"), [("forbidden_mailboxes", ADELE, "error")]),
    (
        "tenant-settings",
        {"organization_smtp_auth": "error"},
        [("organization_smtp_auth", "mailgrant:tenant.smtp_auth", "error")],
    ),
    ("tenant-settings", {"organization_smtp_auth": "off"}, []),
]


@pytest.mark.parametrize(("name", "guardrails", "expected"), SHOWN)
def test_what_only_the_preview_shows_is_found(
    name: str, guardrails: dict[str, Any], expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    found = declared(checked(tmp_path, guardrails), preview_of(name)).findings

    assert [(one.rule, one.place.lower(), one.severity) for one in found] == [
        (rule, place.lower(), severity) for rule, place, severity in expected
    ]


def test_one_waiver_is_for_both(tmp_path: Path) -> None:
    waiver = {**WAIVER, "rule": "forbidden_mailboxes", "place": SUPPORT}

    [finding] = declared(
        checked(tmp_path, forbidden("support@contoso.com"), waiver), preview_of("mailbox-added")
    ).findings

    assert (finding.severity, finding.place) == ("warning", SUPPORT)
    assert "waived by adele@contoso.com until 2027-01-31" in finding.reason


def test_what_the_plan_shows_already_is_told_once(tmp_path: Path) -> None:
    poller = {
        "kind": "daemon",
        "protocols": ["imap"],
        "mailboxes": {"support@contoso.com": "full-access"},
        "credentials": {"vm": {"type": "secret"}},
    }
    stack = checked(tmp_path, forbidden("support@contoso.com"), clients={"invoice-poller": poller})
    [of_the_plan] = stack.findings

    assert declared(stack, preview_of("mailbox-added")).findings == (of_the_plan,)


def test_where_the_rest_of_many_findings_stands(tmp_path: Path) -> None:
    """``mailgrant check`` sees no preview: it cannot tell what only a preview shows."""
    found = declared(checked(tmp_path, forbidden("support@contoso.com")), preview_of("mailbox-added"))
    many = found.findings * (MOST_LINES + 3)

    [section] = sections(Declared(findings=many))
    assert section.lines[MOST_LINES:] == (("and 3 more, told by --format json",),)
