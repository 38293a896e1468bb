"""What comes from outside into an error reaches a terminal as letters, and nothing else."""

from hypothesis import example, given
from hypothesis import strategies as st

from mailgrant.errors import CmdletError, ConnectError, HostLostError
from mailgrant.inert import COMMANDING


@given(st.text(st.characters(exclude_categories=())))
@example("\x1b]0;title\x07\x9b2J\r\x08\u202e\ud800")
def test_no_message_commands_a_terminal(said: str) -> None:
    for error in (CmdletError("Get-User", said, said), ConnectError(said, said), HostLostError(said)):
        shown = str(error)

        assert not COMMANDING.search(shown)
        assert shown.encode()


def test_what_is_harmless_stays_and_the_rest_is_written_out() -> None:
    error = CmdletError("Get-User", "adele", "не найден\r\n\tat 12:00 \x1b[31m")

    assert str(error) == "Get-User for adele: не найден\n\tat 12:00 \\u{1b}[31m"
    assert error.text == "не найден\r\n\tat 12:00 \x1b[31m"
