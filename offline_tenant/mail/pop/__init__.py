"""POP3 as Exchange speaks it (RFC 1939, with CAPA, TOP, UIDL and SASL: RFC 2449, 5034).

Lines come in through ``protocol`` (Twisted), and are answered by a row of the table in ``commands``: a plain
function from a ``Session`` and its arguments to a ``Reply``.

Of Twisted it takes the transport, TLS, line receiver and time limits, but not ``twisted.mail.pop3.POP3``: that one
knows of no SASL response longer than a line of RFC 1939, answers a state that does not exist there (logged in, but
to no mailbox) with its own words, and words every refusal itself.
"""
