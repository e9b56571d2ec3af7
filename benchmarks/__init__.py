"""Measure what django-session-security costs and saves, beside bare Django and release 2.6.8.

``python -m benchmarks`` runs everything in about five minutes, prints a table with the limits
that the project has set itself, writes ``benchmarks/results.md``, and exits with status 1 when
a limit is missed. ``--help`` lists the options.

Each of the three ("bare", "ours", "2.6.8") is the same tiny site in a process of its own, with
the same Django, default settings and sessions in an SQLite file; only session_security differs.
The processes take turns on one processor, in short rounds, so that noise on the machine hits all
of them alike. The fastest request of a round counts, since whatever else the machine does only
adds to it; a ratio is taken in each round, and the table shows the median of the ratios and their
quartiles. The processes are started anew several times, since two runs of one program differ by
some per cent. Requests are handed to the WSGI or ASGI handler in the process, without sockets.
Races run over HTTP, in threads; the figures on the client come from tabs in a real Chromium.
"""
