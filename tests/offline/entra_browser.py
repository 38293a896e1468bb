"""A browser without a screen: pages over HTTP, their forms filled in and sent, cookies kept, no script run."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

PASSWORD = "Contoso-Offline-1"
ADELE = "adele@contoso.com"
ADMIN = "admin@contoso.onmicrosoft.com"


@dataclass
class Form:
    """A form of a page."""

    method: str = "get"
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: list[str] = []
        self.tags: list[str] = []
        self._skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self._skip = self._skip or tag in {"style", "script"}
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        elif tag == "input":
            self.forms[-1].known.add(given["name"])
            if given.get("type") != "checkbox":
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "button":
            self.forms[-1].buttons.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self._skip = self._skip and tag not in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._skip and data.strip():
            self.texts.append(data.strip())


@dataclass
class Page:
    """Where the browser is: a page, or a redirect that leaves the tenant."""

    http: httpx.Client
    response: httpx.Response
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What a person reads."""
        return " ".join(self._read().texts)

    @property
    def tags(self) -> list[str]:
        """The elements of the page."""
        return self._read().tags

    @property
    def forms(self) -> list[Form]:
        """What can be filled in."""
        return self._read().forms

    @property
    def location(self) -> str:
        """Where the browser is sent to."""
        return str(self.response.headers.get("Location", ""))

    @property
    def answer(self) -> dict[str, str]:
        """What a redirect, or a form that sends itself, carries to the client."""
        if self.location:
            parts = urlsplit(self.location)
            return dict(parse_qsl(parts.fragment or parts.query))
        [form] = self.forms
        return form.fields

    def press(self, do: str, **typed: str) -> "Page":
        """Fill in the form that has this button, and press it."""
        form = next(form for form in self.forms if do in form.buttons)
        assert typed.keys() <= form.known, f"no such fields: {typed.keys() - form.known}"
        url = urljoin(str(self.response.url), form.action or str(self.response.url))
        sent = {**form.fields, **typed, **({"do": do} if do else {})}
        if form.method == "get":
            return open_page(self.http, f"{url}?{httpx.QueryParams(sent)}")
        return _follow(self.http, self.http.post(url, data=sent))

    def sign_in(self, name: str = ADELE, password: str = PASSWORD) -> "Page":
        """Enter who one is."""
        return self.press("sign-in", login=name, passwd=password)

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.response.text)
        return reader


def open_page(http: httpx.Client, url: str) -> Page:
    """Go to an address, and on as long as it is the tenant's."""
    return _follow(http, http.get(url))


def _follow(http: httpx.Client, response: httpx.Response) -> Page:
    while response.is_redirect:
        target = urljoin(str(response.url), response.headers["Location"])
        if not target.startswith(f"{str(http.base_url).rstrip('/')}/"):
            break
        response = http.get(target)
    return Page(http, response)
