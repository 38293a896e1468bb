"""Microsoft Graph v1.0 and beta over the directory: who asks, may they, and how it looks on the wire."""
