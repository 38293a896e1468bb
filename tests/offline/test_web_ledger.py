"""Counters, log, latencies and faults: what they keep, and that they stay small."""

from datetime import UTC, datetime

from offline_tenant.web.faults import Fault
from offline_tenant.web.ledger import LOG_LENGTH, NAMES, TEXT_LENGTH, Ledger


def test_counters_start_with_what_programs_ask_for() -> None:
    assert Ledger().stats() == {"exchange": {}, "graph": {}, "connects": 0, "logins": {}}


def test_calls_are_counted_by_service_and_name() -> None:
    ledger = Ledger()
    ledger.count("exchange", "Get-Mailbox")
    ledger.count("exchange", "Get-Mailbox")
    ledger.count("signin", "POST /token")
    ledger.count_total("connects")

    assert ledger.stats()["exchange"] == {"Get-Mailbox": 2}
    assert ledger.stats()["signin"] == {"POST /token": 1}
    assert ledger.stats()["connects"] == 1

    ledger.reset()
    assert ledger.stats() == Ledger().stats()


def test_names_that_callers_make_up_do_not_fill_the_memory() -> None:
    ledger = Ledger()
    ledger.count("exchange", "Get-Mailbox")
    for number in range(10 * NAMES):
        ledger.count("exchange", f"Get-Number{number}")
    ledger.count("exchange", "Get-Mailbox")

    names = ledger.stats()["exchange"]
    assert len(names) == NAMES + 1
    assert names["Get-Mailbox"] == 2
    assert names["(others)"] == 10 * NAMES - (NAMES - 1)


def test_the_log_keeps_the_newest_entries_and_no_long_texts() -> None:
    ledger = Ledger()
    for number in range(LOG_LENGTH + 3):
        ledger.record({"area": "graph", "call": f"GET /{number}", "path": "x" * 1000, "code": None})

    entries = ledger.log()
    assert len(entries) == LOG_LENGTH
    assert [entry["call"] for entry in ledger.log(2)] == [
        f"GET /{LOG_LENGTH + 1}",
        f"GET /{LOG_LENGTH + 2}",
    ]
    assert ledger.log(0) == []
    assert entries[0]["path"] == "x" * TEXT_LENGTH
    assert "code" not in entries[0]


def test_entries_have_the_time_of_this_machine() -> None:
    ledger, before = Ledger(), datetime.now(UTC)
    ledger.record({"area": "graph", "call": "GET /"})

    [entry] = ledger.log()
    written = datetime.fromisoformat(entry["time"])
    assert -1 < (written - before).total_seconds() < 60
    assert entry["time"].endswith("Z")


def test_latencies_that_match_add_up() -> None:
    ledger = Ledger()
    assert ledger.latency("graph", "GET /v1.0/users") == 0
    ledger.latencies = {"graph *": 0.5, "* GET *": 0.25, "exchange *": 4}

    assert ledger.latency("graph", "GET /v1.0/users") == 0.75
    assert ledger.latency("graph", "POST /v1.0/users") == 0.5
    assert ledger.latency("signin", "POST /token") == 0


def test_a_fault_waits_strikes_and_is_over() -> None:
    ledger = Ledger()
    ledger.add_fault(Fault("graph GET *", after=1, times=2))
    struck = [ledger.fault("graph", "GET /v1.0/users") is not None for _ in range(5)]

    assert struck == [False, True, True, False, False]
    assert ledger.fault("graph", "POST /v1.0/users") is None
    [shown] = ledger.describe_faults()
    assert (shown["hits"], shown["left"], shown["after"]) == (2, 0, 0)


def test_a_fault_without_end_goes_on() -> None:
    ledger = Ledger()
    ledger.add_fault(Fault("*", times=0))

    assert all(ledger.fault("graph", "GET /") for _ in range(10))
    assert ledger.describe_faults()[0]["left"] is None


def test_of_two_faults_the_older_strikes_first() -> None:
    ledger = Ledger()
    first, second = ledger.add_fault(Fault("graph *")), ledger.add_fault(Fault("graph *"))

    assert [ledger.fault("graph", "GET /") for _ in range(3)] == [first, second, None]
    assert (first.id, second.id) == (1, 2)
