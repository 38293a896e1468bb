"""One client adopted: read, inferred, compared, and written down; nothing in the tenant is changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mailgrant import moment
from mailgrant.adopt import reading
from mailgrant.adopt.changes import Taken, changes
from mailgrant.adopt.credentials import Credentials, declared
from mailgrant.adopt.exchange import Exchange, Looked
from mailgrant.adopt.found import Found
from mailgrant.adopt.imports import Entry, import_list
from mailgrant.adopt.inference import Client, Outline, Sight, client, outline
from mailgrant.adopt.leftovers import leftovers
from mailgrant.adopt.naming import is_name, name_of
from mailgrant.configuration.clouds import environment
from mailgrant.configuration.parsing import parse
from mailgrant.configuration.writing import as_configuration
from mailgrant.directory.graph import directory
from mailgrant.entra.ownership import TAG
from mailgrant.errors import ConfigurationError, SetupError
from mailgrant.exchange.connection import connect
from mailgrant.exchange.progress import Report
from mailgrant.facts import PUBLISHED_CLIENTS
from mailgrant.model import Plan, ThirdPartyPlan
from mailgrant.project import Project

CLIENTS: Final = "mailgrant:clients"
MAILBOXES: Final = "mailgrant:mailboxes"
Sections = dict[str, dict[str, Any]]
NEW: Final = (
    "Nobody knows the value of a credential that was made by hand but its consumer, so that mailgrant cannot rotate it: "
    "give the client a credential of mailgrant's, move the consumer over, and remove the old one ({names}) in Entra."
)


@dataclass(frozen=True)
class Wish:
    """What somebody wants adopted.

    Args:
        client: a display name, an application id, or the name of a published client or of a client of the stack.
        name: of the client in the stack; made of the display name if empty.
        mailboxes: addresses of the client's mailboxes.
        every_mailbox: look at all that there are.
    """

    client: str
    name: str = ""
    mailboxes: Sequence[str] = ()
    every_mailbox: bool = False


@dataclass(frozen=True)
class Adoption:
    """What came of it.

    Args:
        name: of the client in the stack.
        sections: what is to stand in the stack's file, by key and entry; nothing if the stack declares the client already.
        imports: the list for ``pulumi import``.
        changes: what the next ``up`` would still change.
        left: what a stack cannot describe.
        advice: what to do afterwards; may be empty.
    """

    name: str
    sections: Sections
    imports: dict[str, list[Entry]]
    changes: Sequence[str]
    left: Sequence[str]
    advice: str


def adopt(wish: Wish, project: Project, report: Report) -> Adoption:
    """Read an application and everything around it.

    Args:
        wish: what is wanted.
        project: whose stack is to have it.
        report: gets lines of progress.

    Raises:
        SetupError: it cannot be adopted, is another stack's, or makes no valid stack together with what is there.
        MailgrantError: something could not be read.
    """
    wish = _of_the_stack(wish, project)
    found = reading.read(directory(project.value, project.cloud), wish.client)
    _check_owner(found, project)
    name = _name(wish, found, project)
    exchange = Exchange(connect(project.value), report)
    if name in (project.everything.get("clients") or {}):
        sections: Sections = {}
        report(f"the stack declares {name} already: its mailboxes are looked at, and no others")
        taken = _declared(name, found, exchange, project)
    else:
        taken, sections = _inferred(name, wish, found, exchange, project)
    external = ", ".join(taken.client.credentials.external)
    advice = NEW.format(names=external) if external else ""
    return Adoption(name, sections, import_list(name, taken), changes(taken), leftovers(taken), advice)


def _of_the_stack(wish: Wish, project: Project) -> Wish:
    """The same in Entra's words, if a client of the stack is meant."""
    if wish.name or wish.client not in (project.everything.get("clients") or {}):
        return wish
    stack = _parsed(project, {})
    plan = stack.clients[wish.client]
    known = plan.client_id if isinstance(plan, ThirdPartyPlan) else stack.display_name(wish.client)
    return replace(wish, client=known, name=wish.client)


def _declared(name: str, found: Found, exchange: Exchange, project: Project) -> Taken:
    """A client that the stack declares: only what is there already is asked for."""
    stack = _parsed(project, {})
    plan = stack.clients[name]
    known = plan.client_id if isinstance(plan, ThirdPartyPlan) else stack.display_name(name)
    if known not in {found.client_id, found.name}:
        raise SetupError(
            f"the client {name} of the stack {project.stack} is another application ({known})",
            "Give this one another name: --as NAME",
        )
    looked = Looked()
    made = Credentials()
    if not isinstance(plan, ThirdPartyPlan):
        looked = exchange.look(found.client_id, found.principal, tuple(plan.mailboxes))
        made = declared(found.registration, plan.credentials)
    looked.smtp_auth = exchange.switches(plan.senders)
    return _taken(found, looked, Client(plan, credentials=made, left=tuple(made.left)), name, stack)


def _inferred(
    name: str, wish: Wish, found: Found, exchange: Exchange, project: Project
) -> tuple[Taken, Sections]:
    """A client that the stack does not have yet: as it is, and what is to stand in the stack's file."""
    told = outline(found)
    named = tuple(dict.fromkeys(map(exchange.primary, wish.mailboxes)))
    looked = _looked(wish, found, told, exchange, named)
    if "smtp" in told.protocols or looked.sending:
        looked.smtp_auth = exchange.switches({*named, *looked.rights, *told.senders})
    suffix = f"-{project.everything['suffix']}" if project.everything.get("suffix") else ""
    display_name = "" if found.name == f"{name}{suffix}" else found.name
    one = client(Sight(found, looked, named, moment.now()), display_name)
    sections = _sections(name, one, project)
    return _taken(found, looked, one, name, _parsed(project, sections)), sections


def _taken(found: Found, looked: Looked, one: Client, name: str, stack: Plan) -> Taken:
    display_name = "" if isinstance(one.plan, ThirdPartyPlan) else one.plan.display_name
    return Taken(found, looked, one, display_name or name, stack.mailboxes)


def _check_owner(found: Found, project: Project) -> None:
    mine = f"/{project.place.name}/{project.stack.rpartition('/')[2]}"
    others = (tag for tag in found.tags if tag.startswith(TAG) and not tag.endswith(mine))
    if other := next(others, ""):
        raise SetupError(
            f"{found.shown} belongs to the stack {other.removeprefix(TAG)}: two stacks must not point at one application",
            "Work in that stack, or take the tag from the application if the stack is gone.",
        )


def _name(wish: Wish, found: Found, project: Project) -> str:
    """Of the client in the stack."""
    suffix = f"-{project.everything['suffix']}" if project.everything.get("suffix") else ""
    published = (name for name, one in PUBLISHED_CLIENTS.items() if one.client_id == found.client_id)
    name = wish.name or next(published, "") or name_of(found.name.removesuffix(suffix), "client")
    if not is_name(name):
        raise SetupError(
            f"{name} is no name of a client", "Use up to 40 of a-z, 0-9 and -, beginning with a letter."
        )
    return name


def _looked(wish: Wish, found: Found, told: Outline, exchange: Exchange, named: tuple[str, ...]) -> Looked:
    if told.kind == "third-party":
        if wish.every_mailbox:
            raise SetupError(
                f"{found.shown} is a mail client of people: Exchange cannot tell which mailboxes they send from",
                "Name the shared ones: --mailbox ADDRESS",
            )
        return Looked()
    looked = exchange.look(found.client_id, found.principal, exchange.all() if wish.every_mailbox else named)
    if told.kind == "daemon" and not (named or looked.rights or (looked.sending and not told.protocols)):
        raise _without_mailboxes(found, wish)
    return looked


def _without_mailboxes(found: Found, wish: Wish) -> SetupError:
    if wish.every_mailbox:
        return SetupError(
            f"{found.shown} may open no mailbox",
            "Name the mailboxes that it shall open (--mailbox ADDRESS): the next pulumi up grants them.",
        )
    return SetupError(
        f"which mailboxes {found.shown} opens stands in the mailboxes, and none is named",
        "Name them (--mailbox ADDRESS, as often as you like), or let all be looked at (--all-mailboxes).",
    )


def _sections(name: str, one: Client, project: Project) -> Sections:
    there = project.everything.get("mailboxes") or {}
    switches = {address: words for address, words in one.switches.items() if address not in there}
    written = as_configuration(Plan("", project.cloud, {name: one.plan}, moment.now(), mailboxes=switches))
    found = {CLIENTS: written["clients"], MAILBOXES: written.get("mailboxes")}
    return {key: entries for key, entries in found.items() if entries}


def _parsed(project: Project, sections: Sections) -> Plan:
    """The plan of the stack with these entries added."""
    merged = dict(project.own)
    for key, entries in sections.items():
        own = key.partition(":")[2]
        merged[own] = {**(merged.get(own) or {}), **entries}
    try:
        return parse(merged, moment.now(), project.place.folder, environment(project.value))
    except ConfigurationError as error:
        faults = "".join(f"\n  - {fault.path}: {fault.problem}" for fault in error.faults)
        raise SetupError(f"what was found, and what the stack has, make no stack:{faults}") from None
