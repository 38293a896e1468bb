"""A job of GitHub Actions: its steps, one after the other, with bash.

What is stood in for, and what is left out, is in two tables; whatever else a step asks for is refused.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.expressions import Evaluator

REPOSITORY = "contoso/mail"
# Actions of others: what they bring is on the machine already.
BROUGHT_ALREADY = {"actions/setup-python", "actions/setup-go", "pulumi/actions"}
# Our own scripts that would fetch packages: these are on the machine, too.
LEFT_OUT = {"Install mailgrant"}
SHELLS = {"": ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")


@dataclass(frozen=True)
class Event:
    """What starts a run.

    Args:
        name: such as ``push``.
        ref: of the branch, or of the pull request's merge.
        payload: what GitHub tells of it.
    """

    name: str
    ref: str = "refs/heads/main"
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Job:
    """What became of a job."""

    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""


@dataclass
class Repository:
    """A repository, and what the jobs of its workflows find.

    Args:
        origin: where it is.
        environment: the variables of every machine.
        variables: those of the repository, ``vars``.
        tokens: that jobs get: with the right to write to pull requests and issues, and without.
        oidc: where jobs that may ask get a token; the subject stands in its query.
    """

    origin: Path
    environment: dict[str, str]
    variables: dict[str, str]
    tokens: tuple[str, str]
    oidc: str

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.origin), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Commit:
    """A commit for which workflows run, and the event that made them run."""

    repository: Repository
    sha: str
    event: Event


@dataclass
class Scope:
    """A job with all that its expressions know."""

    commit: Commit
    inputs: Mapping[str, str]
    needs: Mapping[str, Job]
    job: Mapping[str, Any]
    matrix: Mapping[str, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    found: Job = field(default_factory=Job)
    settings: dict[str, str] = field(default_factory=dict)  # what steps wrote into GITHUB_ENV
    groups: list[int] = field(default_factory=list)

    def of(self, row: Mapping[str, Any]) -> "Scope":
        """The same job in a row of its matrix."""
        return Scope(self.commit, self.inputs, self.needs, self.job, row)

    @property
    def environment(self) -> str:
        return self.evaluator().text(self.job.get("environment", ""))

    @property
    def permissions(self) -> Mapping[str, str]:
        found: dict[str, str] = self.job["permissions"]
        return found

    def evaluator(self) -> Evaluator:
        event = self.commit.event
        github = {
            "event": event.payload,
            "event_name": event.name,
            "ref": event.ref,
            "repository": REPOSITORY,
            "token": self._token(),
        }
        needs = {name: {"result": job.result, "outputs": job.outputs} for name, job in self.needs.items()}
        variables = self.commit.repository.variables
        contexts = {"github": github, "vars": variables, "inputs": self.inputs, "needs": needs}
        contexts |= {"matrix": self.matrix, "steps": self.steps}
        good = self.found.result == "success" and all(job.result == "success" for job in self.needs.values())
        status = {"success": good, "failure": not good, "always": True, "cancelled": False}
        return Evaluator(contexts, {name: lambda value=value: value for name, value in status.items()})

    def _token(self) -> str:
        writes = {name for name, level in self.job.get("permissions", {}).items() if level == "write"}
        return self.commit.repository.tokens[0 if writes & {"pull-requests", "issues"} else 1]

    def execute(self, folder: Path) -> Job:
        """Run the steps, and let nothing of them live on."""
        for name in ("work", "temp"):
            (folder / name).mkdir(parents=True)
        (folder / "event.json").write_text(json.dumps(self.commit.event.payload))
        try:
            for step in self.job["steps"]:
                self._step(step, folder)
        finally:
            for group in self.groups:
                _end(group)
        outputs = self.job.get("outputs", {})
        self.found.outputs = {name: self.evaluator().text(value) for name, value in outputs.items()}
        return self.found

    def _step(self, step: Mapping[str, Any], folder: Path) -> None:
        # What a step tells its `if` counts those before it, and not the jobs before this one.
        inner = Scope(self.commit, self.inputs, {}, self.job, self.matrix, self.steps, self.found)
        outcome, outputs = "skipped", dict[str, str]()
        if inner.evaluator().condition(step.get("if", "")):
            outcome, outputs = self._use(step, folder) if "uses" in step else self._script(step, folder)
        if "id" in step:
            self.steps[step["id"]] = {"outcome": outcome, "outputs": outputs}
        if outcome == "failure":
            self.found.result = "failure"

    def _use(self, step: Mapping[str, Any], folder: Path) -> tuple[str, dict[str, str]]:
        name = step["uses"].partition("@")[0]
        if name.startswith("./"):
            action = yaml.load((folder / "work" / name / "action.yml").read_text(), yaml.BaseLoader)  # noqa: S506
            for inner in action["runs"]["steps"]:
                self._step(inner, folder)
        elif name == "actions/checkout":
            self._check_out(folder / "work")
        elif name not in BROUGHT_ALREADY:
            raise ValueError(f"nothing stands in for {name}")
        return "success", {}

    def _check_out(self, work: Path) -> None:
        for arguments in (
            ["clone", "--quiet", "--no-checkout", str(self.commit.repository.origin), str(work)],
            ["-C", str(work), "fetch", "--quiet", "origin", self.commit.event.ref],
            ["-C", str(work), "checkout", "--quiet", "--detach", self.commit.sha],
        ):
            subprocess.run(["git", *arguments], check=True)
        (work / ".venv").symlink_to(sys.prefix)  # where Pulumi.yaml says that it is

    def _script(self, step: Mapping[str, Any], folder: Path) -> tuple[str, dict[str, str]]:
        if step.get("name") in LEFT_OUT:
            return "success", {}
        files = {name: folder / name for name in FILES}
        for path in files.values():
            path.write_text("")
        script = folder / "script.sh"
        script.write_text(step["run"])
        command = [*SHELLS[step.get("shell", "")], str(script)]
        code = self._bash(command, folder, self._variables(step, folder))
        self.found.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        self.settings |= _pairs(files["GITHUB_ENV"].read_text())
        return ("failure" if code else "success"), _pairs(files["GITHUB_OUTPUT"].read_text())

    def _bash(self, command: list[str], folder: Path, environment: Mapping[str, str]) -> int:
        with subprocess.Popen(
            command,
            cwd=folder / "work",
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as bash:
            self.groups.append(bash.pid)
            self.found.log += bash.communicate()[0]
        return bash.returncode

    def _variables(self, step: Mapping[str, Any], folder: Path) -> dict[str, str]:
        evaluator = self.evaluator()
        given = {**self.job.get("env", {}), **step.get("env", {})}
        return {
            **self.commit.repository.environment,
            **self._of_github(folder),
            **self.settings,
            **{name: evaluator.text(value) for name, value in given.items()},
        }

    def _of_github(self, folder: Path) -> dict[str, str]:
        found = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.commit.event.name,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_REF": self.commit.event.ref,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "1",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": self.commit.sha,
            "RUNNER_TEMP": str(folder / "temp"),
            **{name: str(folder / name) for name in FILES},
        }
        if self.permissions.get("id-token") == "write":
            url = f"{self.commit.repository.oidc}?subject=repo:{REPOSITORY}:{self._subject()}"
            found |= {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job"}
        return found

    def _subject(self) -> str:
        if self.environment:
            return f"environment:{self.environment}"
        return "pull_request" if self.commit.event.name == "pull_request" else f"ref:{self.commit.event.ref}"


def _pairs(text: str) -> dict[str, str]:
    """``name=value``, or ``name<<end`` with the lines up to that end."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, _, value = line.partition("=")
        if "<<" in name:
            name, _, end = line.partition("<<")
            value = "\n".join(iter(lambda: next(lines), end))
        found[name] = value
    return found


def _end(group: int) -> None:
    """What a script left running, as GitHub's own runner ends it with the job."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
