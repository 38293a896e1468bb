"""What holds for every workflow here, and no linter knows: a rule is a function that gives the faults of one file."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.pipelines.files import ROOT, Source

Rule = Callable[[Source], Iterator[str]]

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
TRIGGERS = {"push", "pull_request", "schedule", "workflow_dispatch", "workflow_call"}
WRITES = {"id-token", "pull-requests", "issues"}  # what a job may write, besides nothing
NOT_FROM_A_FORK = "github.event.pull_request.head.repo.full_name == github.repository"
SWITCHED_ON = "vars.MAILGRANT_STACKS != ''"
ON_MAIN = "github.ref == 'refs/heads/main'"
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def actions_are_pinned(source: Source) -> Iterator[str]:
    for line in source.text.splitlines():
        found = re.match(r"\s*(?:- )?uses:\s*(\S.*)$", line)
        if found and not found[1].startswith("./") and not PINNED.fullmatch(found[1]):
            yield f"not by the hash of a commit, with its version behind: {found[1]}"


def local_files_are_there(source: Source) -> Iterator[str]:
    used = [*(step.get("uses", "") for step in source.steps), *(job.get("uses", "") for job in jobs(source))]
    for name in used:
        if name.startswith("./") and not (ROOT / name).exists():
            yield f"there is no {name}"


def only_harmless_triggers(source: Source) -> Iterator[str]:
    """Those that run a stranger's code with this repository's rights are not among them."""
    if "jobs" in source.content:
        triggers = source.content["on"]
        yield from (f"on: {one}" for one in triggers if one not in TRIGGERS)


def permissions_are_the_least(source: Source) -> Iterator[str]:
    if "jobs" in source.content and source.content.get("permissions") != {}:
        yield "the file itself gives permissions, or leaves them to the repository"
    for job in jobs(source):
        given = job.get("permissions")
        if not isinstance(given, Mapping):
            yield "a job names no permissions"
            continue
        yield from (
            f"{name}: {value}"
            for name, value in given.items()
            if (name, value) != ("contents", "read") and (value != "write" or name not in WRITES)
        )


def nothing_for_forks(source: Source) -> Iterator[str]:
    """A job that may more than read the code does not run for a fork's pull request."""
    for job in jobs(source):
        if (
            "pull_request" in source.content["on"]
            and powerful(job)
            and NOT_FROM_A_FORK not in conditions(job)
        ):
            yield "a job that may do more than read runs for forks"


def off_until_stacks_are_named(source: Source) -> Iterator[str]:
    called = "workflow_call" in source.content.get("on", ())
    for job in jobs(source):
        if powerful(job) and not called and SWITCHED_ON not in conditions(job):
            yield "a job that signs in runs before anybody has named a stack"


def up_is_approved_on_main_and_alone(source: Source) -> Iterator[str]:
    """Who calls a workflow is looked at there: a called one has no branch of its own."""
    for job in jobs(source):
        if any("mailgrant up" in step.get("run", "") for step in job.get("steps", ())):
            yield from missing(job, "environment", "concurrency")
            if job.get("concurrency", {}).get("cancel-in-progress") != "false":
                yield "an update may be cancelled in the middle"
        calls_up = job.get("uses", "").endswith(("up-stack.yml", "nightly-stack.yml"))
        if calls_up and ON_MAIN not in conditions(job):
            yield "an update from any branch"


def no_expression_in_scripts(source: Source) -> Iterator[str]:
    """Whatever an expression gives would be read as part of the script."""
    yield from (f"in a script: {step['run']!r}" for step in source.steps if "${{" in step.get("run", ""))


def no_secrets(source: Source) -> Iterator[str]:
    yield from (
        f"a secret: {found[0]}"
        for found in EXPRESSION.finditer(source.text)
        if re.search(r"\bsecrets\b", found[1])
    )
    yield from ("secrets for a called workflow" for job in jobs(source) if "secrets" in job)


def credentials_stay_out_of_the_checkout(source: Source) -> Iterator[str]:
    for step in source.steps:
        given = step.get("with", {}).get("persist-credentials")
        if step.get("uses", "").startswith("actions/checkout@") and given != "false":
            yield "the checkout keeps a token that every later step can read"


def jobs_end(source: Source) -> Iterator[str]:
    for job in jobs(source):
        if "steps" in job:
            yield from missing(job, "timeout-minutes")


RULES: tuple[Rule, ...] = (
    actions_are_pinned,
    local_files_are_there,
    only_harmless_triggers,
    permissions_are_the_least,
    nothing_for_forks,
    off_until_stacks_are_named,
    up_is_approved_on_main_and_alone,
    no_expression_in_scripts,
    no_secrets,
    credentials_stay_out_of_the_checkout,
    jobs_end,
)


def faults(source: Source) -> dict[str, list[str]]:
    """What is wrong with a file, by rule."""
    found = {rule.__name__: list(rule(source)) for rule in RULES}
    return {name: told for name, told in found.items() if told}


def jobs(source: Source) -> list[Mapping[str, Any]]:
    return list(source.jobs.values())


def powerful(job: Mapping[str, Any]) -> bool:
    """Whether a job may more than read the code."""
    given = job.get("permissions")
    return not isinstance(given, Mapping) or "write" in given.values()


def conditions(job: Mapping[str, Any]) -> set[str]:
    """Those that must all hold; none where one of several would do."""
    text = job.get("if", "").removeprefix("${{").removesuffix("}}").strip()
    return set() if "||" in text else {part.strip() for part in text.split("&&")}


def missing(job: Mapping[str, Any], *keys: str) -> Iterator[str]:
    yield from (f"a job without {key}" for key in keys if not job.get(key))
