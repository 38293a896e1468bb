"""The provider behind sending over SMTP by RBAC for Applications.

Frozen: Pulumi stores this module's path and the name of its class in the state of every stack.
"""

from typing import Final

from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.runtime.rpc import UNKNOWN

from mailgrant.exchange import application_scope
from mailgrant.exchange.application_scope import Wanted
from mailgrant.exchange.provider import GONE, ExchangeProvider, Properties, report
from mailgrant.schema import resources as schema

INPUTS: Final = ("app_id", "principal", "group", "filter")


class SmtpApplicationScopeProvider(ExchangeProvider):
    """Properties: ``app_id``, ``principal`` (the ObjectId), ``group`` or ``filter``; ``recipient_filter`` is what was set.

    The id is ``<ObjectId>/SmtpApplicationScope``.
    """

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """One of group and filter, well formed."""
        given = {name: news.get(name) for name in ("group", "filter")}
        problems = {} if UNKNOWN in given.values() else schema.scope_problems(given)
        return CheckResult(news, [CheckFailure(place, problem) for place, problem in problems.items()])

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Another application is another resource; names of it cannot be twice."""
        replaces = [name for name in ("app_id", "principal") if olds.get(name) != news.get(name)]
        changes = any(olds.get(name) != news.get(name) for name in INPUTS)
        return DiffResult(changes, replaces, delete_before_replace=True)

    def create(self, props: Properties) -> CreateResult:
        """Make scope and assignment, or take over what a run before us left."""
        recipient_filter = application_scope.ensure(self.session(), _wanted(props))
        return CreateResult(f"{props['principal']}/SmtpApplicationScope", _told(props, recipient_filter))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Look what is there: a filter that somebody has changed shows in place of what was wanted."""
        shown = application_scope.find(self.session(), _wanted(props))
        if shown is None:
            return ReadResult(GONE, {})
        if not shown.effective:
            # A part is there, and is ours to mend or to remove: the resource stays, with no recipient in its inputs.
            report(f"the application {props['app_id']} may send as nobody any more")
        inputs = {name: props[name] for name in INPUTS}
        if not (shown.effective and application_scope.is_same(shown.filter, props["recipient_filter"])):
            inputs |= {"group": "", "filter": shown.filter if shown.effective else ""}
        return ReadResult(id_, {**inputs, "recipient_filter": shown.filter}, inputs)

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Give the scope another filter."""
        return UpdateResult(_told(news, application_scope.narrow(self.session(), _wanted(news))))

    def delete(self, _id: str, props: Properties) -> None:
        """Remove both."""
        application_scope.remove(self.session(), _wanted(props))


def _wanted(props: Properties) -> Wanted:
    return Wanted(props["app_id"], props["group"], props["filter"])


def _told(props: Properties, recipient_filter: str) -> Properties:
    return {**{name: props[name] for name in INPUTS}, "recipient_filter": recipient_filter}
