"""Names and values from outside change nothing but their own cell, whatever they hold."""

import base64
import json
import pickle
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mailgrant.exchange.provider import MailboxAccessProvider
from mailgrant.exchange.scope_provider import SmtpApplicationScopeProvider
from mailgrant.report.difference import REMOVE, Change
from mailgrant.report.digest import parse
from mailgrant.report.formats import document, text
from mailgrant.report.formats.escaping import ISOLATE, LONGEST, POP_ISOLATE, cut, visible
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.live import Live, Missing, Named, Problem, Sort, Unseen
from mailgrant.report.report import Report, report
from mailgrant.report.rights import Effect, Reach, Topic

HOSTILE = [
    "`",
    "``` \n```",
    "`````",
    "|",
    "a | b | c",
    "\\|",
    "\\",
    "a\\",
    "`|`",
    "*bold* _under_ ~~gone~~ **x**",
    "[link](https://evil.example)",
    "![image](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "<script>alert(1)</script>",
    "</code></td></tr></table>",
    "<!-- -->",
    "--> <!--",
    "</details>",
    "@admin @contoso/security",
    "#1 GH-1 contoso/mail#1",
    "line\nbreak",
    "a\r\n\r\n# Heading",
    "\u2028\u2029\x85",
    "\x1b[31mred\x1b[0m",
    "\x00\x07\x08",
    "abc\u202edcba\u202c",
    "\u2066isolated",
    "שלום",
    "مرحبا 12 → 14",
    "&lt;b&gt; &#64;admin &amp;",
    "  spaces around  ",
    "",
    "\ufeffzero\u200bwidth\u200djoined",
    "$(id) {{x}} ${x} %s {0}",
    ":tada: :+1:",
    "- [ ] task",
    "***",
    "| --- | --- |",
    "the whole tenant ",
    "x" * 5_000,
    "`" * 400,
    "[bold]rich[/bold]",
    "\U000e0041\U000e0042",
    "\ud800",
    "*",
]
PLACES = (
    *("mailbox", "client", "scope", "right", "group", "uri", "subject", "type", "said", "user"),
    *("name", "use", "kind", "address", "reason", "drifted"),
)
HARMLESS = "harmless"
HASH = re.compile(r"[0-9a-f]{64}")
ISOLATES = {ISOLATE, POP_ISOLATE}


def preview(**values: str) -> str:
    """A preview with names from outside wherever there can be any."""
    say = {place: HARMLESS + place for place in PLACES} | values
    parent = f"urn:pulumi:dev::mailgrant::mailgrant:index:DaemonClient::{say['client']}"
    resources: list[tuple[str, str, dict[str, Any]]] = [
        (
            "pulumi-python:dynamic/exchange:MailboxAccess",
            "a",
            {
                "__provider": code(MailboxAccessProvider()),
                "access": {say["mailbox"]: say["right"]},
                "principal": "p",
            },
        ),
        (
            "pulumi-python:dynamic/exchange:SmtpApplicationScope",
            "b",
            {"__provider": code(SmtpApplicationScopeProvider()), "group": say["group"], "principal": "p"},
        ),
        ("azuread:index/application:Application", "c", {"web": {"redirectUris": [say["uri"]]}}),
        (
            "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
            "d",
            {"subject": say["subject"], "issuer": say["subject"], "audiences": [say["subject"]]},
        ),
        (
            "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
            "e",
            {
                "claimValues": [say["scope"]],
                "userObjectId": f"u{say['user']}",
                "servicePrincipalObjectId": "p",
            },
        ),
        ("random:index/pet:Pet", say["type"], {say["type"]: say["type"]}),
    ]
    steps = [
        {
            "op": "create",
            "urn": f"urn:pulumi:dev::mailgrant::mailgrant:index:DaemonClient${type_}::{name}",
            "newState": {"type": type_, "custom": True, "parent": parent, "inputs": inputs},
        }
        for type_, name, inputs in resources
    ]
    said = [{"severity": "warning", "message": say["said"]}]
    return json.dumps({"steps": steps, "changeSummary": {"create": len(steps)}, "diagnostics": said})


def code(provider: object) -> str:
    return base64.b64encode(pickle.dumps(provider)).decode()


def live(**values: str) -> Live:
    """What the tenant says, with names from outside wherever there can be any."""
    say = {place: HARMLESS + place for place in PLACES} | values
    named = Named(Sort.MAILBOX, say["name"], ((HARMLESS, say["use"]),))
    drifted = Change(
        REMOVE,
        HARMLESS,
        say["drifted"],
        say["drifted"],
        "",
        Effect.NARROWING,
        Reach.MAILBOX,
        Topic.MAILBOX,
    )
    return Live(
        (named,) * 4,
        (
            Missing(named, Problem.ANOTHER_KIND, say["kind"]),
            Missing(named, Problem.SAME_MAILBOX, say["name"]),
        ),
        ((named, say["address"]),),
        (Unseen((named,), say["reason"], HARMLESS),),
        (drifted,),
    )


def made(**values: str) -> Report:
    parsed = parse(preview(**values), "the preview")
    return report([parsed], live={parsed.place: live(**values)})


class Structure(HTMLParser):
    """What a browser makes of it: elements, and which text stands in which."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.outside: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":  # how many there are depends on the value that they stand in
            assert "code" in self.open
            return
        self.elements.append(f"<{tag} {sorted(name for name, _ in attrs)}>")
        self.open.append(tag)
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(f"</{tag}>")
        assert self.open.pop() == tag
        self.texts.append("")

    def handle_comment(self, _data: str) -> None:
        self.elements.append("<!---->")

    def handle_data(self, data: str) -> None:
        self.texts = self.texts or [""]
        self.texts[-1] += data
        if not {"code", "pre"} & set(self.open):
            self.outside.append(data)


def structure(found: Report) -> Structure:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return Structure(reader.render(markdown(found, LIMITS["azure-comment"])))


def is_alone(place: str, value: str) -> None:
    """Holds a report with this name against one with a harmless name, as long as it where it is long."""
    plain = HARMLESS + place + "x" * (len(value) if len(value) > LONGEST else 0)
    benign, told = structure(made(**{place: plain})), structure(made(**{place: value}))

    # The same elements, and the same text in all of them but those that show the value.
    assert told.elements == benign.elements
    pairs = list(zip(benign.texts, told.texts, strict=True))
    others = [(there, here) for there, here in pairs if HARMLESS + place not in there]
    shown = [here for there, here in pairs if HARMLESS + place in there]
    assert [HASH.sub("", there) for there, _ in others] == [HASH.sub("", here) for _, here in others]
    assert not is_plain(value) or any(value in here for here in shown)
    # Nothing of it stands where GitHub looks for mentions, issues and links.
    assert told.outside == benign.outside


def is_plain(value: str) -> bool:
    """Whether a reader sees it as it is: nothing is written out, cut, or turned."""
    return value == visible(value) == cut(value).strip()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_name_stays_in_its_cell(place: str, number: int) -> None:
    is_alone(place, HOSTILE[number])


PUNCTUATION = st.text(alphabet="`|\\*_[]()<>!&#@-+~\"' \n\r\t$:/{}.a1é\u202e\u05d0", max_size=30)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACES), PUNCTUATION | st.text(max_size=30))
def test_any_name_stays_in_its_cell(place: str, value: str) -> None:
    is_alone(place, value)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_json_holds_names_as_they_are(number: int) -> None:
    value = HOSTILE[number]
    told = json.loads(json.dumps(document.document(made(mailbox=value))))

    assert value in {change["object"] for change in told["changes"]}


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_nothing_moves_the_cursor_of_a_terminal(number: int) -> None:
    plain = text.plain(made(**dict.fromkeys(PLACES, HOSTILE[number])), 400)

    assert {letter for letter in plain if letter < " " or unicodedata.category(letter) == "Cf"} <= {
        "\n",
        *ISOLATES,
    }


@pytest.mark.parametrize(
    "stack", ["a-->b", "<!--", 'quote"d', "dash--dash", "new\nline", "back\\slash", "שלום", "@x"]
)
def test_the_hidden_marker_holds_any_stack(stack: str) -> None:
    written = preview().replace(json.dumps(":dev::")[1:-1], json.dumps(f":{stack}::")[1:-1])

    first, rest = markdown(report([parse(written, "the preview")]), LIMITS["markdown"]).split("\n", 1)

    marker = re.fullmatch(r"<!-- mailgrant:preview-report (\{.*\}) -->", first)
    assert marker
    assert json.loads(marker[1])["stack"] == f"mailgrant/{stack}"
    assert "-->" not in marker[1]
    assert rest.startswith("### mailgrant: ")


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_long_value_is_cut_and_the_report_is_no_approval(number: int) -> None:
    value = HOSTILE[number]
    first = markdown(made(mailbox=value), LIMITS["markdown"]).split("\n", 1)[0]

    assert ('"complete": true' in first) == (cut(value) == value)
