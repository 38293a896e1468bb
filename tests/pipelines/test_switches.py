"""When the workflows run at all: once somebody has named stacks, and not for forks."""

import os
from pathlib import Path

import pytest

from tests.identities.stand_ins import serving
from tests.pipelines.jobs import Event, Repository
from tests.pipelines.repositories import made, pull_request
from tests.pipelines.runner import Runner

STACKS = '[{"stack": "prod", "reader": "r", "writer": "w"}]'
NIGHT = Event("schedule")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Nobody and nothing to sign in to: what would, fails."""
    repository = Repository(made(tmp_path / "origin", []), {"PATH": os.environ["PATH"]}, {}, ("", ""), "")
    return Runner(repository, tmp_path / "jobs")


def results(runner: Runner, workflow: str, event: Event) -> dict[str, str]:
    jobs = runner.run(f".github/workflows/{workflow}.yml", event)
    return {name: job.result for name, job in jobs.items()}


def test_nothing_runs_until_somebody_names_a_stack(runner: Runner) -> None:
    assert results(runner, "preview", pull_request("main")) == {"preview": "skipped", "gate": "skipped"}
    assert results(runner, "up", Event("push")) == {"stack": "skipped"}
    assert results(runner, "nightly", NIGHT) == {"stack": "skipped"}


def test_a_fork_gets_no_preview_and_the_check_that_is_required_does_not_pass(runner: Runner) -> None:
    runner.repository.variables["MAILGRANT_STACKS"] = STACKS

    fork = results(runner, "preview", pull_request("main", "somebody/mail"))

    assert fork == {"preview": "skipped", "mailgrant gate": "failure"}


def test_without_a_token_for_the_state_nothing_is_previewed(runner: Runner) -> None:
    with serving(lambda _: (403, "no token for this job")) as endpoint:
        runner.repository.oidc = f"{endpoint.url}/token"
        runner.repository.variables |= {"MAILGRANT_STACKS": STACKS, "MAILGRANT_STATE_READER": "s"}

        jobs = runner.run(".github/workflows/preview.yml", pull_request("main"))

    assert {name: job.result for name, job in jobs.items()} == {
        "preview prod": "failure",
        "mailgrant gate": "failure",
    }
    assert "403" in jobs["preview prod"].log
    assert "mailgrant" not in jobs["preview prod"].log


def test_an_update_comes_from_main_alone(runner: Runner) -> None:
    runner.repository.variables["MAILGRANT_STACKS"] = STACKS
    runner.repository.git("branch", "change")

    by_hand = Event("workflow_dispatch", "refs/heads/change")

    assert results(runner, "up", by_hand) == results(runner, "nightly", by_hand) == {"stack": "skipped"}
