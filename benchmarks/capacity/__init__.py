"""Measure what a request costs on each session engine, and work out what that means for many.

``python -m benchmarks.capacity`` takes about ten minutes. It writes ``results.json`` here, and from
that the tables and the plot of the page on capacity, in ``docs/explanation/capacity/``.

Each engine is served by gunicorn, one process with one thread, on a real PostgreSQL and a real
Valkey, with this app and without; all of them take turns in short blocks. What counts is the
processor time of each server process, as the kernel accounts for it, since that hardly depends on
what else the machine does. The limits of one PostgreSQL and one Valkey are found by saturating
them, with the load on the same machine.
"""
