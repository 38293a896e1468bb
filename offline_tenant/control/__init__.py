"""The control plane: what tests and people may do to the tenant that Microsoft would not let them."""
