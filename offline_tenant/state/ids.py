"""Ids from one seed, so that a run repeats exactly."""

import random
from uuid import UUID

from offline_tenant.state.store import Document, Store

ID = "ids"


class Ids:
    """The one source of ids and secrets of an installation; goes on where it was after a restart."""

    def __init__(self, store: Store, seed: int = 0) -> None:
        self._settings = store.collection("", "settings")
        self._seed = seed

    @property
    def seed(self) -> int:
        """The number that everything drawn follows from."""
        return int(self._state()["seed"])

    def uuid(self) -> str:
        """A version 4 UUID in small letters."""
        return str(UUID(int=self._random().getrandbits(128), version=4))

    def text(self, length: int, alphabet: str) -> str:
        """So many letters of an alphabet."""
        source = self._random()
        return "".join(source.choice(alphabet) for _ in range(length))

    def number(self, bits: int) -> int:
        """A number below 2 to the power of ``bits``."""
        return self._random().getrandbits(bits)

    def reseed(self, seed: int) -> None:
        """Begin again from another seed."""
        self._settings.put(ID, {"seed": seed, "drawn": 0})

    def _state(self) -> Document:
        return self._settings.get(ID) or {"seed": self._seed, "drawn": 0}

    def _random(self) -> random.Random:
        state = self._state()
        self._settings.put(ID, {**state, "drawn": state["drawn"] + 1})
        # Repeatable on purpose: nothing outside this machine ever trusts these values.
        return random.Random(f"{state['seed']}:{state['drawn']}")  # noqa: S311
