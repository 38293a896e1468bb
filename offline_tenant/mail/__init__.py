"""Exchange's mail servers: who may log in to which mailbox, what lies in it, and the protocols that show it."""
