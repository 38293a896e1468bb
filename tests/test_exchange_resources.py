"""The Exchange resources on the real engine, in a program of somebody who has only installed mailgrant."""

from pathlib import Path

import pytest

from tests.somebody import FIRST, Somebody, project, settings
from tests.worlds import OfflineTenant

pytestmark = pytest.mark.engine

UP = ("up", "--yes", "--skip-preview")
REFRESH = {
    "Get-ServicePrincipal": 2,
    "Get-MailboxPermission": 2,
    "Get-RecipientPermission": 1,
    "Get-CASMailbox": 2,
    "Get-TransportConfig": 1,
    "Get-AuthenticationPolicy": 1,
    "Get-User": 1,
    "Get-ManagementScope": 1,
    "Get-ManagementRoleAssignment": 1,
}
UPDATE = "~ pulumi-python:dynamic/exchange:{}: (update)"
BILLING = '"billing@contoso.com": "full-access",'
# What somebody changes in the program, and the lines of the preview that tell it.
SENTENCES = {
    "a switch turned": (
        ('"pop": "off"', '"pop": "on"'),
        [
            UPDATE.format("MailboxProtocols"),
            *("~ protocols: {", "~ frontdesk@contoso.com: {", '~ pop : "off" => "on"'),
        ],
    ),
    "a mailbox added": (
        (BILLING, f'{BILLING} "legal@contoso.com": "full-access",'),
        [UPDATE.format("MailboxAccess"), "~ access : {", '+ legal@contoso.com : "full-access"'],
    ),
    "a right dropped": (
        ("full-access, send-as", "full-access"),
        [
            UPDATE.format("MailboxAccess"),
            *("~ access : {", '~ invoices@contoso.com: "full-access, send-as" => "full-access"'),
        ],
    ),
    "another group": (
        ("newsletter-senders@contoso.com", "finance@contoso.com"),
        [
            UPDATE.format("SmtpApplicationScope"),
            '~ group : "newsletter-senders@contoso.com" => "finance@contoso.com"',
        ],
    ),
    "the organization": (
        ('smtp_auth="enabled"', 'smtp_auth="disabled"'),
        [UPDATE.format("TransportSettings"), '~ smtp_auth: "enabled" => "disabled"'],
    ),
}


@pytest.fixture
def somebody(tmp_path: Path, offline: OfflineTenant) -> Somebody:
    return project(tmp_path / "somebody", offline.environment)


def changed(preview: str) -> list[str]:
    """The lines of a preview that say what differs."""
    said = preview.partition("Resources:")[0]
    lines = (" ".join(line.split()) for line in said.splitlines())
    return [line for line in lines if line[:2] in {"+ ", "- ", "~ "}]


def test_up_up_refresh_and_destroy_leaves_the_tenant_as_it_was(
    somebody: Somebody, offline: OfflineTenant
) -> None:
    before = settings(offline)
    offline.stats(reset=True)

    somebody.pulumi(*UP)
    assert offline.stats(reset=True)["exchange"] == FIRST

    somebody.pulumi("up", "--yes", "--expect-no-changes")
    assert offline.stats(reset=True)["exchange"] == {}

    somebody.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert offline.stats(reset=True)["exchange"] == REFRESH

    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert settings(offline) == before


def test_a_preview_reads_like_a_sentence_and_asks_nobody(somebody: Somebody, offline: OfflineTenant) -> None:
    somebody.pulumi(*UP)
    offline.stats(reset=True)

    program = (somebody.folder / "__main__.py").read_text()
    previews = {}
    for what, ((old, new), _) in SENTENCES.items():
        somebody.edit(old, new)
        previews[what] = changed(somebody.pulumi("preview", "--diff"))
        (somebody.folder / "__main__.py").write_text(program)

    assert previews == {what: lines for what, (_, lines) in SENTENCES.items()}
    assert offline.stats()["exchange"] == {}


def drift(offline: OfflineTenant) -> None:
    """Somebody turns everything that we have set."""
    ours, policy = "bbbbbbbb-0000-4000-8000-000000000001", "mailgrant: no basic authentication"
    scope = "mailgrant aaaaaaaa-0000-4000-8000-000000000001"
    sure = {"Confirm": False}
    offline.cmdlet("Set-ServicePrincipal", Identity=ours, DisplayName="Somebody", **sure)
    taken = {"Identity": "invoices@contoso.com", "Trustee": ours, "AccessRights": "SendAs"}
    offline.cmdlet("Remove-RecipientPermission", **taken, **sure)
    offline.cmdlet("Set-CASMailbox", Identity="frontdesk@contoso.com", PopEnabled=True, **sure)
    offline.cmdlet("Set-TransportConfig", SmtpClientAuthenticationDisabled=True, **sure)
    offline.cmdlet("Set-AuthenticationPolicy", Identity=policy, AllowBasicAuthImap=True, **sure)
    offline.cmdlet("Set-User", Identity="adele@contoso.com", AuthenticationPolicy=None, **sure)
    offline.cmdlet("Set-ManagementScope", Identity=scope, RecipientRestrictionFilter="Name -eq 'x'", **sure)


def test_drift_shows_in_a_refresh_and_the_next_update_mends_it(
    somebody: Somebody, offline: OfflineTenant
) -> None:
    before = settings(offline)
    somebody.pulumi(*UP)
    made = settings(offline)
    drift(offline)
    assert settings(offline) != made

    said = somebody.pulumi("refresh", "--yes", "--skip-preview", "--diff")
    for line in ('"Poller" => "Somebody"', '"off" => "on"', '"enabled" => "disabled"', '=> "Name -eq'):
        assert line in said
    somebody.pulumi(*UP)

    assert settings(offline) == made
    somebody.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert settings(offline) == before


def test_mailboxes_that_do_not_exist_fail_the_update_last_and_lose_nothing(
    somebody: Somebody, offline: OfflineTenant
) -> None:
    somebody.edit(BILLING, f'{BILLING} "nobody@contoso.com": "full-access",')
    somebody.edit('"support@contoso.com"', '"no-support@contoso.com"')
    somebody.edit('users=["adele', 'users=["no-adele@contoso.com", "adele')

    said = somebody.pulumi(*UP, expect=1)

    assert "access to 1 mailbox was not granted to poller:\n      - nobody@contoso.com: The operation" in said
    assert (
        "settings of 1 mailbox were not set for mailboxes:\n      - no-support@contoso.com: The operation"
        in said
    )
    assert "settings of 1 user were not set for policy:\n      - no-adele@contoso.com: The operation" in said
    assert "Traceback" not in said
    assert len(offline.cmdlet("Get-ManagementScope")) == 1
    assert offline.stats(reset=True)["exchange"]["Set-CASMailbox"] == 1

    somebody.edit("no-support@contoso.com", "support@contoso.com")
    somebody.edit('"no-adele@contoso.com", ', "")
    somebody.edit(' "nobody@contoso.com": "full-access",', "")
    somebody.pulumi(*UP)
    stats = offline.stats(reset=True)["exchange"]
    assert {name: count for name, count in stats.items() if name.startswith(("Set-", "Add-", "New-"))} == {
        "Set-CASMailbox": 1
    }
    somebody.pulumi("up", "--yes", "--expect-no-changes")
