"""What a function of the stand-in is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.values import Values


class Function(ABC):
    """One function.

    Attributes:
        token: Pulumi's token.
        arguments: its table.
    """

    token: ClassVar[str]
    arguments: ClassVar[tuple[Property, ...]] = ()

    @abstractmethod
    def invoke(self, operation: Operation, arguments: Values) -> Values:
        """Call it.

        Raises:
            PluginError: it failed.
        """
