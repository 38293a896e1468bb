"""What a stack says of daemons, as a plan."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailgrant.configuration.parsing import parse
from mailgrant.model import DaemonPlan, ExternalCredential, FederatedCredential

NOW = datetime(2026, 12, 1, tzinfo=UTC)
POLLER = {
    "kind": "daemon",
    "protocols": ["imap"],
    "mailboxes": {"invoices@contoso.com": "full-access"},
    "credentials": {"vm": {"type": "secret"}},
}


def stack(**changes: Any) -> dict[str, Any]:
    client = {name: value for name, value in {**POLLER, **changes}.items() if value is not None}
    return {"organization": "contoso.onmicrosoft.com", "clients": {"poller": client}}


def plan(**changes: Any) -> DaemonPlan:
    found = parse(stack(**changes), NOW).clients["poller"]
    assert isinstance(found, DaemonPlan)
    return found


@pytest.mark.parametrize(
    "written", ["2049-01-31", "2049-01-31 00:00:00 +0000 UTC", "2049-01-31T00:00:00Z", date(2049, 1, 31)]
)
def test_a_day_may_stand_without_quotes(written: Any) -> None:
    """Pulumi hands a day over as Go writes it; a shared file and a program have other forms."""
    [credential] = plan(credentials={"vm": {"type": "external", "expires": written}}).credentials.values()

    assert credential == ExternalCredential(date(2049, 1, 31))


@pytest.mark.parametrize("repository", ["contoso/mail", "contoso@5544123/mail@821093847"])
def test_a_job_of_github_is_known_by_the_subject_of_its_token(repository: str) -> None:
    """Tokens of newer repositories have the ids of the owner and the repository in them."""
    federated = {"type": "federated", "github": {"repository": repository, "environment": "prod"}}
    [credential] = plan(credentials={"ci": federated}).credentials.values()

    assert isinstance(credential, FederatedCredential)
    assert credential.subject == f"repo:{repository}:environment:prod"


SCOPE = {"group": "newsletter-senders@contoso.com"}


def test_a_client_that_only_sends_within_a_scope_has_no_mailboxes() -> None:
    found = plan(protocols=["smtp"], mailboxes=None, smtp_scope=SCOPE)

    assert (found.mailboxes, found.senders) == ({}, ())


def test_smtp_auth_is_wanted_where_the_mailboxes_decide_and_not_where_a_scope_does() -> None:
    both = {"protocols": ["imap", "smtp"]}

    assert plan(**both).senders == ("invoices@contoso.com",)
    assert plan(**both, smtp_scope=SCOPE).senders == ()
