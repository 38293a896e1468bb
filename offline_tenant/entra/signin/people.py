"""Who signs in: the account behind a name and a password, and what keeps it out."""

from datetime import UTC, datetime

from offline_tenant.entra.directory import consent, users
from offline_tenant.entra.directory.objects import as_text, moment
from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.signin import clients
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import Endpoint
from offline_tenant.state.store import Document


def by_password(endpoint: Endpoint, name: str, password: str) -> Document:
    """The user with this name and password.

    Raises:
        SignInError: no such user (50034), another password (50126), an account that is disabled (50057).
    """
    user = users.by_name(endpoint.directory, name)
    if user is None:
        raise SignInError(50034, tenant=endpoint.display_name)
    if not users.has_password(endpoint.directory, user, password):
        raise SignInError(50126)
    check(user)
    return user


def check(user: Document) -> None:
    """Refuse an account that may not sign in.

    Raises:
        SignInError: it is disabled (50057).
    """
    if not users.is_enabled(user):
        raise SignInError(50057)


def check_since(user: Document, issued: int) -> None:
    """Refuse what was issued before the user's sessions were ended.

    Args:
        user: whose.
        issued: when, in seconds of the epoch.

    Raises:
        SignInError: the password was changed, or an administrator ended the sessions (50173).
    """
    since = users.valid_from(user)
    if issued < int(moment(since).timestamp()):
        raise SignInError(50173, issued=stamp(issued), valid_from=since)


def check_assigned(endpoint: Endpoint, registration: Registration, user: Document) -> None:
    """Refuse users that were not assigned to a client which wants that.

    Raises:
        SignInError: not assigned (50105).
    """
    principal = clients.principal_of(endpoint, registration)
    if principal is None or not principal["appRoleAssignmentRequired"]:
        return
    assigned = consent.of_principal(endpoint.directory, user["id"])
    if not any(one["resourceId"].casefold() == principal["id"] for one in assigned):
        raise SignInError(50105, name=registration.name, client=registration.app_id)


def stamp(seconds: int) -> str:
    """A time as sign-in errors write it."""
    return as_text(datetime.fromtimestamp(seconds, UTC))
