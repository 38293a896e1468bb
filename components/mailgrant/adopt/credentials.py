"""Credentials that were made by hand, as credentials of a stack: federated ones are ours from then on, others stay external."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mailgrant.adopt.found import Registration, Trust
from mailgrant.adopt.naming import all_different, is_name, name_of
from mailgrant.model import Credential, ExternalCredential, FederatedCredential, SecretCredential
from mailgrant.schema.credentials import HALF_A_YEAR

FIRST: Final = "first"


@dataclass
class Credentials:
    """What becomes of them.

    Args:
        plans: by the name of the consumer.
        trusts: the federated ones that are taken over, by the name of the consumer.
        left: those that are not, in words.
    """

    plans: dict[str, Credential] = field(default_factory=dict)
    trusts: dict[str, Trust] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    @property
    def external(self) -> list[str]:
        """The names of those that somebody else keeps."""
        return [name for name, one in self.plans.items() if isinstance(one, ExternalCredential)]

    def make_one(self) -> None:
        """Let there be a secret where nothing is that anybody could sign in with."""
        self.plans[FIRST] = SecretCredential(HALF_A_YEAR, HALF_A_YEAR / 2)


def credentials(registration: Registration, now: datetime) -> Credentials:
    """Those of an application that have not ended.

    Args:
        registration: of the application.
        now: aware.
    """
    found = Credentials()
    for trust in registration.trusts:
        problem = _problem(trust)
        if problem:
            found.left.append(f"the federated credential {trust.name}: {problem}")
        else:
            found.trusts[trust.name] = trust
            found.plans[trust.name] = FederatedCredential(
                trust.issuer, trust.subject, trust.claims, *trust.audiences
            )
    found.plans |= dict(all_different(_kept(found, registration, now), found.plans))
    return found


def declared(registration: Registration | None, plans: Mapping[str, Credential]) -> Credentials:
    """Those that a stack declares already, with the federated ones that are there.

    Args:
        registration: of the application.
        plans: by the name of the consumer.
    """
    trusts = {one.name: one for one in (registration.trusts if registration else ())}
    federated = (name for name, one in plans.items() if isinstance(one, FederatedCredential))
    found = Credentials(dict(plans), {name: trusts[name] for name in federated if name in trusts})
    if registration and not found.external:
        found.left = [
            f"the {one.kind} {one.name}, which no stack knows any more" for one in registration.kept
        ]
    return found


def _problem(trust: Trust) -> str:
    """Why a stack cannot have it; its name can never change."""
    if not is_name(trust.name):
        return "its name can be no name of a stack"
    if len(trust.audiences) != 1:
        return "it has several audiences"
    return "" if trust.subject or trust.claims else "it has neither a subject nor claims"


def _kept(
    found: Credentials, registration: Registration, now: datetime
) -> Iterator[tuple[str, ExternalCredential]]:
    for one in registration.kept:
        name = name_of(one.name.removeprefix("CN="), one.kind)
        if one.ends and one.ends <= now:
            found.left.append(f"the {one.kind} {one.name or name}, which ended on {one.ends:%Y-%m-%d}")
        else:
            yield name, ExternalCredential(one.ends.date() if one.ends else None)
