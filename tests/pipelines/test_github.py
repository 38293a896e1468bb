"""From a pull request to the tenant: the scripts of the workflows themselves, on the real engine, signed in by OIDC alone."""

import json
from pathlib import Path

import pytest

from tests.forge.stand_ins import GitHubStandIn
from tests.pipelines.runner import Jobs
from tests.pipelines.world import BILLING, LEGAL, SUPPORT, World, needs_what_runners_have, world

pytestmark = [pytest.mark.engine, needs_what_runners_have]

Mail = World[GitHubStandIn]
CLIENTS = "  mailgrant:clients:\n"
FORBIDDEN = "  mailgrant:guardrails: {forbidden_mailboxes: {addresses: [invoices@contoso.com]}}\n"
LIMIT = "  mailgrant:guardrails: {mailboxes_per_client: {at_most: 50}}\n"


def test_what_was_reviewed_is_what_is_made(tmp_path: Path) -> None:
    with world(tmp_path, ["dev", "prod"], GitHubStandIn()) as found:
        what_is_merged_is_made(found)
        a_pull_request_shows_who_gains_what(found)
        what_is_not_what_was_approved_is_not_made(found, tmp_path / "laptop")


def what_is_merged_is_made(found: Mail) -> None:
    seen: dict[str, str] = {}

    def reviewed(environment: str, so_far: Jobs) -> bool:
        preview = so_far[f"{environment} / preview"]
        seen[environment] = preview.summary
        return preview.outputs["hash"] in preview.summary

    # Each stack is previewed, approved in its environment, made and proven.
    assert set(found.results(found.push(reviewed)).values()) == {"success"}
    assert sorted(seen) == ["dev", "prod"]
    assert all("full-access" in summary and "broadening" in summary for summary in seen.values())
    assert found.writes() == {"New-ServicePrincipal": 2, "Add-MailboxPermission": 4}

    # Only what was approved could sign in as its environment; the state's tokens are of the same jobs.
    jobs = ("ref:refs/heads/main", "environment:dev", "environment:prod")
    assert found.vouched() == {f"repo:contoso/mail:{job}" for job in jobs}

    # Nothing to change: nobody is asked for an approval.
    found.only("dev")
    seen.clear()
    assert found.results(found.push(reviewed))["dev / up"] == "skipped"
    assert seen == {}

    # A guardrail changes nothing in the tenant, and is put out all the same: the next report is held against it.
    found.only("prod")
    found.commit("prod", CLIENTS, LIMIT + CLIENTS)
    assert found.results(found.push(reviewed))["prod / up"] == "success"
    assert "Guardrails change, and none is loosened" in seen["prod"]
    assert found.writes() == {}


def a_pull_request_shows_who_gains_what(found: Mail) -> None:
    # One comment a stack, for which Exchange is asked, too, and nothing is changed.
    found.only("dev", "prod")
    found.switch("MAILGRANT_LIVE", "true")
    found.git("switch", "--quiet", "--create", "change")
    found.commit("dev", BILLING, BILLING + SUPPORT)
    found.commit("prod", BILLING, "")
    assert set(found.results(found.pull_request("change")).values()) == {"success"}
    assert verdicts(found) == {"mailgrant/dev": "broadening", "mailgrant/prod": "narrowing"}
    assert "Looked up in the tenant" in found.github.texts()[0]
    assert "Could not be looked up" not in "".join(found.github.texts())

    # A team that wants it so: what gives more rights is red.
    found.switch("MAILGRANT_LIVE", "")
    found.switch("MAILGRANT_PREVIEW_APPROVAL", "broadening")
    found.only("dev")
    red = {"preview dev": "failure", "mailgrant gate": "failure"}
    assert found.results(found.pull_request("change")) == red

    # A second push to it: the comments are edited in place.
    first = list(found.github.found)
    found.commit("dev", SUPPORT, "")
    assert set(found.results(found.pull_request("change")).values()) == {"success"}
    assert list(found.github.found) == first
    assert verdicts(found) == {"mailgrant/dev": "neutral", "mailgrant/prod": "narrowing"}
    assert found.writes() == {}

    # What a guardrail forbids makes it red, and the comment says so.
    found.commit("dev", CLIENTS, FORBIDDEN + CLIENTS)
    assert found.results(found.pull_request("change")) == red
    assert "forbidden_mailboxes" in "".join(found.github.texts())


def what_is_not_what_was_approved_is_not_made(found: Mail, laptop: Path) -> None:
    found.git("switch", "--quiet", "main")
    found.commit("prod", BILLING, "")
    found.only("prod")

    def meddled(_environment: str, _so_far: Jobs) -> bool:
        """Somebody changes the stack by hand while a reviewer looks at the report."""
        by_hand = found.laptop(laptop)
        path = by_hand.folder / "stacks" / "Pulumi.prod.yaml"
        path.write_text(path.read_text().replace("      credentials:\n", f"{LEGAL}      credentials:\n"))
        by_hand.pulumi("up", "--stack", "prod", "--yes", "--skip-preview")
        assert found.writes() == {"Add-MailboxPermission": 1, "Remove-MailboxPermission": 1}
        return True

    refused = found.push(meddled)
    assert found.results(refused) == {
        "prod / preview": "success",
        "prod / up": "failure",
        "prod / verify": "skipped",
    }
    assert "This is not what was approved" in refused["prod / up"].log
    assert found.writes() == {}

    # A reviewer says no: the writing identity never signs in.
    rejected = found.push(lambda *_: False)
    assert found.results(rejected)["prod / up"] == "failure"
    assert found.writes() == {}


def verdicts(found: Mail) -> dict[str, str]:
    """Of the comments, by stack; what stands in their first lines."""
    markers = [json.loads(text.split(" ", 2)[2].partition(" -->")[0]) for text in found.github.texts()]
    return {marker["stack"]: marker["verdict"] for marker in markers}
