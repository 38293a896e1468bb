"""A seeded directory and a raw HTTP client in front of it: nothing of the product's own client is used.

The ids are written out again on purpose: they must not come from the code under test.
"""

from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.seed import seed
from offline_tenant.state.tenant import Tenant

BASE = "https://localhost"
GRAPH = "00000003-0000-0000-c000-000000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
IMAP_AS_APP = "5e5addcd-3e8d-4e90-baf5-964efab2b20a"
CLIENT_ID = "0ff11ce0-a070-4a7e-8b1d-c0a750000002"
SECRET = "offline.tenant~automation-secret.opens.nothing.real"
NOBODY = "99999999-9999-4999-8999-999999999999"


@dataclass
class Entra:
    """The tenant's sign-in and Graph, asked as automation unless told otherwise."""

    tenant: Tenant
    http: httpx.Client
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def sign_in(
        self, tenant: str | None = None, headers: dict[str, str] | None = None, **form: str
    ) -> httpx.Response:
        """POST to the token endpoint; automation's form, changed as told."""
        usual = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
        changed = usual | {"scope": f"{BASE}/.default"} | form
        given = {name: value for name, value in changed.items() if value}
        return self.http.post(f"/{tenant or self.tenant.id}/oauth2/v2.0/token", data=given, headers=headers)

    def token(self, client_id: str = CLIENT_ID, secret: str = SECRET, scope: str = f"{BASE}/.default") -> str:
        """A fresh token."""
        response = self.sign_in(client_id=client_id, client_secret=secret, scope=scope)
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    def claims(
        self, client_id: str = CLIENT_ID, secret: str = SECRET, scope: str = f"{BASE}/.default"
    ) -> Any:
        """What a fresh token says."""
        return jwt.decode(self.token(client_id, secret, scope), options={"verify_signature": False})

    def graph(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **query: str
    ) -> httpx.Response:
        """One call of Graph, below v1.0 unless the path says beta."""
        url = path if path.startswith("/beta") else f"/v1.0{path}"
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.request(method, url, json=body, params=query or None, headers=headers)

    def made(self, path: str, body: Any) -> Any:
        """What a POST creates."""
        response = self.graph("POST", path, body)
        assert response.status_code in {200, 201}, response.text
        return response.json()

    def got(self, path: str, **query: str) -> Any:
        """What a GET finds."""
        response = self.graph("GET", path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def application(self, name: str = "invoice-poller") -> Any:
        """A new application."""
        return self.made("/applications", {"displayName": name})

    def client(self, name: str = "invoice-poller") -> tuple[Any, Any, str]:
        """A new application with its service principal and a secret."""
        application = self.application(name)
        principal = self.made("/servicePrincipals", {"appId": application["appId"]})
        password = self.made(f"/applications/{application['id']}/addPassword", {"passwordCredential": {}})
        return application, principal, password["secretText"]

    def principal(self, app_id: str) -> Any:
        """The service principal of an application."""
        [found] = self.got("/servicePrincipals", **{"$filter": f"appId eq '{app_id}'"})["value"]
        return found

    def assign(self, principal: str, resource: Any, role_id: str) -> Any:
        """Consent to an application permission."""
        body = {"principalId": principal, "resourceId": resource["id"], "appRoleId": role_id}
        return self.made(f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", body)

    def client_with(self, *values: str, roles: tuple[str, ...] = (), name: str = "caller") -> str:
        """The Graph token of a new client that has these permissions on Graph and these directory roles."""
        application, principal, secret = self.client(name)
        graph = self.principal(GRAPH)
        ids = {role["value"]: role["id"] for role in graph["appRoles"]}
        for value in values:
            self.assign(principal["id"], graph, ids[value])
        self._give_roles(principal["id"], roles)
        return self.token(application["appId"], secret)

    def _give_roles(self, principal: str, roles: tuple[str, ...]) -> None:
        for role in roles:
            held = {"id": self.tenant.ids.uuid(), "principalId": principal, "roleDefinitionId": role}
            Directory(self.tenant).add("directoryRoleAssignments", held | {"directoryScopeId": "/"})


def seeded(tenant: Tenant, http: httpx.Client) -> Entra:
    """A tenant as the demo has it."""
    seed(tenant, CLIENT_ID, SECRET)
    return Entra(tenant, http)


def fault(response: httpx.Response) -> tuple[int, str, str]:
    """Status, code and text of a Graph error."""
    error = response.json()["error"]
    assert set(error) - {"details"} == {"code", "message", "innerError"}
    return response.status_code, error["code"], error["message"]


@dataclass
class ForMsal:
    """The HTTP client that MSAL is given: httpx, with the one habit of requests that MSAL counts on."""

    http: httpx.Client

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.http.get(url, **options)

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        # MSAL's assertions are bytes, which httpx would write out as b'…'.
        items = (data or {}).items()
        texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in items}
        return self.http.post(url, data=texts, **options)

    def close(self) -> None:
        self.http.close()
