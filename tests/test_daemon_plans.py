"""What a stack says of daemons, app passwords and their mailboxes, as a plan, or as faults with their places."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailgrant.config import parse
from mailgrant.errors import ConfigurationError
from mailgrant.model import DaemonPlan, ExternalCredential

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


def faults(**changes: Any) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(stack(**changes), NOW)
    return {
        fault.path.removeprefix("mailgrant:clients.poller."): fault.problem for fault in caught.value.faults
    }


@pytest.mark.parametrize(
    "written", ["2049-01-31", "2049-01-31 00:00:00 +0000 UTC", "2049-01-31T00:00:00Z", date(2049, 1, 31)]
)
def test_a_day_may_stand_without_quotes(written: Any) -> None:
    """Pulumi hands a day over as Go writes it; a shared file and a program have other forms."""
    [credential] = plan(credentials={"vm": {"type": "external", "expires": written}}).credentials.values()

    assert credential == ExternalCredential(date(2049, 1, 31))


@pytest.mark.parametrize("written", ["soon", "2049-02-30", "2049-01-31 12:00:00 +0000 UTC", 2049, True])
def test_what_is_no_day_is_told(written: Any) -> None:
    assert faults(credentials={"vm": {"type": "external", "expires": written}}) == {
        "credentials.vm.expires": "not a day; write it as 2027-01-31"
    }
