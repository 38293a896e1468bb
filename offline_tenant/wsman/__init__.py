"""A jump host: the stand-in's PowerShell behind WS-Management (WinRM), for clients such as pypsrp.

MS-WSMV: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv; MS-PSRP 3.1.4 says how PowerShell uses it.
"""
