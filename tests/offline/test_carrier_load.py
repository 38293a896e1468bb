"""Many cmdlets in one session leave no memory behind; ``bench/carriers.py`` does the same with 50,000."""

from pathlib import Path

import pytest

from tests.offline import carrier_load
from tests.offline.ways import WAYS

pytestmark = pytest.mark.load

CMDLETS = 200
# Bytes: the log of calls grows until it has 5,000 entries of up to a kilobyte, and a cmdlet over WSMan has four.
GROWTH = 12 * 1024 * 1024


@pytest.mark.parametrize("carrier", WAYS)
def test_memory_stays_where_it_was(tmp_path: Path, carrier: str) -> None:
    with carrier_load.tenant(tmp_path) as home:
        outcome = carrier_load.run(home, carrier, CMDLETS)
    assert outcome.counted == CMDLETS
    assert outcome.growth < GROWTH
