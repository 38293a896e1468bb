"""The tenant's policies over credentials, read before anything is created.

learn.microsoft.com/graph/api/tenantappmanagementpolicy-get; a policy of a single application takes the place of the
tenant's own (learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from mailgrant.directory.graph import Graph, reading
from mailgrant.directory.restrictions import Restriction, Violation, Wanted, parse, violations
from mailgrant.errors import GraphError

DEFAULT: Final = "policies/defaultAppManagementPolicy"
REFUSED: Final = (401, 403)
UNSEEN: Final = (
    "The tenant's app management policy could not be looked at, because the identity that runs mailgrant lacks the "
    "Graph permission Policy.Read.All: if it forbids a credential, that shows only when the credential is made."
)
UNSEEN_OWN: Final = (
    "Whether applications have app management policies of their own, which would take the place of the tenant's, "
    "could not be looked at, because the identity that runs mailgrant lacks the Graph permission Application.Read.All."
)


@dataclass(frozen=True)
class Verdict:
    """What the tenant would say.

    Args:
        violations: credentials that it would refuse.
        note: what could not be looked at, for people; empty if nothing.
    """

    violations: Sequence[Violation]
    note: str = ""


def judge(graph: Graph, wanted: Sequence[Wanted], now: datetime) -> Verdict:
    """Which of these credentials the tenant would refuse: one request, and one more an application that has trouble.

    A policy of an application's own that is stricter than the tenant's is not looked for.

    Args:
        graph: of the automation identity.
        wanted: what is to be made; nothing is asked if that is nothing.
        now: aware.

    Raises:
        GraphError: there is no answer, or one that cannot be read.
        SignInError: there is no token.
    """
    try:
        rules = _rules(graph.one(DEFAULT)) if wanted else []
    except GraphError as error:
        return Verdict((), _note(error, UNSEEN))
    found = violations(rules, wanted, now)
    try:
        own = {id_: _own(graph, id_) for id_ in {one.wanted.application for one in found} if id_}
    except GraphError as error:
        # Whoever may not look at one may look at none.
        unsure = [replace(one, certain=one.certain and not one.wanted.application) for one in found]
        return Verdict(unsure, _note(error, UNSEEN_OWN))
    kept = [one for one in found if own.get(one.wanted.application) is None]
    for id_, theirs in own.items():
        kept += violations(theirs or (), [one for one in wanted if one.application == id_], now)
    return Verdict(kept)


def _note(error: GraphError, note: str) -> str:
    """The note, if it was a refusal for want of a permission; raises the error again if not."""
    if error.status not in REFUSED:
        raise error
    return note


def _own(graph: Graph, application: str) -> list[Restriction] | None:
    """The rules of an application's own policy; None if it has none, and the tenant's count."""
    policies = list(graph.many(f"applications/{application}/appManagementPolicies"))
    return _rules(policies[0], "restrictions") if policies else None


def _rules(policy: Mapping[str, Any], place: str = "applicationRestrictions") -> list[Restriction]:
    with reading("the app management policy"):
        return parse(policy, place)
