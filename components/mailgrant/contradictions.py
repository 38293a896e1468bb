"""What is well formed and still cannot be: values of a stack that contradict each other, or its cloud."""

from collections.abc import Iterator
from typing import Any, Final

from mailgrant.errors import ConfigurationFault
from mailgrant.facts import CUSTOM_CLOUD, Cloud
from mailgrant.plans import client as plan_of
from mailgrant.plans import switches
from mailgrant.schema.clients import AppPasswordSchema, DaemonSchema, ThirdPartySchema
from mailgrant.schema.places import path
from mailgrant.schema.stack import StackSchema

Faults = Iterator[ConfigurationFault]
# Microsoft's message centre, MC1158911: RBAC for Applications over SMTP is there in the worldwide cloud only.
WITH_SMTP_SCOPE: Final = ("global", CUSTOM_CLOUD)
SWITCHES: Final = {"imap": "imap", "pop": "pop", "smtp": "smtp_auth"}  # what a protocol needs of a mailbox


def contradictions(stack: StackSchema, hosts: Cloud) -> Faults:
    """Every one of them, each at the place that is to be changed."""
    for name, client in (stack.clients or {}).items():
        yield from _unreachable(name, client, stack.cloud, hosts)
        yield from _without_mailboxes(name, client)
        yield from _no_scope_there(name, client, stack.cloud)
    yield from _switched_off(stack)
    yield from _same_client(stack)
    yield from _same_name(stack)


def _unreachable(name: str, client: Any, cloud: str, hosts: Cloud) -> Faults:
    for index, protocol in enumerate(client.protocols):
        if protocol not in hosts.hosts:
            place = path(("clients", name, "protocols", index))
            yield ConfigurationFault(place, f"the cloud {cloud} has no server for {protocol}")


def _without_mailboxes(name: str, client: Any) -> Faults:
    """A daemon opens nothing without mailboxes; one that only sends within a scope needs none."""
    if not isinstance(client, DaemonSchema | AppPasswordSchema) or client.mailboxes:
        return
    if isinstance(client, DaemonSchema) and client.smtp_scope and set(client.protocols) == {"smtp"}:
        return
    problem = "is empty; name at least one" if "mailboxes" in client.model_fields_set else "is missing"
    yield ConfigurationFault(path(("clients", name, "mailboxes")), problem)


def _no_scope_there(name: str, client: Any, cloud: str) -> Faults:
    if isinstance(client, DaemonSchema) and client.smtp_scope and cloud not in WITH_SMTP_SCOPE:
        problem = f"Exchange in the cloud {cloud} has no RBAC for SMTP; give full-access to mailboxes instead"
        yield ConfigurationFault(path(("clients", name, "smtp_scope")), problem)


def _switched_off(stack: StackSchema) -> Faults:
    for mailbox, schema in stack.mailboxes.items():
        off = {switch for switch, word in switches(schema).items() if word == "off"}
        for protocol in (protocol for protocol, switch in SWITCHES.items() if switch in off):
            users = [
                name for name, client in (stack.clients or {}).items() if _uses(client, protocol, mailbox)
            ]
            if users:
                place = path(("mailboxes", mailbox, SWITCHES[protocol]))
                yield ConfigurationFault(
                    place,
                    f"is false, but {' and '.join(users)} needs it there; leave it out, or drop {protocol}",
                )


def _uses(client: Any, protocol: str, mailbox: str) -> bool:
    return protocol in client.protocols and mailbox in {*client.mailboxes, *plan_of(client).senders}


def _same_client(stack: StackSchema) -> Faults:
    seen: dict[str, str] = {}
    for name, client in (stack.clients or {}).items():
        if (
            isinstance(client, ThirdPartySchema)
            and (other := seen.setdefault(client.client_id, name)) != name
        ):
            problem = f"is the same client as {other}: put both into one"
            yield ConfigurationFault(path(("clients", name, "client_id")), problem)


def _same_name(stack: StackSchema) -> Faults:
    """Two applications of one name: mailgrant makes no second one."""
    suffix = f"-{stack.suffix}" if stack.suffix else ""
    seen: dict[str, str] = {}
    for name, client in (stack.clients or {}).items():
        if isinstance(client, ThirdPartySchema):
            continue
        other = seen.setdefault(client.display_name or f"{name}{suffix}", name)
        if other != name:
            problem = f"is the name of the application of {other}, too; choose another"
            yield ConfigurationFault(path(("clients", name, "display_name")), problem)
    if stack.automation and stack.automation.name in seen:
        problem = "is the name of a client's application, too; choose another"
        yield ConfigurationFault(path(("automation", "name")), problem)
