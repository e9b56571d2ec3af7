"""A POST that came after its session had ended: kept until its sender has signed in again.

``store`` holds it in the session, ``fields`` says what of it may be kept, ``encryption`` seals it,
and ``handling`` is what the middleware and the views call.
"""
