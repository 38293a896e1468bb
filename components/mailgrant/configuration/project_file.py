"""The file of a Pulumi project: what it is called, where its stacks have theirs, and what it says for all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mailgrant.configuration.reading import as_pulumi
from mailgrant.errors import SetupError

NAMES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
GIVEN: Final = ("default", "value")  # the first that is there is what counts


@dataclass(frozen=True)
class ProjectFile:
    """A project.

    Args:
        name: by which Pulumi knows it.
        folder: that holds the files of its stacks.
        ending: of their names, which is that of the project's own file.
        config: what counts for a stack whose own file does not say it, by key.
    """

    name: str
    folder: Path
    ending: str
    config: Mapping[str, Any] = field(default_factory=dict)

    def of(self, stack: str) -> Path:
        """The file of a stack; its name may have the organization of a backend before it."""
        return self.folder / f"Pulumi.{stack.rpartition('/')[2]}{self.ending}"

    def stacks(self) -> dict[str, Path]:
        """The files of all stacks that have one, by the name of the stack."""
        paths = sorted(self.folder.glob(f"Pulumi.*{self.ending}"))
        return {path.name.removeprefix("Pulumi.").removesuffix(self.ending): path for path in paths}


def project_file(start: Path) -> ProjectFile:
    """The project of a folder, or of the nearest one above.

    Raises:
        SetupError: there is none, or it cannot be read.
    """
    places = (folder / name for folder in (start, *start.parents) for name in NAMES)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise SetupError("there is no Pulumi project here", "Run this in the folder that holds Pulumi.yaml.")
    told = as_pulumi(found)
    name, config = str(told.get("name") or ""), told.get("config")
    old_way = config if isinstance(config, str) else ""
    folder = told.get("stackConfigDir") or old_way
    return ProjectFile(name, found.parent / str(folder), found.suffix, dict(_config(config, name)))


def _config(declared: Any, project: str) -> Iterator[tuple[str, Any]]:
    """As the engine reads it: github.com/pulumi/pulumi, sdk/go/common/workspace/config.go."""
    for key, entry in declared.items() if isinstance(declared, dict) else ():
        given = entry if isinstance(entry, dict) else {"value": entry}
        values = [given[name] for name in GIVEN if given.get(name) is not None]
        if values:
            yield (str(key) if ":" in str(key) else f"{project}:{key}"), values[0]
