"""The control plane of a seeded tenant with a state file, asked over HTTP, and a Graph call to try things on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from offline_tenant import seed
from offline_tenant.control import routes as control
from offline_tenant.entra import routes as entra
from offline_tenant.exchange import routes as exchange
from offline_tenant.state.tenant import Installation
from offline_tenant.web import app
from offline_tenant.web.ledger import Ledger
from tests.offline.conftest import InProcess

BASE = "https://localhost"


@dataclass
class Control:
    """The tenant's HTTP side, and what is behind it."""

    installation: Installation
    ledger: Ledger
    http: httpx.Client

    def ask(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        """One call of the control plane; gives the decoded answer."""
        answer = self.http.request(method, f"/_control/{path}", json=body)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    def complaint(self, method: str, path: str, body: Any = None, expect: int = 400) -> str:
        """The text of a refusal."""
        return str(self.ask(method, path, body, expect)["error"]["message"])

    def sign_in(self, tenant: str = seed.TENANT_ID, resource: str = BASE, expect: int = 200) -> Any:
        """Automation's token for Graph, or for another resource."""
        form = {
            "grant_type": "client_credentials",
            "client_id": seed.AUTOMATION_CLIENT_ID,
            "client_secret": seed.AUTOMATION_SECRET,
            "scope": f"{resource}/.default",
        }
        answer = self.http.post(f"/{tenant}/oauth2/v2.0/token", data=form)
        assert answer.status_code == expect, answer.text
        return answer.json().get("access_token")

    def graph(self, method: str, path: str, body: Any = None, token: str | None = None) -> httpx.Response:
        """One call of Graph."""
        headers = {"Authorization": f"Bearer {token or self.sign_in()}"}
        return self.http.request(method, f"/v1.0/{path}", json=body, headers=headers)

    def everything(self) -> list[tuple[Any, ...]]:
        """All documents as they lie in the state file, the signing key apart, which no seed repeats."""
        rows = self.installation.store.execute(
            "SELECT tenant, kind, id, body FROM documents WHERE kind <> 'signingKeys' ORDER BY sequence"
        )
        return rows.fetchall()


def write_state(path: Path, signing_key: dict[str, Any]) -> None:
    """Make the state file of a seeded tenant."""
    installation = Installation(path)
    installation.store.collection("", "signingKeys").insert("current", signing_key)
    seed.seed(installation)
    installation.store.close()


@contextmanager
def running(path: Path) -> Iterator[Control]:
    """The tenant whose state is in this file."""
    installation, ledger = Installation(path), Ledger()
    routes = [*entra.ROUTES, *exchange.ROUTES, *control.ROUTES]
    application = app.build(installation, ledger, routes, control.AREA)
    with httpx.Client(transport=InProcess(application), base_url=BASE) as http:
        yield Control(installation, ledger, http)
    installation.store.close()
