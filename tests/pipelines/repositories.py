"""A repository at a forge, as somebody has it who copied the pipelines."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.pipelines.files import ROOT
from tests.pipelines.jobs import REPOSITORY, Event

WHO = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
AUTHOR = ("-c", "user.name=Adele", "-c", "user.email=adele@contoso.com")
STACK = """\
config:
  azuread:tenantId: 0ff11ce0-7e4a-4b1d-9c3e-c0a750000001
  mailgrant:organization: contoso.onmicrosoft.com
  mailgrant:cloud: custom
  mailgrant:suffix: SUFFIX
  mailgrant:clients:
    invoice-poller:
      kind: daemon
      protocols: [imap]
      mailboxes:
        invoices@contoso.com: full-access
        billing@contoso.com: full-access
      credentials:
        poller-vm: {type: secret, lifetime: 30d, rotate: 15d}
"""
COPIED = (
    "Pulumi.yaml",
    "__main__.py",
    "stacks/Pulumi.automation.yaml",
    "stacks/Pulumi.automation-reader.yaml",
)


def made(folder: Path, stacks: Sequence[str]) -> Path:
    """A repository with the workflows, and with these stacks; nothing was made of them yet."""
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / ".github", folder / ".github")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".gitignore").write_text(".venv\n")
    for name in stacks:
        (folder / "stacks" / f"Pulumi.{name}.yaml").write_text(STACK.replace("SUFFIX", name))
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The stacks")
    return folder


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-C", str(folder), *AUTHOR, *arguments]
    subprocess.run(command, check=True, env={**os.environ, **WHO}, stdout=subprocess.DEVNULL)


def pull_request(branch: str, head: str = REPOSITORY) -> Event:
    """A commit on a branch that has a pull request, of whatever repository."""
    sides = {side: {"repo": {"full_name": name}} for side, name in (("head", head), ("base", REPOSITORY))}
    return Event("pull_request", f"refs/heads/{branch}", {"pull_request": {"number": 7, **sides}})
