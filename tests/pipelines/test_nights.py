"""Nights: what others changed is found, secrets rotate, and one issue says what needs a person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.forge.issue_stand_ins import IssuesStandIn
from tests.pipelines.world import BILLING, SUPPORT, World, needs_what_runners_have, world

pytestmark = [pytest.mark.engine, needs_what_runners_have]

CLIENT = "invoice-poller"


def principal(found: World[IssuesStandIn]) -> str:
    [one] = [one for one in found.offline.cmdlet("Get-ServicePrincipal") if one["DisplayName"] == CLIENT]
    return str(one["ObjectId"])


def secrets(found: World[IssuesStandIn]) -> set[str]:
    return {one["keyId"] for one in found.application(f"{CLIENT}-prod")["passwordCredentials"]}


def test_one_issue_follows_what_the_nights_find(tmp_path: Path) -> None:
    with world(tmp_path, ["prod"], IssuesStandIn()) as found:
        found.push()
        found.writes()
        issues, rights = found.github, {"User": principal(found), "AccessRights": ["FullAccess"]}

        # Somebody takes a right away by hand. Nobody has switched rotation on.
        found.offline.cmdlet(
            "Remove-MailboxPermission", Identity="billing@contoso.com", Confirm=False, **rights
        )
        assert found.results(found.night()) == {"prod / rotate": "skipped", "prod / look": "success"}
        [issue] = issues.found.values()
        assert (issue["title"], issue["state"]) == ("mailgrant: mailgrant/prod needs a look", "open")
        assert "billing@contoso.com" in issue["body"]

        # Weeks later: the secret rotates, and there is still one issue.
        found.switch("MAILGRANT_ROTATION", "true")
        found.at(datetime.now(UTC) + timedelta(days=16))
        before, said = secrets(found), issue["body"]
        found.writes()
        assert set(found.results(found.night()).values()) == {"success"}
        assert len(secrets(found) - before) == 1
        assert [one["body"] for one in issues.found.values()] == [said]
        assert found.writes() == {}

        # The right is back; on main is a change that nobody has approved: a night does not make it.
        found.offline.cmdlet("Add-MailboxPermission", Identity="billing@contoso.com", **rights)
        found.commit("prod", BILLING, BILLING + SUPPORT)
        found.writes()
        assert found.results(found.night()) == {"prod / rotate": "failure", "prod / look": "success"}
        assert found.writes() == {}
        [issue] = issues.found.values()
        assert "nobody has approved it" in issue["body"]
        assert "billing@contoso.com" not in issue["body"]

        # All is well.
        found.commit("prod", SUPPORT, "")
        found.switch("MAILGRANT_ROTATION", "")
        found.night()
        assert issues.states == ["closed"]
