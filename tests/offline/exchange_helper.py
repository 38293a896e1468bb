"""Tokens and raw calls for the tests of the Exchange endpoint: nothing of the product's own client is used."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from offline_tenant.entra.keys import signing_key
from offline_tenant.state.tenant import Tenant

EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
RECIPIENT_ADMINISTRATOR = "31392ffb-586c-42d1-9346-e59415a2cc4e"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"

APP_ID = "aaaaaaaa-0000-4000-8000-000000000001"
ENTERPRISE_OBJECT_ID = "bbbbbbbb-0000-4000-8000-000000000001"
FULL_ACCESS = {"AccessRights": "FullAccess"}


def token(tenant: Tenant, **changes: Any) -> str:
    """An access token as Entra would issue it to automation, with some claims changed; None leaves one out."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "aud": "https://outlook.office365.com",
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "appid": "cccccccc-0000-4000-8000-000000000001",
        "oid": "dddddddd-0000-4000-8000-000000000001",
        "tid": tenant.id,
        "idtyp": "app",
        "roles": ["Exchange.ManageAsApp"],
        "wids": [EXCHANGE_ADMINISTRATOR],
        "ver": "1.0",
    }
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    key = signing_key(tenant.store)
    return jwt.encode(claims, key.private, "RS256", {"kid": key.kid})


@dataclass
class Exchange:
    """The raw endpoint.

    Args:
        http: reaches it.
        token: the bearer token.
        organization: the tenant as it stands in the path.
    """

    http: httpx.Client
    token: str
    organization: str = "contoso.onmicrosoft.com"
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, cmdlet: str, url: str | None = None, **parameters: Any) -> httpx.Response:
        """Any answer, good or bad."""
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **self.headers,
        }
        path = url or f"/adminapi/beta/{self.organization}/InvokeCommand"
        return self.http.post(path, content=json.dumps(body), headers=headers)

    def run(self, cmdlet: str, **parameters: Any) -> list[dict[str, Any]]:
        """The records of a cmdlet that must succeed without a warning."""
        body = self.post(cmdlet, **parameters).raise_for_status().json()
        assert body["@adminapi.warnings"] == []
        records: list[dict[str, Any]] = body["value"]
        return records

    def warning(self, cmdlet: str, **parameters: Any) -> str:
        """The one warning of a cmdlet that must succeed with it and without a record."""
        body = self.post(cmdlet, **parameters).raise_for_status().json()
        assert body["value"] == []
        [text] = body["@adminapi.warnings"]
        return str(text)

    def failure(self, cmdlet: str, **parameters: Any) -> str:
        """The ``Ex……|type|text`` of a cmdlet that must fail."""
        response = self.post(cmdlet, **parameters)
        assert response.status_code >= 400
        return str(response.json()["error"]["details"][0]["message"])

    def has(self, cmdlet: str) -> bool:
        """Whether the caller's roles give a cmdlet; one that they lack answers 403 and NUL bytes for gzip."""
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": {"No-Such-Parameter": 1}}}
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"/adminapi/beta/{self.organization}/InvokeCommand"
        response = self.http.send(
            self.http.build_request("POST", url, json=body, headers=headers), stream=True
        )
        content = b"".join(response.iter_raw())
        if response.status_code == 403:
            assert set(content) == {0}
            return False
        assert response.status_code == 400
        return True

    def new_principal(self, **changes: Any) -> dict[str, Any]:
        """An Exchange service principal for an enterprise application."""
        given = {"AppId": APP_ID, "ObjectId": ENTERPRISE_OBJECT_ID, "DisplayName": "Invoice poller"} | changes
        [record] = self.run("New-ServicePrincipal", **given)
        return record
