"""A sign-in request: the tenant of the path, and the form."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl

from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.signin import implied
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Call

# Path segments that stand for "whichever tenant the user is from".
ANY_TENANT: Final = frozenset({"common", "organizations", "consumers"})
V1: Final = "1.0"
V2: Final = "2.0"
NAME: Final = re.compile(r"[\w.-]+", re.ASCII)


@dataclass(frozen=True)
class Endpoint:
    """Where somebody signs in.

    Args:
        tenant: that is signed in to.
        base_url: of this server, which is also Graph's.
    """

    tenant: Tenant
    base_url: str

    @cached_property
    def directory(self) -> Directory:
        """The directory that is signed in to."""
        return Directory(self.tenant)

    @property
    def display_name(self) -> str:
        """The name of the tenant, as sign-in errors give it."""
        organization = next(iter(self.directory.all("organization")), None)
        return str(organization["displayName"]) if organization else self.tenant.id


@dataclass(frozen=True)
class TokenRequest(Endpoint):
    """A POST to a token endpoint.

    Args:
        form: the decoded body.
        headers: by name in small letters.
        place: the first segment of the path: a tenant's name, or ``common`` and its like.
        version: ``1.0`` or ``2.0``, of the endpoint.
    """

    form: Mapping[str, str]
    headers: Mapping[str, str]
    place: str
    version: str

    def required(self, parameter: str) -> str:
        """A parameter of the form.

        Raises:
            SignInError: it is missing or empty (900144).
        """
        if value := self.form.get(parameter, "").strip():
            return value
        raise SignInError(900144, parameter=parameter)


def read(call: Call) -> TokenRequest:
    """The request behind a call.

    Raises:
        SignInError: no such tenant (90002), none that the request tells (50059), no form (90013), or a parameter of
            the other version (901002).
    """
    named = tenant_of(call)
    form = form_of(call)
    tenant = named or implied.tenant(call.installation, form)
    if tenant is None:
        raise SignInError(50059)
    version, place = version_of(call), call.parameters["tenant"].casefold()
    refuse_resource(version, form)
    return TokenRequest(tenant, call.base_url, form, call.headers, place, version)


def version_of(call: Call) -> str:
    """The version of the endpoint that is called, ``1.0`` or ``2.0``."""
    return V2 if "/v2.0/" in call.path.casefold() else V1


def refuse_resource(version: str, parameters: Mapping[str, str]) -> None:
    """Refuse what only version 1.0 knows.

    Raises:
        SignInError: ``resource`` at version 2.0 (901002).
    """
    if version == V2 and parameters.get("resource"):
        raise SignInError(901002)


def form_of(call: Call) -> dict[str, str]:
    """The form that a call carries.

    Raises:
        SignInError: it carries none (90013), or one with a parameter twice (9000411).
    """
    try:
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True)
    except ValueError as error:
        raise SignInError(90013) from error
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            # Whoever checks one of them must not be shown the other.
            raise SignInError(9000411, parameter=name)
    return dict(pairs)


def tenant_of(call: Call, error: str | None = None) -> Tenant | None:
    """The tenant that the path names; None for ``common`` and its like.

    Raises:
        SignInError: no such tenant (90002), with another OAuth 2.0 error code if given.
    """
    name = call.parameters["tenant"]
    if name.casefold() in ANY_TENANT:
        return None
    if NAME.fullmatch(name) and (tenant := call.installation.tenant(name)):
        return tenant
    raise SignInError(90002, error, tenant=name)
