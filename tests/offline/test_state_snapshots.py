"""Snapshots: all of the state under a name, whole or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offline_tenant.state.snapshots import SnapshotError
from offline_tenant.state.store import StateError
from offline_tenant.state.tenant import Installation

TENANT = "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001"
NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "tenant.sqlite3")
    installation.add_tenant(TENANT, ["contoso.onmicrosoft.com"])
    yield installation
    installation.store.close()


def names(installation: Installation) -> list[str]:
    return [one["name"] for one in installation.snapshots.all()]


def test_restoring_brings_everything_back(on_disk: Installation, tmp_path: Path) -> None:
    users = on_disk.tenants()[0].documents("users")
    users.insert("1", {"mail": "a@contoso.com"})
    on_disk.clock.stop(NOON)
    on_disk.ids.reseed(7)
    on_disk.snapshots.save("before")
    drawn = on_disk.ids.uuid()

    users.replace("1", {"mail": "b@contoso.com"})
    users.insert("2", {"mail": "c@contoso.com"})
    on_disk.clock.reset()
    on_disk.add_tenant("another", ["fabrikam.onmicrosoft.com"])
    on_disk.snapshots.restore("before")

    assert users.all() == [{"mail": "a@contoso.com"}]
    assert users.find("mail", "a@contoso.com") == [{"mail": "a@contoso.com"}]
    assert users.find("mail", "b@contoso.com") == []
    assert on_disk.clock.now() == NOON
    assert on_disk.ids.uuid() == drawn
    assert [tenant.id for tenant in on_disk.tenants()] == [TENANT]
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == ["before.sqlite3"]


def test_a_snapshot_can_be_restored_again_and_again(on_disk: Installation) -> None:
    on_disk.snapshots.save("empty")
    for _ in range(3):
        on_disk.tenants()[0].documents("users").insert("1", {})
        on_disk.snapshots.restore("empty")

    assert on_disk.tenants()[0].documents("users").count() == 0


def test_a_taken_name_is_replaced_only_when_told(on_disk: Installation) -> None:
    on_disk.snapshots.save("one")
    on_disk.add_tenant("another", ["fabrikam.onmicrosoft.com"])

    with pytest.raises(SnapshotError, match="there is a snapshot 'one' already"):
        on_disk.snapshots.save("one")
    on_disk.snapshots.save("one", replace=True)
    on_disk.snapshots.restore("one")
    assert len(on_disk.tenants()) == 2


def test_snapshots_are_listed_and_deleted(on_disk: Installation) -> None:
    for name in ("two", "one"):
        on_disk.snapshots.save(name)

    [one, _] = on_disk.snapshots.all()
    assert one["name"] == "one"
    assert one["bytes"] > 0
    assert abs((datetime.fromisoformat(one["made"]) - datetime.now(UTC)).total_seconds()) < 60
    on_disk.snapshots.delete("one")
    assert names(on_disk) == ["two"]
    with pytest.raises(SnapshotError, match="there is no snapshot 'one'; there are: two"):
        on_disk.snapshots.restore("one")
    with pytest.raises(SnapshotError, match="there is no snapshot 'one'"):
        on_disk.snapshots.delete("one")


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "a b", "a\n", "x" * 65, "ä"])
def test_names_stay_in_the_folder(on_disk: Installation, name: str) -> None:
    with pytest.raises(SnapshotError, match="is no name for a snapshot"):
        on_disk.snapshots.save(name)
    assert names(on_disk) == []


def test_what_a_killed_process_left_is_no_snapshot(on_disk: Installation, tmp_path: Path) -> None:
    on_disk.snapshots.save("one")
    half = tmp_path / "snapshots" / "two.sqlite3.new"
    half.write_bytes(b"half")

    assert names(on_disk) == ["one"]
    on_disk.snapshots.save("two")
    on_disk.snapshots.restore("two")
    assert not half.exists()


def test_a_broken_snapshot_changes_nothing(on_disk: Installation, tmp_path: Path) -> None:
    on_disk.snapshots.save("one")
    (tmp_path / "snapshots" / "one.sqlite3").write_bytes(b"nonsense" * 1000)

    with pytest.raises(StateError, match="file is not a database"):
        on_disk.snapshots.restore("one")
    assert [tenant.id for tenant in on_disk.tenants()] == [TENANT]


def test_without_a_file_there_are_no_snapshots(installation: Installation) -> None:
    assert installation.snapshots.all() == []
    with pytest.raises(SnapshotError, match="in memory only"):
        installation.snapshots.save("one")
