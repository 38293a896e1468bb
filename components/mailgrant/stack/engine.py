"""What Pulumi's own command tells of a stack."""

import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any, Final

from mailgrant.errors import SetupError

# What Pulumi says → what it means here, and what to do
WRONG_PASSPHRASE: Final = (
    "the passphrase of the stack is wrong",
    "Set PULUMI_CONFIG_PASSPHRASE to the one that the stack was made with.",
)
PROBLEMS: Final = (
    ("incorrect passphrase", *WRONG_PASSPHRASE),
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


def outputs(stack: str | None = None, *, secrets: bool = False) -> dict[str, Any]:
    """What the stack has put out, by name.

    Args:
        stack: its name; the selected one unless given.
        secrets: opened; masked unless wanted.

    Raises:
        SetupError: there is no engine, no stack, or its secrets cannot be opened.
    """
    shown = ["--show-secrets"] if secrets else []
    found: dict[str, Any] = json.loads(_pulumi(["stack", "output", "--json", *shown, *_named(stack)]) or "{}")
    return found


def configuration(stack: str | None = None, needed: Callable[[str], bool] = lambda _: True) -> dict[str, str]:
    """The stack's configuration by key; maps and lists are JSON.

    Args:
        stack: its name; the selected one unless given.
        needed: the keys that somebody will ask for. Secrets are opened if one of these is secret, else they are left out.

    Raises:
        SetupError: there is no engine, no stack, or its secrets cannot be opened.
    """
    command = ["config", "--json", *_named(stack)]
    told = json.loads(_pulumi(command) or "{}")
    if any(one.get("secret") and needed(key) for key, one in told.items()):
        told = json.loads(_pulumi([*command, "--show-secrets"]) or "{}")
    return {key: one["value"] for key, one in told.items() if "value" in one}


def name(stack: str | None = None) -> str:
    """The name of a stack.

    Args:
        stack: the selected one unless given.

    Raises:
        SetupError: there is no engine, or no such stack.
    """
    return _pulumi(["stack", "--show-name", *_named(stack)]).strip()


def _named(stack: str | None) -> list[str]:
    return ["--stack", stack] if stack else []


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
