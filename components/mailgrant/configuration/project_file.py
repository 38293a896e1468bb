"""The file of a Pulumi project: what it is called, and where its stacks have theirs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mailgrant.configuration.reading import as_pulumi
from mailgrant.errors import SetupError

NAMES: Final = ("Pulumi.yaml", "Pulumi.yml")


@dataclass(frozen=True)
class ProjectFile:
    """A project.

    Args:
        name: by which Pulumi knows it.
        folder: that holds the files of its stacks.
        ending: of their names, which is that of the project's own file.
    """

    name: str
    folder: Path
    ending: str

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
    stacks = found.parent / str(told.get("stackConfigDir") or ".")
    return ProjectFile(str(told.get("name") or ""), stacks, found.suffix)
