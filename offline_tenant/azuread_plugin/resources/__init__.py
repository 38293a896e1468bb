"""The resources of the stand-in, one a file."""
