"""What the tenant itself says of a plan, asked before anything is created.

Whose applications bear the names of the plan's clients: no two stacks may point at one. And whether the tenant's
policies would refuse a credential that is to be made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mailgrant import rotation
from mailgrant.certificates.public import read
from mailgrant.directory.app_management import judge
from mailgrant.directory.applications import Application, owners_of
from mailgrant.directory.graph import Graph
from mailgrant.directory.restrictions import Kind, Wanted
from mailgrant.entra.ownership import TAG
from mailgrant.errors import (
    ConfigurationError,
    ConfigurationFault,
    GraphError,
    MailgrantError,
    SetupError,
    SignInError,
)
from mailgrant.model import (
    CertificateCredential,
    Credential,
    DaemonPlan,
    DelegatedPlan,
    GivenCertificate,
    Plan,
    SecretCredential,
)

Owned = Mapping[str, Sequence[Application]]


def preflight(plan: Plan, tag: str, graph: Callable[[], Graph]) -> list[str]:
    """Ask the tenant; gives what people should know besides.

    Args:
        plan: what is to be.
        tag: that the stack's applications carry.
        graph: of the tenant; asked for only if there is a question.

    Raises:
        ConfigurationError: an application belongs to another stack, or the tenant would refuse a credential.
    """
    names = {plan.display_name(name): name for name, one in plan.clients.items() if _has_application(one)}
    if not names:
        return []
    try:
        asked = graph()
        applications = owners_of(asked, names)
        faults = list(_of_other_stacks(applications, names, tag))
        verdict = judge(asked, list(_to_be_made(plan, applications)), plan.now)
    except (SetupError, SignInError, GraphError) as error:
        return [_unseen(error)]
    faults += [violation.fault for violation in verdict.violations if violation.certain]
    if faults:
        raise ConfigurationError(faults)
    doubts = [f"{one.fault.path}: {one.fault.problem}" for one in verdict.violations]
    return [*doubts, *([verdict.note] if verdict.note else [])]


def _has_application(client: Any) -> bool:
    return isinstance(client, DaemonPlan | DelegatedPlan)


def _unseen(error: MailgrantError) -> str:
    return (
        f"Whose applications bear these names, and what the tenant forbids of credentials, could not be looked at: "
        f"{error.message}"
    )


def _of_other_stacks(applications: Owned, names: Mapping[str, str], tag: str) -> Iterator[ConfigurationFault]:
    for title, client in names.items():
        others = {
            found.removeprefix(TAG)
            for application in applications[title]
            for found in application.tags
            if found.startswith(TAG) and found != tag
        }
        for other in sorted(others):
            yield ConfigurationFault(
                f"mailgrant:clients.{client}",
                f"the application {title} of this tenant belongs to the stack {other}: rename the client, or set "
                "mailgrant:suffix so that the applications of this stack have names of their own",
            )


def _to_be_made(plan: Plan, applications: Owned) -> Iterator[Wanted]:
    """Credentials that are not there yet: policies do not touch those that are."""
    for name, client in plan.clients.items():
        if not isinstance(client, DaemonPlan | DelegatedPlan):
            continue
        application = next(iter(applications[plan.display_name(name)]), None)
        for consumer, credential in client.credentials.items():
            made = _made(plan, name, consumer, credential)
            if made and not (application and made[2] in application.ends):
                kind, lifetime, _ = made
                theirs = (application.created, application.id) if application else (None, "")
                yield Wanted(name, consumer, kind, lifetime, *theirs)


def _made(
    plan: Plan, name: str, consumer: str, credential: Credential
) -> tuple[Kind, timedelta, datetime] | None:
    """Its kind, how long it is valid, and when it ends; None if it is nothing that policies know of."""
    if isinstance(credential, SecretCredential | CertificateCredential):
        whose = f"{name}.{consumer}"
        newest, *_ = rotation.periods(plan.now, credential.lifetime, credential.rotate, whose)
        kind: Kind = "secret" if isinstance(credential, SecretCredential) else "certificate"
        return kind, credential.lifetime, newest.expires_at
    if isinstance(credential, GivenCertificate):
        found = read(credential.certificate, rotation.FIRST_DAY)
        return "certificate", found.not_after - found.not_before, found.not_after
    return None
