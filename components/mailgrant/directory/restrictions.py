"""Which credentials a tenant allows to applications, and which of those that are wanted it would refuse.

Sources: learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy (which policy concerns whom),
…/tenantappmanagementpolicy, …/passwordcredentialconfiguration, …/keycredentialconfiguration. Only restrictions on
application objects count: those on service principals concern applications of other tenants, and mailgrant's
credentials all stand on applications of this one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from mailgrant.errors import ConfigurationFault

Kind = Literal["secret", "certificate"]

# Edm.Duration, as .NET writes it: there are neither years nor months nor weeks.
DURATION: Final = re.compile(
    r"P(?=.)(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6}(?:\.\d+)?)S)?)?",
    re.ASCII,
)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
POLICY: Final = "the tenant's app management policy"
# restrictionType → the kind of credential that it concerns; the others concern what mailgrant makes nothing of.
TYPES: Final[Mapping[str, Kind]] = {
    "passwordAddition": "secret",
    "passwordLifetime": "secret",
    "asymmetricKeyLifetime": "certificate",
    "trustedCertificateAuthority": "certificate",
}
LIFETIMES: Final = frozenset({"passwordLifetime", "asymmetricKeyLifetime"})
INSTEAD: Final[Mapping[Kind, str]] = {
    "secret": "use a certificate or a federated credential",
    "certificate": "use a federated credential",
}
CALLED: Final[Mapping[Kind, str]] = {"secret": "client secret", "certificate": "certificate"}


@dataclass(frozen=True)
class Restriction:
    """One rule of a policy.

    Args:
        type: Graph's ``restrictionType``, one of ``TYPES``.
        longest: the longest lifetime; None where there is no such limit, or where it cannot be read.
        since: applications made from then on are concerned; None for all.
        exempts: whether somebody is exempt from it (``excludeActors``), which might be us.
    """

    type: str
    longest: timedelta | None
    since: datetime | None
    exempts: bool


@dataclass(frozen=True)
class Wanted:
    """A credential that is to be made.

    Args:
        client: whose.
        credential: its name.
        kind: ``secret`` or ``certificate``; federated credentials are restricted by none of these policies.
        lifetime: from its begin to its end.
        created: when its application was made; None if it is still to be.
        application: its application's object id; empty if it is still to be made.
    """

    client: str
    credential: str
    kind: Kind
    lifetime: timedelta
    created: datetime | None = None
    application: str = ""


@dataclass(frozen=True)
class Violation:
    """A credential that the tenant would refuse.

    Args:
        wanted: which.
        problem: why, and what to use instead.
        certain: False if it may be taken all the same, for a reason that cannot be seen from here.
    """

    wanted: Wanted
    problem: str
    certain: bool = True

    @property
    def fault(self) -> ConfigurationFault:
        """The same, at its place in the stack file."""
        place = f"mailgrant:clients.{self.wanted.client}.credentials.{self.wanted.credential}"
        return ConfigurationFault(place, self.problem)


def parse(policy: Mapping[str, Any], rules: str = "applicationRestrictions") -> list[Restriction]:
    """The rules of a policy that are in force and concern credentials of applications.

    Args:
        policy: as Graph gives it.
        rules: where they stand: ``restrictions`` in a policy of single applications.
    """
    if not policy.get("isEnabled"):
        return []
    told = policy.get(rules) or {}
    found = [*(told.get("passwordCredentials") or []), *(told.get("keyCredentials") or [])]
    # A rule without a state, as older answers have it, is enforced.
    return [
        _rule(one) for one in found if one.get("restrictionType") in TYPES and one.get("state") != "disabled"
    ]


def violations(rules: Sequence[Restriction], wanted: Sequence[Wanted], now: datetime) -> list[Violation]:
    """The credentials that would be refused; one that two rules refuse is told of once.

    Args:
        rules: as ``parse`` gives them.
        wanted: what is to be made.
        now: aware; when applications will be made that do not exist yet.
    """
    found: list[Violation] = []
    # What is forbidden altogether is told rather than for how long it would be allowed.
    ordered = sorted(rules, key=lambda rule: rule.type in LIFETIMES)
    for one in wanted:
        told = [_judged(rule, one) for rule in ordered if _concerns(rule, one, now)]
        broken = [violation for violation in told if violation]
        found += sorted(broken, key=lambda violation: not violation.certain)[:1]
    return found


def duration(text: Any) -> timedelta | None:
    """An ISO 8601 duration as Graph writes it, such as ``P4DT12H30M5S``; None if it is none."""
    found = DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    return timedelta(**{name: float(value or 0) for name, value in found.groupdict().items()})


def _rule(told: Mapping[str, Any]) -> Restriction:
    since = told.get("restrictForAppsCreatedAfterDateTime")
    exempt = (told.get("excludeActors") or {}).get("customSecurityAttributes")
    moment = datetime.fromisoformat(since).astimezone(UTC) if since else None
    return Restriction(told["restrictionType"], duration(told.get("maxLifetime")), moment, bool(exempt))


def _concerns(rule: Restriction, wanted: Wanted, now: datetime) -> bool:
    made = wanted.created or now
    return TYPES[rule.type] == wanted.kind and (rule.since is None or made >= rule.since)


def _judged(rule: Restriction, wanted: Wanted) -> Violation | None:
    problem, certain = _problem(rule, wanted)
    if not problem:
        return None
    if rule.exempts:
        problem += " (some are exempt from this rule, perhaps the identity that runs mailgrant)"
    return Violation(wanted, problem, certain and not rule.exempts)


def _problem(rule: Restriction, wanted: Wanted) -> tuple[str, bool]:
    """What is wrong, nothing if all is well; and whether that is certain."""
    called, instead = CALLED[wanted.kind], INSTEAD[wanted.kind]
    if rule.type == "passwordAddition":
        return f"{POLICY} allows no client secrets; {instead}", True
    if rule.type == "trustedCertificateAuthority":
        return f"{POLICY} takes certificates of its own authorities alone; {instead}", False
    if rule.longest is None:
        return (
            f"{POLICY} limits how long a {called} lives, in a form that is not known here; {instead}",
            False,
        )
    if wanted.lifetime > rule.longest:
        limit = f"{POLICY} lets a {called} live {shown(rule.longest)} at most, and this one would live "
        return f"{limit}{shown(wanted.lifetime)}; {_shorter(rule.longest)}{instead}", True
    return "", True


def _shorter(longest: timedelta) -> str:
    whole = longest // HOUR * HOUR
    return f"shorten lifetime to {shown(whole)} at most, or " if whole else ""


def shown(span: timedelta) -> str:
    """A span as people write it in a stack file: ``180d``, or ``108h``; what that cannot tell in full: ``1:30:00``."""
    for unit, letter in ((DAY, "d"), (HOUR, "h")):
        if span % unit == timedelta(0):
            return f"{span // unit}{letter}"
    return str(span)
