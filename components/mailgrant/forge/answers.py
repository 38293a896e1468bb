"""Answers that are not as their forge documents them."""

from collections.abc import Iterator
from contextlib import contextmanager

from mailgrant.errors import ForgeError
from mailgrant.forge.api import NO_ANSWER


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Whatever goes wrong in here is the fault of an answer, and a ForgeError.

    Args:
        name: of the forge, for the message.
    """
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"{name}'s answer is not what it documents ({type(error).__name__})"
        raise ForgeError(NO_ANSWER, problem, "Is this the address of its API?") from error
