"""State that a team shares in an object store: several engines, folders and environments at once."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import stores
from tests.conftest import PROJECT
from tests.kills import UP, kill_engine, killed_up, taken_up_again, wait_for
from tests.stores import Store
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

BILLING = "        billing@contoso.com: full-access\n"
REFUSED = 1


def checkout(folder: Path, offline: OfflineTenant, store: Store) -> Project:
    """A colleague's own: a folder and a home of Pulumi, with nothing but the plugins in it."""
    home = folder.with_name(f"{folder.name}-pulumi")
    home.mkdir()
    (home / "plugins").symlink_to(offline.home.pulumi_home / "plugins")
    return Project(folder, {**offline.environment, **store.environment, "PULUMI_HOME": str(home)})


def first_checkout(folder: Path, offline: OfflineTenant, store: Store, *stacks: str) -> Project:
    """With a stack file for each environment, whose client is named after it."""
    (folder / "stacks").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(PROJECT / name, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    text = (PROJECT / "stacks" / "Pulumi.offline.yaml").read_text().split("encryptionsalt")[0]
    found = checkout(folder, offline, store)
    for stack in stacks:
        path = folder / "stacks" / f"Pulumi.{stack}.yaml"
        path.write_text(text.replace("invoice-poller", f"{stack}-poller"))
        found.pulumi("stack", "init", stack)
    found.pulumi("stack", "select", stacks[0])
    return found


def second_checkout(
    folder: Path, first: Project, offline: OfflineTenant, store: Store, stack: str
) -> Project:
    shutil.copytree(first.folder, folder, symlinks=True)
    found = checkout(folder, offline, store)
    found.pulumi("stack", "select", stack)
    return found


@contextmanager
def halted(project: Project, offline: OfflineTenant) -> Iterator[int]:
    """An update that stands still in the middle; it goes on, and ends well, when the block is left."""
    offline.control("POST", "latency", {"exchange Add-MailboxPermission": 1.0})
    with subprocess.Popen(
        UP, cwd=project.folder, env=dict(project.environment), stdout=subprocess.DEVNULL
    ) as up:
        wait_for(lambda: offline.stats()["exchange"].get("Add-MailboxPermission", 0) == 2)
        os.kill(up.pid, signal.SIGSTOP)
        offline.control("POST", "latency", {})
        try:
            yield up.pid
        finally:
            os.kill(up.pid, signal.SIGCONT)
    assert up.returncode == 0


def edit(project: Project, stack: str, old: str, new: str) -> None:
    path = project.folder / "stacks" / f"Pulumi.{stack}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def pull(project: Project, other: Project) -> None:
    """Take over the stack files as another colleague has them."""
    shutil.copytree(other.folder / "stacks", project.folder / "stacks", dirs_exist_ok=True)


def hides_secrets(store: Store, project: Project, stack: str) -> None:
    said = project.pulumi("stack", "output", "--json", "--show-secrets", "--stack", stack)
    client = json.loads(said)["clients"][f"{stack}-poller"]
    assert store.holds(client["client_id"])
    assert not store.holds(client["credentials"]["poller-vm"]["value"])


def refused_as_locked(project: Project, store: Store, pid: int) -> None:
    said = project.pulumi("up", "--yes", "--skip-preview", expect=REFUSED)
    assert "the stack is currently locked by 1 lock(s)" in said
    assert store.environment["PULUMI_BACKEND_URL"].split("?")[0] in said
    assert f"(pid {pid})" in said


def test_two_environments_and_two_colleagues_share_a_container_of_azure(
    tmp_path: Path, offline: OfflineTenant
) -> None:
    with stores.azure(tmp_path / "store") as store:
        anna = first_checkout(tmp_path / "anna", offline, store, "dev", "prod")
        ben = second_checkout(tmp_path / "ben", anna, offline, store, "dev")

        # While Anna's engine is in the middle of dev, Ben's is refused there, and has prod for himself.
        with halted(anna, offline) as pid:
            refused_as_locked(ben, store, pid)
            ben.pulumi("up", "--yes", "--skip-preview", "--stack", "prod")
        stats = offline.stats()
        assert stats["graph"]["POST /v1.0/applications"] == stats["exchange"]["New-ServicePrincipal"] == 2
        assert stats["exchange"]["Add-MailboxPermission"] == 4

        # Anna's engine is killed when it takes a mailbox away: Ben, who has her change, finishes her work.
        edit(anna, "dev", BILLING, "")
        killed_up(anna, offline, "Remove-MailboxPermission", kill_engine)
        pull(ben, anna)
        assert "the stack is currently locked by 1 lock(s)" in ben.pulumi("up", "--yes", expect=REFUSED)
        taken_up_again(ben, kill_engine)

        # Nothing is left to do for Anna, in neither environment.
        anna.pulumi("preview", "--expect-no-changes")
        anna.pulumi("preview", "--expect-no-changes", "--stack", "prod")

        # What the store ever held shows no secret, and the passphrase is needed to see one.
        for stack in ("dev", "prod"):
            hides_secrets(store, anna, stack)
        stranger = Project(ben.folder, {**ben.environment, "PULUMI_CONFIG_PASSPHRASE": "guessed"})
        assert "the passphrase of the stack is wrong" in stranger.mailgrant_error("verify")


def test_a_bucket_of_s3_is_locked_and_shared_too(tmp_path: Path, offline: OfflineTenant) -> None:
    with stores.s3(tmp_path / "store") as store:
        anna = first_checkout(tmp_path / "anna", offline, store, "prod")
        ben = second_checkout(tmp_path / "ben", anna, offline, store, "prod")

        with halted(anna, offline) as pid:
            refused_as_locked(ben, store, pid)

        ben.pulumi("preview", "--expect-no-changes")
        hides_secrets(store, ben, "prod")
