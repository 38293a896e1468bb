"""The pipelines that this repository holds, read as YAML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
GITHUB = ROOT / ".github"
AZURE = ROOT / "docs" / "pipelines" / "azure-devops"


@dataclass(frozen=True)
class Source:
    """A file of YAML: its text, because comments count, and what it says.

    Args:
        name: below the root of the repository.
        text: as it is written.
    """

    name: str
    text: str

    @cached_property
    def content(self) -> Mapping[str, Any]:
        found: dict[str, Any] = yaml.load(self.text, yaml.BaseLoader)  # noqa: S506 - strings alone: on stays "on"
        return found

    @property
    def jobs(self) -> Mapping[str, Any]:
        """Of a workflow; those of an action are none."""
        found: dict[str, Any] = self.content.get("jobs", {})
        return found

    @property
    def steps(self) -> Iterator[Mapping[str, Any]]:
        """Of all jobs of a workflow, or of an action."""
        yield from self.content.get("runs", {}).get("steps", ())
        for job in self.jobs.values():
            yield from job.get("steps", ())


def read(path: Path) -> Source:
    return Source(str(path.relative_to(ROOT)), path.read_text())


def workflows() -> list[Source]:
    return [read(path) for path in sorted((GITHUB / "workflows").glob("*.yml"))]


def actions() -> list[Source]:
    return [read(path) for path in sorted((GITHUB / "actions").glob("*/action.yml"))]


def pipelines() -> list[Source]:
    """Of Azure DevOps, with their templates."""
    return [read(path) for path in sorted(AZURE.glob("*.yml"))]
