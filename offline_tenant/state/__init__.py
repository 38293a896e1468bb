"""What the tenant remembers: documents in SQLite, a clock that can be set, ids that repeat from a seed."""
