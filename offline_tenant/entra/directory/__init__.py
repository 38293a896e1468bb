"""The directory: what applications, principals, credentials and grants are, and the rules that they obey."""
