"""Messages in fragments: whole again, and readable."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgrant.exchange.carriers.clixml import escaped, readable
from mailgrant.exchange.carriers.fragments import FRAGMENT, MESSAGE, Joiner, NotAMessageError, split

HEADER = MESSAGE.pack(1, 2, b"p" * 16, b"\xef\xbf\xbe" + b"q" * 13)  # of an id that looks like U+FFFE


@given(st.lists(st.text(), min_size=1, max_size=4), st.integers(FRAGMENT.size + 1, 100), st.randoms())
def test_messages_are_whole_again_however_their_fragments_mix(
    texts: list[str], size: int, random: object
) -> None:
    messages = {number: HEADER + text.encode() for number, text in enumerate(texts)}
    waiting = [split(number, message, size) for number, message in messages.items()]
    joiner, found = Joiner(), dict[int, bytes]()
    while waiting:
        queue = random.choice(waiting)  # type: ignore[attr-defined]
        assert len(queue[0]) <= size
        for whole in joiner.join(queue.pop(0)):
            number, *_ = FRAGMENT.unpack_from(whole)
            found[number] = whole[FRAGMENT.size :]
        waiting = [one for one in waiting if one]

    assert found == {n: HEADER + readable(message[MESSAGE.size :]) for n, message in messages.items()}


@pytest.mark.parametrize(
    "data",
    [
        b"short",
        FRAGMENT.pack(1, 0, 3, 100) + b"less than 100",
        FRAGMENT.pack(1, 1, 3, 40) + b"x" * 40,
        FRAGMENT.pack(1, 0, 3, 5) + b"x" * 5,
    ],
    ids=["no header", "cut short", "the second first", "no message"],
)
def test_what_are_no_fragments_is_refused(data: bytes) -> None:
    with pytest.raises(NotAMessageError):
        list(Joiner().join(data))


@pytest.mark.parametrize(
    ("letter", "escape"),
    [("&#xFFFE;", "_xFFFE_"), ("&#xffff;", "_xffff_"), ("\ufffe", "_xFFFE_"), ("\uffff", "_xFFFF_")],
)
def test_what_only_powershell_reads_every_parser_reads(letter: str, escape: str) -> None:
    """.NET's XmlWriter without CheckCharacters, which PowerShell uses, writes U+FFFE as a reference."""
    message = readable(f"<S>\u3042{letter}&#xFFFD;&amp;#xFFFE;</S>".encode())

    assert ET.fromstring(message).text == f"\u3042{escape}\ufffd&#xFFFE;"  # noqa: S314 - our own


def test_a_text_is_escaped_as_a_real_host_does_it() -> None:
    """A recorded answer of Windows PowerShell: pypsrp's test_psrp_multiple_commands."""
    text = "こんにちは - actual_x000A_string\nnewline: \U00010437"

    assert escaped(text) == "こんにちは - actual_x005F_x000A_string_x000A_newline: _xD801__xDC37_"
