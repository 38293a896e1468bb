"""Whatever POP and SMTP are told: every line has an answer, cut anywhere, and nobody else notices."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.mail.authentication import Decision, Outcome
from offline_tenant.mail.pop import commands as pop
from offline_tenant.mail.pop import session as pop_session
from offline_tenant.mail.smtp import commands as smtp
from offline_tenant.mail.smtp import session as smtp_session
from offline_tenant.mail.smtp.content import DottedContent, with_line_ends
from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Ledger
from tests.offline.mail_helper import fill, principal

PLENTY = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = st.sampled_from(
    [
        "FROM:<invoices@contoso.com>",
        "TO:<adele@contoso.com>",
        "<>",
        "FROM:",
        "TO:",
        "SIZE=1",
        "BODY=8BITMIME",
        "NOTIFY=NEVER",
        "ENVID=+41",
        "ORCPT=rfc822;a",
        "5",
        "LAST",
        "XOAUTH2",
        "LOGIN",
        "=",
        "a@b",
        "ü",
    ]
)
PIECES = st.lists(st.sampled_from([b"\r\n", b".", b"\r", b"\n", b"x", b"\r\n.\r\n", b"\r\n.."]), max_size=12)


def decision(installation: Installation) -> Decision:
    tenant = installation.tenants()[0]
    mailbox = next(iter(tenant.documents("mailboxes").all()), None) or fill(tenant)
    return Decision(Outcome.CONNECTED, "", tenant, mailbox, principal(), app_only=True)


@PLENTY
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from([*smtp.COMMANDS, "WHAT", ""]),
            st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=4).map(" ".join),
        ),
        max_size=8,
    )
)
def test_any_smtp_command_is_answered(installation: Installation, lines: list[tuple[str, str]]) -> None:
    session = smtp_session.Session(installation, Ledger(), client="x", encrypted=True)
    session.log_in(decision(installation))
    for name, argument in lines:
        try:
            reply = smtp.run(session, name, argument)
        except smtp_session.RefusedError as error:
            reply = error.reply
        assert 200 <= reply.code <= 599
        assert reply.text or reply.chunk is not None or reply.code == 334


@PLENTY
@given(
    name=st.sampled_from(sorted(pop.COMMANDS)),
    arguments=st.lists(
        st.one_of(st.integers(-1, 3).map(lambda n: b"%d" % n), st.binary(max_size=4)), max_size=3
    ),
)
def test_any_pop_command_is_answered(installation: Installation, name: bytes, arguments: list[bytes]) -> None:
    session = pop_session.Session(installation, Ledger())
    session.log_in(decision(installation))
    try:
        reply = pop.run(session, name, arguments)
    except pop_session.RefusedError as error:
        reply = pop_session.Reply(str(error), ok=False)
    assert reply.ok or reply.text
    assert not reply.then


@PLENTY
@given(content=PIECES.map(b"".join), behind=st.binary(max_size=6), cut=st.integers(0, 40))
def test_a_message_ends_where_it_ends(content: bytes, behind: bytes, cut: int) -> None:
    sent = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    sent += b".\r\n" if not sent or sent.endswith(b"\r\n") else b"\r\n.\r\n"
    stream = sent + behind
    whole, pieces = DottedContent(10_000), DottedContent(10_000)
    assert whole.feed(stream) == behind
    first = pieces.feed(stream[:cut])
    rest = pieces.feed(stream[cut:]) if first is None else first + stream[cut:]
    assert rest == behind
    assert whole.message == pieces.message
    assert whole.message in (content, content + b"\r\n")


@given(st.binary(max_size=50))
def test_every_line_ends_with_both_letters(message: bytes) -> None:
    ended = with_line_ends(message)
    assert ended.endswith(b"\r\n")
    assert b"\n" not in ended.replace(b"\r\n", b"")
    assert b"\r" not in ended.replace(b"\r\n", b"")
    assert with_line_ends(ended) == ended
