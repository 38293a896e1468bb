"""One client adopted: read, inferred, compared, and written down; nothing in the tenant is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from mailgrant import config
from mailgrant.adopt import reading
from mailgrant.adopt.changes import Taken, changes
from mailgrant.adopt.exchange import Exchange, Looked
from mailgrant.adopt.found import Found
from mailgrant.adopt.imports import Entry, import_list
from mailgrant.adopt.inference import Client, Outline, client, outline
from mailgrant.adopt.leftovers import leftovers
from mailgrant.adopt.naming import is_name, name_of
from mailgrant.adopt.project import Project
from mailgrant.adopt.words import words
from mailgrant.errors import ConfigurationError, SetupError
from mailgrant.exchange.connection import connect
from mailgrant.exchange.progress import Report
from mailgrant.facts import PUBLISHED_CLIENTS
from mailgrant.preflight import TAG, directory

CLIENTS: Final = "mailgrant:clients"
MAILBOXES: Final = "mailgrant:mailboxes"
NEW: Final = (
    "Nobody knows the value of a credential that was made by hand but its consumer, so that mailgrant cannot rotate it: "
    "give the client a credential of mailgrant's, move the consumer over, and remove the old one ({names}) in Entra."
)


@dataclass(frozen=True)
class Wish:
    """What somebody wants adopted.

    Args:
        client: a display name, an application id, or the name of a published client.
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
        sections: what is to stand in the stack's file, by key and entry.
        imports: the list for ``pulumi import``.
        changes: what the next ``up`` would still change.
        left: what a stack cannot describe.
        advice: what to do afterwards; may be empty.
    """

    name: str
    sections: dict[str, dict[str, Any]]
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
        SetupError: it cannot be adopted, or is in a stack already.
        ConfigurationError: what was found makes no valid stack.
        MailgrantError: something could not be read.
    """
    cloud = config.cloud(str(project.value("mailgrant:cloud") or "global"))
    found = reading.read(directory(project.value, cloud), wish.client)
    _check_owner(found, project)
    name, display_name = _names(wish, found, project)
    told = outline(found)
    looked = _looked(wish, found, told, project, report)
    taken = Taken(found, looked, client(found, looked, display_name, datetime.now(UTC)), display_name or name)
    sections = _sections(name, taken.client, project)
    _check(sections, project)
    external = ", ".join(taken.client.credentials.external)
    advice = NEW.format(names=external) if external else ""
    return Adoption(name, sections, import_list(name, taken), changes(taken), leftovers(taken), advice)


def _check_owner(found: Found, project: Project) -> None:
    mine = f"/{project.name}/{project.stack.rpartition('/')[2]}"
    tags = found.registration.tags if found.registration else ()
    for tag in tags:
        if tag.startswith(TAG) and not tag.endswith(mine):
            raise SetupError(
                f"{found.shown} belongs to the stack {tag.removeprefix(TAG)}: two stacks must not point at one application",
                "Work in that stack, or take the tag from the application if the stack is gone.",
            )


def _names(wish: Wish, found: Found, project: Project) -> tuple[str, str]:
    """Of the client in the stack; and the display name, where that does not follow from it."""
    suffix = f"-{project.own['suffix']}" if project.own.get("suffix") else ""
    published = (name for name, one in PUBLISHED_CLIENTS.items() if one.client_id == found.client_id)
    name = wish.name or next(published, "") or name_of(found.name.removesuffix(suffix), "client")
    if not is_name(name):
        raise SetupError(
            f"{name} is no name of a client", "Use up to 40 of a-z, 0-9 and -, beginning with a letter."
        )
    if name in (project.own.get("clients") or {}):
        raise SetupError(
            f"the stack {project.stack} has a client {name} already", "Give this one another name: --as NAME"
        )
    return name, "" if found.name == f"{name}{suffix}" else found.name


def _looked(wish: Wish, found: Found, told: Outline, project: Project, report: Report) -> Looked:
    exchange = Exchange(connect(project.value), report)
    if told.kind == "third-party":
        if wish.every_mailbox:
            raise SetupError(
                f"{found.shown} is a mail client of people: Exchange cannot tell which mailboxes they send from",
                "Name the shared ones: --mailbox ADDRESS",
            )
        looked = Looked(rights={exchange.primary(one): [] for one in wish.mailboxes})
    else:
        looked = exchange.look(
            found.client_id, found.principal, wish.mailboxes, everything=wish.every_mailbox
        )
        _check_mailboxes(told, looked, found, wish)
    people = told.people if "smtp" in told.protocols else ()
    looked.smtp_auth = exchange.switches({*looked.rights, *people})
    return looked


def _check_mailboxes(told: Outline, looked: Looked, found: Found, wish: Wish) -> None:
    if told.kind != "daemon" or looked.rights or (looked.sending and not told.protocols):
        return
    if wish.every_mailbox:
        raise SetupError(
            f"{found.shown} may open no mailbox",
            "Name the mailboxes that it shall open (--mailbox ADDRESS): the next pulumi up grants them.",
        )
    raise SetupError(
        f"which mailboxes {found.shown} opens stands in the mailboxes, and none is named",
        "Name them (--mailbox ADDRESS, as often as you like), or let all be looked at (--all-mailboxes).",
    )


def _sections(name: str, one: Client, project: Project) -> dict[str, dict[str, Any]]:
    there = project.own.get("mailboxes") or {}
    switches = {address: dict(words_) for address, words_ in one.switches.items() if address not in there}
    return {CLIENTS: {name: words(one.plan)}, **({MAILBOXES: switches} if switches else {})}


def _check(sections: dict[str, dict[str, Any]], project: Project) -> None:
    merged = dict(project.own)
    for key, entries in sections.items():
        own = key.partition(":")[2]
        merged[own] = {**(merged.get(own) or {}), **entries}
    try:
        config.parse(merged, datetime.now(UTC), project.folder)
    except ConfigurationError as error:
        faults = "".join(f"\n  - {fault.path}: {fault.problem}" for fault in error.faults)
        raise SetupError(f"what was found, and what the stack has, make no stack:{faults}") from None
