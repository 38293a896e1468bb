"""For which resource a token is asked: from ``scope`` (v2.0) or ``resource`` (v1.0) to a service principal."""

from dataclasses import dataclass
from typing import Final

from offline_tenant.entra import clouds
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import V1, Endpoint, TokenRequest
from offline_tenant.state.store import Document

DEFAULT: Final = "/.default"


@dataclass(frozen=True)
class Resource:
    """What a token will be good for.

    Args:
        audience: as the request named it, without ``/.default``; becomes ``aud``.
        principal: the service principal of the resource.
    """

    audience: str
    principal: Document


def default_scope(request: TokenRequest) -> Resource:
    """The resource of a request that must ask for ``<resource>/.default``, or for ``resource`` at the v1.0 endpoint.

    Raises:
        SignInError: neither is given (900144), several resources (28000), no ``.default`` (1002012, 70011), or no
            such resource here (500011).
    """
    if parameter(request) == "resource":
        return named(request, request.required("resource"))
    asked = request.required("scope")
    scopes = asked.split()
    if len(scopes) > 1:
        raise SignInError(28000 if all(scope.endswith(DEFAULT) for scope in scopes) else 70011, scope=asked)
    if not asked.endswith(DEFAULT):
        raise SignInError(1002012, scope=asked)
    return named(request, asked.removesuffix(DEFAULT))


def parameter(request: TokenRequest) -> str:
    """The parameter of the form that must name the resource."""
    return "resource" if request.version == V1 else "scope"


def named(endpoint: Endpoint, name: str) -> Resource:
    """The resource with this service principal name.

    Raises:
        SignInError: there is none in this tenant (500011).
    """
    plain = name.rstrip("/")
    if plain.casefold() == endpoint.base_url.casefold():
        # Here Graph lives at this server's own address.
        plain = clouds.GRAPH
    found = endpoint.directory.find("servicePrincipals", "servicePrincipalNames", plain)
    if not found:
        raise SignInError(500011, resource=name, tenant=endpoint.display_name)
    return Resource(name, found[0])
