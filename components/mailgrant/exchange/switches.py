"""What is known of settings that belong to everybody: what was found, what was set, and what they say now.

Each place (a mailbox, the organization) has switches, and each switch says a word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mailgrant.errors import MailgrantError
from mailgrant.exchange import batch
from mailgrant.exchange.cmdlets.call import Call, Record
from mailgrant.exchange.names import Names

Words = Mapping[str, str]  # the word of each switch of one place, such as {"imap": "on"}
Places = Mapping[str, Words]
GONE: Final = ""  # the word of a switch whose place is gone; no switch is ever set to it


@dataclass(frozen=True)
class Kind:
    """One kind of place.

    Args:
        read: the call that shows a place.
        parse: the words of all its switches, from its record.
        write: the call that turns some switches of a place.
        noun: what the places are, for messages.
    """

    read: Callable[[str], Call]
    parse: Callable[[Record], Words]
    write: Callable[[str, Words], Call]
    noun: str = "mailboxes"


@dataclass
class Found:
    """What the switches say; ``failed`` is the reason by place where nobody could tell."""

    words: dict[str, dict[str, str]]
    names: Names
    failed: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What was set.

    Args:
        applied: the words by place; those of a place that is unknown, too, so that they are given back one day.
        failed: the reason by place, for what is not as wanted.
        left: what somebody else has turned since, by switch.
        unknown: places that may be set or not, because only the answer was lost.
        remedies: what to do about what has failed, each once.
    """

    applied: dict[str, dict[str, str]]
    failed: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    remedies: set[str] = field(default_factory=set)

    def miss(self, place: str, error: MailgrantError) -> None:
        """Note that a place is not as wanted."""
        self.failed[place] = batch.reason(error)
        self.remedies |= {batch.remedy(error)} - {""}

    def seen(self, before: Places) -> dict[str, Words]:
        """What the next run goes by in place of what was set: it sets again what has failed."""
        kept = {place: words for place, words in before.items() if place in self.failed}
        return {**kept, **{place: {} for place in self.unknown}}


@dataclass(frozen=True)
class State:
    """What is known from the last time.

    Args:
        applied: the words that were set.
        found: the words that were there before.
        seen: the words that a refresh saw at the places that were set; none at a place that was gone.
    """

    applied: Places = field(default_factory=dict)
    found: Places = field(default_factory=dict)
    seen: Places = field(default_factory=dict)

    def says(self, place: str, switch: str) -> str | None:
        """What a switch says now, as far as is known; None if it was never set."""
        applied = self.applied.get(place, {}).get(switch)
        if applied is None or place not in self.seen:
            return applied
        return self.seen[place].get(switch, GONE)

    def origin(self, found: Places) -> dict[str, dict[str, str]]:
        """What switches said before they were touched: of one that is set still, what was known before is the truth."""
        kept = {
            place: {switch: word for switch, word in words.items() if switch in self.applied.get(place, {})}
            for place, words in self.found.items()
        }
        places = dict.fromkeys([*found, *(place for place, words in kept.items() if words)])
        return {place: {**found.get(place, {}), **kept.get(place, {})} for place in places}
