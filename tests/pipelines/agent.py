"""A small agent of Azure Pipelines: it puts the templates together, and runs the scripts of their jobs with bash.

The few expressions that the pipelines here use are understood; whatever else they ask for is refused.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.expressions import UnknownExpressionError
from tests.pipelines.files import AZURE

Map = Mapping[str, Any]

EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
PARAMETER = re.compile(r"parameters\.([\w.]+)")
REPLACED = re.compile(r"replace\(parameters\.(\w+), '(.)', '(.)'\)")
GIVEN = re.compile(r"\$\{\{ if ne\(parameters\.(\w+), ''\) \}\}")
HANDED_OVER = re.compile(r"\$\[ stageDependencies\.(\w+)\.\w+\.outputs\['\w+\.(\w+)'\] \]")
CHANGES = re.compile(r"and\(succeeded\(\), ne\(dependencies\.(\w+)\.outputs\['\w+\.\w+\.(\w+)'\], 'true'\)\)")
OUTPUT = re.compile(r"^##vso\[task\.setvariable variable=(\w+);isOutput=true\](.*)$", re.MULTILINE)
MACRO = re.compile(r"\$\(([\w.]+)\)")
CONDITIONS = {"": False, "succeededOrFailed()": True}  # whether a step runs after a failure
# What would fetch packages: they are on the machine.
LEFT_OUT = {"Install Pulumi", "Install mailgrant"}
ON_THE_MACHINE = {"UsePythonVersion@0"}


@dataclass
class Stage:
    """What became of a stage."""

    result: str = "succeeded"
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Agent:
    """What runs pipelines.

    Args:
        origin: the repository.
        folder: for the jobs.
        environment: that every job finds.
        token: ``System.AccessToken``.
        overrides: parameters of every stack that stand in place of those in stacks.yml, by stack.
    """

    origin: Path
    folder: Path
    environment: Mapping[str, str]
    token: str
    overrides: Mapping[str, Map]
    numbers: "count[int]" = field(default_factory=count)

    def run(self, pipeline: str, ref: str = "main") -> dict[str, Stage]:
        """Run a pipeline; gives its stages by name."""
        done: dict[str, Stage] = {}
        for stage in self._stages(pipeline, {}):
            done[stage["stage"]] = self._stage(stage, done, ref)
        return done

    def _stages(self, name: str, parameters: Map) -> Iterator[Map]:
        for stage in _load(name)["stages"]:
            if "template" not in stage:
                yield _put(stage, parameters)
                continue
            given = _put(stage["parameters"], parameters)
            if "stack" not in given:
                yield from self._stages(_text(stage["template"], parameters), given)
            elif given["stack"] in self.overrides:
                given |= self.overrides[given["stack"]]
                yield from self._stages(_text(stage["template"], parameters), given)

    def _stage(self, stage: Map, done: Mapping[str, Stage], ref: str) -> Stage:
        wanted = stage.get("dependsOn") or []
        before = [done[name] for name in ([wanted] if isinstance(wanted, str) else wanted)]
        if any(one.result != "succeeded" for one in before) or not _wanted(stage.get("condition", ""), done):
            return Stage("skipped")
        variables = {one["name"]: _handed_over(one["value"], done) for one in stage.get("variables", ())}
        found = Stage()
        for job in stage["jobs"]:
            self._job(job, found, {"System.AccessToken": self.token, **variables}, ref)
        return found

    def _job(self, job: Map, found: Stage, variables: Mapping[str, str], ref: str) -> None:
        folder = self.folder / f"job-{next(self.numbers)}"
        folder.mkdir(parents=True)
        deployed = job.get("strategy", {}).get("runOnce", {}).get("deploy", {})
        for step in _steps(job.get("steps") or deployed["steps"]):
            if found.result != "failed" or CONDITIONS[step.get("condition", "")]:
                self._step(step, found, folder, variables, ref)

    def _step(self, step: Map, found: Stage, folder: Path, variables: Mapping[str, str], ref: str) -> None:
        if step.get("checkout") == "self":
            self._check_out(folder / "work", ref)
            return
        if step.get("displayName") in LEFT_OUT or step.get("task") in ON_THE_MACHINE:
            return
        inputs = step.get("inputs", {})
        script = step["bash"] if "bash" in step else inputs["inlineScript"]
        given = {
            name: MACRO.sub(lambda one: variables[one[1]], value)
            for name, value in step.get("env", {}).items()
        }
        connection = {"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": inputs.get("azureSubscription", "")}
        (folder / "script.sh").write_text(script)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", str(folder / "script.sh")],
            cwd=folder / "work" if (folder / "work").exists() else folder,
            env={**self.environment, **connection, "AGENT_TEMPDIRECTORY": str(folder), **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        found.log += done.stdout
        found.outputs |= dict(OUTPUT.findall(done.stdout))
        if done.returncode:
            found.result = "failed"

    def _check_out(self, work: Path, ref: str) -> None:
        command = ["git", "clone", "--quiet", "--branch", ref, str(self.origin), str(work)]
        subprocess.run(command, check=True)
        (work / ".venv").symlink_to(sys.prefix)  # where Pulumi.yaml says that it is


def _load(name: str) -> Any:
    return yaml.load((AZURE / name).read_text(), yaml.BaseLoader)  # noqa: S506 - strings alone, as Azure has it


def _put(value: Any, parameters: Map) -> Any:
    """A part of a template with its parameters in it."""
    if isinstance(value, dict):
        return {key: _put(one, parameters) for key, one in value.items()}
    if isinstance(value, list):
        return [part for one in value for part in _given(one, parameters)]
    return _text(value, parameters)


def _given(item: Any, parameters: Map) -> list[Any]:
    """A part of a list, or what stands below its condition."""
    for key, value in item.items() if isinstance(item, dict) else ():
        if found := GIVEN.fullmatch(key):
            return list(_put(value, parameters)) if parameters[found[1]] else []
    return [_put(item, parameters)]


def _text(text: str, parameters: Map) -> str:
    def value(found: re.Match[str]) -> str:
        if one := PARAMETER.fullmatch(found[1]):
            looked_up: Any = parameters
            for part in one[1].split("."):
                looked_up = looked_up[part]
            return str(looked_up)
        if one := REPLACED.fullmatch(found[1]):
            return str(parameters[one[1]]).replace(one[2], one[3])
        raise UnknownExpressionError(found[0])

    return EXPRESSION.sub(value, text)


def _steps(steps: Any) -> Iterator[Map]:
    for step in steps:
        yield from _steps(_load(step["template"])["steps"]) if "template" in step else [step]


def _wanted(condition: str, done: Mapping[str, Stage]) -> bool:
    found = CHANGES.fullmatch(condition)
    if condition and not found:
        raise UnknownExpressionError(condition)
    return not found or done[found[1]].outputs[found[2]] != "true"


def _handed_over(value: str, done: Mapping[str, Stage]) -> str:
    found = HANDED_OVER.fullmatch(value)
    if not found:
        raise UnknownExpressionError(value)
    return done[found[1]].outputs[found[2]]
