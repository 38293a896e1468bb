"""A stack that the first landed version made (commit ff11272): today's program has nothing to change in it.

``golden/first_version.json`` is that stack's exported state, made once; where each resource was declared, when, and
what its secrets were is taken out.
"""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

STATE = Path(__file__).parent / "golden" / "first_version.json"
MADE_AT = "2026-11-22T07:14:53Z"  # credentials go by the date
MADE_WITH = "6.10.0"  # of pulumi-azuread, which stands in the name of its provider


def test_the_state_of_the_first_version_previews_no_change(project: Project, offline: OfflineTenant) -> None:
    then = replace(project, environment={**project.environment, "MAILGRANT_NOW": MADE_AT})
    then.edit("protocols: [imap, pop, smtp]", "protocols: [imap]")
    now = version("pulumi-azuread")
    state = (
        STATE.read_text().replace(MADE_WITH, now).replace(MADE_WITH.replace(".", "_"), now.replace(".", "_"))
    )
    (then.folder / "state.json").write_text(state)
    then.pulumi("stack", "import", "--file", "state.json")
    offline.stats(reset=True)

    preview = then.pulumi("preview", "--expect-no-changes")

    assert "11 unchanged" in preview
    assert offline.stats(reset=True)["exchange"] == {}
