"""What clients in which people sign in have to know of the tenant before anything is declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pulumi

from mailgrant.configuration import loading
from mailgrant.directory.graph import Graph, directory
from mailgrant.entra.consent import GivenAlready
from mailgrant.entra.people import People, look_up
from mailgrant.facts import Cloud
from mailgrant.model import Consent


@dataclass(frozen=True)
class Found:
    """What was found.

    Args:
        people: that are consented for.
        given: looks for consent that somebody else gave.
    """

    people: People
    given: GivenAlready


def look_around(
    cloud: Cloud, consents: Mapping[str, Consent], parent: pulumi.Resource | None = None
) -> Found:
    """Ask the tenant.

    Args:
        cloud: where it lives.
        consents: who is consented for, by client.
        parent: whose azuread provider is asked.

    Raises:
        RunError: somebody is not there, with every name, or nobody may be looked up.
    """

    @cache
    def graph() -> Graph:
        return directory(loading.value, cloud)

    return Found(look_up(consents, parent), GivenAlready(graph))
