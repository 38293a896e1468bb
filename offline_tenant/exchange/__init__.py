"""Exchange Online: the endpoint that its PowerShell module calls, its cmdlets, and who may open which mailbox."""
