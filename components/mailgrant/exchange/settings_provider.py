"""The providers behind settings that belong to everybody: protocol switches of mailboxes, SMTP AUTH of the organization.

Frozen: Pulumi stores this module's path and the names of its classes in the state of every stack.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final

from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from mailgrant.errors import ExchangeError, NotFoundError
from mailgrant.exchange import authentication_policy, settings
from mailgrant.exchange.cmdlets import authentication_policy as policies
from mailgrant.exchange.cmdlets import cas_mailbox, transport_config
from mailgrant.exchange.progress import not_yet
from mailgrant.exchange.provider import GONE, ExchangeProvider, Properties, has_unknown, report
from mailgrant.exchange.switches import Kind, Outcome, Places, State
from mailgrant.schema import resources as schema

ORGANIZATION: Final = policies.ORGANIZATION
KINDS: Final[Mapping[str, Kind]] = {
    "MailboxProtocols": Kind(
        cas_mailbox.get_protocols, cas_mailbox.parse_protocols, cas_mailbox.set_protocols
    ),
    "TransportSettings": Kind(
        transport_config.get_transport,
        transport_config.parse_transport,
        transport_config.set_transport,
        "organizations",
    ),
    "AuthenticationPolicy": Kind(
        policies.get_assignment, policies.parse_assignment, policies.set_assignment, "users"
    ),
}


class SettingsSnapshotProvider(ExchangeProvider):
    """What switches said before they were touched: inputs ``kind`` and ``switches`` (names by place), output ``found``.

    It is a resource of its own, because Pulumi keeps what a resource has put out before the next one begins.
    """

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Look again where a place could not be read."""
        replaces = ["kind"] if olds.get("kind") != news.get("kind") else []
        changes = bool(replaces or olds.get("failed")) or olds.get("switches") != news.get("switches")
        return DiffResult(changes=changes, replaces=replaces)

    def create(self, props: Properties) -> CreateResult:
        """Look at everything."""
        return CreateResult(f"{props['kind']}/Snapshot", self._look({}, props))

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Look at what is new; what was found once stays what it was."""
        return UpdateResult(self._look(olds, news))

    def _look(self, olds: Properties, news: Properties) -> Properties:
        wanted = {place: dict.fromkeys(names, "") for place, names in news["switches"].items()}
        known, names = olds.get("found") or {}, olds.get("identities") or {}
        found = settings.look(self.session(), KINDS[news["kind"]], known, names, wanted, report)
        told = {"found": found.words, "failed": found.failed, "identities": found.names.known}
        return {"kind": news["kind"], "switches": news["switches"], **told}


class SettingsProvider(ExchangeProvider):
    """What they share: ``found`` and ``unread`` come from the snapshot.

    ``applied`` is what was set, ``failed`` why by place, ``left`` what somebody else has turned since.
    """

    kind: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]]

    @abstractmethod
    def places(self, props: Properties) -> Places:
        """The inputs as words by switch by place."""

    @abstractmethod
    def shown(self, places: Places, props: Properties) -> Properties:
        """The inputs that stand for these places; what places do not tell is as it was."""

    @abstractmethod
    def problems(self, props: Properties) -> dict[str, str]:
        """What is wrong with the inputs, by place."""

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Refuse what cannot be set, all of it at once."""
        known = {name: news.get(name) for name in self.inputs}
        problems = {} if has_unknown(list(known.values())) else self.problems(known)
        return CheckResult(news, [CheckFailure(place, problem) for place, problem in problems.items()])

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare with what was set and seen, so that what failed is tried again."""
        # It is no input, so the preview's own difference would show nothing.
        not_yet(olds.get("failed") or {}, "set", report)
        differs = any(olds.get(name) != news.get(name) for name in self.inputs)
        return DiffResult(changes=differs or bool(olds.get("failed")))

    def create(self, props: Properties) -> CreateResult:
        """Set; what failed is an output, because an exception would lose what was set."""
        return CreateResult(self.kind, self._told(State(), props))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Look what the switches say now: the inputs follow, so that drift is a small difference."""
        applied, failed = props.get("applied") or {}, props.get("failed") or {}
        now = settings.read(self.session(), KINDS[self.kind], applied, report)
        inputs = self.shown(now, props) | {name: props.get(name) or {} for name in ("found", "unread")}
        # What was seen tells the difference from now on; only what could never be set has failed still.
        seen = {place: now.get(place, {}) for place in applied}
        still = {place: reason for place, reason in failed.items() if place not in seen}
        return ReadResult(id_, {**props, **inputs, "seen": seen, "failed": still}, inputs)

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Set what differs, give back what is not wanted any more."""
        return UpdateResult(self._told(_state(olds), news))

    def delete(self, _id: str, props: Properties) -> None:
        """Give back what was found.

        Raises:
            ExchangeError: a part could not be given back, with each place and the reason.
        """
        outcome = self._change(_state(props), {}, {})
        if outcome.failed:
            told = settings.failures(KINDS[self.kind], outcome.failed, "could not be given back")
            raise ExchangeError(told, "\n  → ".join(sorted(outcome.remedies)))

    def _change(self, before: State, props: Properties, found: Places) -> Outcome:
        wanted = self.places(props) if props else {}
        outcome = settings.change(self.session(), KINDS[self.kind], before, wanted, found, report)
        for switch, word in outcome.left.items():
            report(f"{switch} is left as it is ({word}): somebody has changed it since mailgrant set it")
        outcome.failed |= {
            place: why for place, why in (props.get("unread") or {}).items() if place in outcome.failed
        }
        return outcome

    def _told(self, before: State, props: Properties) -> Properties:
        found = before.origin(props.get("found") or {})
        outcome = self._change(before, props, found)
        kept = {name: props.get(name) for name in (*self.inputs, "unread")}
        told = {"applied": outcome.applied, "failed": outcome.failed, "left": outcome.left}
        more = {"seen": outcome.seen(before.seen), "remedies": sorted(outcome.remedies)}
        return {**kept, "found": found, **told, **{name: value for name, value in more.items() if value}}


def _state(props: Properties) -> State:
    """What is known from the last time; ``seen`` is what a refresh since then has told."""
    return State(props.get("applied") or {}, props.get("found") or {}, props.get("seen") or {})


class MailboxProtocolsProvider(SettingsProvider):
    """Input ``protocols``: words by switch by mailbox, such as ``{"a@b.de": {"imap": "on"}}``."""

    kind = "MailboxProtocols"
    inputs = ("protocols",)

    def places(self, props: Properties) -> Places:
        """As they are."""
        return dict(props["protocols"])

    def shown(self, places: Places, props: Properties) -> Properties:
        """As they are; one that was never set stays wanted."""
        applied = props.get("applied") or {}
        never = {place: words for place, words in props["protocols"].items() if place not in applied}
        return {"protocols": {**never, **places}}

    def problems(self, props: Properties) -> dict[str, str]:
        """Addresses, switches and words."""
        return schema.protocol_problems(props["protocols"])


class TransportSettingsProvider(SettingsProvider):
    """Input ``smtp_auth``: ``enabled`` or ``disabled`` for every mailbox that says nothing itself."""

    kind = "TransportSettings"
    inputs = ("smtp_auth",)

    def places(self, props: Properties) -> Places:
        """The one organization."""
        return {ORGANIZATION: {"smtp_auth": props["smtp_auth"]}}

    def shown(self, places: Places, props: Properties) -> Properties:
        """The one word."""
        return {"smtp_auth": places.get(ORGANIZATION, {}).get("smtp_auth", props["smtp_auth"])}

    def problems(self, props: Properties) -> dict[str, str]:
        """One of two words."""
        return schema.transport_problems(props["smtp_auth"])


class AuthenticationPolicyProvider(SettingsProvider):
    """Inputs ``name``, ``users`` (addresses), ``default`` (of the organization); ``ours``: whether it is removed."""

    kind = "AuthenticationPolicy"
    inputs = ("name", "users", "default")

    def places(self, props: Properties) -> Places:
        """Who is to have the policy."""
        users = [*props["users"], *([ORGANIZATION] if props["default"] else [])]
        return {place: {"policy": props["name"]} for place in users}

    def shown(self, places: Places, props: Properties) -> Properties:
        """Who has it still."""
        applied = props.get("applied") or {}
        lost = {place for place in applied if places.get(place, {}).get("policy") != props["name"]}
        return {
            "name": props["name"],
            "users": [user for user in props["users"] if user not in lost],
            "default": props["default"] and ORGANIZATION not in lost,
        }

    def problems(self, props: Properties) -> dict[str, str]:
        """A name that Exchange takes, and addresses."""
        return schema.policy_problems(props)

    def diff(self, id_: str, olds: Properties, news: Properties) -> DiffResult:
        """The name cannot change."""
        result = super().diff(id_, olds, news)
        if allows := olds.get("allows"):
            # It is no input either.
            report(f"the authentication policy {olds['name']} {_allowing(allows)}; it will be blocked")
        renamed = olds.get("name") != news.get("name")
        # Before the new one is given to anybody, the old one must have given back what was there before both.
        changes = result.changes or bool(allows)
        return DiffResult(changes, ["name"] if renamed else [], delete_before_replace=True)

    def create(self, props: Properties) -> CreateResult:
        """Make the policy, then give it to whom it is for."""
        ours = authentication_policy.ensure(self.session(), props["name"])
        result = super().create(props)
        return CreateResult(f"{props['name']}/AuthenticationPolicy", {**(result.outs or {}), "ours": ours})

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Look whether it is there and still blocks everything, and who has it."""
        try:
            allows = authentication_policy.still_allows(self.session(), props["name"])
        except NotFoundError:
            report(f"the authentication policy {props['name']} is gone")
            return ReadResult(GONE, {})
        if allows:
            report(f"the authentication policy {props['name']} {_allowing(allows)}")
        result = super().read(id_, props)
        return ReadResult(id_, {**(result.outs or {}), "allows": allows}, result.inputs)

    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Block what it allows again, then give it to whom it is for."""
        made = authentication_policy.block_or_make(self.session(), news["name"])
        if made:  # whoever had the one that is gone has none
            olds = {**olds, "seen": {place: {} for place in olds.get("applied") or {}}}
        result = super().update(id_, olds, news)
        return UpdateResult({**(result.outs or {}), "ours": made or olds.get("ours", False)})

    def delete(self, id_: str, props: Properties) -> None:
        """Give back what people had before, then remove the policy if it is ours."""
        super().delete(id_, props)
        if props.get("ours"):
            authentication_policy.remove(self.session(), props["name"])


def _allowing(switches: list[str]) -> str:
    return f"allows basic authentication ({', '.join(switches)})"
