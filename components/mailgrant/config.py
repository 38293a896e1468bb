"""Stack configuration → Plan: everything is checked, and every fault told at once, before anything is touched."""

import difflib
import json
import os
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pulumi.runtime.config as pulumi_config
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mailgrant.errors import ConfigurationError, ConfigurationFault, SetupError
from mailgrant.facts import CLOUDS, CUSTOM_CLOUD, Cloud, Host
from mailgrant.model import DaemonPlan, Plan, SecretCredential
from mailgrant.schema import DaemonSchema, ExchangeSchema, SecretSchema, StackSchema, known_keys

NAMESPACE: Final = "mailgrant:"
CLOUD_FILE: Final = "MAILGRANT_CLOUD_FILE"
NOW: Final = "MAILGRANT_NOW"
OFFLINE: Final = 'for the offline tenant: mailgrant offline start, then eval "$(mailgrant offline env)"'
YEARS: Final = range(2024, 2100)  # in which it makes sense to compute credentials

# What pydantic calls a fault → what we tell the person; anything else keeps pydantic's words.
PROBLEMS: Final = {
    "missing": "is missing",
    "too_short": "is empty; name at least one",
    "dict_type": "expected a map of names to values",
    "model_type": "expected a map of keys to values",
    "model_attributes_type": "expected a map of keys to values",
    "list_type": "expected a list",
    "string_type": "expected text",
}


def load_plan() -> Plan:
    """The plan of the stack that Pulumi runs at the moment.

    Raises:
        ConfigurationError: with every fault.
        SetupError: the cloud is ``custom`` and its file is not there.
    """
    plan = parse(configured(), _now())
    _reach(plan.cloud)
    return plan


def configured() -> dict[str, Any]:
    """The stack's values below ``mailgrant:``, by key without the namespace.

    An empty value is as good as none: in ``Pulumi.yaml`` a key without a default would be one that the engine
    demands, and it would complain of it alone, before we can tell every fault at once.
    """
    everything = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    own = {
        key.removeprefix(NAMESPACE): decoded(value)
        for key, value in everything.items()
        if key.startswith(NAMESPACE)
    }
    return {
        key: value
        for key, value in own.items()
        if value not in ("", {}) or key not in StackSchema.model_fields
    }


def decoded(value: Any) -> Any:
    """Pulumi hands maps and lists over as JSON text; everything else stays what it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _now() -> datetime:
    """The moment to compute credentials for: this one, unless somebody asks what another will bring.

    It is a variable and no key of the stack, so that it cannot be left behind in a file.
    """
    text = os.environ.get(NOW)
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SetupError(f"{NOW}: {text!r} is no moment; write it as 2027-01-31T12:00:00Z") from error
    if moment.year not in YEARS:
        raise SetupError(f"{NOW}: {text!r} is too far away; the year must be from {YEARS[0]} to {YEARS[-1]}")
    return moment.astimezone(UTC)


def parse(raw: Mapping[str, Any], now: datetime) -> Plan:
    """Check values as ``configured`` gives them and make the plan of them.

    Args:
        raw: the stack's values by key.
        now: the moment that the credentials are computed for, aware.

    Raises:
        ConfigurationError: with every fault.
        SetupError: the cloud is ``custom`` and its file is not there.
    """
    faults = [*_schema_faults(StackSchema, raw, ()), *_twins(raw)]
    if faults:
        raise ConfigurationError(faults)
    stack = StackSchema.model_validate(raw)
    hosts = cloud(stack.cloud)
    if faults := list(_unreachable_protocols(stack, hosts)):
        raise ConfigurationError(faults)
    return Plan(
        organization=stack.organization,
        cloud=hosts,
        clients={name: _daemon(client) for name, client in stack.clients.items()},
        now=now,
    )


def _unreachable_protocols(stack: StackSchema, hosts: Cloud) -> Iterator[ConfigurationFault]:
    for name, client in stack.clients.items():
        for index, protocol in enumerate(client.protocols):
            if protocol not in hosts.hosts:
                path = _path(("clients", name, "protocols", index))
                yield ConfigurationFault(path, f"the cloud {stack.cloud} has no server for {protocol}")


def parse_exchange(raw: Any) -> ExchangeSchema:
    """Check the value of ``mailgrant:exchange`` alone; None gives the defaults.

    Raises:
        ConfigurationError: with every fault.
    """
    values = {} if raw is None else decoded(raw)
    if faults := _schema_faults(ExchangeSchema, values, ("exchange",)):
        raise ConfigurationError(faults)
    return ExchangeSchema.model_validate(values)


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
    except (OSError, ValueError, KeyError, TypeError) as error:
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


def _daemon(client: DaemonSchema) -> DaemonPlan:
    credentials = {name: _secret(credential) for name, credential in client.credentials.items()}
    return DaemonPlan(tuple(dict.fromkeys(client.protocols)), client.mailboxes, credentials)


def _secret(credential: SecretSchema) -> SecretCredential:
    return SecretCredential(credential.lifetime, credential.period)


def _schema_faults(model: type[BaseModel], raw: Any, place: tuple[str, ...]) -> list[ConfigurationFault]:
    try:
        model.model_validate(raw)
    except ValidationError as error:
        return [_fault(detail, place) for detail in error.errors(include_url=False)]
    return []


def _twins(raw: Mapping[str, Any]) -> Iterator[ConfigurationFault]:
    """Mailboxes named twice: as keys that differ in letter case alone, the later would silently win."""
    clients = raw.get("clients")
    for name, client in clients.items() if isinstance(clients, dict) else ():
        mailboxes = client.get("mailboxes") if isinstance(client, dict) else None
        spellings = (
            Counter(str(address).lower() for address in mailboxes) if isinstance(mailboxes, dict) else {}
        )
        for address in (address for address, count in spellings.items() if count > 1):
            path = _path(("clients", name, "mailboxes", address))
            yield ConfigurationFault(path, "is named more than once; letter case makes no difference")


def _fault(detail: ErrorDetails, place: tuple[str, ...]) -> ConfigurationFault:
    location = (*place, *(part for part in detail["loc"] if part != "[key]"))
    if detail["type"] == "extra_forbidden":
        problem = _unknown(tuple(map(str, location)))
    elif detail["type"] == "literal_error":
        problem = f"{detail['input']!r} is not known; expected {detail['ctx']['expected']}"
    else:
        problem = PROBLEMS.get(detail["type"]) or detail["msg"]
    return ConfigurationFault(_path(location), problem)


def _unknown(location: tuple[str, ...]) -> str:
    known = known_keys(location[:-1])
    near = difflib.get_close_matches(location[-1], known, 1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown key; {guess}Known here: {', '.join(known)}"


def _path(location: tuple[str | int, ...]) -> str:
    first, *rest = location or ("",)
    parts = [
        f".{part}" if str(part).replace("-", "_").isidentifier() else f"[{json.dumps(part)}]" for part in rest
    ]
    return f"{NAMESPACE}{first}{''.join(parts)}"
