"""Settings that belong to everybody: set as wanted, and given back as they were found when nobody wants them any more.

Only the switches that are named are touched. What one said before it was touched is looked up first, and is in
Pulumi's state before anything is written, so that a run that is killed in between cannot make anybody forget it. A
switch is given back only if it still says what was set: one that somebody else has turned since is theirs, and is
left, and that is said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailgrant.errors import ExchangeError, MailgrantError, NotFoundError
from mailgrant.exchange import batch
from mailgrant.exchange.cmdlets.call import text
from mailgrant.exchange.names import Names
from mailgrant.exchange.progress import Progress, Report, counted
from mailgrant.exchange.session import Session
from mailgrant.exchange.switches import Found, Kind, Outcome, Places, State, Words


@dataclass(frozen=True)
class _Turn:
    """What is to be done at one place: switches to set, and switches to give back."""

    place: str
    wanted: Words
    given_back: frozenset[str]


def look(
    session: Session, kind: Kind, known: Places, names: Mapping[str, str], wanted: Places, report: Report
) -> Found:
    """What the switches that are wanted say: what is known stays, and the rest is looked up, one read a place.

    Args:
        session: to Exchange.
        kind: of the places.
        known: what was found before.
        names: what Exchange calls the places that are known.
        wanted: only its switches matter.
        report: gets a line of progress now and then.

    Raises:
        MailgrantError: nothing at all could be looked up, for a reason that is no place's own.
    """
    found = Found({}, Names({place: name for place, name in names.items() if place in wanted}))
    for place, words in wanted.items():
        if words.keys() <= known.get(place, {}).keys():
            found.words[place] = {switch: known[place][switch] for switch in words}
    looked_up = list(_read(session, kind, [place for place in wanted if place not in found.words], report))
    batch.raise_if_nothing_was_done(now for _, now in looked_up)
    for place, now in looked_up:
        if isinstance(now, MailgrantError):
            found.failed[place] = batch.reason(now)
        elif other := found.names.claim(place, now.name):
            found.failed[place] = f"is the same as {other}: name it once"
        else:
            found.words[place] = {**now.only(wanted[place]), **_kept(known, place, wanted)}
    return found


def read(session: Session, kind: Kind, applied: Places, report: Report) -> dict[str, dict[str, str]]:
    """What the switches that were set say now; a place that is gone is left out.

    Raises:
        ExchangeError: something could not be read; that never means that it is not there.
    """
    words: dict[str, dict[str, str]] = {}
    failed: dict[str, str] = {}
    for place, now in _read(session, kind, list(applied), report):
        if isinstance(now, _Place):
            words[place] = now.only(applied[place])
        elif not isinstance(now, NotFoundError):
            failed[place] = batch.reason(now)
    if failed:
        raise ExchangeError(failures(kind, failed, "could not be read"))
    return {place: words[place] for place in applied if place in words}


def change(
    session: Session, kind: Kind, before: State, wanted: Places, found: Places, report: Report
) -> Outcome:
    """Go from what was set to what is wanted: one write a place, none where nothing differs.

    Where what was found is as wanted, nobody has set anything yet: what was found may be older than this run, so it is
    looked at again before it is believed.

    Args:
        session: to Exchange.
        kind: of the places.
        before: what is known from the last time.
        wanted: the words that shall be.
        found: what the wanted switches said before they were touched.
        report: gets a line of progress now and then.

    Raises:
        MailgrantError: nothing at all could be done, for a reason that is no place's own.
    """
    outcome = Outcome({place: dict(words) for place, words in before.applied.items()})
    turns = [turn for turn in _turns(before, wanted) if turn.wanted or turn.given_back]
    looked_at = [turn for turn in turns if turn.given_back or _is_as_wanted(turn, before, found)]
    now = _now(session, kind, looked_at, outcome, report)
    writes: dict[str, dict[str, str]] = {}
    for turn in turns:
        if turn.place not in outcome.failed:
            _set(turn, found, now.get(turn.place, {}), outcome, writes)
            _give_back(turn, now.get(turn.place, {}), before, outcome, writes)
    _write(session, kind, writes, outcome, report)
    for turn in turns:
        if turn.place in outcome.unknown:
            outcome.applied[turn.place] = {**before.applied.get(turn.place, {}), **turn.wanted}
        elif turn.place not in outcome.failed:
            _note(turn, outcome)
    return outcome


def failures(kind: Kind, failed: Mapping[str, str], what: str) -> str:
    """One line for the whole and one for each place."""
    lines = [f"settings of {counted(len(failed), kind.noun)} {what}:"]
    return "\n".join([*lines, *(f"  - {place}: {reason}" for place, reason in sorted(failed.items()))])


@dataclass(frozen=True)
class _Place:
    """A place as Exchange shows it."""

    name: str
    words: Words

    def only(self, switches: Mapping[str, object]) -> dict[str, str]:
        return {switch: self.words[switch] for switch in switches}


def _read(
    session: Session, kind: Kind, places: list[str], report: Report
) -> Iterator[tuple[str, _Place | MailgrantError]]:
    calls = {place: kind.read(place) for place in places}
    for place, reply in batch.run(session, calls, Progress("read", len(calls), report, kind.noun)):
        if isinstance(reply, MailgrantError):
            yield place, reply
        elif len(reply.records) != 1:
            # Asked for one that is unknown, Exchange's Get- cmdlets may answer with everything.
            yield place, ExchangeError("Exchange did not answer with this one object")
        else:
            yield place, _Place(text(reply.records[0], "Identity"), kind.parse(reply.records[0]))


def _kept(known: Places, place: str, wanted: Places) -> dict[str, str]:
    return {switch: word for switch, word in known.get(place, {}).items() if switch in wanted[place]}


def _turns(before: State, wanted: Places) -> Iterator[_Turn]:
    for place in dict.fromkeys([*before.applied, *wanted]):
        had, wants = before.applied.get(place, {}), wanted.get(place, {})
        differs = {switch: word for switch, word in wants.items() if before.says(place, switch) != word}
        yield _Turn(place, differs, frozenset(had) - frozenset(wants))


def _now(
    session: Session, kind: Kind, turns: list[_Turn], outcome: Outcome, report: Report
) -> dict[str, Words]:
    """What the places say; of one that is gone there is nothing to give back."""
    now: dict[str, Words] = {}
    for place, shown in _read(session, kind, [turn.place for turn in turns], report):
        if isinstance(shown, _Place):
            now[place] = shown.words
        elif not isinstance(shown, NotFoundError):
            outcome.miss(place, shown)
    return now


def _is_as_wanted(turn: _Turn, before: State, found: Places) -> bool:
    """Whether a switch that was never set was found as it is wanted."""
    said = found.get(turn.place, {})
    return any(
        said.get(switch) == word and before.says(turn.place, switch) is None
        for switch, word in turn.wanted.items()
    )


def _set(turn: _Turn, found: Places, now: Words, outcome: Outcome, writes: dict[str, dict[str, str]]) -> None:
    if turn.wanted.keys() - found.get(turn.place, {}).keys():
        outcome.failed[turn.place] = "what it says now could not be read"
        return
    for switch, word in turn.wanted.items():
        if now.get(switch) != word:
            writes.setdefault(turn.place, {})[switch] = word


def _give_back(
    turn: _Turn, now: Words, before: State, outcome: Outcome, writes: dict[str, dict[str, str]]
) -> None:
    for switch in turn.given_back & now.keys():
        mine, theirs = before.applied[turn.place][switch], before.found.get(turn.place, {}).get(switch)
        if now[switch] == theirs:
            continue  # a run that was cut off has given it back
        if now[switch] != mine:
            outcome.left[f"{turn.place} {switch}"] = now[switch]
        elif theirs is not None:
            writes.setdefault(turn.place, {})[switch] = theirs


def _write(session: Session, kind: Kind, writes: Places, outcome: Outcome, report: Report) -> None:
    calls = {
        place: kind.write(place, words) for place, words in writes.items() if place not in outcome.failed
    }
    replies = list(batch.run(session, calls, Progress("set", len(calls), report, kind.noun)))
    for place, reply in replies:
        # A warning says that nothing had to be modified.
        if isinstance(reply, MailgrantError):
            outcome.miss(place, reply)
            if reply.answer_lost:
                outcome.unknown.add(place)
    batch.raise_if_nothing_was_done(reply for _, reply in replies)


def _note(turn: _Turn, outcome: Outcome) -> None:
    kept = {
        switch: word
        for switch, word in outcome.applied.pop(turn.place, {}).items()
        if switch not in turn.given_back
    }
    if now := kept | dict(turn.wanted):
        outcome.applied[turn.place] = now
