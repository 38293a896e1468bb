"""*-ServicePrincipal: the records by which Exchange knows enterprise applications."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mailgrant.exchange.cmdlets.call import CONFIRMED, Call, Record, text

CMDLETS: Final = (
    "New-ServicePrincipal",
    "Get-ServicePrincipal",
    "Set-ServicePrincipal",
    "Remove-ServicePrincipal",
)


def new_service_principal(app_id: str, object_id: str, display_name: str) -> Call:
    """Register an enterprise application with Exchange; ``object_id`` is the enterprise application's."""
    parameters = {"AppId": app_id, "ObjectId": object_id, "DisplayName": display_name}
    return Call("New-ServicePrincipal", parameters | CONFIRMED, target=display_name)


def get_service_principals() -> Call:
    """List all of them: asked for one that is unknown, the cmdlet may answer with all."""
    return Call("Get-ServicePrincipal")


def set_service_principal(object_id: str, display_name: str) -> Call:
    """Change the display name, which is all that can be changed."""
    parameters = {"Identity": object_id, "DisplayName": display_name}
    return Call("Set-ServicePrincipal", parameters | CONFIRMED, target=display_name)


def remove_service_principal(identity: str, display_name: str) -> Call:
    """Take an enterprise application from Exchange."""
    return Call("Remove-ServicePrincipal", {"Identity": identity, **CONFIRMED}, target=display_name)


@dataclass(frozen=True)
class ServicePrincipalRecord:
    """An enterprise application as Exchange knows it; ``object_id`` is what tokens are compared with."""

    app_id: str
    object_id: str
    display_name: str
    sid: str
    identity: str

    def names(self) -> frozenset[str]:
        """Everything that a permission may call it by, in small letters; the display name is not unique."""
        return frozenset(
            name.lower() for name in (self.object_id, self.app_id, self.sid, self.identity) if name
        )

    def is_one_of(self, trustees: Iterable[str]) -> bool:
        """Whether one of the names in a permission means it."""
        return not self.names().isdisjoint(trustee.lower() for trustee in trustees)


def parse_service_principal(record: Record) -> ServicePrincipalRecord:
    """Read a record of Get-ServicePrincipal; before 2023 ``ObjectId`` was called ``ServiceId``."""
    return ServicePrincipalRecord(
        app_id=text(record, "AppId"),
        object_id=text(record, "ObjectId") or text(record, "ServiceId"),
        display_name=text(record, "DisplayName"),
        sid=text(record, "Sid"),
        identity=text(record, "Identity"),
    )
