"""The application behind an application id, wherever it is registered: here, in another tenant, or published."""

from dataclasses import dataclass
from typing import Final

from offline_tenant.entra import first_party
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.state.store import Document

SINGLE_TENANT: Final = "AzureADMyOrg"
PLATFORMS: Final = ("web", "spa", "publicClient")


@dataclass(frozen=True)
class Registration:
    """An application registration.

    Args:
        owner: the tenant that it is registered in.
        document: the application object.
    """

    owner: str
    document: Document

    @property
    def app_id(self) -> str:
        """The application (client) id."""
        return str(self.document["appId"])

    @property
    def name(self) -> str:
        """The display name."""
        return str(self.document["displayName"])

    @property
    def multi_tenant(self) -> bool:
        """Whether other tenants can have a principal of it."""
        return bool(self.document["signInAudience"] != SINGLE_TENANT)

    def redirects(self, platform: str) -> list[str]:
        """The redirect URIs of ``web``, ``spa`` or ``publicClient``."""
        return list(self.document[platform]["redirectUris"])

    @property
    def is_public(self) -> bool:
        """Whether it may sign people in without a credential where no redirect URI tells what it is."""
        told = self.document["isFallbackPublicClient"]
        only_native = self.redirects("publicClient") and not self.redirects("web")
        return bool(only_native if told is None else told)


def find(directory: Directory, app_id: str) -> Registration | None:
    """The registration with this application id that this tenant can have a principal of, or None."""
    if own := directory.by_app_id("applications", app_id):
        return Registration(directory.tenant.id, own)
    if published := first_party.PUBLISHED.get(app_id.casefold()):
        return Registration(published.owner, published.registration())
    return _elsewhere(directory, app_id)


def _elsewhere(directory: Directory, app_id: str) -> Registration | None:
    """A multi-tenant application of another tenant of this installation."""
    store, here = directory.tenant.store, directory.tenant.id
    for tenant in store.collection("", "tenants").all():
        found = store.collection(tenant["id"], "applications").find("appId", app_id)
        if found and tenant["id"] != here and found[0]["signInAudience"] != SINGLE_TENANT:
            return Registration(tenant["id"], found[0])
    return None
