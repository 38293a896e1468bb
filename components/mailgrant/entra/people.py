"""People of the tenant, by the names that they sign in with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_azuread as azuread

from mailgrant.model import TENANT, Consent, Switches

REFUSED: Final = "Authorization_RequestDenied"
NEEDED: Final = (
    "the identity that runs mailgrant needs the Graph permission User.Read.All to consent for people by name"
)


@dataclass(frozen=True)
class Person:
    """Somebody of the tenant.

    Args:
        name: that they sign in with, in small letters.
        object_id: in Entra.
        mail: the address of their mailbox, in small letters; empty without one.
    """

    name: str
    object_id: str
    mail: str


People = Mapping[str, Person]  # by name


def look_up(wanted: Mapping[str, Consent], parent: pulumi.Resource | None = None) -> People:
    """Everybody whom these clients name, in one go.

    Args:
        wanted: by client.
        parent: whose provider is asked.

    Raises:
        RunError: somebody is not there, with every name and where it stands; or nobody may be looked up.
    """
    names = dict.fromkeys(name for consent in wanted.values() for name in named(consent))
    found = {one.name: one for one in _users(parent, list(names))} if names else {}
    missing = [name for name in names if name not in found]
    if missing:
        signing_in = {one.mail: one.name for one in _users(parent, mails=missing)}
        lines = [
            f"  - mailgrant:clients.{client}.consent: {_nobody(name, signing_in)}"
            for client, consent in wanted.items()
            for name in named(consent)
            if name in missing
        ]
        raise pulumi.RunError("\n".join(["people are not there; nothing was touched:", *lines]))
    return found


def named(consent: Consent) -> Iterable[str]:
    """The people in a consent, in small letters; none where it is for everybody."""
    return () if isinstance(consent, str) else tuple(name.lower() for name in consent)


def consenting(consent: Consent, people: People) -> list[Person | None]:
    """For whom to record consent: people, or None for everybody."""
    return [None] if consent == TENANT else [people[name] for name in named(consent)]


def at_their_mailboxes(mailboxes: Mapping[str, Switches], people: People) -> dict[str, Switches]:
    """Switches of mailboxes, where some of them are people by their sign-in names; whoever has no mailbox is left out."""
    found: dict[str, Switches] = {}
    for name, switches in mailboxes.items():
        if address := people[name].mail if name in people else name:
            found[address] = {**found.get(address, {}), **switches}
    return found


def _users(
    parent: pulumi.Resource | None, names: list[str] | None = None, mails: list[str] | None = None
) -> list[Person]:
    opts = pulumi.InvokeOptions(parent=parent)
    try:
        found = azuread.get_users(
            user_principal_names=names, mails=mails, ignore_missing=True, opts=opts
        ).users
    except Exception as error:  # Pulumi raises nothing narrower
        if REFUSED not in str(error):
            raise
        raise pulumi.RunError(f"{NEEDED}; nothing was touched") from None
    return [
        Person(user.user_principal_name.lower(), user.object_id, (user.mail or "").lower()) for user in found
    ]


def _nobody(name: str, signing_in: Mapping[str, str]) -> str:
    if name in signing_in:
        return f"{name} is a mail address; name the person by the sign-in name, {signing_in[name]}"
    return f"nobody in this tenant signs in as {name}; people are named by their sign-in names (user principal names)"
