"""Which mailboxes, groups and people a change names anew: what is there already, or only goes, is not among them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mailgrant.report import exchange, words
from mailgrant.report.kinds import EXCHANGE
from mailgrant.report.live import Named, Sort
from mailgrant.report.preview import QUIET, Step
from mailgrant.report.resources import Resource, sides
from mailgrant.report.rights import ANY
from mailgrant.report.values import NotUnderstoodError, mapping, text, texts


@dataclass(frozen=True)
class Use:
    """What somebody wants of a name; another state of the same is another one."""

    sort: Sort
    name: str
    client: str
    right: str
    state: str = ""


def named(steps: Iterable[Step]) -> tuple[Named, ...]:
    """Everything in Exchange that these steps name anew, each once, in an order of its own."""
    uses: dict[tuple[Sort, str], set[tuple[str, str]]] = {}
    for step in steps:
        for use in _anew(step):
            uses.setdefault((use.sort, use.name), set()).add((use.client, use.right))
    return tuple(sorted(Named(*key, tuple(sorted(found, key=_last_of_all))) for key, found in uses.items()))


def _last_of_all(use: tuple[str, str]) -> tuple[bool, tuple[str, str]]:
    return use[0] == ANY, use


def _anew(step: Step) -> set[Use]:
    read = _USES.get(step.type)
    if read is None or step.op in QUIET or step.op == "import":
        return set()
    try:
        before, after = sides(step)
        return {*read(after)} - {*read(before)}
    except NotUnderstoodError:
        return set()  # the table says that it is not understood


def _of_access(resource: Resource) -> Iterator[Use]:
    for mailbox, right in exchange.on_mailboxes(resource):
        yield Use(Sort.MAILBOX, mailbox, resource.client, right, resource.id("principal"))


def _of_switches(resource: Resource) -> Iterator[Use]:
    failed = mapping(resource.found("failed"))
    for (mailbox, switch), word in exchange.switches(resource).items():
        if mailbox not in failed:
            yield Use(Sort.MAILBOX, mailbox, ANY, words.SWITCH_NAMES.get(switch, switch), word)


def _of_scope(resource: Resource) -> Iterator[Use]:
    if group := text(resource.get("group")):
        yield Use(Sort.GROUP, group, resource.client, exchange.SENDING)


def _of_policy(resource: Resource) -> Iterator[Use]:
    failed = mapping(resource.found("failed"))
    for person in texts(resource.get("users")):
        if person not in failed:
            yield Use(Sort.PERSON, person, ANY, exchange.BLOCK)


_USES: Final[Mapping[str, Callable[[Resource], Iterator[Use]]]] = {
    f"{EXCHANGE}MailboxAccess": _of_access,
    f"{EXCHANGE}MailboxProtocols": _of_switches,
    f"{EXCHANGE}SmtpApplicationScope": _of_scope,
    f"{EXCHANGE}AuthenticationPolicy": _of_policy,
}
