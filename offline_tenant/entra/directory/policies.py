"""Policies of the tenant: what credentials applications may have, what users may consent to, security defaults.

https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy
https://learn.microsoft.com/graph/api/resources/authorizationpolicy
https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from offline_tenant.entra.directory.errors import DirectoryError, bad_request, not_emulated
from offline_tenant.entra.directory.objects import Directory, moment
from offline_tenant.entra.directory.policy_types import (
    APP_MANAGEMENT_POLICY,
    AUTHORIZATION_POLICY,
    SECURITY_DEFAULTS_POLICY,
)
from offline_tenant.state.store import Document

KIND: Final = "policies"
OWN_POLICIES: Final = "appManagementPolicies"  # of single applications, in the place of the tenant's
OWN_POLICY: Final = "appManagementPolicyId"  # what an application keeps of it, and never shows
APP_MANAGEMENT: Final = "defaultAppManagementPolicy"
AUTHORIZATION: Final = "authorizationPolicy"
SECURITY_DEFAULTS: Final = "identitySecurityDefaultsEnforcementPolicy"
CONDITIONAL_ACCESS: Final = "conditionalAccessPolicies"
TYPES: Final = {
    APP_MANAGEMENT: APP_MANAGEMENT_POLICY,
    AUTHORIZATION: AUTHORIZATION_POLICY,
    SECURITY_DEFAULTS: SECURITY_DEFAULTS_POLICY,
}
# What a new tenant has; Microsoft's own may differ from year to year, and have security defaults on.
DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    APP_MANAGEMENT: {
        "id": "00000000-0000-0000-0000-000000000000",
        "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and "
        "service principals. To apply policy to targeted resources, create a new policy under appManagementPolicies "
        "collection.",
    },
    AUTHORIZATION: {
        "id": AUTHORIZATION,
        "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company.",
    },
    SECURITY_DEFAULTS: {
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft. "
        "When enabled, these recommendations will be automatically enforced in your organization. Administrators and "
        "users will be better protected from common identity related attacks.",
    },
}
DURATION: Final = re.compile(
    r"P(?=.)(?:(?P<days>\d{1,6})D)?(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?",
    re.ASCII,
)
# The restrictions that are enforced; the others are refused when they are set.
ADDITION: Final = "passwordAddition"
PASSWORD_LIFETIME: Final = "passwordLifetime"  # noqa: S105 - a name
KEY_LIFETIME: Final = "asymmetricKeyLifetime"
ENFORCED: Final = frozenset({ADDITION, PASSWORD_LIFETIME, KEY_LIFETIME})
HOLDERS: Final = {
    "applications": "applicationRestrictions",
    "servicePrincipals": "servicePrincipalRestrictions",
}
NOTHING_RESTRICTED: Final[Mapping[str, Any]] = {"passwordCredentials": [], "keyCredentials": []}
# Which delegated permissions users may consent to by themselves: none without one of these.
CONSENT: Final = "ManagePermissionGrantsForSelf."
CONSENT_TO_ALL: Final = f"{CONSENT}microsoft-user-default-legacy"
CONSENT_TO_LOW: Final = f"{CONSENT}microsoft-user-default-low"
LOW_IMPACT: Final = frozenset({"openid", "profile", "email", "offline_access", "User.Read"})


def get(directory: Directory, name: str) -> Document:
    """A policy as it stands."""
    return directory.primary.get(KIND, name) or {**TYPES[name].new({}), **DEFAULTS[name]}


def update(directory: Directory, name: str, body: Mapping[str, Any]) -> None:
    """Change a policy.

    Args:
        directory: of the tenant.
        name: ``APP_MANAGEMENT``, ``AUTHORIZATION`` or ``SECURITY_DEFAULTS``.
        body: as Graph's PATCH takes it.

    Raises:
        DirectoryError: a property does not fit, security defaults beside Conditional Access (400), a restriction that
            is not emulated (501).
    """
    changed = TYPES[name].changed(get(directory, name), body)
    if name == APP_MANAGEMENT:
        for holders in HOLDERS.values():
            check_restrictions(changed[holders])
    if name == SECURITY_DEFAULTS and changed["isEnabled"]:
        _check_alone(directory)
    directory.tenant.documents(KIND).put(name, changed)


def check_password(
    directory: Directory, kind: str, holder: Document, starts: datetime, ends: datetime
) -> None:
    """Refuse a client secret that the policy forbids.

    Raises:
        DirectoryError: no secrets at all, or too long a lifetime (400).
    """
    for restriction in _in_force(directory, kind, holder, "passwordCredentials"):
        if restriction["restrictionType"] == ADDITION:
            message = "Credential type not allowed as per assigned policy"
            raise DirectoryError(400, "CredentialTypeNotAllowedAsPerAppPolicy", message)
        _check_lifetime(restriction, starts, ends)


def check_certificate(directory: Directory, holder: Document, starts: datetime, ends: datetime) -> None:
    """Refuse a certificate that holds longer than the policy allows.

    Raises:
        DirectoryError: too long a lifetime (400).
    """
    for restriction in _in_force(directory, "applications", holder, "keyCredentials"):
        _check_lifetime(restriction, starts, ends)


def check_restrictions(restrictions: Document) -> None:
    """Refuse restrictions that cannot be enforced.

    Raises:
        DirectoryError: a lifetime that is none (400), a restriction that is not emulated (501).
    """
    for credentials in NOTHING_RESTRICTED:
        for restriction in restrictions[credentials]:
            _check(restriction)


def users_may_consent(directory: Directory, scope: Document) -> bool:
    """Whether a user who is no administrator may consent to a delegated permission, for themselves."""
    told = get(directory, AUTHORIZATION)["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]
    if scope["type"] != "User":
        return False
    return CONSENT_TO_ALL in told or (CONSENT_TO_LOW in told and scope["value"] in LOW_IMPACT)


def security_defaults_are_on(directory: Directory) -> bool:
    """Whether the tenant has security defaults."""
    return bool(get(directory, SECURITY_DEFAULTS)["isEnabled"])


def _check_alone(directory: Directory) -> None:
    # The words of Microsoft's portal: nobody was found who quotes Graph.
    if any(policy["state"] == "enabled" for policy in directory.primary.all(CONDITIONAL_ACCESS)):
        message = (
            "It looks like you have a Conditional Access policy enabled. Enabling a Conditional Access policy prevents "
            "you from enabling security defaults."
        )
        raise DirectoryError(400, "BadRequest", message)


def _check(restriction: Document) -> None:
    kind = restriction["restrictionType"]
    if kind not in ENFORCED and restriction["state"] != "disabled":
        raise not_emulated(f"the credential restriction {kind}")
    if kind in {PASSWORD_LIFETIME, KEY_LIFETIME} and _duration(restriction["maxLifetime"]) is None:
        raise bad_request(f"Invalid value specified for property 'maxLifetime' of restriction '{kind}'.")


def _in_force(directory: Directory, kind: str, holder: Document, credentials: str) -> list[Document]:
    return [
        restriction
        for restriction in _rules(directory, kind, holder)[credentials]
        if restriction["state"] != "disabled" and _concerns(restriction, holder)
    ]


def _rules(directory: Directory, kind: str, holder: Document) -> Document:
    """The restrictions that count for an application: its own policy's, else the tenant's."""
    own = directory.primary.get(OWN_POLICIES, holder.get(OWN_POLICY) or "")
    if own is not None and own["isEnabled"]:
        return dict(own["restrictions"])
    policy = get(directory, APP_MANAGEMENT)
    return dict(policy[HOLDERS[kind]] if policy["isEnabled"] else NOTHING_RESTRICTED)


def _concerns(restriction: Document, holder: Document) -> bool:
    since = restriction["restrictForAppsCreatedAfterDateTime"]
    return since is None or moment(holder["createdDateTime"]) >= moment(since)


def _check_lifetime(restriction: Document, starts: datetime, ends: datetime) -> None:
    most = _duration(restriction["maxLifetime"])
    if most is not None and ends - starts > most:
        message = "Credential lifetime exceeds the max value allowed as per assigned policy"
        raise DirectoryError(400, "CredentialInvalidLifetimeAsPerAppPolicy", message)


def _duration(text: str | None) -> timedelta | None:
    """ISO 8601 as .NET writes it: days, hours, minutes, seconds."""
    found = DURATION.fullmatch(text or "")
    return (
        timedelta(**{name: int(value or 0) for name, value in found.groupdict().items()}) if found else None
    )
