"""What is well formed and still cannot be: values of a stack that contradict each other, or its cloud."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mailgrant.configuration.plans import client as plan_of
from mailgrant.configuration.plans import switches
from mailgrant.facts import WITH_SMTP_SCOPE, Cloud
from mailgrant.schema.clients import AppPasswordSchema, DaemonSchema, ThirdPartySchema
from mailgrant.schema.stack import ExchangeSchema, StackSchema
from mailgrant.schema.words import choices

Faults = Iterator[tuple[tuple[str, ...], str]]  # place, problem
SWITCHES: Final = {"imap": "imap", "pop": "pop", "smtp": "smtp_auth"}  # what a protocol needs of a mailbox
OF_WSMAN: Final = ("host", "port", "auth")
NO_MAILBOX: Final = "name the mailboxes that it opens, or smtp_scope if it only sends"


def contradictions(stack: StackSchema, cloud: str, hosts: Cloud) -> Faults:
    """Every one of them, each at the place that is to be changed."""
    yield from _not_of_the_carrier(stack.exchange)
    for name, client in (stack.clients or {}).items():
        yield from _unreachable(name, client, cloud, hosts)
        yield from _without_mailboxes(name, client)
        yield from _scope(name, client, cloud)
    yield from _switched_off(stack)
    yield from _same_client(stack)
    yield from _same_name(stack)


def _not_of_the_carrier(exchange: ExchangeSchema) -> Faults:
    for name in OF_WSMAN:
        if exchange.carrier != "wsman" and getattr(exchange, name) is not None:
            yield (
                ("exchange", name),
                f"goes with the carrier wsman alone, and the carrier is {exchange.carrier}",
            )


def _unreachable(name: str, client: Any, cloud: str, hosts: Cloud) -> Faults:
    for index, protocol in enumerate(client.protocols):
        if protocol not in hosts.hosts:
            there = f"; it has {choices(list(hosts.hosts))}" if hosts.hosts else ""
            yield (
                ("clients", name, "protocols", str(index)),
                f"the cloud {cloud} has no server for {protocol}{there}",
            )


def _only_sends(client: Any) -> bool:
    return (
        isinstance(client, DaemonSchema)
        and client.smtp_scope is not None
        and set(client.protocols) == {"smtp"}
    )


def _without_mailboxes(name: str, client: Any) -> Faults:
    """A daemon opens nothing without mailboxes; one that only sends within a scope needs none."""
    if not isinstance(client, DaemonSchema | AppPasswordSchema) or client.mailboxes or _only_sends(client):
        return
    state = "is empty" if "mailboxes" in client.model_fields_set else "is missing"
    yield (
        ("clients", name, "mailboxes"),
        f"{state}; {NO_MAILBOX if isinstance(client, DaemonSchema) else 'name at least one'}",
    )


def _scope(name: str, client: Any, cloud: str) -> Faults:
    if not isinstance(client, DaemonSchema) or not client.smtp_scope:
        return
    if cloud not in WITH_SMTP_SCOPE:
        problem = f"Exchange in the cloud {cloud} has no RBAC for SMTP; give full-access to mailboxes instead"
        yield ("clients", name, "smtp_scope"), problem
    if client.mailboxes and _only_sends(client):
        problem = "is of no use: with smtp_scope the client sends without opening a mailbox; leave either out"
        yield ("clients", name, "mailboxes"), problem


def _switched_off(stack: StackSchema) -> Faults:
    users = _users(stack)
    for mailbox, schema in stack.mailboxes.items():
        said = switches(schema)
        for protocol, switch in SWITCHES.items():
            names = users[protocol, mailbox] if said.get(switch) == "off" else []
            if names:
                needs = f"{' and '.join(names)} {'need' if len(names) > 1 else 'needs'}"
                problem = f"is false, but {needs} it there; leave it out, or drop {protocol}"
                yield ("mailboxes", mailbox, switch), problem


def _users(stack: StackSchema) -> Mapping[tuple[str, str], list[str]]:
    """The clients by protocol and mailbox."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, client in (stack.clients or {}).items():
        senders = plan_of(client).senders
        for protocol in dict.fromkeys(client.protocols):
            opened = () if protocol == "smtp" else client.mailboxes
            for mailbox in dict.fromkeys((*opened, *senders)):
                found[protocol, mailbox].append(name)
    return found


def _same_client(stack: StackSchema) -> Faults:
    seen: dict[str, str] = {}
    for name, client in (stack.clients or {}).items():
        if not isinstance(client, ThirdPartySchema):
            continue
        other = seen.setdefault(client.client_id, name)
        if other != name:
            yield ("clients", name, "client_id"), f"is the same client as {other}; put both into one"


def _same_name(stack: StackSchema) -> Faults:
    """Two applications of one name: mailgrant makes no second one, and Graph knows no letter case."""
    suffix = f"-{stack.suffix}" if stack.suffix else ""
    seen: dict[str, str] = {}
    for name, client in (stack.clients or {}).items():
        if isinstance(client, ThirdPartySchema):
            continue
        other = seen.setdefault((client.display_name or f"{name}{suffix}").lower(), name)
        if other != name:
            # One of the two names at least is chosen.
            here, there = (name, other) if client.display_name else (other, name)
            yield (
                ("clients", here, "display_name"),
                f"is the name of the application of {there}, too; choose another",
            )
    if stack.automation and stack.automation.name.lower() in seen:
        yield ("automation", "name"), "is the name of a client's application, too; choose another"
