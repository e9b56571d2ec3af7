"""The only rooms that know a session store."""
