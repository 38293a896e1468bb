"""Which cloud a stack means, and the hosts of that cloud."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mailgrant.errors import SetupError
from mailgrant.facts import CLOUDS, CUSTOM_CLOUD, ENVIRONMENTS, Cloud, Host

CLOUD_FILE: Final = "MAILGRANT_CLOUD_FILE"
OFFLINE: Final = 'for the offline tenant: mailgrant offline start, then eval "$(mailgrant offline env)"'
METADATA_HOST: Final = "metadata host"  # the azuread provider asks a host of its own which cloud it is in


def environment(configured: Callable[[str], Any]) -> str:
    """The azuread provider's word for the cloud, from where it reads it; empty if there is none.

    Args:
        configured: gives the value of a key of the stack, with its namespace.
    """
    if configured("azuread:metadataHost") or os.environ.get("ARM_METADATA_HOSTNAME"):
        return METADATA_HOST
    told = (configured("azuread:environment"), *map(os.environ.get, ("ARM_ENVIRONMENT", "AZURE_ENVIRONMENT")))
    return str(next(filter(None, told), "")).lower()


def cloud_name(named: str | None, azuread_environment: str) -> str:
    """The cloud that is meant: ours if it is named, else that of the azuread provider."""
    return named or ENVIRONMENTS.get(azuread_environment, "global")


def cloud(name: str) -> Cloud:
    """The hosts of a cloud.

    Raises:
        SetupError: it is ``custom``, and ``MAILGRANT_CLOUD_FILE`` names no file that can be read.
    """
    return _custom_cloud() if name == CUSTOM_CLOUD else CLOUDS[name]


def _custom_cloud() -> Cloud:
    path = os.environ.get(CLOUD_FILE)
    if not path:
        raise SetupError(
            f"mailgrant:cloud is custom, but the environment variable {CLOUD_FILE} is not set", OFFLINE
        )
    try:
        values = json.loads(Path(path).read_text())
        hosts = {protocol: Host(**host) for protocol, host in values["hosts"].items()}
        exchange = values.get("exchange") or values["scope"].removesuffix("/.default")
        # Files of older versions name no Graph: the offline tenant has it where people sign in.
        graph = values.get("graph") or values["authority"]
        environment = values["exchange_environment"]
        found = Cloud(values["authority"], values["scope"], environment, hosts, exchange, graph)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SetupError(
            f"{CLOUD_FILE}: {path} describes no cloud ({type(error).__name__})", OFFLINE
        ) from error
    return found
