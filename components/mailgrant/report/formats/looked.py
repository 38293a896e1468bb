"""What all formats for people say of what the tenant was asked."""

from collections.abc import Iterator, Mapping
from typing import Final

from mailgrant.report.formats.wording import Line, Name, Section, capped, counted, told, who
from mailgrant.report.live import Live, Missing, Named, Problem, Sort, Unseen

MOST_USES: Final = 3
ELSEWHERE: Final = "told by --format json"
BESIDE: Final = "neither verdict nor hash depends on it"
IS: Final[Mapping[Problem, str]] = {
    Problem.ABSENT: "nothing in Exchange has this name",
    Problem.SOFT_DELETED: "it was deleted, and can still be restored",
    Problem.AMBIGUOUS: "several things in Exchange have this name",
}
# What Exchange calls it → what people do; learn.microsoft.com/powershell/module/exchangepowershell/get-recipient
KINDS: Final[Mapping[str, str]] = {
    "MailUniversalDistributionGroup": "a distribution group",
    "MailUniversalSecurityGroup": "a mail-enabled security group",
    "MailNonUniversalGroup": "a group",
    "DynamicDistributionGroup": "a dynamic distribution group",
    "GroupMailbox": "a Microsoft 365 group",
    "RoomList": "a list of rooms",
    "MailContact": "a contact",
    "MailUser": "a mail user, whose mailbox is elsewhere",
    "GuestMailUser": "a guest",
    "PublicFolder": "a public folder",
    **dict.fromkeys(("UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"), "a mailbox"),
    **dict.fromkeys(
        ("RemoteUserMailbox", "RemoteSharedMailbox", "RemoteRoomMailbox", "RemoteEquipmentMailbox"),
        "a mailbox on one's own servers",
    ),
}
WANTED: Final[Mapping[Sort, str]] = {
    Sort.MAILBOX: "a mailbox",
    Sort.GROUP: "a distribution group or a mail-enabled security group",
    Sort.PERSON: "a user",
}
REMEDIES: Final[Mapping[Problem, str]] = {
    Problem.ABSENT: "make {} of this name before pulumi up, or correct the name in the stack's file",
    Problem.SOFT_DELETED: "restore it before pulumi up (Microsoft 365 admin center, deleted users), or take it out",
    Problem.ANOTHER_KIND: "name {} in its place",
    Problem.SAME_MAILBOX: "name it once",
    Problem.AMBIGUOUS: "name it by its full primary address",
}


def sections(live: Live | None) -> list[Section]:
    """What the tenant says, for above the table; nothing if it was not asked."""
    if live is None:
        return []
    drift = [told(change) for change in live.drift or ()]
    return [
        *capped("Could not be looked up", list(_unseen(live)), ELSEWHERE),
        *capped(
            "Not in Exchange today: pulumi up would fail at these",
            list(map(_missing, live.missing)),
            ELSEWHERE,
        ),
        *capped(
            "Named by another address: look which mailbox it really is",
            [(*_named(one), " is ", Name(address)) for one, address in live.renamed],
            ELSEWHERE,
        ),
        *capped(
            "Changed by others since the last update: pulumi up alone does not put it back",
            drift,
            "told by mailgrant drift",
        ),
        Section("Looked up in the tenant", (_asked(live),)),
    ]


def _asked(live: Live) -> Line:
    return (f"{_names(live)}; {_drift(live)} ({BESIDE})",)


def _names(live: Live) -> str:
    if not live.asked:
        return "this change brings no name of a mailbox, group or person"
    unseen = len(live.asked) - live.there - len(live.missing)
    parts = ((live.there, "there"), (len(live.missing), "not there, or not as wanted"), (unseen, "not known"))
    told = ", ".join(f"{number:,} {words}" for number, words in parts if number)
    return f"{counted(len(live.asked), 'names')} that this change brings: {told}"


def _drift(live: Live) -> str:
    if live.drift is None:
        return "whether others have changed anything since the last update is not known"
    rights = counted(len(live.drift), "rights") if live.drift else "no right"
    return f"others have changed {rights} since the last update"


def _named(one: Named) -> Line:
    """A name, and what for."""
    parts: list[str | Name] = [Name(one.name), " ("]
    for index, (client, right) in enumerate(one.uses[:MOST_USES]):
        parts += [", " if index else "", who(client), ": ", Name(right)]
    more = len(one.uses) - MOST_USES
    return (*parts, f", and {more:,} more)" if more > 0 else ")")


def _missing(one: Missing) -> Line:
    remedy = REMEDIES[one.problem].format(WANTED[one.named.sort])
    return (*_named(one.named), ": ", *_is(one), f" → {remedy}")


def _is(one: Missing) -> Line:
    if one.problem == Problem.SAME_MAILBOX:
        return ("it is the same mailbox as ", Name(one.other))
    if one.problem == Problem.ANOTHER_KIND:
        kind = KINDS.get(one.other)
        return (f"it is {kind}, not {WANTED[one.named.sort]}",) if kind else ("it is a ", Name(one.other))
    return (IS[one.problem],)


def _unseen(live: Live) -> Iterator[Line]:
    for one in live.unseen:
        yield (f"{_whose(one)}: ", *_why(one.reason, one.remedy))
    if live.drift is None:
        yield ("what others have changed since the last update: ", *_why(*live.blind))


def _whose(one: Unseen) -> str:
    return f"whether {counted(len(one.named), 'names')} that this change brings can be found"


def _why(reason: str, remedy: str) -> Line:
    """Of each its first line: the rest stands in the JSON."""
    parts = [text.partition("\n")[0] for text in (reason, remedy)]
    return (Name(parts[0]), *((" → ", Name(parts[1])) if parts[1] else ()))
