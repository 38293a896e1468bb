"""Proof of login: a token as the client gets it, a real connection, and why it fails when it does."""
