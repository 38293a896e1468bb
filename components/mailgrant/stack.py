"""What a stack put out, asked from Pulumi's own command."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, Final

from mailgrant.errors import SetupError

# What Pulumi says → what it means here, and what to do
PROBLEMS: Final = (
    (
        "incorrect passphrase",
        "the passphrase of the stack is wrong",
        "Set PULUMI_CONFIG_PASSPHRASE to the one that the stack was made with.",
    ),
    (
        "passphrase must be set",
        "the stack is encrypted with a passphrase, and none is set",
        "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE.",
    ),
    ("no stack named", "there is no such stack", "pulumi stack ls lists the ones that there are."),
    (
        "no stack selected",
        "no stack is selected",
        "Name it: --stack offline, or: pulumi stack select offline",
    ),
    ("no pulumi.yaml", "there is no Pulumi project here", "Run this in the folder that holds Pulumi.yaml."),
    (
        "pulumi login",
        "pulumi does not know where the stack's state is kept",
        "Run: pulumi login, or set PULUMI_BACKEND_URL",
    ),
)


def clients(stack: str | None = None) -> Mapping[str, Any]:
    """The stack's output ``clients``, with the values of its credentials.

    Args:
        stack: its name; the selected one unless given.

    Raises:
        SetupError: there is no engine, no stack, or nothing deployed in it.
    """
    command = ["stack", "output", "--json", "--show-secrets", *(["--stack", stack] if stack else [])]
    outputs = json.loads(_pulumi(command) or "{}")
    if not outputs.get("clients"):
        raise SetupError("the stack has put out no clients", "Run pulumi up first.")
    found: Mapping[str, Any] = outputs["clients"]
    return found


def _pulumi(arguments: list[str]) -> str:
    program = shutil.which("pulumi")
    if program is None:
        raise SetupError(
            "there is no pulumi on PATH",
            'Install it (https://www.pulumi.com/docs/install), or for the offline tenant: eval "$(mailgrant offline env)"',
        )
    done = subprocess.run(
        [program, *arguments, "--non-interactive"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise _problem(done.stderr)
    return done.stdout


def _problem(said: str) -> SetupError:
    known = ((what, remedy) for mark, what, remedy in PROBLEMS if mark in said.lower())
    what, remedy = next(known, (f"pulumi failed: {said.strip()}", ""))
    return SetupError(what, remedy)
