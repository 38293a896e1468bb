"""Stack configuration → Plan: everything is checked, and every fault told at once, before anything is touched."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mailgrant.configuration import files, plans
from mailgrant.configuration.clouds import METADATA_HOST, cloud, cloud_name
from mailgrant.configuration.contradictions import Faults, contradictions
from mailgrant.errors import ConfigurationError
from mailgrant.facts import CLOUDS, ENVIRONMENTS
from mailgrant.model import Plan
from mailgrant.schema.faults import fault as fault_at
from mailgrant.schema.faults import faults as faults_of
from mailgrant.schema.places import NAMESPACE
from mailgrant.schema.stack import ExchangeSchema, StackSchema
from mailgrant.schema.words import choices

# At least one of these makes a stack.
DECLARE: Final = ("clients", "mailboxes", "tenant", "automation")


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


def declares(raw: Mapping[str, Any], folder: Path) -> bool:
    """Whether a stack's file has clients or settings in it, or may have: a program of one's own has them in itself.

    Guardrails alone count, too: nobody can hold them against such a program, and that is to be told.

    Args:
        raw: the stack's values by key.
        folder: that holds the stack's file, and the files that it names.
    """
    found = files.expand(raw, folder)
    return bool(found.faults) or any(name in found.values for name in (*DECLARE, "guardrails"))


def parse_exchange(raw: Any) -> ExchangeSchema:
    """Check the value of ``mailgrant:exchange`` alone; None gives the defaults.

    Raises:
        ConfigurationError: with every fault.
    """
    values = {} if raw is None else decoded(raw)
    if faults := faults_of(ExchangeSchema, values, ("exchange",)):
        raise ConfigurationError(faults)
    return ExchangeSchema.model_validate(values)


def _of_the_whole(values: Mapping[str, Any], azuread_environment: str) -> Faults:
    yield from _nothing(values)
    yield from _two_clouds(values.get("cloud"), azuread_environment)
    yield from _twins(values)


def _nothing(values: Mapping[str, Any]) -> Faults:
    if not any(name in values for name in DECLARE):
        yield ("clients",), f"is missing; a stack declares {choices(DECLARE)}"


def _two_clouds(named: Any, azuread_environment: str) -> Faults:
    """Entra in one cloud and Exchange in another: both would be asked for what only the other has."""
    if not isinstance(named, str) or named not in CLOUDS or azuread_environment == METADATA_HOST:
        return
    if ENVIRONMENTS.get(azuread_environment or "global") != named:
        said = azuread_environment or "not set, and then means the worldwide cloud"
        words = " or ".join(word for word, cloud in ENVIRONMENTS.items() if cloud == named)
        problem = f"is {named}, but azuread:environment is {said}; set that to {words}, and leave mailgrant:cloud out: it follows"
        yield ("cloud",), problem


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
