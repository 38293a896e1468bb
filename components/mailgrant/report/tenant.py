"""In which tenant a stack works: no resource of a preview says so, because default providers are not among its steps."""

import re
from collections.abc import Iterator
from typing import Final

from mailgrant.report.difference import CHANGE, Change
from mailgrant.report.preview import Preview
from mailgrant.report.rights import ANY, Effect, Reach, Topic

ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RIGHT: Final = "works in the tenant"
WORDS: Final = "everything is done there from now on, and what was made in the other tenant stays there"


def moved(preview: Preview) -> Iterator[Change]:
    """That another tenant is meant than the one in which the stack has made its clients."""
    after = preview.tenant.lower()
    if not ID.fullmatch(after):  # a domain of it: nobody can tell here whose it is
        return
    for before in sorted({tenant.lower() for tenant in preview.tenants} - {after}):
        yield Change(
            CHANGE,
            ANY,
            RIGHT,
            after,
            WORDS,
            Effect.BROADENING,
            Reach.TENANT,
            Topic.SIGN_IN,
            before=before,
            after=after,
        )
