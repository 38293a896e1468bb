"""What every Get- cmdlet about recipients does: one of them, all, those of some types, those that a filter selects."""

from collections.abc import Callable, Sequence
from typing import Final

from offline_tenant.exchange import errors, recipient_filter, recipients
from offline_tenant.exchange.invocation import Invocation, Outcome, Record, Rows, listed
from offline_tenant.exchange.recipient_filter import Filter
from offline_tenant.state.kinds import KINDS
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

Shown = Callable[[Tenant, Document], Record]

TYPE: Final = "RecipientTypeDetails"
ADDRESS: Final = "PrimarySmtpAddress"


def rows(call: Invocation, kind: str, shown: Shown, identity: str | None = None) -> Rows:
    """The recipients of a kind that a call asks for.

    Args:
        call: with -Identity, -Filter and -RecipientTypeDetails, each where the cmdlet has it.
        kind: ``recipients.MAILBOXES`` or ``recipients.GROUPS``.
        shown: makes the record of one.
        identity: where the cmdlet has further parameters that name one.

    Raises:
        CmdletError: the identity means nothing or several, or the filter is none.
    """
    identity = identity or call.get("Identity")
    if identity and call.get("Filter"):
        raise errors.parameters_do_not_go_together()
    if not identity:
        return _all(call, kind, shown)
    try:
        found = recipients.find(call.tenant, (kind,), identity)
    except errors.NotFoundError:
        if call.settings.get("unknown_identity") != "everything":
            raise
        return _all(call, kind, shown)
    return listed([shown(call.tenant, found)] if _fits(call, found) else [])


def exo(call: Invocation, found: Rows, minimum: Sequence[str]) -> Outcome:
    """What Get-EXO* gives of the records: the set "Minimum" and -Properties, unless -PropertySets asks for all.

    The rows raise ``CmdletError`` for a property that the records have not.
    """
    if "All" in call.get("PropertySets", ()):
        return Outcome(found)
    return Outcome(_only(found, (*minimum, *call.get("Properties", ()))))


def _only(rows: Rows, names: Sequence[str]) -> Rows:
    return lambda offset, limit: [_narrowed(record, names) for record in rows(offset, limit)]


def _fits(call: Invocation, recipient: Document) -> bool:
    return recipient[TYPE] in call.get(TYPE, [recipient[TYPE]])


def _all(call: Invocation, kind: str, shown: Shown) -> Rows:
    documents, types, text = call.tenant.documents(kind), call.get(TYPE), call.get("Filter")
    if text is not None:
        return _selected(call, kind, shown, recipient_filter.parse(text))
    if types is None:
        return lambda offset, limit: [
            shown(call.tenant, one) for one in documents.all(offset=offset, limit=limit)
        ]
    return lambda offset, limit: [
        shown(call.tenant, one) for one in documents.find_any(TYPE, types, offset=offset, limit=limit)
    ]


def _selected(call: Invocation, kind: str, shown: Shown, wanted: Filter) -> Rows:
    def selected(offset: int, limit: int) -> list[Record]:
        found = [
            one
            for one in _candidates(call.tenant, kind, wanted)
            if _fits(call, one) and recipient_filter.matches(call.tenant, wanted, one)
        ]
        return [shown(call.tenant, one) for one in found[offset : offset + limit]]

    return selected


def _candidates(tenant: Tenant, kind: str, wanted: Filter) -> list[Document]:
    """All recipients, or by an index a few among which are all that fit."""
    documents = tenant.documents(kind)
    if (found := recipient_filter.equality(wanted, _indexed(kind))) is None:
        return documents.all()
    name, value = found
    return (
        documents.find("EmailAddresses", f"smtp:{value}") if name == ADDRESS else documents.find(name, value)
    )


def _indexed(kind: str) -> tuple[str, ...]:
    # A filter may name an address with its "smtp:" or without, the index has it only with.
    return (ADDRESS, *(field for field in KINDS[kind] if field != "EmailAddresses"))


def _narrowed(found: Record, names: Sequence[str]) -> Record:
    wanted = {name.casefold() for name in names}
    if unknown := wanted - {name.casefold() for name in found}:
        raise errors.unknown_property(min(unknown))
    return {name: value for name, value in found.items() if name.casefold() in wanted}
