"""What the programs of a client are configured with: one file a program, from what the stack put out."""
