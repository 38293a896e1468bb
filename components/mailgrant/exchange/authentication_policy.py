"""An authentication policy that blocks basic authentication: made, brought into that shape, removed."""

import logging
from typing import Final

from mailgrant.errors import AlreadyExistsError, NotFoundError
from mailgrant.exchange.cmdlets import authentication_policy as cmdlets
from mailgrant.exchange.session import Session

# A policy whose name begins so is ours, even if the run that made it was killed before it could say so.
OURS: Final = "mailgrant"

logger = logging.getLogger(__name__)


def ensure(session: Session, name: str) -> bool:
    """Make the policy, or let the one that is there block what it still allows.

    Returns:
        Whether it is ours to remove.

    Raises:
        ExchangeError: Exchange refused.
    """
    try:
        session.run(cmdlets.new_policy(name))
    except AlreadyExistsError:
        block(session, name)
        return name.startswith(OURS)
    return True


def block(session: Session, name: str) -> None:
    """Let a policy that is there block what it still allows.

    Raises:
        NotFoundError: there is none.
        ExchangeError: Exchange refused.
    """
    if allows := still_allows(session, name):
        logger.warning("the authentication policy %r allowed %s: now it does not", name, ", ".join(allows))
        session.run(cmdlets.block_basic(name, allows))


def block_or_make(session: Session, name: str) -> bool:
    """Let the policy block everything, and make it again if it is gone.

    Returns:
        Whether it was made, and is ours to remove.

    Raises:
        ExchangeError: Exchange refused.
    """
    try:
        block(session, name)
    except NotFoundError:
        return ensure(session, name)
    return False


def still_allows(session: Session, name: str) -> list[str]:
    """The switches by which the policy allows basic authentication.

    Raises:
        NotFoundError: there is no such policy.
        ExchangeError: the list could not be read.
    """
    for record in session.run(cmdlets.get_policies()).records:
        if cmdlets.policy_name(record).casefold() == name.casefold():
            return cmdlets.allowed(record)
    raise NotFoundError("Get-AuthenticationPolicy", name, "there is no policy of this name")


def remove(session: Session, name: str) -> None:
    """Remove the policy; one that is gone already is as wanted.

    Raises:
        ExchangeError: Exchange refused.
    """
    try:
        session.run(cmdlets.remove_policy(name))
    except NotFoundError:
        logger.info("the authentication policy %s was gone already", name)
