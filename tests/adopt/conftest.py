"""What the tests of adoption share: an administrator, and a project whose stack declares no client yet."""

import pytest

from tests.adopt.by_hand import Administrator
from tests.worlds import OfflineTenant, Project

STACK = """\
# The stack of our mail.
config:
  azuread:tenantId: 0ff11ce0-7e4a-4b1d-9c3e-c0a750000001
  mailgrant:organization: contoso.onmicrosoft.com # the first domain
  mailgrant:cloud: custom
"""


@pytest.fixture
def administrator(offline: OfflineTenant) -> Administrator:
    return Administrator(offline)


@pytest.fixture
def empty(project: Project) -> Project:
    """The project with a stack that has no client."""
    path = project.folder / "stacks" / "Pulumi.offline.yaml"
    salt = [line for line in path.read_text().splitlines(keepends=True) if line.startswith("encryption")]
    path.write_text(STACK + "".join(salt))
    return project
