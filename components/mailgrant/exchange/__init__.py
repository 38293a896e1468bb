"""The Exchange side: Pulumi resources, their provider, the session behind it, and what carries its cmdlets."""
