"""Which keys may stand where in a stack's configuration, and its JSON Schema for editors."""

import json
from collections.abc import Sequence
from typing import Any, Final

from mailgrant.schema.clients import CLIENTS, ScopeSchema
from mailgrant.schema.credentials import CREDENTIALS, AzureDevOpsSchema, GitHubSchema, KubernetesSchema
from mailgrant.schema.guardrails import (
    ForbiddenMailboxesSchema,
    GuardrailsSchema,
    MailboxesPerClientSchema,
    SecretLifetimeSchema,
    WaiverSchema,
)
from mailgrant.schema.stack import AutomationSchema, ExchangeSchema, MailboxSchema, StackSchema, TenantSchema
from mailgrant.schema.words import Schema

NAMESPACE: Final = "mailgrant:"
Place = tuple[str, ...]

_CREDENTIAL: Final = ("clients", "*", "credentials", "*")
AUTOMATION: Final = ("automation", "credentials")  # credentials of the same kinds stand there
# Which models may stand at which place; * is any name, # any number in a list.
PLACES: Final[tuple[tuple[Place, type[Schema]], ...]] = (
    ((), StackSchema),
    (("exchange",), ExchangeSchema),
    *((("clients", "*"), model) for model in CLIENTS.values()),
    (("clients", "*", "smtp_scope"), ScopeSchema),
    *((_CREDENTIAL, model) for model in CREDENTIALS.values()),
    ((*_CREDENTIAL, "github"), GitHubSchema),
    ((*_CREDENTIAL, "azure_devops"), AzureDevOpsSchema),
    ((*_CREDENTIAL, "kubernetes"), KubernetesSchema),
    (("mailboxes", "*"), MailboxSchema),
    (("tenant",), TenantSchema),
    (("automation",), AutomationSchema),
    (("guardrails",), GuardrailsSchema),
    (("guardrails", "secret_lifetime"), SecretLifetimeSchema),
    (("guardrails", "mailboxes_per_client"), MailboxesPerClientSchema),
    (("guardrails", "forbidden_mailboxes"), ForbiddenMailboxesSchema),
    (("waivers", "#"), WaiverSchema),
)
# What tells the models of one place apart, and its words; pydantic puts the word into the location of a fault.
CHOICES: Final[dict[Place, tuple[str, dict[str, type[Schema]]]]] = {
    ("clients", "*"): ("kind", CLIENTS),
    _CREDENTIAL: ("type", CREDENTIALS),
}


def without_choices(location: Sequence[str | int]) -> tuple[tuple[str | int, ...], str]:
    """A location as people wrote it, and the last of the words that pydantic has put into it; empty if there is none."""
    place: list[str | int] = []
    chosen = ""
    parts = iter(location)
    for part in parts:
        place.append(part)
        if choice(tuple(map(str, place))):
            chosen = str(next(parts, chosen))
    return tuple(place), chosen


def choice(place: Place) -> tuple[str, dict[str, type[Schema]]] | None:
    """The key that tells the models of a place apart, and the models by its words."""
    return next((found for pattern, found in CHOICES.items() if _fits(pattern, place)), None)


def known_keys(place: Place, chosen: str) -> dict[str, str]:
    """The keys that may stand at a place, and what each is; where several models may, of the one that was chosen."""
    if found := choice(place):
        return _described(found[1][chosen])
    return next((_described(model) for pattern, model in PLACES if _fits(pattern, place)), {})


def _described(model: type[Schema]) -> dict[str, str]:
    return {name: field.description or "" for name, field in model.model_fields.items()}


def _fits(pattern: Place, place: Place) -> bool:
    if place[:2] == AUTOMATION:
        place = (*_CREDENTIAL[:2], *place[1:])
    return len(pattern) == len(place) and all(a in ("*", "#", b) for a, b in zip(pattern, place, strict=True))


def path(location: Sequence[str | int]) -> str:
    """A place as people know it: ``mailgrant:clients.poller.mailboxes["a@b.de"]``."""
    first, *rest = location or ("",)
    parts = [
        f".{part}" if str(part).replace("-", "_").isidentifier() else f"[{_index(part)}]" for part in rest
    ]
    top = first if str(first).isidentifier() else json.dumps(first)
    return f"{NAMESPACE}{top}{''.join(parts)}"


def _index(part: str | int) -> str:
    return part if isinstance(part, str) and part.isdecimal() else json.dumps(part)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``Pulumi.<stack>.yaml`` as far as mailgrant's keys go, for editors."""
    schema = StackSchema.model_json_schema()
    keys = {f"mailgrant:{name}": shape for name, shape in schema["properties"].items()}
    config = {
        "type": "object",
        "properties": keys,
        "required": [f"mailgrant:{name}" for name in schema["required"]],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mailgrant stack",
        "type": "object",
        "properties": {"config": config},
        "$defs": schema["$defs"],
    }
