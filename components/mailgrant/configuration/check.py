"""Stack files held against the schema and their guardrails, as they stand there: no engine runs, and nobody is asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mailgrant.configuration.clouds import METADATA_HOST, environment
from mailgrant.configuration.parsing import declares, parse, said
from mailgrant.configuration.project_file import project_file
from mailgrant.configuration.reading import as_pulumi
from mailgrant.errors import ConfigurationError, ConfigurationFault, SetupError
from mailgrant.facts import CUSTOM_CLOUD
from mailgrant.guardrails.findings import Finding, findings
from mailgrant.model import Plan


@dataclass(frozen=True)
class Checked:
    """What is wrong with one stack.

    Args:
        stack: its name.
        faults: of its configuration; guardrails are only looked at if there are none.
        findings: of its guardrails.
        plan: what it wants, if there are no faults.
    """

    stack: str
    faults: Sequence[ConfigurationFault] = ()
    findings: Sequence[Finding] = ()
    plan: Plan | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing would stop an update."""
        return not self.faults and all(one.severity != "error" for one in self.findings)

    @property
    def entry(self) -> dict[str, Any]:
        """As ``mailgrant check --json`` has it: ``{stack, ok, faults: [{path, problem}], findings: [{rule, …}]}``."""
        faults, found = map(asdict, self.faults), map(asdict, self.findings)
        return {"stack": self.stack, "faults": [*faults], "findings": [*found], "ok": self.ok}

    def __str__(self) -> str:
        told = [f"  error: {one.path}: {one.problem}" for one in self.faults]
        told += [f"  {one.severity}: {one}".replace("\n", "\n  ") for one in self.findings]
        verdict = ("ok" if self.ok else "stopped") if told else "all is well"
        return "\n".join([f"{self.stack}: {verdict}", *told])


def check(names: Sequence[str], start: Path, now: datetime) -> list[Checked]:
    """Check stacks of a project.

    Args:
        names: of the stacks; all that have a file unless given.
        start: the project's folder, or one below it.
        now: the moment for certificates and waivers, aware.

    Raises:
        SetupError: there is no project, no such stack, or a file that cannot be read.
    """
    project = project_file(start)
    found = project.stacks()
    if not found:
        raise SetupError(
            f"{project.folder} holds no stack's file", "A stack is a file such as Pulumi.prod.yaml."
        )
    if missing := [name for name in names if name not in found]:
        raise SetupError(f"there is no {project.of(missing[0])}")
    return [_checked(name, found[name], project.config, now) for name in dict.fromkeys(names or found)]


def known(names: Iterable[str], start: Path, now: datetime) -> list[Checked]:
    """Check those of some stacks that declare something in the files here; arguments and errors as for ``check``.

    A program of one's own declares it in itself, and then nobody can tell its guardrails.
    """
    project = project_file(start)
    paths = {name: project.of(name) for name in names}
    return [
        _checked(name, path, project.config, now)
        for name, path in paths.items()
        if declares(said(_values(path, project.config)), path.parent)
    ]


def _values(path: Path, shared: Mapping[str, Any]) -> dict[str, Any]:
    # A stack may have no file, and all of its values from the project's.
    values = (as_pulumi(path) if path.exists() else {}).get("config") or {}
    if not isinstance(values, dict):
        raise SetupError(f"{path} holds no map of keys under config:")
    return {str(key): value for key, value in {**shared, **values}.items()}


def _checked(name: str, path: Path, shared: Mapping[str, Any], now: datetime) -> Checked:
    values = _values(path, shared)
    own = said(values)
    azuread = environment(values.get)
    if own.get("cloud") == CUSTOM_CLOUD:  # its hosts are in a file that only a running tenant has
        own, azuread = {**own, "cloud": "global"}, METADATA_HOST
    try:
        plan = parse(own, now, path.parent, azuread)
    except ConfigurationError as error:
        return Checked(name, error.faults)
    return Checked(name, findings=findings(plan), plan=plan)
