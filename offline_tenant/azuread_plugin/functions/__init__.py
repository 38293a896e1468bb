"""The functions of the stand-in, one a file."""
