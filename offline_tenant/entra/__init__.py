"""Microsoft Entra: sign-in, tokens, and the directory behind Microsoft Graph."""
