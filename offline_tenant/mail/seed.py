"""The mail that the seeded tenant begins with: a few letters in the mailboxes that programs usually read.

Other mailboxes have no mail, and get their folders when somebody opens them for the first time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from offline_tenant import company
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.mail.store import INBOX, MailStore
from offline_tenant.state.tenant import Tenant


@dataclass(frozen=True)
class Letter:
    """One message of the seeded tenant.

    Args:
        to: the mailbox that it lies in.
        sender: the From field.
        subject: the Subject field.
        text: the text, a line a sentence.
        age: how long before the tenant's time it arrived.
        read: whether somebody has read it.
        invoice: the number of an invoice that is attached as a PDF; None attaches nothing.
    """

    to: str
    sender: str
    subject: str
    text: tuple[str, ...]
    age: timedelta
    read: bool = False
    invoice: str | None = None


LETTERS: Final = (
    Letter(
        "invoices@contoso.com",
        "Fabrikam Accounts <accounts@fabrikam.com>",
        "Invoice FAB-20417 for August",
        (
            "Dear team,",
            "",
            "please find attached invoice FAB-20417 over 1,284.50 EUR, due in 30 days.",
            "",
            "Fabrikam",
        ),
        timedelta(days=9, hours=3),
        read=True,
        invoice="FAB-20417",
    ),
    Letter(
        "invoices@contoso.com",
        "Café Münster <buchhaltung@cafe-muenster.example>",
        "Rechnung 2291 – Catering im Besprechungsraum",
        ("Guten Tag,", "", "anbei unsere Rechnung 2291 über 96,40 €.", "", "Viele Grüße", "Café Münster"),
        timedelta(days=2, hours=6),
        invoice="2291",
    ),
    Letter(
        "invoices@contoso.com",
        "Adele Vance <adele@contoso.com>",
        "Two invoices to expect this week",
        (
            "Hi,",
            "",
            "Fabrikam and Café Münster each sent one. Please book both on cost centre 4100.",
            "",
            "Adele",
        ),
        timedelta(hours=5),
    ),
    Letter(
        "billing@contoso.com",
        "Northwind Traders <ap@northwind.example>",
        "Payment advice 7730",
        ("We paid your invoice C-1188 over 4,020.00 EUR today.", "", "Northwind Traders, accounts payable"),
        timedelta(days=1, hours=2),
    ),
    Letter(
        "billing@contoso.com",
        "Alex Wilber <alex@contoso.com>",
        "Copy of our invoice C-1188",
        ("As asked, the invoice once more.", "", "Alex"),
        timedelta(hours=20),
        read=True,
        invoice="C-1188",
    ),
    Letter(
        "support@contoso.com",
        "Megan Bowen <megan@adatum.example>",
        "Cannot open the customer portal",
        ("Hello,", "", "since this morning the portal shows an empty page after I sign in.", "", "Megan"),
        timedelta(hours=2),
    ),
    Letter(
        "newsletter@contoso.com",
        "Postmaster <postmaster@adatum.example>",
        "Undeliverable: Contoso news, November",
        ("Your message could not be delivered to kim@adatum.example: the mailbox is full.",),
        timedelta(days=3),
        read=True,
    ),
    Letter(
        "legal@contoso.com",
        "Humongous Insurance <claims@humongous.example>",
        "Claim 88-1204: please keep all correspondence",
        (
            "Dear Sir or Madam,",
            "",
            "please preserve whatever concerns claim 88-1204.",
            "",
            "Humongous Insurance",
        ),
        timedelta(days=210),
        read=True,
    ),
    Letter(
        "patti@contoso.com",
        "Adele Vance <adele@contoso.com>",
        "Budget for next year",
        ("Hi Patti,", "", "the draft is on the share. Comments until Friday, please.", "", "Adele"),
        timedelta(hours=30),
    ),
    Letter(
        "lynne@contoso.com",
        "Front Desk <frontdesk@contoso.com>",
        "A parcel for you",
        ("A parcel from Trey Research arrived this morning.",),
        timedelta(hours=4),
    ),
)


def seed(tenant: Tenant) -> None:
    """Put the letters into the mailboxes that exchange.seed made; the company's addresses follow its domain."""
    now, domains = tenant.clock.now(), tenant.registration()["domains"]
    for number, known in enumerate(LETTERS, 1):
        letter = replace(
            known, to=company.moved(known.to, domains), sender=company.moved(known.sender, domains)
        )
        mailbox = mailbox_of(tenant, letter.to)
        if mailbox is not None:
            flags = ("\\Seen",) if letter.read else ()
            raw = written(letter, number, now)
            MailStore(tenant, mailbox).append(INBOX, raw, flags, now - letter.age)


def written(letter: Letter, number: int, now: datetime) -> bytes:
    """A letter as it travels, with CRLF line ends; the same arguments give the same octets."""
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Date"] = format_datetime(now - letter.age)
    message["From"] = letter.sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{number:04}.{letter.sender.rpartition('@')[2].rstrip('>')}@mail.example>"
    message.set_content("\n".join(letter.text) + "\n")
    if letter.invoice:
        name = f"invoice-{letter.invoice}.pdf"
        message.add_attachment(_pdf(letter), maintype="application", subtype="pdf", filename=name)
        message.set_boundary(f"----=_Part_{number:04}")
    return message.as_bytes()


def _pdf(letter: Letter) -> bytes:
    """A PDF of one page that says what it is; readers open it, text searches find the number."""
    text = f"BT /F1 24 Tf 72 720 Td (Invoice {letter.invoice}) Tj ET"
    font = "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font {font} >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
    )
    return _with_table("%PDF-1.4\n", [f"{n} 0 obj\n{body}\nendobj\n" for n, body in enumerate(objects, 1)])


def _with_table(head: str, objects: Iterable[str]) -> bytes:
    content, offsets = head, []
    for object_ in objects:
        offsets.append(len(content))
        content += object_
    rows = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(offsets) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return f"{content}{table}startxref\n{len(content)}\n%%EOF\n".encode()
