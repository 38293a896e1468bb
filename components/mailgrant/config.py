"""Stack configuration → Plan: everything is checked, and every fault told at once, before anything is touched."""

import json
import os
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pulumi
import pulumi.runtime.config as pulumi_config
import yaml

from mailgrant import files, moment, plans
from mailgrant.contradictions import Faults, contradictions
from mailgrant.errors import ConfigurationError, SetupError
from mailgrant.facts import CLOUDS, CUSTOM_CLOUD, ENVIRONMENTS, Cloud, Host
from mailgrant.in_clear import secrets_in_clear
from mailgrant.model import Plan, TenantPlan
from mailgrant.schema.faults import fault as fault_at
from mailgrant.schema.faults import faults as faults_of
from mailgrant.schema.places import NAMESPACE
from mailgrant.schema.stack import ExchangeSchema, StackSchema
from mailgrant.schema.words import choices

CLOUD_FILE: Final = "MAILGRANT_CLOUD_FILE"
OFFLINE: Final = 'for the offline tenant: mailgrant offline start, then eval "$(mailgrant offline env)"'
METADATA_HOST: Final = "metadata host"  # the azuread provider asks a host of its own which cloud it is in
# At least one of these makes a stack.
DECLARE: Final = ("clients", "mailboxes", "tenant", "automation")
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
        project = yaml.safe_load((root / "Pulumi.yaml").read_text())
    except (OSError, yaml.YAMLError):
        return root
    return root / str(project.get("stackConfigDir") or ".") if isinstance(project, dict) else root


def value(key: str) -> Any:
    """The value of a key of the stack, with its namespace; None if it is not set."""
    return _everything().get(key)


def configured() -> dict[str, Any]:
    """The values below ``mailgrant:`` of the stack that Pulumi runs at the moment."""
    return said(_everything())


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a stack below ``mailgrant:``, by key without the namespace.

    An empty value is as good as none: in ``Pulumi.yaml`` a key without a default would be one that the engine
    demands, and it would complain of it alone, before we can tell every fault at once.
    """
    own = {
        key.removeprefix(NAMESPACE): decoded(value)
        for key, value in values.items()
        if key.startswith(NAMESPACE)
    }
    return {
        key: value
        for key, value in own.items()
        if value not in ("", {}) or key not in StackSchema.model_fields
    }


def _everything() -> dict[str, Any]:
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}


def decoded(value: Any) -> Any:
    """Pulumi hands maps and lists over as JSON text; everything else stays what it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def parse(
    raw: Mapping[str, Any],
    now: datetime,
    folder: Path | None = None,
    azuread_environment: str = METADATA_HOST,
) -> Plan:
    """Check values as ``configured`` gives them and make the plan of them.

    Args:
        raw: the stack's values by key.
        now: the moment that the credentials are computed for, aware.
        folder: that holds the stack's file, and the files that it names.
        azuread_environment: the azuread provider's word for the cloud, as ``environment`` tells it.

    Raises:
        ConfigurationError: with every fault.
        SetupError: the cloud is ``custom`` and its file is not there.
    """
    found = files.expand(raw, folder or Path.cwd())
    faults = [
        *found.faults,
        *faults_of(StackSchema, found.values, origins=found.origins, now=now),
        *(fault_at(*one, found.origins) for one in _of_the_whole(found.values, azuread_environment)),
    ]
    if faults:
        raise ConfigurationError(faults)
    stack = StackSchema.model_validate(found.values, context={"now": now})
    name = cloud_name(stack.cloud, azuread_environment)
    hosts = cloud(name)
    if faults := [fault_at(*one, found.origins) for one in contradictions(stack, name, hosts)]:
        raise ConfigurationError(faults)
    return plans.plan(stack, hosts, now)


def _of_the_whole(values: Mapping[str, Any], azuread_environment: str) -> Faults:
    yield from _nothing(values)
    yield from _two_clouds(values.get("cloud"), azuread_environment)
    yield from _twins(values)


def _nothing(values: Mapping[str, Any]) -> Faults:
    if not any(name in values for name in DECLARE):
        yield ("clients",), f"is missing; a stack declares {choices(DECLARE)}"


def parse_exchange(raw: Any) -> ExchangeSchema:
    """Check the value of ``mailgrant:exchange`` alone; None gives the defaults.

    Raises:
        ConfigurationError: with every fault.
    """
    values = {} if raw is None else decoded(raw)
    if faults := faults_of(ExchangeSchema, values, ("exchange",)):
        raise ConfigurationError(faults)
    return ExchangeSchema.model_validate(values)


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


def _two_clouds(named: Any, azuread_environment: str) -> Faults:
    """Entra in one cloud and Exchange in another: both would be asked for what only the other has."""
    if not isinstance(named, str) or named not in CLOUDS or azuread_environment == METADATA_HOST:
        return
    if ENVIRONMENTS.get(azuread_environment or "global") != named:
        said = azuread_environment or "not set, and then means the worldwide cloud"
        words = " or ".join(word for word, cloud in ENVIRONMENTS.items() if cloud == named)
        problem = f"is {named}, but azuread:environment is {said}; set that to {words}, and leave mailgrant:cloud out: it follows"
        yield ("cloud",), problem


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


def _reach(cloud: Cloud) -> None:
    """Without this look, the first to meet a tenant that is not running would be a plugin, with Go's words for it."""
    sign_in = urlsplit(cloud.authority)
    if sign_in.port is None:  # Microsoft's own, which are always there
        return
    try:
        socket.create_connection((sign_in.hostname or "", sign_in.port), timeout=5).close()
    except OSError as error:
        raise SetupError(f"the custom cloud does not answer at {cloud.authority}", OFFLINE) from error


def _twins(raw: Mapping[str, Any]) -> Faults:
    """Mailboxes named twice: as keys that differ in letter case alone, the later would silently win."""
    clients = raw.get("clients")
    maps: dict[tuple[str, ...], Any] = {("mailboxes",): raw.get("mailboxes")}
    maps |= {
        ("clients", str(name), "mailboxes"): client.get("mailboxes")
        for name, client in (clients.items() if isinstance(clients, dict) else ())
        if isinstance(client, dict)
    }
    for place, mailboxes in maps.items():
        spellings = (
            Counter(str(address).lower() for address in mailboxes) if isinstance(mailboxes, dict) else {}
        )
        for address in (address for address, count in spellings.items() if count > 1):
            yield (*place, address), "is named more than once; letter case makes no difference"
