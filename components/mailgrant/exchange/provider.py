"""The providers behind the Exchange resources: what differs, and whom to ask to make it as wanted.

Frozen: Pulumi stores this module's path and the names of its classes in the state of every stack.
The classes hold nothing: they are pickled by reference, and get what they need through ``configure``.
"""

import sys
from collections.abc import Callable
from typing import Any, ClassVar, Final

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.runtime.rpc import UNKNOWN

from mailgrant.errors import NotFoundError
from mailgrant.exchange import cancel_rpc, mailbox_access, service_principal, watchdog
from mailgrant.exchange.connection import connect
from mailgrant.exchange.mailbox_access import Earlier
from mailgrant.exchange.progress import not_yet
from mailgrant.exchange.rights import access, grants
from mailgrant.exchange.session import Session
from mailgrant.schema import resources as schema

Properties = dict[str, Any]

GONE: Final = ""  # the id with which Pulumi drops a resource from the state


class ExchangeProvider(ResourceProvider):
    """What all of them share: settings from the stack, one session pool, nothing of it in the state."""

    # Nothing is captured, so nothing in the pickle is secret; marking it so would cost an encryption a resource.
    serialize_as_secret_always: ClassVar[bool] = False  # type: ignore[misc]

    # Set on the class, never on the instance: what an instance holds would be pickled.
    _configured: ClassVar[Callable[[str], Any] | None] = None

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the way to the stack's configuration for the first call that needs a session."""
        watchdog.follow(sys.argv[1:])
        cancel_rpc.listen()
        ExchangeProvider._configured = req.config.get

    @staticmethod
    def session() -> Session:
        """The sessions of this run.

        Raises:
            MailgrantError: the settings are wrong or incomplete.
        """
        return connect(ExchangeProvider._configured or (lambda _: None))


class ServicePrincipalProvider(ExchangeProvider):
    """Properties: ``app_id``, ``object_id``, ``display_name``; the id is the object id."""

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Only the display name can change in place; two records of one application cannot be at once."""
        replaces = [name for name in ("app_id", "object_id") if _differs(olds, news, name)]
        return DiffResult(
            changes=bool(replaces) or _differs(olds, news, "display_name"),
            replaces=replaces,
            delete_before_replace=True,
        )

    def create(self, props: Properties) -> CreateResult:
        """Make the record, or take over the one that a run before us left."""
        wanted = service_principal.Wanted(props["app_id"], props["object_id"], props["display_name"])
        record = service_principal.ensure(self.session(), wanted)
        return CreateResult(wanted.object_id, {**_own(props), "sid": record.sid})

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Look what is there: inputs follow it, so that drift is a small difference."""
        record = service_principal.find(self.session(), props.get("app_id", ""), id_)
        if record is None:
            return ReadResult(GONE, {})
        inputs = {"app_id": record.app_id, "object_id": record.object_id, "display_name": record.display_name}
        return ReadResult(id_, {**inputs, "sid": record.sid}, inputs)

    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Rename it, or make it again if it is gone."""
        try:
            service_principal.rename(self.session(), id_, news["display_name"])
        except NotFoundError:
            return UpdateResult(self.create(news).outs)
        return UpdateResult({**_own(news), "sid": olds.get("sid", "")})

    def delete(self, id_: str, props: Properties) -> None:
        """Remove it."""
        service_principal.remove(self.session(), id_, props["display_name"])


class MailboxAccessProvider(ExchangeProvider):
    """Properties: ``app_id``, ``principal`` (the ObjectId), ``access``; ``granted`` and ``failed`` tell how it went.

    The id is ``<ObjectId>/MailboxAccess``.
    """

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Refuse what is no address or no right, all of it at once."""
        wanted = news.get("access")
        problems = {} if has_unknown(wanted) else schema.mailbox_problems(wanted)
        return CheckResult(news, [CheckFailure(place, problem) for place, problem in problems.items()])

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare what was really granted with what is wanted, so that what failed is tried again."""
        replaces = [name for name in ("app_id", "principal") if _differs(olds, news, name)]
        wanted = news.get("access")
        # It is no input, so the preview's own difference would show nothing.
        not_yet(olds.get("failed") or {}, "granted", report)
        missing = has_unknown(wanted) or set(grants(wanted or {})) != set(grants(olds.get("granted") or {}))
        return DiffResult(changes=bool(replaces) or missing or bool(olds.get("failed")), replaces=replaces)

    def create(self, props: Properties) -> CreateResult:
        """Grant; what failed is an output, because an exception would lose what was granted."""
        return CreateResult(f"{props['principal']}/MailboxAccess", self._change({}, props))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Look which of the grants are there."""
        granted = mailbox_access.read(
            self.session(),
            props["principal"],
            props["app_id"],
            props.get("granted") or {},
            report,
            props.get("unknown") or {},
        )
        inputs = {"app_id": props["app_id"], "principal": props["principal"], "access": granted}
        known = {
            mailbox: name for mailbox, name in (props.get("identities") or {}).items() if mailbox in granted
        }
        return ReadResult(id_, {**inputs, "granted": granted, "failed": {}, "identities": known}, inputs)

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Revoke, then grant, what differs."""
        return UpdateResult(self._change(olds, news))

    def delete(self, _id: str, props: Properties) -> None:
        """Take back what was granted."""
        held, earlier = props.get("granted") or {}, _earlier(props)
        mailbox_access.revoke_all(self.session(), props["principal"], held, report, earlier)

    def _change(self, olds: Properties, news: Properties) -> Properties:
        outcome = mailbox_access.change(
            self.session(),
            news["principal"],
            olds.get("granted") or {},
            news["access"],
            report,
            _earlier(olds),
        )
        told = {"granted": outcome.granted, "failed": outcome.failed, "identities": outcome.names.known}
        more = {"unknown": access(outcome.unknown), "remedies": sorted(outcome.remedies)}
        return {**_own(news), **told, **{name: value for name, value in more.items() if value}}


def _earlier(props: Properties) -> Earlier:
    return Earlier(props.get("identities") or {}, props.get("unknown") or {})


def _own(props: Properties) -> Properties:
    """Without what Pulumi adds for itself."""
    return {name: value for name, value in props.items() if not name.startswith("__")}


def _differs(olds: Properties, news: Properties, name: str) -> bool:
    return bool(olds.get(name) != news.get(name))


def has_unknown(value: Any) -> bool:
    """Whether a part of an input is known only later: a preview says so in its place."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    return any(map(has_unknown, value)) if isinstance(value, list) else value == UNKNOWN


def report(line: str) -> None:
    """Tell people: the engine shows what a provider writes to stderr."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201
