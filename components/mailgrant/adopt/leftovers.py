"""What a client has that no stack of mailgrant describes: told, and left as it is."""

from collections.abc import Iterator

from mailgrant.adopt import declared
from mailgrant.adopt.changes import Taken
from mailgrant.adopt.found import Held
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID

EVERY_MAILBOX = "; it reaches every mailbox of the tenant, unless a policy of Exchange's limits it"


def leftovers(taken: Taken) -> list[str]:
    """One each, in words."""
    return [
        *_permissions(taken),
        *_consents(taken),
        *_redirects(taken),
        *(f"{one}: a stack cannot hold it" for one in taken.looked.others),
        *taken.client.left,
    ]


def _permissions(taken: Taken) -> Iterator[str]:
    roles = {(EXCHANGE_ONLINE_APP_ID, role, True) for role in declared.roles(taken.client.plan)}
    for one in taken.found.held:
        if one.permission.key not in roles:
            yield f"the permission {one.permission.shown}{_width(one)}"


def _width(held: Held) -> str:
    permission = held.permission
    everything = permission.api == EXCHANGE_ONLINE_APP_ID and permission.value == "full_access_as_app"
    mail = permission.api == GRAPH_APP_ID and permission.value.startswith(("Mail.", "MailboxSettings."))
    return EVERY_MAILBOX if everything or mail else ""


def _consents(taken: Taken) -> Iterator[str]:
    ours = {(grant.api, grant.person) for grant in declared.grants(taken.client.plan)}
    for one in taken.found.consents:
        if (one.api, one.person) not in ours:
            yield f"the consent to {', '.join(sorted(one.values))} of {one.title} for {one.whom}"


def _redirects(taken: Taken) -> Iterator[str]:
    pages = taken.found.registration.page_uris if taken.found.registration else ()
    yield from (f"the redirect URI {uri} of a single-page application" for uri in pages)
