"""From one operation to the next, over the providers: drift that a refresh saw is mended, failures are tried again."""

from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from mailgrant.errors import CmdletError
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.provider import MailboxAccessProvider
from offline_tenant.exchange.mailboxes import add_mailbox
from tests.exchange.conftest import TenantSession
from tests.exchange.settings_subjects import (
    ADELE,
    ALEX,
    AUTHENTICATION_POLICY,
    FRONT,
    LEGACY,
    MAILBOX_PROTOCOLS,
    POLICY,
    SMTP_SCOPE,
    no_mailbox,
    no_policy,
    no_scope,
    policies,
    policy,
    scope,
    scopes,
    switches,
    turned,
)
from tests.exchange.subjects import APP_ID, PRINCIPAL, Arrange, Properties, Subject, admin

NEWS: Properties = {"found": {}, "unread": {}}


def refreshed(provider: Any, subject: Subject, arrange: Arrange, session: TenantSession) -> Properties:
    """What the state holds after an update, a change by somebody else, and a refresh."""
    subject.prepare(session)
    made = provider.create(subject.wanted)
    arrange(session)
    outs: Properties = provider.read(made.id, made.outs).outs
    if outs and "__snapshot" in made.outs:
        outs["__snapshot"] = made.outs["__snapshot"]
    return outs


def recreated(session: TenantSession) -> None:
    no_mailbox(session)
    add_mailbox(session.tenant, FRONT, "Front Desk")


@pytest.mark.parametrize(
    ("subject", "arrange", "mended"),
    [
        (MAILBOX_PROTOCOLS, turned(imap=True, pop=False), "billing on, front off off -"),
        (MAILBOX_PROTOCOLS, recreated, "billing on, front off off -"),
        (
            AUTHENTICATION_POLICY,
            policy(adele=LEGACY, alex=None),
            "Legacy, ours, adele ours, alex ours, all -",
        ),
        (
            AUTHENTICATION_POLICY,
            policy(adele=POLICY, alex=POLICY, imap=True),
            "Legacy, ours, adele ours, alex ours, all -",
        ),
        (
            SMTP_SCOPE,
            scope(APP_ID, "CustomAttribute1 -eq 'x'"),
            "SMTP ours -> ours, ours: 'newsletter'",
        ),
        (
            SMTP_SCOPE,
            scope(APP_ID, SMTP_SCOPE.wanted["filter"], assigned=False),
            "SMTP ours -> ours, ours: 'newsletter'",
        ),
    ],
)
def test_what_a_refresh_saw_is_mended_and_then_it_is_as_wanted(
    session: TenantSession, subject: Subject, arrange: Arrange, mended: str
) -> None:
    provider = subject.over(session)
    olds = refreshed(provider, subject, arrange, session)
    assert provider.diff("", olds, {**subject.wanted, **NEWS}).changes

    after = provider.update("", olds, subject.wanted).outs

    assert subject.shows(session) == mended
    assert not provider.diff("", after, {**subject.wanted, **NEWS}).changes


def test_a_mailbox_that_was_gone_and_is_wanted_still_is_told(session: TenantSession) -> None:
    provider = MAILBOX_PROTOCOLS.over(session)
    olds = refreshed(provider, MAILBOX_PROTOCOLS, no_mailbox, session)

    after = provider.update("", olds, MAILBOX_PROTOCOLS.wanted).outs

    assert "couldn't be found" in after["failed"][FRONT]


@pytest.mark.parametrize(
    ("subject", "arrange", "left"),
    [
        (MAILBOX_PROTOCOLS, turned(imap=True, pop=False), "billing on, front on on -"),
        (AUTHENTICATION_POLICY, no_policy, "Legacy, adele -, alex -, all -"),
        (SMTP_SCOPE, scope(APP_ID, "CustomAttribute1 -eq 'x'"), "nothing"),
        (SMTP_SCOPE, scope(APP_ID, SMTP_SCOPE.wanted["filter"], assigned=False), "nothing"),
        (SMTP_SCOPE, no_scope, "nothing"),
    ],
)
def test_destroy_after_a_refresh_leaves_nothing(
    session: TenantSession, subject: Subject, arrange: Arrange, left: str
) -> None:
    provider = subject.over(session)

    if olds := refreshed(provider, subject, arrange, session):
        provider.delete("", olds)

    assert subject.shows(session) == left


def fail_on(session: TenantSession, cmdlet: str) -> None:
    def refuse(call: Call) -> None:
        if call.cmdlet == cmdlet:
            raise CmdletError(call.cmdlet, call.target, "not now")

    session.before = refuse


def test_a_change_that_failed_is_tried_again(session: TenantSession) -> None:
    provider = MAILBOX_PROTOCOLS.over(session)
    on, off = {"protocols": {FRONT: {"pop": "on"}}}, {"protocols": {FRONT: {"pop": "off"}}}
    olds = provider.create(on).outs
    fail_on(session, "Set-CASMailbox")
    olds = provider.update("", olds, off).outs
    assert olds["failed"] == {FRONT: "not now"}
    session.before = lambda _: None

    olds = provider.update("", olds, off).outs

    assert (olds["failed"], switches(session)) == ({}, "billing on, front on off -")


def test_what_was_found_is_kept_until_it_is_given_back(session: TenantSession) -> None:
    provider = MAILBOX_PROTOCOLS.over(session)
    olds = provider.create({"protocols": {FRONT: {"pop": "off"}}}).outs
    fail_on(session, "Set-CASMailbox")
    olds = provider.update("", olds, {"protocols": {}}).outs
    assert olds["failed"] == {FRONT: "not now"}
    session.before = lambda _: None

    # It is wanted again, and the snapshot finds what we have set.
    olds = provider.update("", olds, {"protocols": {FRONT: {"pop": "off"}}}).outs
    provider.update("", olds, {"protocols": {}})

    assert switches(session) == "billing on, front on on -"


def test_what_a_killed_destroy_gave_back_is_not_called_somebody_elses(
    session: TenantSession, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = MAILBOX_PROTOCOLS.over(session)
    made = provider.create(MAILBOX_PROTOCOLS.wanted)

    for _ in range(2):
        provider.delete(made.id, made.outs)

    assert capsys.readouterr().err == ""


def test_a_policy_that_is_gone_is_made_again_and_given_to_everybody(session: TenantSession) -> None:
    provider = AUTHENTICATION_POLICY.over(session)
    olds = provider.create(AUTHENTICATION_POLICY.wanted).outs
    no_policy(session)

    provider.update("", olds, AUTHENTICATION_POLICY.wanted)

    assert policies(session) == "Legacy, ours, adele ours, alex ours, all -"
    assert {ADELE, ALEX} == set(AUTHENTICATION_POLICY.wanted["users"])


def test_a_filter_is_the_same_however_it_is_spaced(session: TenantSession) -> None:
    SMTP_SCOPE.prepare(session)
    provider, spaced = SMTP_SCOPE.over(session), "(CustomAttribute1  -eq  'newsletter')"
    made = provider.create({**SMTP_SCOPE.wanted, "filter": spaced})

    assert provider.read(made.id, made.outs).inputs["filter"] == spaced


def test_an_assignment_with_another_role_is_made_anew(session: TenantSession) -> None:
    SMTP_SCOPE.prepare(session)
    scope(APP_ID, SMTP_SCOPE.wanted["filter"])(session)
    documents = session.tenant.documents("managementRoleAssignments")
    [assignment] = documents.all()
    documents.replace(assignment["Guid"], {**assignment, "Role": "Application Mail.Read"})

    SMTP_SCOPE.over(session).create(SMTP_SCOPE.wanted)

    assert scopes(session) == "SMTP ours -> ours, ours: 'newsletter'"
    given = admin(session, "Get-ManagementRoleAssignment", RoleAssigneeType="ServicePrincipal")
    assert [one["Role"] for one in given] == ["Application SMTP.SendAsApp"]


def test_a_right_that_is_known_only_later_is_no_fault() -> None:
    news = {"app_id": APP_ID, "principal": PRINCIPAL, "access": {FRONT: UNKNOWN}}
    provider = MailboxAccessProvider()

    assert provider.check({}, news).failures == []
    assert provider.diff("", {**news, "granted": {}, "failed": {}}, news).changes
