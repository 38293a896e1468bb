"""What goes wrong inside a cmdlet, with Exchange's own exception types and texts."""

from typing import Final
from zlib import crc32

from offline_tenant.exchange.names import DOMAIN_CONTROLLER

# Codes that were seen in the field; the other ones are made up, but always the same for the same exception.
EX_CODES: Final = {
    "ManagementObjectNotFoundException": "Ex6F9304",
    "MailboxNotFound": "Ex41BAF5",
}
TASKS: Final = "Microsoft.Exchange.Configuration.Tasks"
ACE_LIMIT: Final = 500  # access control entries a mailbox, says the page of Add-MailboxPermission


class CmdletError(Exception):
    """A cmdlet failed.

    Args:
        exception: the full name of the .NET exception.
        message: Exchange's text.
        status: the HTTP status that it becomes.
        category: ``details[0].code``, PowerShell's ErrorCategory or Exchange's ``Context`` and ``Client``.
        known_as: the row of ``EX_CODES``; the exception's short name unless given.
    """

    def __init__(
        self, exception: str, message: str, *, status: int = 400, category: str = "Client", known_as: str = ""
    ) -> None:
        super().__init__(message)
        self.exception, self.message, self.status, self.category = exception, message, status, category
        self.reason = exception.rpartition(".")[2]
        self.ex_code = (
            EX_CODES.get(known_as or self.reason) or f"Ex{crc32(exception.encode()) & 0xFFFFFF:06X}"
        )

    @property
    def text(self) -> str:
        """``Ex<6 hex>|<exception>|<text>``, as it reaches the person who typed the cmdlet."""
        return f"{self.ex_code}|{self.exception}|{self.message}"


class NotFoundError(CmdletError):
    """There is no such object."""


def not_found(identity: str) -> NotFoundError:
    """No object of that identity."""
    return NotFoundError(
        f"{TASKS}.ManagementObjectNotFoundException",
        f"The operation couldn't be performed because object '{identity}' couldn't be found on '{DOMAIN_CONTROLLER}'.",
        status=404,
        category="Context",
    )


def no_such_mailbox() -> NotFoundError:
    """The other text for a mailbox that is not there; here for one that is named by a GUID."""
    return NotFoundError(
        f"{TASKS}.ManagementObjectNotFoundException",
        "The specified mailbox doesn't exist.",
        status=404,
        category="Context",
        known_as="MailboxNotFound",
    )


def ambiguous(identity: str) -> CmdletError:
    """Several objects of that identity."""
    return CmdletError(
        f"{TASKS}.ManagementObjectAmbiguousException",
        f"The operation couldn't be performed because '{identity}' matches multiple entries.",
        category="Context",
    )


def already_exists(distinguished_name: str) -> CmdletError:
    """A new object collides with one that is there."""
    return CmdletError(
        "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
        f"Active Directory operation failed on {DOMAIN_CONTROLLER}. The object '{distinguished_name}' already exists.",
        category="Context",
    )


def not_registered(object_id: str) -> CmdletError:
    """Only with the setting ``validate_object_id``: Entra has no enterprise application of that object id."""
    return CmdletError(
        f"{TASKS}.RecipientTaskException",
        f"There's no service principal with object ID '{object_id}' registered in the tenant.",
    )


def too_many_entries(mailbox_guid: str) -> CmdletError:
    """One access control entry more than a mailbox may have."""
    return CmdletError(
        "System.InvalidOperationException",
        f"The mailbox {mailbox_guid} has reached the limit of maximum allowed access control entries of {ACE_LIMIT}. "
        "Clean existing entries and rearrange them leveraging groups before adding new ones.",
        category="InvalidOperation",
    )


def already_member(member: str, group: str) -> CmdletError:
    """Somebody is added to a group twice."""
    return CmdletError(
        "Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException",
        f'The recipient "{member}" is already a member of the group "{group}".',
        category="InvalidData",
    )


def not_member(member: str, group: str) -> CmdletError:
    """Somebody is removed from a group that does not have them."""
    return CmdletError(
        "Microsoft.Exchange.Management.Tasks.MemberNotFoundException",
        f'The recipient "{member}" isn\'t a member of the group "{group}".',
        category="InvalidData",
    )


def invalid_name(parameter: str, value: str, longest: int) -> CmdletError:
    """A text that is longer than its property."""
    return CmdletError(
        "Microsoft.Exchange.Data.DataValidationException",
        f"The length of the property is too long. The maximum length is {longest} and the length of the value provided "
        f"is {len(value)}. Property Name: {parameter}",
        category="InvalidData",
    )


def unknown_property(name: str) -> CmdletError:
    """Get-EXO* is asked for a property that the object has not (or that the offline tenant does not emulate)."""
    return CmdletError(
        "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
        f"Could not find a property named '{name}' on type 'Exchange.Mailbox'.",
    )


def bad_parameter(message: str, category: str) -> CmdletError:
    """The arguments do not fit the cmdlet; the text is PowerShell's."""
    return CmdletError("System.Management.Automation.ParameterBindingException", message, category=category)


def not_emulated(what: str) -> CmdletError:
    """Microsoft does it; the offline tenant does not, and says so."""
    return CmdletError(
        "System.NotImplementedException", f"The offline tenant does not emulate {what}.", status=501
    )


def dehydrated() -> CmdletError:
    """The organization has no configuration of its own yet."""
    return CmdletError(
        f"{TASKS}.InvalidOperationInDehydratedContextException",
        "The command you tried to run isn't currently allowed in your organization. To run this command, you first "
        "need to run the command: Enable-OrganizationCustomization.",
        category="Context",
    )


def already_hydrated() -> CmdletError:
    """Enable-OrganizationCustomization where there is nothing to do."""
    return CmdletError(
        "System.InvalidOperationException",
        "This operation is not required. Organization is already enabled for customization.",
        category="InvalidOperation",
    )


def no_delegating_assignment(name: str) -> CmdletError:
    """Roles cannot be assigned, because nobody assigned the right to assign them."""
    return CmdletError(
        "System.InvalidOperationException",
        f'You don\'t have access to create, change, or remove the "{name}" management role assignment. You must be '
        "assigned a delegating role assignment to the management role or its parent in the hierarchy without a scope "
        "restriction.",
        category="InvalidOperation",
    )


def outside_write_scope(name: str) -> CmdletError:
    """A recipient that the caller may not change."""
    return CmdletError(
        "System.InvalidOperationException",
        f"The operation on mailbox \"{name}\" failed because it's out of the current user's write scope. '{name}' "
        "isn't within your current write scopes. Can't perform save operation.",
        category="InvalidOperation",
    )


def scope_in_use(name: str) -> CmdletError:
    """Remove-ManagementScope while role assignments have the scope; the page says so, the text is not recorded."""
    return CmdletError(
        "System.InvalidOperationException",
        f"The management scope '{name}' can't be removed because it's associated with one or more management role "
        "assignments. Remove or change these role assignments first.",
        category="InvalidOperation",
    )


def parameters_do_not_go_together() -> CmdletError:
    """Parameters of several parameter sets; the text is PowerShell's."""
    return bad_parameter(
        "Parameter set cannot be resolved using the specified named parameters. One or more parameters issued cannot "
        "be used together or an insufficient number of parameters were provided.",
        "InvalidArgument",
    )
