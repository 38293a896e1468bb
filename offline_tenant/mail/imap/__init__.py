"""IMAP4rev1 as Exchange speaks it (RFC 3501, with SASL-IR, UIDPLUS, ID, UNSELECT, CHILDREN, IDLE, NAMESPACE, LITERAL+).

Bytes come in through ``protocol`` (Twisted), become a ``Cursor`` (``wire``), and are answered by a row of the
table in ``commands``: a plain function from a ``Session`` and its arguments to a ``Reply``.

Of Twisted it takes the transport, TLS, line receiver, time limits and the mailbox names' codec, but not
``IMAP4Server``: that one has neither SASL-IR nor LITERAL+, rebuilds messages from parsed headers instead of
sending their octets, ignores partial fetches, never marks a message as seen, fails on most SEARCH keys under Python 3
(text compared with bytes), and tells clients the text of our exceptions.
"""
