"""SMTP submission as Exchange Online offers it (RFC 5321, 6409, with STARTTLS, AUTH, PIPELINING, SIZE, 8BITMIME, DSN, …).

Octets come in through ``protocol`` (Twisted), and are answered by a row of the table in ``commands``: a plain
function from a ``Session`` and its argument to a ``Reply``. ``submission`` decides whether a message may go,
``transport`` puts it where it belongs.

Of Twisted it takes the transport, TLS, line receiver and time limits, but not ``twisted.mail.smtp.ESMTP``: that one
takes no first response in AUTH, knows no enhanced codes, no CHUNKING and no parameters of DSN, words every refusal
itself, and cuts messages into lines before anybody can see their octets. aiosmtpd would be a second TLS and a second
kind of connection beside Twisted's in the same process.
"""
