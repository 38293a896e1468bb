"""What WinRM answers when it cannot do what it is asked: SOAP faults with its own codes and texts."""

from dataclasses import dataclass
from typing import Final

SHELL_GONE: Final = (
    "The request for the Windows Remote Shell with ShellId {} failed because the shell was not found on the server. "
    "Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. Provide the "
    "correct ShellId or create a new shell and try the operation."
)
NO_COMMAND: Final = (
    "The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. "
    "Either the command has completed execution or the client specified an invalid command identifier."
)
NO_RESOURCE: Final = (
    "The WS-Management service cannot process the request. The resource URI ({}) was not found in the WS-Management "
    "catalog. The catalog contains the metadata that describes resources, or logical endpoints."
)
TOO_MANY: Final = (
    "The WS-Management service cannot process the request. This user is allowed a maximum number of {} concurrent "
    "shells, which has been exceeded. Close existing shells or raise the quota for this user."
)
TIMED_OUT: Final = (
    "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "
)
BAD_XML: Final = "The SOAP packet did not match the corresponding XML schema definition for the packet."
NO_ACTION: Final = (
    "The WS-Management service cannot process the request because the action ({}) is not supported."
)
NO_SENSE: Final = "The PowerShell remoting data of the request could not be understood; the shell was ended."


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    Args:
        code: WinRM's number.
        blame: Sender or Receiver.
        subcode: WS-Management's (``w:``) or WS-Addressing's (``a:``) name.
    """

    code: int
    blame: str
    subcode: str


TIMEOUT: Final = Kind(2150858793, "Receiver", "w:TimedOut")
NO_SHELL: Final = Kind(2150858843, "Sender", "w:InvalidSelectors")
UNREACHABLE: Final = Kind(2150858752, "Sender", "a:DestinationUnreachable")
QUOTA: Final = Kind(2150859174, "Receiver", "w:QuotaLimit")
SCHEMA: Final = Kind(2150858817, "Sender", "w:SchemaValidationError")
UNSUPPORTED: Final = Kind(2150858771, "Sender", "a:ActionNotSupported")
UNKNOWN_COMMAND: Final = Kind(2150858843, "Sender", "w:InvalidSelectors")
INTERNAL: Final = Kind(2150858805, "Receiver", "w:InternalError")


class FaultError(Exception):
    """The request is answered with a fault.

    Args:
        kind: which.
        message: WinRM's text.
    """

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message


def shell_gone(id_: str) -> FaultError:
    """There is no such shell (any more)."""
    return FaultError(NO_SHELL, SHELL_GONE.format(id_))


def timed_out() -> FaultError:
    """Nothing to hand out so far; the client asks again."""
    return FaultError(TIMEOUT, TIMED_OUT)


def malformed() -> FaultError:
    """The request is no SOAP of WS-Management, or lacks something."""
    return FaultError(SCHEMA, BAD_XML)
