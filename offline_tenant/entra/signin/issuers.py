"""Identity providers outside the tenant whose assertions it can check: GitHub, a cluster, a test.

Entra fetches their keys over the internet; this tenant knows only those that it was told of.
"""

from collections.abc import Mapping
from typing import Any

import jwt

from offline_tenant.state.store import Store


def trust(store: Store, issuer: str, key_set: Mapping[str, Any]) -> None:
    """Let this issuer's JSON Web Key Set be known; whether it may stand for an application is not said by that.

    Args:
        store: of the installation.
        issuer: as its assertions name it in ``iss``.
        key_set: as RFC 7517 writes it, ``{"keys": […]}``.

    Raises:
        ValueError: no key set.
    """
    try:
        jwt.PyJWKSet.from_dict(dict(key_set))
    except jwt.PyJWTError as error:
        raise ValueError("not a JSON Web Key Set") from error
    store.collection("", "issuers").put(issuer, {"issuer": issuer, "keys": key_set["keys"]})


def keys(store: Store, issuer: str) -> list[jwt.PyJWK]:
    """The keys of an issuer; none if the tenant does not know it."""
    known = store.collection("", "issuers").get(issuer)
    return jwt.PyJWKSet.from_dict({"keys": known["keys"]}).keys if known else []
