"""Applications by display name, and whose they are: no two stacks may point at one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from mailgrant.directory.graph import Graph, reading

MOST_AT_ONCE: Final = 15  # values after "in" (learn.microsoft.com/graph/filter-query-parameter)
SELECT: Final = "id,appId,displayName,tags,createdDateTime,passwordCredentials,keyCredentials"


@dataclass(frozen=True)
class Application:
    """An application of the tenant.

    Args:
        id: its object id.
        app_id: its client id.
        tags: words that it carries, such as ``mailgrant:contoso/mail/prod``.
        created: when it was made, aware; None if the tenant does not say.
        ends: when each of its secrets and certificates ends, aware.
    """

    id: str
    app_id: str
    tags: tuple[str, ...]
    created: datetime | None
    ends: frozenset[datetime] = frozenset()


def owners_of(graph: Graph, names: Iterable[str]) -> dict[str, list[Application]]:
    """The applications that bear each of these display names, letter case aside; one request for 15 names.

    Args:
        graph: of the automation identity.
        names: display names; each is a key of what comes back.

    Raises:
        GraphError: there is no answer, or a refusal: it needs the Graph permission Application.Read.All, or one that
            holds it.
        SignInError: there is no token.
    """
    found: dict[str, list[Application]] = {name: [] for name in names}
    order = list(found)
    for first in range(0, len(order), MOST_AT_ONCE):
        some = order[first : first + MOST_AT_ONCE]
        for told in graph.many("applications", {"$filter": _named(some), "$select": SELECT}):
            with reading("an application"):
                shown, application = str(told["displayName"]), _application(told)
            for name in (name for name in some if name.casefold() == shown.casefold()):
                found[name].append(application)
    return found


def _named(names: Iterable[str]) -> str:
    quoted = ",".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"displayName in ({quoted})"


def _application(told: Mapping[str, Any]) -> Application:
    created = told.get("createdDateTime")
    credentials = [*(told.get("passwordCredentials") or ()), *(told.get("keyCredentials") or ())]
    return Application(
        told["id"],
        told["appId"],
        tuple(told.get("tags") or ()),
        _moment(created) if created else None,
        frozenset(_moment(one["endDateTime"]) for one in credentials if one.get("endDateTime")),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
