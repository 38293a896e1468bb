"""What the directory refuses, with Microsoft Graph's own status, code and text."""


class DirectoryError(Exception):
    """A refusal.

    Args:
        status: the HTTP status that Graph answers with.
        code: Graph's error code.
        message: Graph's text.
        target: the property that Graph names in ``details``, where it does.
    """

    def __init__(self, status: int, code: str, message: str, target: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.target = status, code, message, target


def absent_text(id_: str) -> str:
    """The text for an object that is not there, or not visible yet."""
    return (
        f"Resource '{id_}' does not exist or one of its queried reference-property objects are not present."
    )


def not_found(id_: str) -> DirectoryError:
    """The object that the path names is not there."""
    return DirectoryError(404, "Request_ResourceNotFound", absent_text(id_))


def bad_request(message: str) -> DirectoryError:
    """The request contradicts a rule of the directory."""
    return DirectoryError(400, "Request_BadRequest", message)


def absent_reference(id_: str) -> DirectoryError:
    """The object that the body names is not there."""
    return bad_request(absent_text(id_))


def conflict(message: str) -> DirectoryError:
    """Another object has the key already."""
    return DirectoryError(409, "Request_MultipleObjectsWithSameKeyValue", message)


def read_only(property_: str) -> DirectoryError:
    """Only Entra itself sets the property, or nobody does once the object is there."""
    return bad_request(f"Property '{property_}' is read-only and cannot be set.")


def duplicate(property_: str) -> DirectoryError:
    """A list has the same value twice, or two permissions have the same id or value."""
    message = "Request contains a property with duplicate values."
    return DirectoryError(400, "DuplicateValue", message, property_)


def denied(message: str = "Insufficient privileges to complete the operation.") -> DirectoryError:
    """The caller may not."""
    return DirectoryError(403, "Authorization_RequestDenied", message)


def not_emulated(what: str) -> DirectoryError:
    """Microsoft knows this, the offline tenant does not."""
    return DirectoryError(501, "NotEmulated", f"The offline tenant does not emulate {what}")
