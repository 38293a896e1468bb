"""From a pull request to the tenant: the scripts of the workflows themselves, on the real engine, signed in by OIDC alone."""

import json
from pathlib import Path

import pytest

from tests.forge.stand_ins import GitHubStandIn
from tests.pipelines.runner import Jobs
from tests.pipelines.world import BILLING, LEGAL, SUPPORT, World, world

pytestmark = pytest.mark.engine

FORBIDDEN = "  mailgrant:guardrails: {forbidden_mailboxes: {addresses: [invoices@contoso.com]}}\n  mailgrant:clients:\n"


def verdicts(found: World[GitHubStandIn]) -> dict[str, str]:
    """Of the comments, by stack; what stands in their first lines."""
    markers = [json.loads(text.split(" ", 2)[2].partition(" -->")[0]) for text in found.github.texts()]
    return {marker["stack"]: marker["verdict"] for marker in markers}


def test_what_was_reviewed_is_what_is_made(tmp_path: Path) -> None:
    with world(tmp_path, ["dev", "prod"], GitHubStandIn()) as found:
        seen: dict[str, str] = {}

        def reviewed(environment: str, so_far: Jobs) -> bool:
            preview = so_far[f"{environment} / preview"]
            seen[environment] = preview.summary
            return preview.outputs["hash"] in preview.summary

        # Merged: each stack is previewed, approved in its environment, made and proven.
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

        found.only("dev", "prod")

        # A pull request: one comment a stack, and the preview changes nothing.
        found.git("switch", "--quiet", "--create", "change")
        found.commit("dev", BILLING, BILLING + SUPPORT)
        found.commit("prod", BILLING, "")
        assert set(found.results(found.pull_request("change")).values()) == {"success"}
        assert verdicts(found) == {"mailgrant/dev": "broadening", "mailgrant/prod": "narrowing"}

        # A second push to it: the comments are edited in place.
        first = list(found.github.found)
        found.commit("dev", SUPPORT, "")
        found.only("dev")
        assert set(found.results(found.pull_request("change")).values()) == {"success"}
        assert list(found.github.found) == first
        assert verdicts(found) == {"mailgrant/dev": "neutral", "mailgrant/prod": "narrowing"}
        assert found.writes() == {}

        # What a guardrail forbids makes it red, and the comment says so.
        found.commit("dev", "  mailgrant:clients:\n", FORBIDDEN)
        red = found.pull_request("change")
        assert found.results(red) == {"preview dev": "failure", "mailgrant gate": "failure"}
        assert "forbidden_mailboxes" in "".join(found.github.texts())

        # Merged, and somebody changes the stack by hand before the approval: nothing of it is made.
        found.git("switch", "--quiet", "main")
        found.commit("prod", BILLING, "")
        found.only("prod")

        def meddled(environment: str, so_far: Jobs) -> bool:
            laptop = found.laptop(tmp_path / "laptop")
            path = laptop.folder / "stacks" / "Pulumi.prod.yaml"
            path.write_text(path.read_text().replace("      credentials:\n", f"{LEGAL}      credentials:\n"))
            laptop.pulumi("up", "--stack", "prod", "--yes", "--skip-preview")
            assert found.writes() == {"Add-MailboxPermission": 1, "Remove-MailboxPermission": 1}
            return reviewed(environment, so_far)

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
