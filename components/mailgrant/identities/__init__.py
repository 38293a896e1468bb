"""The ways in which mailgrant can sign in: one file each, and the table that says which is tried before which."""
