"""Documents: what is kept, found, undone."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_tenant.state.store import DuplicateDocumentError, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "tenant.sqlite3")
    yield store
    store.close()


def test_a_document_is_found_by_id_and_by_indexed_fields(store: Store) -> None:
    mailboxes = store.collection("t", "mailboxes")
    document = {"Alias": "Ärger", "EmailAddresses": ["SMTP:a@contoso.com", "smtp:b@contoso.com"]}
    mailboxes.insert("ABC", document)

    assert mailboxes.get("abc") == document
    assert mailboxes.find("Alias", "ärger") == [document]
    assert mailboxes.find("EmailAddresses", "smtp:B@Contoso.com") == [document]
    assert mailboxes.find("EmailAddresses", "smtp:c@contoso.com") == []
    with pytest.raises(KeyError, match="mailboxes has no index over Size"):
        mailboxes.find("Size", "1")


def test_a_changed_document_is_found_by_its_new_values_only(store: Store) -> None:
    applications = store.collection("t", "applications")
    applications.insert("1", {"displayName": "old"})
    applications.replace("1", {"displayName": "new"})

    assert applications.find("displayName", "old") == []
    assert applications.find("displayName", "new") == [{"displayName": "new"}]

    assert applications.delete("1")
    assert not applications.delete("1")
    assert applications.find("displayName", "new") == []


def test_an_id_is_taken_once_in_each_kind_of_each_tenant(store: Store) -> None:
    store.collection("t", "applications").insert("a", {"n": 1})
    store.collection("t", "users").insert("a", {"n": 2})
    store.collection("u", "applications").insert("a", {"n": 3})

    with pytest.raises(DuplicateDocumentError):
        store.collection("t", "applications").insert("A", {"n": 4})
    with pytest.raises(KeyError):
        store.collection("t", "applications").replace("b", {})
    assert store.collection("t", "applications").all() == [{"n": 1}]


def test_an_unknown_kind_is_no_empty_collection(store: Store) -> None:
    with pytest.raises(KeyError, match="aplications"):
        store.collection("t", "aplications")


def test_a_page_is_cut_in_the_order_of_making(store: Store) -> None:
    users = store.collection("t", "users")
    for number in (3, 1, 2):
        users.insert(str(number), {"n": number})
    users.replace("3", {"n": 33})

    assert [user["n"] for user in users.all()] == [33, 1, 2]
    assert users.all(offset=1, limit=1) == [{"n": 1}]
    assert users.count() == 3


def test_what_fails_changes_nothing(store: Store) -> None:
    users = store.collection("t", "users")

    def fail() -> None:
        with store.transaction():
            users.insert("1", {})
            with store.transaction():
                users.insert("2", {})
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert users.count() == 0
    users.insert("1", {})


def test_a_full_disk_fails_one_request_and_not_the_next(store: Store) -> None:
    users = store.collection("t", "users")
    users.insert("1", {"n": 1})
    pages = store.execute("PRAGMA page_count").fetchone()[0]
    store.execute(f"PRAGMA max_page_count = {pages + 2}")

    def fill() -> None:
        with store.transaction():
            users.insert("2", {})
            users.insert("3", {"text": "x" * 100_000})

    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill()
    store.execute(f"PRAGMA max_page_count = {pages + 1000}")
    assert users.all() == [{"n": 1}]
    users.insert("2", {"n": 2})
    assert users.all() == [{"n": 1}, {"n": 2}]


def test_all_is_there_after_reopening(tmp_path: Path) -> None:
    first = Store(tmp_path / "tenant.sqlite3")
    first.collection("t", "users").insert("1", {"mail": "a@contoso.com"})
    first.close()

    second = Store(tmp_path / "tenant.sqlite3")
    assert second.collection("t", "users").find("mail", "a@contoso.com") == [{"mail": "a@contoso.com"}]
    second.close()


IDS = st.sampled_from(["a", "b", "C"])
NAMES = st.sampled_from(["x", "Y", "ß", "", "'"])
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), IDS, NAMES),
        st.tuples(st.just("delete"), IDS, NAMES),
        st.tuples(st.just("undone"), IDS, NAMES),
    )
)


@given(OPERATIONS)
def test_it_behaves_as_a_dictionary(operations: list[tuple[str, str, str]]) -> None:
    store, model = Store(":memory:"), dict[str, dict[str, Any]]()
    users = store.collection("t", "users")
    for operation, id_, name in operations:
        if operation == "put":
            users.put(id_, {"mail": name})
            model[id_] = {"mail": name}
        elif operation == "delete":
            assert users.delete(id_) == (model.pop(id_, None) is not None)
        else:
            with suppress(LookupError), store.transaction():
                users.put(id_, {"mail": name})
                users.delete("a")
                raise LookupError

    assert sorted(users.all(), key=repr) == sorted(model.values(), key=repr)
    for name in ("x", "Y", "ß", "", "'"):
        assert len(users.find("mail", name)) == sum(one["mail"] == name for one in model.values())
    store.close()


def test_an_era_ends_when_everything_is_forgotten_and_not_before(store: Store) -> None:
    with suppress(LookupError), store.transaction():
        store.empty()
        raise LookupError
    assert store.era == 0
    with store.transaction():
        store.empty()
        assert store.era == 0
    assert store.era == 1
    with store.transaction():
        pass
    assert store.era == 1
