"""The Pulumi project in which somebody works, and the stack in it: what the engine itself knows of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mailgrant.configuration import clouds, files
from mailgrant.configuration.parsing import decoded
from mailgrant.configuration.project_file import ProjectFile, project_file
from mailgrant.facts import Cloud
from mailgrant.schema.places import NAMESPACE
from mailgrant.schema.stack import StackSchema
from mailgrant.stack import engine


@dataclass(frozen=True)
class Project:
    """A project and one of its stacks.

    Args:
        place: its file.
        stack: its name.
        values: of the stack's configuration, by key.
    """

    place: ProjectFile
    stack: str
    values: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """The stack's file."""
        return self.place.of(self.stack)

    @property
    def own(self) -> dict[str, Any]:
        """The values below ``mailgrant:`` that say something, by key without the namespace."""
        found = {
            key.removeprefix(NAMESPACE): value
            for key, value in self.values.items()
            if key.startswith(NAMESPACE)
        }
        return {
            key: value
            for key, value in found.items()
            if value not in ("", {}) or key not in StackSchema.model_fields
        }

    @cached_property
    def everything(self) -> dict[str, Any]:
        """The same with what the files say that it names."""
        return files.expand(self.own, self.place.folder).values

    @property
    def cloud(self) -> Cloud:
        """Where its tenant lives.

        Raises:
            SetupError: the cloud is ``custom`` and its file is not there.
        """
        return clouds.cloud(clouds.cloud_name(self.value("mailgrant:cloud"), clouds.environment(self.value)))

    def value(self, key: str) -> Any:
        """The value of a key, as resources read it: None if it is not set."""
        if key.startswith(NAMESPACE):
            return self.everything.get(key.removeprefix(NAMESPACE))
        return self.values.get(key)


def project(stack_name: str | None, needed: Callable[[str], bool] = lambda _: True) -> Project:
    """The project of this folder, or of the nearest one above.

    Args:
        stack_name: of the stack; the selected one unless given.
        needed: the keys that somebody will ask for; all of them unless given.

    Raises:
        SetupError: there is no engine, no project or no such stack, or its secrets cannot be opened.
    """
    values = {key: decoded(value) for key, value in engine.configuration(stack_name, needed).items()}
    return Project(project_file(Path.cwd()), engine.name(stack_name), values)
