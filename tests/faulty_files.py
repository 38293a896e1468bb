"""Files beside a stack with a fault each, by what is wrong with them."""

from collections.abc import Mapping
from typing import Final

from tests.faulty_stacks import DAEMON, SECRET, THIRD_PARTY, Values, stack

LIST: Final = stack(clients={"poller": {**DAEMON, "mailboxes": "list.csv"}})
YAML_LIST: Final = stack(clients={"poller": {**DAEMON, "mailboxes": "list.yaml"}})
SHARED: Final = stack(extends="shared.yaml")
HEAD: Final = "mailbox,rights\ninvoices@contoso.com,full-access\n"


def shared(text: str) -> Mapping[str, bytes]:
    return {"shared.yaml": text.encode()}


def listed(text: str) -> Mapping[str, bytes]:
    return {"list.csv": text.encode(), "list.yaml": text.encode()}


# What is wrong with files beside the stack.
FILES: Final[Mapping[str, tuple[Values, Mapping[str, bytes]]]] = {
    "a shared file that is not there": (SHARED, {}),
    "a shared file that is no name": (stack(extends=["shared.yaml"]), {}),
    "a shared file that is a folder": (stack(extends="."), {}),
    "a shared file with a hostile name": (stack(extends="a\0\n.yaml"), {}),
    "a shared file that never ends": (stack(extends="/dev/zero"), {}),
    "a shared file that is empty": (SHARED, shared("# nothing\n")),
    "a shared file that is no YAML": (SHARED, shared("config:\n  mailgrant:cloud: [\n")),
    "a shared file that is not UTF-8": (
        SHARED,
        {"shared.yaml": "config: {mailgrant:suffix: ä}".encode("latin-1")},
    ),
    "a shared file without config": (SHARED, shared("mailgrant:cloud: china\n")),
    "a shared file with a list": (SHARED, shared("config: [mailgrant:cloud]\n")),
    "a shared file with a key twice": (
        SHARED,
        shared(
            "config:\n  mailgrant:cloud: china\n  mailgrant:exchange: {sessions: 2}\n  mailgrant:cloud: global\n"
        ),
    ),
    "a shared file with a day that does not exist": (
        SHARED,
        shared("config: {mailgrant:suffix: 2027-02-30}\n"),
    ),
    "a shared file with foreign keys": (SHARED, shared("config: {azuread:tenantId: x, 5: y}\n")),
    "a shared file that extends another": (SHARED, shared("config: {mailgrant:extends: other.yaml}\n")),
    "a fault in a shared file": (
        SHARED,
        shared("config: {mailgrant:cloud: moon, mailgrant:exchange: {sessions: 0}}\n"),
    ),
    "a fault in a client of a shared file": (
        stack(extends="shared.yaml", clients={"poller": {"credentials": {"vm": SECRET}}}),
        shared(
            "config: {mailgrant:clients: {poller: {kind: daemon, protocols: [http], mailboxes: {a: full-access}}}}\n"
        ),
    ),
    "a contradiction in a shared file": (
        stack(extends="shared.yaml"),
        shared("config: {mailgrant:mailboxes: {invoices@contoso.com: {imap: false}}}\n"),
    ),
    "a list that is not there": (LIST, {}),
    "a list of another kind": (stack(clients={"poller": {**DAEMON, "mailboxes": "list.xlsx"}}), {}),
    "a list that is empty": (LIST, listed("mailbox,rights\n")),
    "a YAML list that is empty": (YAML_LIST, listed("# nobody\n")),
    "a list that is not UTF-8": (LIST, {"list.csv": (HEAD + "büro@contoso.com,send-as\n").encode("utf-16")}),
    "a line that is no address": (LIST, listed(f"{HEAD}billing,full-access\n")),
    "a line without a right": (LIST, listed(f"{HEAD}billing@contoso.com\n")),
    "a line with an unknown right": (LIST, listed(f"{HEAD}# and more\n\nbilling@contoso.com,full access\n")),
    "a line with a quote that does not end": (LIST, listed(f'{HEAD}billing@contoso.com,"full-access\n')),
    "a line with a hostile address": (LIST, listed(f'{HEAD}"<b>\x1b[31m\nx@contoso.com",full-access\n')),
    "a mailbox twice in a list": (
        LIST,
        listed(f"{HEAD}billing@contoso.com,send-as\nInvoices@contoso.com,send-as\n"),
    ),
    "a list of Excel with faults": (
        LIST,
        listed("\ufeffmailbox;rights\r\na@contoso.com;owner\r\nb;send-as\r\n"),
    ),
    "a YAML list with faults": (
        YAML_LIST,
        listed("a@contoso.com: owner\nb: send-as\nA@contoso.com: send-as\n"),
    ),
    "a YAML list of lists": (YAML_LIST, listed("a@contoso.com: [full-access]\n? [b]\n: send-as\n")),
    "a YAML list that is a list": (YAML_LIST, listed("- a@contoso.com\n")),
    "a YAML list that is no YAML": (YAML_LIST, listed("a@contoso.com: full-access\n\tb: send-as\n")),
    "a line of a published client that is no address": (
        stack(clients={"mail": {**THIRD_PARTY, "mailboxes": "list.csv"}}),
        listed("a@contoso.com\nb\n"),
    ),
}
