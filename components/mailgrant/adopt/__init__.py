"""Adoption: what somebody made by hand, read, and written down as a client of a stack. Nothing in the tenant is changed."""
