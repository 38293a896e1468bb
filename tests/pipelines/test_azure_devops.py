"""The pipelines of Azure DevOps do the same: the scripts out of the files, signed in by service connections alone."""

from pathlib import Path

import pytest

from tests.forge.stand_ins import TOKEN, AzureStandIn
from tests.pipelines.agent import Agent
from tests.pipelines.world import BILLING, CONNECTIONS, SUPPORT, World, needs_what_runners_have, world

pytestmark = [pytest.mark.engine, needs_what_runners_have]


def agent(found: World[AzureStandIn], folder: Path) -> Agent:
    told = {
        "TF_BUILD": "True",
        "SYSTEM_COLLECTIONURI": f"{found.github.url}/contoso/",
        "SYSTEM_TEAMPROJECT": "Mail Access",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
        "SYSTEM_PULLREQUEST_ISFORK": "False",
        "SYSTEM_OIDCREQUESTURI": found.runner.repository.oidc,
        "BUILD_REPOSITORY_ID": "1f",
        "PULUMI_BACKEND_URL": found.offline.environment["PULUMI_BACKEND_URL"],
    }
    [row] = found.rows
    who = {kind: {"connection": CONNECTIONS[kind], "client": row[kind]} for kind in ("reader", "writer")}
    machine = {**found.runner.repository.environment, **told}
    return Agent(found.origin, folder, machine, TOKEN, {"dev": who})


def test_a_preview_and_what_was_approved_of_it(tmp_path: Path) -> None:
    with world(tmp_path, ["dev"], AzureStandIn()) as found:
        pipelines = agent(found, tmp_path / "agent")

        # From a fork: nobody signs in.
        fork = {**pipelines.environment, "SYSTEM_PULLREQUEST_ISFORK": "True"}
        refused = Agent(found.origin, tmp_path / "fork", fork, TOKEN, pipelines.overrides).run("preview.yml")
        assert refused["preview_dev"].result == "failed"
        assert "push the branch to this repository" in refused["preview_dev"].log
        assert found.github.threads == {}

        # Merged: the hash goes from the preview to the update.
        merged = pipelines.run("up.yml")
        assert {name: stage.result for name, stage in merged.items()} == {
            "preview_dev": "succeeded",
            "up_dev": "succeeded",
            "verify_dev": "succeeded",
        }
        assert "2 of 2 logins verified" in merged["verify_dev"].log
        found.writes()

        # A pull request: one thread, and nothing changes.
        found.git("switch", "--quiet", "--create", "change")
        found.commit("dev", BILLING, BILLING + SUPPORT)
        assert pipelines.run("preview.yml", "change")["preview_dev"].result == "succeeded"
        [text] = found.github.texts()
        assert '"verdict": "broadening"' in text
        assert "support@contoso.com" in text
        assert found.writes() == {}
