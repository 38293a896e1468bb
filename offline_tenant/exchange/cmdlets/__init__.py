"""What the cmdlets do: one file a noun, each with its ``BODIES``."""
