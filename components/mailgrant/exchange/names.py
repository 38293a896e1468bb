"""What Exchange calls the objects that a map names: two addresses of one mailbox show here."""

from collections.abc import Mapping


class Names:
    """Exchange's name by the address that the map uses.

    Args:
        known: from an earlier run.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known = dict(known or {})
        self._address = {name: address for address, name in self.known.items()}

    def claim(self, address: str, name: str) -> str | None:
        """Note what Exchange calls an address; gives the other address that has this name already, if there is one.

        With both in one map, what is done to the one would undo what was done to the other, and nobody would see it.

        Args:
            address: as the map has it.
            name: Exchange's; empty if it did not say.
        """
        if not name:
            return None
        other = self._address.setdefault(name, address)
        if other != address:
            return other
        self.known[address] = name
        return None

    def release(self, address: str) -> None:
        """The map does not name it any more."""
        self._address.pop(self.known.pop(address, ""), None)
