"""In which tenant a stack works: no resource of a preview says so, because default providers are not among its steps."""

import re
from collections.abc import Iterator
from typing import Final

from mailgrant.report.difference import CHANGE, Change
from mailgrant.report.preview import Preview
from mailgrant.report.rights import ANY, Effect, Reach, Topic

ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TENANT, ORGANIZATION = "works in the tenant", "works in the Exchange organization"
WORDS: Final = "everything is done there from now on, and what was made in the other tenant stays there"


def moved(preview: Preview, organization: str) -> Iterator[Change]:
    """That another tenant is meant than the one in which the stack has made its clients.

    Args:
        preview: with what the stack put out last time.
        organization: of Exchange, in which it is to work; empty if nobody knows.
    """
    tenant = preview.tenant.lower()
    if ID.fullmatch(tenant):  # a domain of it: nobody can tell here whose it is
        for before in sorted({one.lower() for one in preview.tenants} - {tenant}):
            yield _elsewhere(TENANT, before, tenant)
    before, after = preview.organization.lower(), organization.lower()
    if before and after and before != after:
        yield _elsewhere(ORGANIZATION, before, after)


def _elsewhere(right: str, before: str, after: str) -> Change:
    return Change(
        CHANGE,
        ANY,
        right,
        after,
        WORDS,
        Effect.BROADENING,
        Reach.TENANT,
        Topic.SIGN_IN,
        before=before,
        after=after,
    )
