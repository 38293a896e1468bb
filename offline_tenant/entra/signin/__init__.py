"""Sign-in: discovery, keys, and the token endpoint, as login.microsoftonline.com has them."""
