"""A stand-in for PowerShell 7 with the ExchangeOnlineManagement module: PSRP over pipes, cmdlets over HTTPS.

It starts anew for every session, so everything here imports as little as it can.
"""

VERSION = "7.6.1"
