"""What a client asks for on behalf of a person: the ``scope`` of delegated sign-in, resource by resource.

https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.entra import clouds
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import Endpoint
from offline_tenant.entra.signin.resources import DEFAULT, Resource, named
from offline_tenant.state.store import Document

# What a request of version 1.0 without a resource means: Azure AD Graph. It was retired, and no tenant here has it.
# https://learn.microsoft.com/azure/active-directory/azuread-dev/v1-protocols-oauth-code
RETIRED: Final = "00000002-0000-0000-c000-000000000000"
OPENID: Final = ("openid", "profile", "email", "offline_access")


@dataclass(frozen=True)
class Part:
    """What is asked of one resource.

    Args:
        resource: whose permissions.
        values: the permissions; empty for ``.default``, which is whatever was consented to before.
    """

    resource: Resource
    values: frozenset[str]


@dataclass(frozen=True)
class Asked:
    """A ``scope``, taken apart.

    Args:
        openid: those of OpenID Connect, which belong to no resource in particular.
        parts: the rest, a part for each resource, in the order in which they were named.
    """

    openid: frozenset[str]
    parts: tuple[Part, ...]

    def only(self) -> Part | None:
        """The part of the one resource that a token can be for; None if none is named.

        Raises:
            SignInError: there are several (28000).
        """
        if len(self.parts) > 1:
            raise SignInError(28000, scope=" ".join(part.resource.audience for part in self.parts))
        return self.parts[0] if self.parts else None


def read(endpoint: Endpoint, scope: str, client: str = "") -> Asked:
    """A ``scope`` as it was sent.

    Args:
        endpoint: where.
        scope: words with spaces between them.
        client: the name of the client, where a person will read what is wrong.

    Raises:
        SignInError: no such resource (500011), no such permission of it (650053 to a person, else 70011).
    """
    words = scope.split()
    openid = frozenset(word for word in words if word in OPENID)
    found: dict[str, Part] = {}
    for word in words:
        if word not in OPENID:
            part = _part(endpoint, word, client)
            before = found.get(part.resource.principal["id"])
            found[part.resource.principal["id"]] = _joined(before, part)
    return Asked(openid, tuple(found.values()))


def of_resource(endpoint: Endpoint, name: str, openid: Iterable[str]) -> Asked:
    """What the ``resource`` of a v1.0 request asks for: all that was consented to."""
    return Asked(frozenset(openid), (Part(named(endpoint, name), frozenset()),))


def of_first_version(parameters: Mapping[str, str]) -> dict[str, str]:
    """An authorization request of version 1.0, whose ``scope`` says whether there is an ID token and no more."""
    openid = (word for word in parameters.get("scope", "").split() if word in OPENID)
    return {**parameters, "scope": " ".join(openid), "resource": parameters.get("resource") or RETIRED}


def permissions(resource: Document) -> dict[str, Document]:
    """The delegated permissions of a resource that can be asked for, by value."""
    return {scope["value"]: scope for scope in resource["oauth2PermissionScopes"] if scope["isEnabled"]}


def written(part: Part, values: Iterable[str]) -> list[str]:
    """Permissions as the answer names them: as they were asked for, barely or with the resource in front."""
    if part.resource.audience == clouds.GRAPH:
        return sorted(values)
    # Clients look their tokens up by what they asked for.
    default = [] if part.values else [DEFAULT.removeprefix("/")]
    return [f"{part.resource.audience}/{value}" for value in (*sorted(values), *default)]


def _part(endpoint: Endpoint, word: str, client: str) -> Part:
    if word.endswith(DEFAULT):
        return Part(named(endpoint, word.removesuffix(DEFAULT)), frozenset())
    name, _, value = word.rpartition("/")
    resource = named(endpoint, name or clouds.GRAPH)
    offered = {known.casefold(): known for known in permissions(resource.principal)}
    if value.casefold() not in offered:
        where = resource.principal["displayName"]
        raise SignInError(650053 if client else 70011, scope=word, name=client, resource=where)
    return Part(resource, frozenset({offered[value.casefold()]}))


def _joined(before: Part | None, part: Part) -> Part:
    if before is None:
        return part
    both_named = before.values and part.values
    return Part(before.resource, before.values | part.values if both_named else frozenset())
