"""A Microsoft 365 tenant in a process, on loopback: the stand-in for Microsoft, and for nothing else.

It shares no code and no facts with ``mailgrant``: a wrong id in one of the two must fail a test.
What it emulates is listed in ``docs/parity.md``; what it does not know it refuses loudly.
"""
