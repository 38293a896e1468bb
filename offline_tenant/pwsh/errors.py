"""Errors as PowerShell shows them: a message, an id, a category; and the records that carry them to the client."""

from typing import Final

from psrpcore.types import ErrorCategory, ErrorCategoryInfo, ErrorRecord, NETException

from offline_tenant.pwsh.clixml import escaped

RUNTIME: Final = ("System.Management.Automation.RuntimeException", "System.SystemException")


class PowerShellError(Exception):
    """An error of a command.

    Args:
        message: what is shown.
        error_id: FullyQualifiedErrorId, without the command behind it.
        category: a name of PowerShell's ErrorCategory; others count as NotSpecified.
        exception: the .NET type.
        reason: CategoryInfo.Reason; the short name of the exception unless given.
        target: what the command worked on.
    """

    def __init__(
        self,
        message: str,
        *,
        error_id: str,
        category: str = "NotSpecified",
        exception: str = "System.Exception",
        reason: str = "",
        target: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.error_id, self.category = message, error_id, category
        self.exception, self.target = exception, target
        self.reason = reason or exception.rpartition(".")[2]

    def record(self, activity: str) -> ErrorRecord:
        """The record that carries it to the client.

        Args:
            activity: the command that failed; empty for none.
        """
        record = ErrorRecord(
            Exception=_exception(self.exception, self.message),
            CategoryInfo=self._category_info(activity),
            TargetObject=self.target,
            FullyQualifiedErrorId=self.error_id,
        )
        record.PSObject.to_string = escaped(self.message)
        return record

    def _category_info(self, activity: str) -> ErrorCategoryInfo:
        known = {category.name.casefold(): category for category in ErrorCategory}
        return ErrorCategoryInfo(
            Category=known.get(self.category.casefold(), ErrorCategory.NotSpecified),
            Activity=activity,
            Reason=self.reason,
            TargetName=self.target,
            TargetType="String" if self.target else None,
        )


class NonTerminatingError(PowerShellError):
    """Written to the error stream; the pipeline goes on, unless ``-ErrorAction Stop``."""


def not_recognized(name: str) -> PowerShellError:
    """There is no such command."""
    return PowerShellError(
        f"The term '{name}' is not recognized as a name of a cmdlet, function, script file, or executable program.\n"
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try again.",
        error_id="CommandNotFoundException",
        category="ObjectNotFound",
        exception="System.Management.Automation.CommandNotFoundException",
        target=name,
    )


def not_emulated(what: str) -> PowerShellError:
    """PowerShell can do it; the stand-in cannot, and says so."""
    return PowerShellError(
        f"The offline tenant's pwsh does not emulate {what}. It runs the Exchange Online cmdlets of the tenant, one "
        "command with parameters at a time.",
        error_id="OfflineTenantNotEmulated",
        category="NotImplemented",
        exception="System.NotImplementedException",
    )


def failed(error: Exception) -> PowerShellError:
    """A fault of the stand-in itself."""
    return PowerShellError(
        f"The offline tenant's pwsh failed: {type(error).__name__}: {error}", error_id="OfflineTenantFailure"
    )


def invalid(message: str, error_id: str) -> PowerShellError:
    """The arguments are of the right types and still make no sense."""
    return PowerShellError(
        message, error_id=error_id, category="InvalidArgument", exception="System.ArgumentException"
    )


def _exception(type_: str, message: str) -> NETException:
    exception = NETException(Message=message, HResult=-2146233088)
    names = [type_] if type_ == "System.Exception" else [type_, *RUNTIME]
    exception.PSObject.type_names = [*dict.fromkeys([*names, "System.Exception", "System.Object"])]
    exception.PSObject.to_string = escaped(f"{type_}: {message}")
    return exception
