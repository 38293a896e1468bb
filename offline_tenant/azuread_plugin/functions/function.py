"""What a function of the stand-in is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.properties import Failure, Property, exclusive, failures
from offline_tenant.azuread_plugin.values import Values


class Function(ABC):
    """One function.

    Attributes:
        token: Pulumi's token.
        arguments: its table.
        exactly_one: of these arguments one must be given; none stands for no such rule.
        conflicts: pairs of arguments of which only one may be given.
    """

    token: ClassVar[str]
    arguments: ClassVar[tuple[Property, ...]] = ()
    exactly_one: ClassVar[tuple[str, ...]] = ()
    conflicts: ClassVar[tuple[tuple[str, str], ...]] = ()

    def wrong(self, arguments: Values) -> list[Failure]:
        """Everything that is wrong with arguments."""
        found = failures(self.arguments, arguments)
        return found or exclusive(arguments, self.exactly_one, self.conflicts)

    @abstractmethod
    def invoke(self, operation: Operation, arguments: Values) -> Values:
        """Call it.

        Raises:
            PluginError: it failed.
        """
