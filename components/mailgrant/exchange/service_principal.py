"""The Exchange record of an enterprise application: made, compared, replaced and removed.

The commonest fault in the field is a record with the object id of the app *registration* (OAUTHDOC, its warning
box): the record looks right, and every login fails. It is found by its AppId, named, and replaced.
"""

import logging
from dataclasses import dataclass

from mailgrant.errors import AlreadyExistsError, NotFoundError
from mailgrant.exchange.cmdlets import service_principal as cmdlets
from mailgrant.exchange.cmdlets.service_principal import ServicePrincipalRecord
from mailgrant.exchange.session import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """How the record shall be.

    Args:
        app_id: the application's (client) id.
        object_id: the object id of its enterprise application.
        display_name: how Exchange shows it.
    """

    app_id: str
    object_id: str
    display_name: str


def ensure(session: Session, wanted: Wanted) -> ServicePrincipalRecord:
    """Make the record, or bring the one that is there into the wanted shape.

    Raises:
        ExchangeError: Exchange refused.
    """
    try:
        return _new(session, wanted)
    except AlreadyExistsError:
        found = matching(_all(session), wanted.app_id, wanted.object_id)
        if not found:
            raise
    for record in found:
        if _is_other(record, wanted):
            _replace_warning(record, wanted)
            remove(session, record.identity or record.object_id, record.display_name)
    same = [record for record in found if not _is_other(record, wanted)]
    return _renamed(session, same[0], wanted) if same else _new(session, wanted)


def find(session: Session, app_id: str, object_id: str) -> ServicePrincipalRecord | None:
    """The record with this object id, else one with this application id, else None.

    Raises:
        ExchangeError: the list could not be read; that never means that there is no record.
    """
    found = matching(_all(session), app_id, object_id)
    exact = (record for record in found if record.object_id.lower() == object_id.lower())
    return next(exact, found[0] if found else None)


def rename(session: Session, object_id: str, display_name: str) -> None:
    """Change the display name, the only thing that can be changed.

    Raises:
        ExchangeError: Exchange refused.
    """
    session.run(cmdlets.set_service_principal(object_id, display_name))


def remove(session: Session, identity: str, display_name: str) -> None:
    """Remove the record; one that is gone already is as wanted.

    Raises:
        ExchangeError: Exchange refused.
    """
    try:
        session.run(cmdlets.remove_service_principal(identity, display_name))
    except NotFoundError:
        logger.info("the service principal %s was gone already", display_name)


def matching(
    records: list[ServicePrincipalRecord], app_id: str, object_id: str
) -> list[ServicePrincipalRecord]:
    """The records of one application, by either of its ids."""
    ids = {app_id.lower(), object_id.lower()}
    return [
        record for record in records if not ids.isdisjoint({record.app_id.lower(), record.object_id.lower()})
    ]


def _all(session: Session) -> list[ServicePrincipalRecord]:
    return [
        cmdlets.parse_service_principal(record)
        for record in session.run(cmdlets.get_service_principals()).records
    ]


def _new(session: Session, wanted: Wanted) -> ServicePrincipalRecord:
    call = cmdlets.new_service_principal(wanted.app_id, wanted.object_id, wanted.display_name)
    records = session.run(call).records
    return cmdlets.parse_service_principal(records[0] if records else call.parameters)


def _is_other(record: ServicePrincipalRecord, wanted: Wanted) -> bool:
    mine = (wanted.app_id.lower(), wanted.object_id.lower())
    return (record.app_id.lower(), record.object_id.lower()) != mine


def _replace_warning(record: ServicePrincipalRecord, wanted: Wanted) -> None:
    logger.warning(
        "Exchange has a service principal %r of application %s with ObjectId %s; the enterprise application's is %s. "
        "No login could work with it: it is replaced.",
        *(record.display_name, record.app_id, record.object_id, wanted.object_id),
    )


def _renamed(session: Session, record: ServicePrincipalRecord, wanted: Wanted) -> ServicePrincipalRecord:
    if record.display_name != wanted.display_name:
        rename(session, wanted.object_id, wanted.display_name)
    return record
