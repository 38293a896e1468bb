"""What a stack declares of a client in Entra: the same as ``mailgrant.entra`` makes, in plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailgrant.adopt.found import EVERYBODY
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID, OFFLINE_ACCESS, PROTOCOLS
from mailgrant.model import ClientPlan, DaemonPlan, DelegatedPlan, ThirdPartyPlan

TITLES: Final = {EXCHANGE_ONLINE_APP_ID: "Office 365 Exchange Online", GRAPH_APP_ID: "Microsoft Graph"}
Key = tuple[str, str, bool]  # an API, a permission's value, whether it is one of programs


@dataclass(frozen=True)
class Grant:
    """Delegated permissions of an API for somebody.

    Args:
        key: names it in Pulumi, together with the person.
        api: the application id of the API.
        person: ``EVERYBODY``, or a sign-in name.
        values: the permissions.
    """

    key: str
    api: str
    person: str
    values: frozenset[str]


def roles(plan: ClientPlan) -> tuple[str, ...]:
    """The application permissions, of Office 365 Exchange Online."""
    if isinstance(plan, DaemonPlan):
        protocols = [one for one in plan.protocols if one != "smtp" or not plan.smtp_scope]
    else:
        protocols = list(plan.protocols) if isinstance(plan, DelegatedPlan) and plan.mailboxes else []
    return tuple(PROTOCOLS[one].app_role for one in protocols)


def grants(plan: ClientPlan) -> list[Grant]:
    """The consents for people."""
    if isinstance(plan, DaemonPlan):
        return []
    people = (EVERYBODY,) if isinstance(plan.consent, str) else plan.consent
    return [Grant(key, api, person, values) for person in people for key, api, values in _scopes(plan)]


def requested(plan: ClientPlan) -> set[Key]:
    """The permissions that the application asks for."""
    own = {(EXCHANGE_ONLINE_APP_ID, role, True) for role in roles(plan)}
    if not isinstance(plan, DelegatedPlan):
        return own
    return own | {(api, value, False) for _, api, values in _scopes(plan) for value in values}


def _scopes(plan: DelegatedPlan | ThirdPartyPlan) -> Iterator[tuple[str, str, frozenset[str]]]:
    scopes = frozenset(PROTOCOLS[one].scope for one in plan.protocols)
    if isinstance(plan, DelegatedPlan):
        yield "graph", GRAPH_APP_ID, scopes | {OFFLINE_ACCESS}
    else:
        yield "exchange", EXCHANGE_ONLINE_APP_ID, scopes
        yield "graph", GRAPH_APP_ID, frozenset({OFFLINE_ACCESS})
