"""The demonstration site: everything that session_security does, to be tried by hand."""
