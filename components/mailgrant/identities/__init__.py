"""Who mailgrant signs in as, and the ways to do so: one file each, and the table that says which is tried before which."""
