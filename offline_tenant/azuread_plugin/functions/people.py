"""What the functions tell of a user: Pulumi's names, and Graph's where they differ."""

from collections.abc import Iterable
from typing import Any, Final

from offline_tenant.azuread_plugin.values import Values

TEXTS: Final = ("businessPhones", "imAddresses", "otherMails", "proxyAddresses")
FLAGS: Final = ("accountEnabled", "onpremisesSyncEnabled", "showInAddressList")
ONE_USER: Final = (
    *("accountEnabled", "ageGroup", "businessPhones", "city", "companyName", "consentProvidedForMinor"),
    *("country", "creationType", "department", "displayName", "employeeHireDate", "employeeId"),
    *("employeeType", "externalUserState", "faxNumber", "givenName", "imAddresses", "jobTitle", "mail"),
    *("mailNickname", "mobilePhone", "objectId", "officeLocation", "onpremisesDistinguishedName"),
    *("onpremisesDomainName", "onpremisesImmutableId", "onpremisesSamAccountName"),
    *("onpremisesSecurityIdentifier", "onpremisesSyncEnabled", "onpremisesUserPrincipalName", "otherMails"),
    *("postalCode", "preferredLanguage", "proxyAddresses", "showInAddressList", "state", "streetAddress"),
    *("surname", "usageLocation", "userPrincipalName", "userType"),
)
EACH_USER: Final = (
    *("accountEnabled", "displayName", "employeeId", "mail", "mailNickname", "objectId"),
    *("onpremisesImmutableId", "onpremisesSamAccountName", "onpremisesUserPrincipalName"),
    *("usageLocation", "userPrincipalName"),
)


def selected(names: Iterable[str], *more: str) -> str:
    """The ``$select`` that brings these."""
    return ",".join(sorted({_in_graph(name) for name in names} | set(more)))


def told(user: Values, names: Iterable[str]) -> Values:
    """A user that Graph answered with, as the result of a function."""
    return {name: _value(name, user.get(_in_graph(name))) for name in names}


def _in_graph(name: str) -> str:
    return "id" if name == "objectId" else name.replace("onpremises", "onPremises")


def _value(name: str, value: Any) -> Any:
    if name in TEXTS:
        return value or []
    return value or False if name in FLAGS else value or ""
