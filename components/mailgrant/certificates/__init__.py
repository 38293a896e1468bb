"""Certificates with which applications sign in: those that people give, and those that a stack makes for itself."""
