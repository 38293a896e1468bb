"""A stack as Pulumi keeps it, asked from Pulumi's own command: what it put out, and what of that ends when."""
