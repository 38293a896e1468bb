"""Conditional Access: who may not sign in where, and with what kind of client.

https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
https://learn.microsoft.com/entra/identity/conditional-access/policy-block-legacy-authentication
"""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.entra.clouds import EXCHANGE
from offline_tenant.entra.directory import policies, users
from offline_tenant.entra.directory.errors import DirectoryError, absent_reference, not_emulated
from offline_tenant.entra.directory.objects import Directory, is_uuid
from offline_tenant.entra.directory.policy_types import CONDITIONAL_ACCESS_POLICY
from offline_tenant.entra.directory.schema import Place, required
from offline_tenant.state.store import Document

KIND: Final = policies.CONDITIONAL_ACCESS
NAME: Final = CONDITIONAL_ACCESS_POLICY.name
NEEDED: Final = ("displayName", "state", "conditions", "grantControls")
ENABLED: Final = "enabled"
LEGACY: Final = "other"  # clients that send a name and a password, SMTP among them
BROWSER: Final = "browser"
NATIVE: Final = "mobileAppsAndDesktopClients"
MODERN: Final = frozenset({"all", BROWSER, NATIVE})  # clients that can do what a policy asks for
GUESTS: Final = "GuestsOrExternalUsers"
# The suite of applications that goes by one word, as far as it is here.
OFFICE: Final = frozenset({EXCHANGE})
# What Graph has and the offline tenant does not, by the part that it is in; empty is all that it can be.
LACKING: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    ("conditions",): frozenset(
        {
            *("platforms", "locations", "devices", "clientApplications", "authenticationFlows"),
            *("userRiskLevels", "signInRiskLevels", "servicePrincipalRiskLevels", "insiderRiskLevels"),
        }
    ),
    ("conditions", "users"): frozenset(
        {
            *("includeGroups", "excludeGroups", "includeRoles", "excludeRoles"),
            *("includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers"),
        }
    ),
    ("conditions", "applications"): frozenset(
        {"includeUserActions", "includeAuthenticationContextClassReferences", "applicationFilter"}
    ),
    ("grantControls",): frozenset({"termsOfUse", "customAuthenticationFactors", "authenticationStrength"}),
}
NO_CLIENTS: Final = (
    "1064: 'clientAppTypes' condition does not support []. If you want to target all client apps, use ['All']. If you "
    "want to target modern authentication clients, use ['browser', 'mobileAppsAndDesktopClients']. For examples, please "
    "see API documentation at "
    "https://docs.microsoft.com/en-us/graph/api/conditionalaccessroot-post-policies?view=graph-rest-beta."
)
DEFAULTS_ARE_ON: Final = (
    "Security Defaults is enabled in the tenant. You must disable Security defaults before enabling a Conditional Access "
    "policy."
)


def create(directory: Directory, body: Mapping[str, Any]) -> Document:
    """A new policy. Two may have the same name.

    Raises:
        DirectoryError: a property does not fit, security defaults are on (400), something that is not emulated (501).
    """
    required(body, NEEDED, NAME)
    policy = CONDITIONAL_ACCESS_POLICY.new(_without_lacking(body))
    _check(directory, policy)
    own = {"id": directory.tenant.ids.uuid(), "createdDateTime": directory.now()}
    return directory.add(KIND, policy | own)


def update(directory: Directory, before: Document, body: Mapping[str, Any]) -> None:
    """Change a policy; parts that are not sent stay as they were.

    Raises:
        DirectoryError: see ``create``.
    """
    changed = CONDITIONAL_ACCESS_POLICY.changed(before, _without_lacking(body))
    required(changed, NEEDED, NAME)
    _check(directory, changed)
    directory.change(KIND, changed | {"modifiedDateTime": directory.now()})


def blocks(directory: Directory, user_id: str, app_id: str, client: str) -> bool:
    """Whether a policy keeps a user from an application.

    Args:
        directory: of the tenant.
        user_id: the user's object id.
        app_id: the application id of what the user wants to open.
        client: ``LEGACY``, ``BROWSER`` or ``NATIVE``.

    Every enabled policy that concerns a legacy client blocks it, for it can meet no demand; those that concern others
    can only block (``_check``).
    """
    return any(
        policy["state"] == ENABLED and _concerns(policy["conditions"], user_id, app_id, client)
        for policy in directory.all(KIND)
    )


def _concerns(conditions: Document, user_id: str, app_id: str, client: str) -> bool:
    users_, applications = conditions["users"], conditions["applications"]
    return (
        not {"all", client}.isdisjoint(conditions["clientAppTypes"])
        and _has(users_["includeUsers"], user_id)
        and not _has(users_["excludeUsers"], user_id)
        and _has(applications["includeApplications"], app_id)
        and not _has(applications["excludeApplications"], app_id)
    )


def _has(told: list[str], id_: str) -> bool:
    names = {"all", id_.casefold()} | ({"office365"} if id_ in OFFICE else set())
    return not names.isdisjoint(word.casefold() for word in told)


def _without_lacking(body: Mapping[str, Any], path: tuple[str, ...] = ()) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in body.items():
        if name not in LACKING.get(path, ()):
            kept[name] = _without_lacking(value, (*path, name)) if isinstance(value, dict) else value
        elif value not in (None, []):
            raise not_emulated(f"'{'.'.join((*path, name))}' of {CONDITIONAL_ACCESS_POLICY.type_name}")
    return kept


def _check(directory: Directory, policy: Document) -> None:
    conditions = policy["conditions"]
    if not conditions["clientAppTypes"]:
        raise DirectoryError(400, "BadRequest", NO_CLIENTS)
    required(conditions["users"], ("includeUsers",), NAME)
    required(conditions["applications"], ("includeApplications",), NAME)
    for id_ in (*conditions["users"]["includeUsers"], *conditions["users"]["excludeUsers"]):
        _check_user(directory, id_)
    _check_demands(policy)
    if policy["state"] == ENABLED and policies.security_defaults_are_on(directory):
        raise DirectoryError(400, "BadRequest", DEFAULTS_ARE_ON)


def _check_user(directory: Directory, id_: str) -> None:
    if id_ == GUESTS:
        raise not_emulated("guests in Conditional Access policies")
    if is_uuid(id_) and directory.get(users.KIND, id_) is None:
        raise absent_reference(id_)


def _check_demands(policy: Document) -> None:
    demands, clients = policy["grantControls"]["builtInControls"], policy["conditions"]["clientAppTypes"]
    if "block" in demands:
        if len(demands) > 1:
            raise Place(NAME, "builtInControls").invalid()
    elif policy["state"] == ENABLED and not MODERN.isdisjoint(clients):
        raise not_emulated(f"sign-in that asks for {', '.join(demands)}")
