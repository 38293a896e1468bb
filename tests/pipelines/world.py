"""A repository at a forge whose pipelines work against an offline tenant, signed in by OIDC alone."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic

import jwt
import pytest
import yaml

from offline_tenant import process, seed
from offline_tenant.home import Home
from tests.forge.stand_ins import TOKEN, S
from tests.forge.stand_ins import serving as forge
from tests.identities.stand_ins import AUDIENCE, ISSUER, Asked, Keys, make_keys
from tests.identities.stand_ins import serving as endpoint
from tests.pipelines.jobs import REPOSITORY, Event, Repository
from tests.pipelines.repositories import WHO, git, made, pull_request
from tests.pipelines.runner import Approve, Jobs, Runner, approved
from tests.worlds import OfflineTenant, Project

PLACEHOLDER = "22222222-2222-4222-8222-222222222222"  # the tenant of the worked examples
BILLING = "        billing@contoso.com: full-access\n"
SUPPORT = "        support@contoso.com: full-access\n"
LEGAL = "        legal@contoso.com: full-access\n"
IDENTITIES = {"automation": "writer", "automation-reader": "reader"}
CONNECTIONS = {"reader": "mailgrant-dev-reader", "writer": "mailgrant-dev"}  # of Azure DevOps
ORGANIZATION = "55555555-5555-4555-8555-555555555555"
DEVOPS_ISSUER = f"https://vstoken.dev.azure.com/{ORGANIZATION}"
LACKING = [name for name in ("bash", "curl", "jq") if shutil.which(name) is None]
needs_what_runners_have = pytest.mark.skipif(
    bool(LACKING), reason=f"runners have it, and this machine has not: {', '.join(LACKING)}"
)
READ_ONLY = "ghs_of_a_job_that_may_only_read"


@dataclass
class World(Generic[S]):
    """Everything that a pipeline meets.

    Args:
        offline: the tenant.
        origin: the repository, with its branch ``main``.
        github: the pull request, or the issues.
        runner: of the workflows.
    """

    offline: OfflineTenant
    origin: Path
    github: S
    runner: Runner
    rows: list[dict[str, str]] = field(default_factory=list)

    def git(self, *arguments: str) -> None:
        git(self.origin, *arguments)

    def commit(self, stack: str, old: str, new: str) -> None:
        """Change a stack's file on the branch that is checked out."""
        path = self.origin / "stacks" / f"Pulumi.{stack}.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        self.git("commit", "--quiet", "--all", "--message", f"{stack}: {new.strip()}")

    def pull_request(self, branch: str) -> Jobs:
        """What GitHub runs for a commit on a branch that has a pull request."""
        return self.runner.run(".github/workflows/preview.yml", pull_request(branch))

    def push(self, approve: Approve = approved) -> Jobs:
        """What it runs for a commit on main."""
        return self.runner.run(".github/workflows/up.yml", Event("push"), approve)

    def night(self) -> Jobs:
        return self.runner.run(".github/workflows/nightly.yml", Event("schedule"))

    def only(self, *stacks: str) -> None:
        """Take the other stacks out of the variables of the repository."""
        rows = [row for row in self.rows if row["stack"] in stacks]
        self.switch("MAILGRANT_STACKS", json.dumps(rows))

    def switch(self, variable: str, value: str) -> None:
        """Set a variable of the repository."""
        self.runner.repository.variables[variable] = value

    def at(self, moment: datetime) -> None:
        """Let mailgrant think that it is another day."""
        self.runner.repository.environment["MAILGRANT_NOW"] = moment.isoformat()

    def application(self, name: str) -> dict[str, Any]:
        """An application of the tenant, by its name."""
        path = f"/v1.0/applications?$filter=displayName eq '{name}'"
        [found] = self.offline.graph("GET", path)["value"]
        return dict(found)

    @property
    def administrator(self) -> Project:
        """Somebody at the repository itself."""
        return Project(self.origin, self.offline.environment)

    def laptop(self, folder: Path) -> Project:
        """Somebody's checkout of main, with the administrator's identity."""
        self.git("worktree", "add", "--quiet", "--detach", str(folder), "main")
        (folder / ".venv").symlink_to(sys.prefix)
        return Project(folder, self.offline.environment)

    def results(self, jobs: Jobs) -> dict[str, str]:
        return {name: job.result for name, job in jobs.items()}

    def vouched(self) -> set[str]:
        """Whom the tokens for the state are of that jobs have been given."""
        files = self.runner.folder.glob("*/temp/azure-token")
        return {
            jwt.decode(path.read_text(), options={"verify_signature": False}, audience=AUDIENCE)["sub"]
            for path in files
        }

    def writes(self) -> dict[str, int]:
        """What was changed in Exchange since this was asked last."""
        found: dict[str, int] = self.offline.stats(reset=True)["exchange"]
        return {name: count for name, count in found.items() if not name.startswith("Get-")}


@contextmanager
def world(folder: Path, stacks: Sequence[str], github: S) -> Iterator[World[S]]:
    """A repository with these stacks on main, nothing of them made yet, and the two identities that work for them."""
    keys = make_keys("github")
    home = Home(folder / "offline")
    offline = OfflineTenant(home, process.start(home))
    try:
        with forge(github), endpoint(lambda asked: _vouch(asked, keys)) as oidc:
            origin = made(folder / "origin", stacks)
            machine = _machine(offline, github.url)
            repository = Repository(origin, machine, {}, (TOKEN, READ_ONLY), f"{oidc.url}/token")
            found = World(offline, origin, github, Runner(repository, folder / "jobs"))
            for issuer in (ISSUER, DEVOPS_ISSUER):
                offline.control("POST", "issuers", {"issuer": issuer, "keys": [keys.jwk()]})
            ids = _set_up(found, stacks)
            found.rows = [{"stack": name, **ids} for name in stacks]
            repository.variables.update(_variables(found))
            found.only(*stacks)
            yield found
    finally:
        process.stop(home)


def _vouch(asked: Asked, keys: Keys) -> tuple[int, Any]:
    """As GitHub vouches for a job, and Azure DevOps for a service connection."""
    if asked.method == "POST" and asked.headers.get("Authorization") == f"Bearer {TOKEN}":
        [connection] = asked.query["serviceConnectionId"]
        subject = f"sc://contoso/Mail Access/{connection}"
        return 200, {"oidcToken": keys.assertion(iss=DEVOPS_ISSUER, sub=subject)}
    if asked.headers.get("Authorization", "").lower() != "bearer of-the-job":
        return 401, {"message": "not authorized"}
    return 200, {"value": keys.assertion(sub=asked.query["subject"][0], aud=asked.query["audience"][0])}


def _machine(offline: OfflineTenant, api: str) -> dict[str, str]:
    """A machine that can reach the tenant, and has no identity of its own."""
    bin_folder = str(Path(sys.executable).parent)
    own = {"GITHUB_API_URL": api, "GITHUB_GRAPHQL_URL": f"{api}/graphql", **WHO}
    own["PATH"] = f"{bin_folder}{os.pathsep}{offline.environment['PATH']}"
    left_out = {"ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID", "PULUMI_BACKEND_URL"}
    return {name: value for name, value in offline.environment.items() if name not in left_out} | own


def _set_up(world: World[S], stacks: Sequence[str]) -> dict[str, str]:
    """As docs/pipelines/github-actions.md tells; gives the client ids of the two identities."""
    project = world.administrator
    ids = {}
    for permission in ("RoleManagement.ReadWrite.Directory", "Application.Read.All"):
        world.offline.consent(permission)
    for name, kind in IDENTITIES.items():
        _localize(world.origin / "stacks" / f"Pulumi.{name}.yaml", stacks, CONNECTIONS[kind])
        project.pulumi("stack", "init", name)
        project.pulumi("up", "--stack", name, "--yes", "--skip-preview")
        title = name.replace("automation", "mailgrant")
        ids[kind] = world.application(title)["appId"]
    for name in stacks:
        project.pulumi("stack", "init", name)
    world.git("commit", "--quiet", "--all", "--message", "What opens their secrets")
    return ids


def _variables(world: World[S]) -> dict[str, str]:
    return {
        "MAILGRANT_STATE": world.offline.environment["PULUMI_BACKEND_URL"],
        "MAILGRANT_STATE_TENANT": seed.TENANT_ID,
        "MAILGRANT_STATE_READER": "33333333-3333-4333-8333-333333333333",
        "MAILGRANT_STATE_WRITER": "44444444-4444-4444-8444-444444444444",
    }


def _localize(path: Path, stacks: Sequence[str], connection: str) -> None:
    """A worked example in the offline tenant, for the environments of these stacks, and for a service connection."""
    values = yaml.safe_load(path.read_text().replace(PLACEHOLDER, seed.TENANT_ID))
    values["config"]["mailgrant:cloud"] = "custom"
    credentials = values["config"]["mailgrant:automation"]["credentials"]
    for name, where in {
        name: one["github"].get("environment", "") for name, one in credentials.items()
    }.items():
        if "prod" in where:
            del credentials[name]
            for stack in stacks:
                other = {"repository": REPOSITORY, "environment": where.replace("prod", stack)}
                credentials[f"{name}-{stack}"] = {"type": "federated", "github": other}
    there = {"organization_id": ORGANIZATION, "organization": "contoso", "project": "Mail Access"}
    credentials["azure"] = {"type": "federated", "azure_devops": {**there, "service_connection": connection}}
    path.write_text(yaml.safe_dump(values))
