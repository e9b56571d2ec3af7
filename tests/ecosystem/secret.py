"""What the codes of the time (TOTP) are made of, in the sites that ask for one."""

SECRET = b"12345678901234567890"
