"""How long what is new or changed stays unseen, by name; told to the installation, off unless told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from offline_tenant.state.kinds import LAGGING, REPLICATED
from offline_tenant.state.store import Collection, Store

SETTING: Final = "lag"

Missed = Counter[tuple[str, str]]

# Reads that missed something are counted beside the store: the request that missed it is undone, the count is not.
_missed: Final[WeakKeyDictionary[Store, tuple[int, Missed]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Delay:
    """How long something new stays unseen; ``reads`` and ``seconds`` must both be over.

    Args:
        reads: how many requests look for it and miss it.
        seconds: of the tenant's clock.
        flaps: seconds after those in which some servers know of it and others do not; only for what
            ``kinds.REPLICATED`` names.
    """

    reads: int = 0
    seconds: float = 0.0
    flaps: float = 0.0

    @classmethod
    def told(cls, reads: Any = 0, seconds: Any = 0.0, flaps: Any = 0.0) -> "Delay":
        """From what JSON may hold.

        Raises:
            ValueError: no such numbers.
        """
        if type(reads) is not int or {type(seconds), type(flaps)} - {int, float}:
            raise ValueError("reads must be a whole number, seconds and flaps numbers")
        if reads < 0 or not 0 <= seconds < float("inf") or not 0 <= flaps < float("inf"):
            raise ValueError("reads, seconds and flaps must not be negative")
        return cls(reads, seconds, flaps)


def configure(settings: Collection, delays: Mapping[str, Mapping[str, Any]]) -> None:
    """Say how long each name lags; those that are not named do not.

    Args:
        settings: ``Installation.settings``.
        delays: by kind of document, or by name in ``kinds.REPLICATED``, as
            ``{"applications": {"reads": 2, "seconds": 30}}``.

    Raises:
        ValueError: an unknown name, an unknown key, or a value that is no such number.
    """
    for name, delay in delays.items():
        _check(name, delay)
    settings.put(SETTING, {name: dict(delay) for name, delay in delays.items()})


def _check(name: str, delay: Mapping[str, Any]) -> None:
    if name not in LAGGING:
        raise ValueError(f"{name}: no such kind; known are {', '.join(sorted(LAGGING))}")
    try:
        told = Delay.told(**delay)
    except (TypeError, ValueError) as error:
        raise ValueError(f'{name}: expected {{"reads": 2, "seconds": 30}}: {error}') from error
    if told.flaps and name not in REPLICATED:
        raise ValueError(f"{name}: flaps are for {', '.join(REPLICATED)} only")


def configured(settings: Collection) -> dict[str, Any]:
    """What ``configure`` was told last."""
    return settings.get(SETTING) or {}


def missed(store: Store) -> Missed:
    """How many reads missed something, by tenant and key; counted anew after a reset or a restore."""
    era, counter = _missed.get(store, (-1, Missed()))
    if era != store.era:
        counter = Missed()
        _missed[store] = store.era, counter
    return counter
