"""The configuration of the stack that Pulumi runs at the moment, and the plan that it makes."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pulumi
import pulumi.runtime.config as pulumi_config

from mailgrant import moment
from mailgrant.configuration import files
from mailgrant.configuration.clouds import OFFLINE, environment
from mailgrant.configuration.in_clear import secrets_in_clear
from mailgrant.configuration.parsing import decoded, parse, said
from mailgrant.configuration.project_file import project_file
from mailgrant.errors import ConfigurationError, SetupError
from mailgrant.facts import Cloud
from mailgrant.model import Plan, TenantPlan
from mailgrant.schema.places import NAMESPACE

TO_CONNECT: Final = ("organization", "cloud", "exchange")


def load_plan() -> Plan:
    """The plan of the stack that Pulumi runs at the moment; warns of secrets that stand there in clear.

    Raises:
        ConfigurationError: with every fault.
        SetupError: the cloud is ``custom`` and its file is not there.
    """
    return _reachable(configured())


def load_tenant() -> Plan:
    """The tenant of the stack that Pulumi runs, without clients: for programs that declare these themselves.

    Raises:
        ConfigurationError: with every fault.
        SetupError: the cloud is ``custom`` and its file is not there.
    """
    found = _reachable({**configured(), "tenant": {}})
    # What a shared file declares is for the stacks that take it as a whole.
    return replace(found, clients={}, mailboxes={}, tenant=TenantPlan(), automation=None)


def _reachable(raw: Mapping[str, Any]) -> Plan:
    for warning in secrets_in_clear(_everything()):
        pulumi.log.warn(warning)
    plan = parse(raw, moment.now(), stack_folder(), environment(value))
    _reach(plan.cloud)
    return plan


def stack_folder() -> Path:
    """The folder that holds the files of the stacks: ``stackConfigDir`` of the project, or the project's own."""
    root = Path(pulumi.get_root_directory() or ".")
    try:
        return project_file(root).folder
    except SetupError:
        return root


def value(key: str) -> Any:
    """The value of a key of the stack, with its namespace; None if it is not set."""
    return _everything().get(key)


def configured() -> dict[str, Any]:
    """The values below ``mailgrant:`` of the stack that Pulumi runs at the moment."""
    return said(_everything())


def extended(configured: Callable[[str], Any]) -> Callable[[str], Any]:
    """The way to the keys of a stack, with what its shared file says below them.

    The providers' processes come this way: the engine tells them what stands in the stack itself, and no more.

    Args:
        configured: gives the value of a key of the stack, with its namespace.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    given = {name: decoded(configured(f"{NAMESPACE}{name}")) for name in (*TO_CONNECT, "extends")}
    found = files.expand(
        {name: value for name, value in given.items() if value not in (None, "", {})}, stack_folder()
    )
    if found.faults:
        raise ConfigurationError(found.faults)
    below = {f"{NAMESPACE}{name}": value for name, value in found.values.items()}
    return lambda key: below.get(key) if key.startswith(NAMESPACE) else configured(key)


def _everything() -> dict[str, Any]:
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}


def _reach(cloud: Cloud) -> None:
    """Without this look, the first to meet a tenant that is not running would be a plugin, with Go's words for it."""
    sign_in = urlsplit(cloud.authority)
    if sign_in.port is None:  # Microsoft's own, which are always there
        return
    try:
        socket.create_connection((sign_in.hostname or "", sign_in.port), timeout=5).close()
    except OSError as error:
        raise SetupError(f"the custom cloud does not answer at {cloud.authority}", OFFLINE) from error
