"""A small runner of GitHub Actions: it takes jobs out of the workflows of a commit, in their order, matrix by matrix."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.jobs import Commit, Event, Job, Repository, Scope

LEVELS = {"read": 1, "write": 2}
Jobs = dict[str, Job]
Approve = Callable[[str, Jobs], bool]


def approved(_environment: str, _so_far: Jobs) -> bool:
    return True


@dataclass
class Runner:
    """What runs the workflows of a repository.

    Args:
        repository: with all that its jobs find.
        folder: for the jobs.
    """

    repository: Repository
    folder: Path
    numbers: "count[int]" = field(default_factory=count)

    def run(self, workflow: str, event: Event, approve: Approve = approved) -> Jobs:
        """Run a workflow as it stands in the commit of an event; gives its jobs by the names that GitHub shows.

        Args:
            workflow: its file.
            event: that starts it.
            approve: is asked before a job of an environment begins, with what was done so far.
        """
        commit = Commit(self.repository, self.repository.git("rev-parse", event.ref).strip(), event)
        run = Run(self, commit, approve)
        run.jobs(run.read(workflow)["jobs"], Called())
        return run.done


@dataclass(frozen=True)
class Called:
    """How a workflow was called.

    Args:
        inputs: what it was given.
        prefix: of the names of its jobs.
        permissions: the most that its jobs may have; None where nobody called it.
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    permissions: Mapping[str, str] | None = None


@dataclass
class Run:
    """One run of a workflow."""

    runner: Runner
    commit: Commit
    approve: Approve
    done: Jobs = field(default_factory=dict)

    def read(self, path: str) -> Any:
        text = self.runner.repository.git("show", f"{self.commit.sha}:{path}")
        return yaml.load(text, yaml.BaseLoader)  # noqa: S506 - strings alone: on stays "on"

    def jobs(self, jobs: Mapping[str, Any], called: Called) -> str:
        """In the order in which they stand, which is that of ``needs``; gives the result of all."""
        needs: Jobs = {}
        for key, job in jobs.items():
            wanted = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            scope = Scope(self.commit, called.inputs, {name: needs[name] for name in wanted}, job)
            needs[key] = self._every(key, scope, called)
        return _together(needs.values())

    def _every(self, key: str, scope: Scope, called: Called) -> Job:
        """A job once for each row of its matrix."""
        if not scope.evaluator().condition(scope.job.get("if", "")):
            return self.done.setdefault(f"{called.prefix}{key}", Job("skipped"))
        _refuse_more(scope.job.get("permissions", {}), called.permissions)
        matrix = scope.job.get("strategy", {}).get("matrix", {}).get("include")
        rows = scope.evaluator().value(matrix) if matrix else [{}]
        found = [self._one(key, scope.of(row), called) for row in rows]
        return Job(_together(found), found[-1].outputs)

    def _one(self, key: str, scope: Scope, called: Called) -> Job:
        name = called.prefix + scope.evaluator().text(scope.job.get("name", key))
        if "uses" in scope.job:
            given = {one: scope.evaluator().text(value) for one, value in scope.job["with"].items()}
            inner = Called(given, f"{name} / ", scope.job["permissions"])
            return Job(self.jobs(self.read(scope.job["uses"].removeprefix("./"))["jobs"], inner))
        if scope.environment and not self.approve(scope.environment, dict(self.done)):
            self.done[name] = Job("failure", log="rejected by a reviewer")
        else:
            self.done[name] = scope.execute(self.runner.folder / f"job-{next(self.runner.numbers)}")
        return self.done[name]


def _refuse_more(given: Mapping[str, str], most: Mapping[str, str] | None) -> None:
    """GitHub does not even start a run whose called workflow wants more than its caller may."""
    more = {
        name for name, level in given.items() if LEVELS[level] > LEVELS.get((most or {}).get(name, ""), 0)
    }
    if most is not None and more:
        raise ValueError(f"a called workflow wants more than its caller may: {more}")


def _together(jobs: Iterable[Job]) -> str:
    results = {job.result for job in jobs}
    return next((one for one in ("failure", "success") if one in results), "skipped")
