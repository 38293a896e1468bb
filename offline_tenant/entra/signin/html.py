"""HTML of the sign-in pages: everything escaped, no script, one look, and a banner that says what this is."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

STYLE: Final = """
:root { color-scheme: light; font: 16px/1.45 "Segoe UI", system-ui, sans-serif; color: #1b1a19; }
body { margin: 0; min-height: 100vh; background: #eef1f4; display: flex; flex-direction: column; }
.banner { background: #7a4b00; color: #fff; padding: .6rem 1rem; text-align: center; font-size: .9rem; }
main { margin: auto; width: min(27rem, calc(100vw - 2rem)); padding: 1.5rem 0; }
.card { background: #fff; padding: 2.2rem 2.4rem; box-shadow: 0 2px 12px rgb(0 0 0 / .14); border-radius: 4px; }
.tenant { color: #55534f; font-size: .95rem; margin: 0 0 .8rem; }
h1 { font-size: 1.45rem; font-weight: 600; line-height: 1.25; margin: 0 0 .8rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
label { display: block; margin: .9rem 0 .25rem; font-size: .9rem; }
input[type=text], input[type=password] { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem .6rem;
  border: 1px solid #8a8886; border-radius: 3px; background: #fff; color: inherit; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid #2b88d8; outline-offset: 1px; }
.check { display: flex; gap: .6rem; align-items: baseline; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; justify-content: flex-end; margin-top: 1.5rem; }
button { font: inherit; padding: .45rem 1.4rem; border-radius: 3px; border: 1px solid #8a8886; background: #f6f5f4;
  color: inherit; cursor: pointer; }
button.primary { background: #0f5fa8; border-color: #0f5fa8; color: #fff; }
button.link { border: 0; background: none; padding: 0; color: #0f5fa8; text-decoration: underline; }
.error { background: #fdf0ef; border-left: 4px solid #b3261e; padding: .6rem .8rem; overflow-wrap: anywhere; }
.warning { background: #fff7e6; border-left: 4px solid #b26a00; padding: .6rem .8rem; }
.hint, .small { color: #55534f; font-size: .85rem; overflow-wrap: anywhere; }
ul.permissions { list-style: none; margin: 1rem 0; padding: 0; border-top: 1px solid #e1dfdd; }
ul.permissions li { padding: .6rem 0; border-bottom: 1px solid #e1dfdd; }
ul.permissions strong { display: block; font-weight: 600; }
.hint code { white-space: nowrap; }
code { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere; }
"""
BANNER: Final = "Offline tenant: this is a Microsoft 365 tenant in a process on this machine. Never enter a real password here."


def page(title: str, *content: str) -> str:
    """A whole page.

    Args:
        title: plain text.
        content: HTML, from the functions below.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} – offline tenant</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<div class="banner" role="note">{BANNER}</div>\n<main>\n<div class="card">\n'
        + "\n".join(part for part in content if part)
        + "\n</div>\n</main>\n</body>\n</html>\n"
    )


def element(name: str, text: str, class_: str = "") -> str:
    """An element that holds plain text; nothing at all without text."""
    attribute = f' class="{class_}"' if class_ else ""
    return f"<{name}{attribute}>{escape(text)}</{name}>" if text else ""


def alert(text: str, class_: str = "error") -> str:
    """What went wrong, or must be known first."""
    return f'<p class="{class_}" role="alert">{escape(text)}</p>' if text else ""


def form(fields: Mapping[str, str], *content: str) -> str:
    """A form that is sent back to the address of its page.

    Args:
        fields: hidden ones, by name.
        content: HTML.
    """
    hidden = (hidden_field(name, value) for name, value in fields.items())
    return "\n".join(['<form method="post">', *hidden, *(part for part in content if part), "</form>"])


def hidden_field(name: str, value: str) -> str:
    """A field that nobody sees."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def text_field(name: str, label: str, value: str = "", extra: str = "", *, secret: bool = False) -> str:
    """A line to type into, with its label.

    Args:
        name: of the field.
        label: plain text.
        value: that is in it already.
        extra: further attributes, as HTML of ours.
        secret: show dots.
    """
    kind = "password" if secret else "text"
    return (
        f'<label for="{escape(name)}">{escape(label)}</label>\n'
        f'<input type="{kind}" id="{escape(name)}" name="{escape(name)}" value="{escape(value)}" required {extra}>'
    )


def buttons(*choices: tuple[str, str]) -> str:
    """Buttons in a row; what is pressed is sent as ``do``. The last one is the one that most people press."""
    made = [
        f'<button type="submit" name="do" value="{escape(value)}"{_look(number, len(choices))}>{escape(text)}</button>'
        for number, (value, text) in enumerate(choices, 1)
    ]
    return f'<div class="buttons">{"".join(made)}</div>'


def _look(number: int, count: int) -> str:
    # Leaving must not need the fields that going on needs.
    return ' class="primary"' if number == count else " formnovalidate"


def permissions(entries: Iterable[tuple[str, str]]) -> str:
    """What is asked for: a name and a sentence each."""
    items = (f"<li>{element('strong', name)}{element('span', text, 'small')}</li>" for name, text in entries)
    return f'<ul class="permissions">{"".join(items)}</ul>'


def suggestions(id_: str, values: Iterable[str]) -> str:
    """What a browser offers to fill in."""
    return (
        f'<datalist id="{id_}">{"".join(f"<option value={_quoted(value)}>" for value in values)}</datalist>'
    )


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'
