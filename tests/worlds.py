"""What end-to-end tests work in: an offline tenant's process, and a Pulumi project beside it."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from offline_tenant import environment, process, seed
from offline_tenant.home import Home

GRAPH = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True)
class OfflineTenant:
    """A tenant's process, and the environment of a shell that works against it."""

    home: Home
    ports: Mapping[str, int]

    @property
    def environment(self) -> dict[str, str]:
        """As ``eval "$(mailgrant offline env)"`` would leave it."""
        folders = [str(folder) for folder in environment.search_path(self.home)]
        path = os.pathsep.join([*folders, os.environ["PATH"]])
        return {**os.environ, **environment.variables(self.home, dict(self.ports)), "PATH": path}

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the control plane."""
        return process.control(self.home, method, path, body)

    def cmdlet(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """Run a cmdlet as an administrator would who knows nothing of mailgrant."""
        body = {"CmdletInput": {"CmdletName": name, "Parameters": parameters}}
        path = f"/adminapi/beta/{seed.TENANT_ID}/InvokeCommand"
        found: list[dict[str, Any]] = self._ask("POST", path, "https://outlook.office365.com", body)["value"]
        return found

    def graph(self, method: str, path: str, body: Any = None) -> Any:
        """Call Graph as an administrator would who knows nothing of mailgrant."""
        return self._ask(method, path, f"https://localhost:{self.ports['https']}", body)

    def consent(self, permission: str) -> None:
        """Give the automation identity one more permission on Graph."""
        graph, automation, role = self._permission(permission)
        body = {"principalId": automation, "resourceId": graph, "appRoleId": role}
        self.graph("POST", f"/v1.0/servicePrincipals/{graph}/appRoleAssignedTo", body)

    def withdraw(self, permission: str) -> None:
        """Take a permission on Graph from the automation identity."""
        _, automation, role = self._permission(permission)
        path = f"/v1.0/servicePrincipals/{automation}/appRoleAssignments"
        for held in self.graph("GET", path)["value"]:
            if held["appRoleId"] == role:
                self.graph("DELETE", f"{path}/{held['id']}")

    def _permission(self, value: str) -> tuple[str, str, str]:
        """The object ids of Graph and of the automation identity, and the id of an app role of Graph."""
        find = "/v1.0/servicePrincipals?$filter=appId eq '{}'"
        [graph] = self.graph("GET", find.format(GRAPH))["value"]
        [automation] = self.graph("GET", find.format(seed.AUTOMATION_CLIENT_ID))["value"]
        [role] = [one["id"] for one in graph["appRoles"] if one["value"] == value]
        return graph["id"], automation["id"], role

    def _ask(self, method: str, path: str, audience: str, body: Any = None) -> Any:
        form = {
            "grant_type": "client_credentials",
            "client_id": seed.AUTOMATION_CLIENT_ID,
            "client_secret": seed.AUTOMATION_SECRET,
            "scope": f"{audience}/.default",
        }
        trust = ssl.create_default_context(cafile=str(self.home.bundle))
        with httpx.Client(base_url=f"https://localhost:{self.ports['https']}", verify=trust) as web:
            token = web.post(f"/{seed.TENANT_ID}/oauth2/v2.0/token", data=form).raise_for_status().json()
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            answer = web.request(method, path, headers=bearer, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def stats(self, *, reset: bool = False) -> dict[str, Any]:
        """The counters of all calls."""
        found: dict[str, Any] = self.control("GET", f"stats?reset={str(reset).lower()}")
        return found


@dataclass(frozen=True)
class Project:
    """A copy of this repository's Pulumi project, and the engine in it."""

    folder: Path
    environment: Mapping[str, str]

    def pulumi(self, *arguments: str, expect: int = 0) -> str:
        """Run the engine; gives what it printed on both streams."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stdout
        return done.stdout

    def shell(self, line: str) -> str:
        """Run a line as somebody would who copied it from a message; gives what it printed on both streams."""
        both = subprocess.STDOUT
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=both,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def mailgrant(self, *arguments: str, expect: int = 0) -> str:
        """Run our command; gives its standard output."""
        done = self._mailgrant(*arguments)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    def mailgrant_error(self, *arguments: str, expect: int = 2) -> str:
        """Run our command when it cannot do its work; gives what it says on standard error."""
        done = self._mailgrant(*arguments)
        assert done.returncode == expect, done.stdout + done.stderr
        assert done.stdout == ""
        return done.stderr

    def _mailgrant(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("mailgrant")
        return subprocess.run(
            [program, *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def edit(self, old: str, new: str) -> None:
        """Change the stack file."""
        path = self.folder / "stacks" / "Pulumi.offline.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def declare(self, **values: Any) -> None:
        """Set values of the stack, by key without the namespace; None takes one out."""
        path = self.folder / "stacks" / "Pulumi.offline.yaml"
        stack = yaml.safe_load(path.read_text())
        for key, value in values.items():
            stack["config"].pop(f"mailgrant:{key}", None)
            if value is not None:
                stack["config"][f"mailgrant:{key}"] = value
        path.write_text(yaml.safe_dump(stack, sort_keys=False))

    def clients(self) -> dict[str, Any]:
        """The stack's output ``clients``, with the values of its credentials."""
        outputs = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets"))
        found: dict[str, Any] = outputs["clients"]
        return found
