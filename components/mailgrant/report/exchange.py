"""The rights behind Exchange resources: one function a type, from a resource to what it gives."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mailgrant.report import words
from mailgrant.report.resources import NEW, Resource
from mailgrant.report.rights import ANY, ANYTHING, DENIED, GIVEN, PERHAPS, Breadth, Reach, Right, Topic
from mailgrant.report.values import NOT_KNOWN, is_opaque, mapping, text, texts

ORGANIZATION: Final = "organization"
SENDING: Final = "send over SMTP"
BLOCK: Final = "block of passwords"
UNSEEN: Final = "not known"  # a preview asks Exchange nothing
BREADTHS: Final[Mapping[str, Breadth]] = {"on": GIVEN, "enabled": GIVEN, "off": DENIED, "disabled": DENIED}


def service_principal(resource: Resource, other: Resource) -> Iterator[Right]:
    """ServicePrincipal: no right, unless another application takes the place of one that may have some."""
    ids = [f"{side.id('app_id')} {side.id('object_id')}" for side in (resource, other) if side.exists]
    if len({*ids}) > 1 and not any(NEW in one.split() for one in ids):
        yield Right(
            client=resource.client,
            right="record in Exchange",
            object=f"{resource.id('app_id')}, enterprise application {resource.id('object_id')}",
            given=words.RECORD,
            taken=words.NO_RECORD,
            reach=Reach.APPLICATION,
            topic=Topic.SIGN_IN,
        )


def mailbox_access(resource: Resource, _other: Resource) -> Iterator[Right]:
    """MailboxAccess: what was really granted before, what is wanted after."""
    held = on_mailboxes(resource)
    yield from (_on_mailbox(resource, *pair, GIVEN) for pair in held)
    # What was granted when only the answer was lost.
    perhaps = (pair for pair in pairs(resource.found("unknown")) if pair not in held)
    yield from (_on_mailbox(resource, *pair, PERHAPS) for pair in perhaps)


def on_mailboxes(resource: Resource) -> list[tuple[str, str]]:
    """The mailboxes that it is let into, each with a single right."""
    granted = resource.found("granted")
    return pairs(resource.get("access") if granted is None else granted)


def pairs(access: Any) -> list[tuple[str, str]]:
    """The mailboxes of a map of access, each with a single right.

    Raises:
        NotUnderstoodError: it is no such map.
    """
    if is_opaque(access) and not isinstance(access, Mapping):
        return [(NOT_KNOWN, NOT_KNOWN)]
    listed = ((mailbox, text(rights).split(",")) for mailbox, rights in mapping(access).items())
    return [(mailbox, right.strip()) for mailbox, rights in listed for right in rights]


def _on_mailbox(resource: Resource, mailbox: str, right: str, breadth: Breadth) -> Right:
    return Right(
        client=resource.client,
        right=right,
        object=mailbox,
        given=words.MAILBOX.get(right, words.UNKNOWN_RIGHT),
        reach=Reach.MAILBOX,
        topic=Topic.MAILBOX,
        # One right with automapping and without: Exchange has them as one.
        key=f"{right.removesuffix('+automapping')} {resource.id('principal')}",
        state=right if breadth == GIVEN else f"perhaps {right}",
        breadth=breadth,
    )


def application_scope(resource: Resource, _other: Resource) -> Iterator[Right]:
    """SmtpApplicationScope: sending in the name of what a group or a filter finds."""
    group, found = text(resource.get("group")), text(resource.get("filter"))
    if not resource.exists or not (group or found or resource.wanted):
        return  # a refresh finds neither where the scope is gone
    everything = f"mailboxes where {found}" if found else "every mailbox"
    yield Right(
        client=resource.client,
        right=SENDING,
        object=f"members of {group}" if group else everything,
        given=words.SCOPE,
        taken=words.NO_SCOPE,
        reach=Reach.SCOPE,
        topic=Topic.SCOPE,
        key=f"{resource.id('principal')} {resource.id('app_id')}",
    )


def mailbox_protocols(resource: Resource, other: Resource) -> Iterator[Right]:
    """MailboxProtocols: every switch that either side names; the side that does not has what was found before."""
    said, found = switches(resource), _found(resource, other)
    failed = mapping(resource.found("failed"))
    for mailbox, switch in dict.fromkeys([*said, *switches(other)]):
        word = said.get((mailbox, switch)) or text(mapping(found.get(mailbox)).get(switch))
        yield _switch(mailbox, switch, "" if mailbox in failed else word)


def _found(resource: Resource, other: Resource) -> Mapping[str, Any]:
    """What there was before mailgrant, as far as the state of either side knows it: a program may say anything."""
    known = (side.found("found") for side in (resource, other))
    return next((mapping(found) for found in known if found is not None and not is_opaque(found)), {})


def switches(resource: Resource) -> dict[tuple[str, str], str]:
    """The word of each switch of a mailbox.

    Raises:
        NotUnderstoodError: they are not written as mailgrant writes them.
    """
    protocols = resource.get("protocols")
    if is_opaque(protocols) and not isinstance(protocols, Mapping):
        return {(NOT_KNOWN, "switches"): NOT_KNOWN}
    return {
        (mailbox, switch): text(word)
        for mailbox, switches in mapping(protocols).items()
        for switch, word in mapping(switches).items()
    }


def _switch(mailbox: str, switch: str, word: str) -> Right:
    return Right(
        client=ANY,
        right=words.SWITCH_NAMES.get(switch, switch),
        object=mailbox,
        given=words.SWITCHES.get((switch, word), words.SWITCH_UNKNOWN),
        reach=Reach.MAILBOX,
        topic=Topic.SMTP_AUTH if switch == "smtp_auth" else Topic.SWITCH,
        key=switch,
        state=word or UNSEEN,
        breadth=BREADTHS.get(word, ANYTHING),
    )


def transport_settings(resource: Resource, other: Resource) -> Iterator[Right]:
    """TransportSettings: SMTP AUTH of the organization; where it is not declared, what was found before."""
    found = mapping(_found(resource, other).get(ORGANIZATION))
    word = text(resource.get("smtp_auth") or found.get("smtp_auth"))
    known = "" if mapping(resource.found("failed")) else word
    yield Right(
        client=ANY,
        right=words.SWITCH_NAMES["smtp_auth"],
        object=words.TENANT,
        given=words.SWITCHES.get((ORGANIZATION, known), words.SWITCH_UNKNOWN),
        reach=Reach.TENANT,
        topic=Topic.SMTP_AUTH,
        state=known or UNSEEN,
        breadth=BREADTHS.get(known, ANYTHING),
    )


def authentication_policy(resource: Resource, _other: Resource) -> Iterator[Right]:
    """AuthenticationPolicy: who may not sign in with a password; what it allows again is no block."""
    failed, allows = mapping(resource.found("failed")), texts(resource.found("allows"))
    everybody = resource.get("default")
    places = {place: place for place in texts(resource.get("users"))}
    if everybody:
        places[ORGANIZATION] = words.EVERYBODY if everybody is True else NOT_KNOWN
    yield from (_blocked(shown, allows) for place, shown in places.items() if place not in failed)


def _blocked(shown: str, allows: list[str]) -> Right:
    return Right(
        client=ANY,
        right=BLOCK,
        object=shown,
        given=words.BLOCKED,
        taken=words.UNBLOCKED,
        reach=Reach.TENANT if shown == words.EVERYBODY else Reach.PERSON,
        topic=Topic.SIGN_IN,
        state=f"all but {', '.join(allows)}" if allows else "all",
        breadth=Breadth(-1, 0) if allows or shown == NOT_KNOWN else DENIED,
    )
