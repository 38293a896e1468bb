"""What goes to PowerShell: plain values and nothing else, whichever library carries them."""

from typing import Any, Final

PLAIN: Final = (str, bool, int, float)


def sendable(name: str, value: Any) -> Any:
    """The value, if it is plain: the libraries send any other object as an empty one without a word.

    Args:
        name: of the parameter, for the error.
        value: None, text, number, truth, or a list of these.

    Raises:
        TypeError: it is anything else.
    """
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, list | tuple):
        return [sendable(name, member) for member in value]
    raise TypeError(f"{name}: {type(value).__name__} cannot be sent to PowerShell")
