"""Names and values from outside, made inert: they stand in their own cell and change nothing around it."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# Controls, formats (the bidirectional ones among them), surrogates, what is private or not assigned, separators of lines.
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# Alphabets with letters that look like Latin ones, by how Unicode's names of letters begin.
LOOKALIKES: Final = (
    "CYRILLIC",
    "GREEK",
    "ARMENIAN",
    "CHEROKEE",
    "COPTIC",
    "LISU",
    "FULLWIDTH",
    "MATHEMATICAL",
)
WORD: Final = re.compile(r"\S+")
ADDRESS: Final = frozenset("@/")  # in mailboxes and links every letter counts
RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
# What means nothing within a code span of Markdown, in a table of GitHub's, or to whatever looks for links in it.
PLAIN: Final = re.compile(r"[A-Za-z0-9@._+:/=,()'\-](?:[A-Za-z0-9@._+:/=,()' \-]*[A-Za-z0-9@._+:/=,()'\-])?")
LONGEST: Final = 300  # letters of a value that a cell shows
UNBROKEN: Final = re.compile(r"\S{37}")  # longer than an id: a table would give this cell all of its width
BREAK: Final = "<wbr>"  # where a line may end; whoever does not know it leaves it out
BREAKABLE: Final = frozenset("@._+:/=,()-?&")
EMPTY: Final = "(empty)"


def visible(text: str) -> str:
    """With everything written out that cannot be seen, that turns the order of letters, or that looks like another letter."""
    if text.isascii() and text.isprintable():
        return text  # as nearly all are
    shown = WORD.sub(_told_apart, "".join(map(_visible, text)))
    turned = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in shown)
    return f"{ISOLATE}{shown}{POP_ISOLATE}" if turned else shown


def _visible(letter: str) -> str:
    return _written_out(letter) if letter != " " and unicodedata.category(letter) in INVISIBLE else letter


def _written_out(letter: str) -> str:
    return f"\\u{{{ord(letter):x}}}"


def _told_apart(word: re.Match[str]) -> str:
    """A word whose letters are not what they look like, such as a Cyrillic one at the begin of adele@contoso.com."""
    if word[0].isascii():
        return word[0]
    address = not ADDRESS.isdisjoint(word[0])
    mixed = any(letter.isascii() and letter.isalpha() for letter in word[0])
    return "".join(
        _written_out(letter)
        if not letter.isascii() and (address or (mixed and _looks_latin(letter)))
        else letter
        for letter in word[0]
    )


def _looks_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(LOOKALIKES)


def is_cut(text: str) -> bool:
    """Whether a cell does not show all of it."""
    return len(text) > LONGEST


def cut(text: str) -> str:
    """As much of it as a cell shows."""
    return f"{text[:LONGEST]}… ({len(text)} letters)" if is_cut(text) else text


def line(text: str) -> str:
    """A value as one line: what cannot be seen is written out, ends of lines too."""
    return visible(cut(text)) or EMPTY


def code(text: str) -> str:
    """A value as code in Markdown: no mark-up, no link, no mention, no end of its cell."""
    shown = line(text)
    if PLAIN.fullmatch(shown) and not UNBROKEN.search(shown):
        return f"`{shown}`"
    # In a code span of a table, backslashes, backticks and pipes mean different things to different readers.
    return html_code(text)


def html_code(text: str) -> str:
    """A value as code in HTML, where Markdown means nothing, too."""
    shown = line(text)
    long = UNBROKEN.search(shown) is not None
    letters = (_entity(letter) + (BREAK if long and letter in BREAKABLE else "") for letter in shown)
    return f"<code>{''.join(letters)}</code>"


def _entity(letter: str) -> str:
    return letter if letter.isalnum() or letter == " " else f"&#{ord(letter)};"


def item(text: str) -> str:
    """A line of a list, whose first letter begins no list of its own."""
    return f"- \\{text}" if text.startswith("+") else f"- {text}"


def fenced(text: str, language: str = "") -> str:
    """A block of code that nothing in it can close."""
    shown = "\n".join(map(visible, text.split("\n")))
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def hidden(text: str) -> str:
    """What stands in an HTML comment, so that nothing in it can end that: JSON may write any letter as an escape."""
    return "".join(
        letter if letter.isalnum() or letter in ' {}[]":,._/' else _json_escape(letter) for letter in text
    )


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return (
        letter
        if letter == "\\"
        else "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
    )


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode())


def shortened(lines: Iterable[str], room: int) -> list[str]:
    """Whole lines from their begin, as many as a fenced block has room for; letters that are written out need more."""
    kept: list[str] = []
    for line in lines:
        room -= size(fenced(line)) - size(fenced("")) + 1
        if room < 0:
            break
        kept.append(line)
    return kept
