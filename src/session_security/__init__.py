"""Signs out people who have walked away from their browser, and never anyone who has not."""

__version__ = "3.0.0"
