"""SASL XOAUTH2, the mechanism by which a token logs in to a mailbox. No I/O.

Source: OAUTHDOC, "SASL XOAUTH2"; developers.google.com/gmail/imap/xoauth2-protocol defined it.
"""


def initial_response(mailbox: str, token: str) -> bytes:
    """The client's one message, before base64; for applications ``mailbox`` is the one to open.

    Raises:
        ValueError: a value holds the separator, so that it could pass for another field.
    """
    if "\x01" in mailbox or "\x01" in token:
        raise ValueError("neither a mailbox nor a token can hold the character U+0001")
    return f"user={mailbox}\x01auth=Bearer {token}\x01\x01".encode()
