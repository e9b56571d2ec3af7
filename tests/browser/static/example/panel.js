// In place of the panel, which asks the server all the time.
