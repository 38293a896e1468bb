"""What holds for every pipeline of Azure DevOps here, and no schema knows: a rule gives the faults of one file."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.pipelines.files import AZURE, Source

Rule = Callable[[Source], Iterator[str]]
Map = Mapping[str, Any]

TASKS = {"AzureCLI@2", "UsePythonVersion@0"}
READ_BY_AZURE = re.compile(r"\$\(|\$\{\{|\$\[")  # macros, template and runtime expressions
MACRO = re.compile(r"\$\(([\w.]+)\)")
TOKEN = ("SYSTEM_ACCESSTOKEN", "System.AccessToken")


def nothing_is_put_into_scripts(source: Source) -> Iterator[str]:
    """Whatever Azure puts in place of a macro or an expression would be read as part of the script."""
    yield from (f"in a script: {text!r}" for text in scripts(source) if READ_BY_AZURE.search(text))


def the_token_stands_in_one_variable(source: Source) -> Iterator[str]:
    handed_over = {one["name"] for stage in stages(source) for one in stage.get("variables", ())}
    for step in steps(source):
        for name, value in step.get("env", {}).items():
            for macro in MACRO.findall(value):
                if (name, macro) != TOKEN and macro not in handed_over:
                    yield f"{name}: $({macro})"


def the_checkout_keeps_no_token(source: Source) -> Iterator[str]:
    for step in steps(source):
        if "checkout" in step and step.get("persistCredentials") != "false":
            yield "every later step could read it"


def jobs_end(source: Source) -> Iterator[str]:
    yield from ("a job without an end" for job in jobs(source) if "timeoutInMinutes" not in job)


def tasks_are_known(source: Source) -> Iterator[str]:
    yield from (step["task"] for step in steps(source) if step.get("task", "UsePythonVersion@0") not in TASKS)


def templates_are_there(source: Source) -> Iterator[str]:
    for name in re.findall(r"(?:template|each): ([\w-]+\.yml)", source.text):
        if not (AZURE / name).exists():
            yield f"there is no {name}"


def it_is_said_what_starts_it(source: Source) -> Iterator[str]:
    """Without a word on it every push to every branch starts a pipeline, and at GitHub every pull request."""
    if "parameters" in source.content or "steps" in source.content:
        return  # a template
    if source.content.get("pr") != "none" or "trigger" not in source.content:
        yield "trigger and pr are left to the default"
    yield from (
        "not every night" for one in source.content.get("schedules", ()) if one.get("always") != "true"
    )


def up_is_approved_and_alone(source: Source) -> Iterator[str]:
    for stage in stages(source):
        for job in stage["jobs"]:
            if any("--approved" in text for text in _scripts(_steps(job))):
                if "environment" not in job:
                    yield "an update without an environment"
                if stage.get("lockBehavior") != "sequential":
                    yield "two updates at once"


def forks_are_refused_before_anybody_signs_in(source: Source) -> Iterator[str]:
    for job in jobs(source):
        texts = list(_scripts(_steps(job)))
        if any("mailgrant comment" in text for text in texts) and "SYSTEM_PULLREQUEST_ISFORK" not in texts[0]:
            yield "a fork's pull request gets as far as a sign-in"


RULES: tuple[Rule, ...] = (
    nothing_is_put_into_scripts,
    the_token_stands_in_one_variable,
    the_checkout_keeps_no_token,
    jobs_end,
    tasks_are_known,
    templates_are_there,
    it_is_said_what_starts_it,
    up_is_approved_and_alone,
    forks_are_refused_before_anybody_signs_in,
)


def faults(source: Source) -> dict[str, list[str]]:
    """What is wrong with a file, by rule."""
    found = {rule.__name__: list(rule(source)) for rule in RULES}
    return {name: told for name, told in found.items() if told}


def stages(source: Source) -> list[Map]:
    return [stage for stage in source.content.get("stages", ()) if "stage" in stage]


def jobs(source: Source) -> list[Map]:
    return [job for stage in stages(source) for job in stage["jobs"]]


def steps(source: Source) -> Iterator[Map]:
    yield from _flat(source.content.get("steps", ()))
    for job in jobs(source):
        yield from _steps(job)


def scripts(source: Source) -> Iterator[str]:
    yield from _scripts(steps(source))


def _steps(job: Map) -> Iterator[Map]:
    deployed = job.get("strategy", {}).get("runOnce", {}).get("deploy", {})
    yield from _flat(job.get("steps") or deployed.get("steps", ()))


def _flat(steps: Any) -> Iterator[Map]:
    """Steps under a condition stand one list deeper."""
    for step in steps:
        inner = [value for value in step.values() if isinstance(value, list)]
        yield from _flat(inner[0]) if inner else [step]


def _scripts(steps: Any) -> Iterator[str]:
    for step in steps:
        text = step.get("bash") or step.get("inputs", {}).get("inlineScript")
        if text:
            yield text
