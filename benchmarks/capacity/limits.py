"""How much one PostgreSQL and one Valkey of this machine take, and the room that sessions need."""

from __future__ import annotations

import multiprocessing
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import redis

from benchmarks.capacity.stores import DurablePostgres, busy, busy_with_children, family
from tests.servers.site import manage
from tests.servers.stores import Valkey

CLIENTS = 16
PREFIX = ":1:django.contrib.sessions.cache"  # of Django's keys in a cache

KEY = r"""
\set number random(1, :rows)
"""
READ = f"""{KEY}
SELECT session_key, session_data, expire_date FROM django_session
    WHERE expire_date > now() AND session_key = md5(:number::text);
"""
# What the app does to store an act; the test of requests counts the same queries.
MERGE = f"""{KEY}
BEGIN;
UPDATE django_session SET expire_date = expire_date
    WHERE expire_date > now() AND session_key = md5(:number::text);
SELECT session_data FROM django_session
    WHERE expire_date > now() AND session_key = md5(:number::text);
UPDATE django_session SET session_data = '%s', expire_date = now() + interval '14 days'
    WHERE expire_date > now() AND session_key = md5(:number::text);
COMMIT;
"""

CLEAR = """
import time
from django.core.management import call_command
start = time.perf_counter()
call_command("clearsessions")
print(time.perf_counter() - start)
"""


def of_postgres(postgres: DurablePostgres, valkey: Valkey, rows: int, seconds: int) -> Any:
    """Fill the table, and measure: bytes, reads, merges, and clearing out."""
    connection = postgres.connect()

    def one(query: str, *parameters: object) -> Any:
        found = connection.execute(query, parameters or None).fetchone()
        return found[0] if len(found) == 1 else found

    def size() -> int:
        return int(one("SELECT pg_total_relation_size('django_session')"))

    def wal() -> float:
        return float(one("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))

    blob = one("SELECT session_data FROM django_session ORDER BY length(session_data) LIMIT 1")
    connection.execute("TRUNCATE django_session")
    print(f"{rows:,} sessions", file=sys.stderr)
    connection.execute(
        "INSERT INTO django_session SELECT md5(n::text), %s, now() + interval '1 day'"
        " FROM generate_series(1, %s) n",
        [blob, rows],
    )
    connection.execute("VACUUM ANALYZE django_session")
    table = int(one("SELECT pg_table_size('django_session')"))
    result: Any = {"rows": rows, "blob": len(blob), "table": table, "indexes": size() - table}

    def saturate(script: str, among: int) -> dict[str, float]:
        connection.execute("CHECKPOINT")
        updates = (
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables"
            " WHERE relname = 'django_session'"
        )
        written, counts, ran = wal(), one(updates), busy_with_children(postgres)
        rate = postgres.pgbench(script, seconds, CLIENTS, among)
        ran = busy_with_children(postgres) - ran
        time.sleep(1)  # the statistics follow
        changed = [b - a for a, b in zip(counts, one(updates), strict=True)]
        return {
            "rate": rate,
            "cpu": 1000 * ran / (rate * seconds),
            "wal": (wal() - written) / (rate * seconds),
            "updates": changed[0] / (rate * seconds),
            "hot": changed[1] / max(1, changed[0]),
        }

    result["read"] = saturate(READ, rows)
    merge = MERGE % blob
    result["merge, few people"] = saturate(merge, min(rows, 10_000))
    before = size()
    result["merge, all"] = saturate(merge, rows)
    result["growth"] = (size() - before) / (result["merge, all"]["rate"] * seconds)
    connection.execute(
        "UPDATE django_session SET expire_date = now() - interval '1 day'"
        " WHERE left(session_key, 1) < '8'"
    )
    connection.execute("VACUUM ANALYZE django_session")
    connection.execute("CHECKPOINT")
    rows_before, size_before = one("SELECT count(*) FROM django_session"), size()
    written = wal()
    took = manage(CLEAR, postgres, valkey, Path(tempfile.gettempdir()))
    written = wal() - written
    result["clear"] = {
        "seconds": float(took),
        "rows": rows_before - one("SELECT count(*) FROM django_session"),
        "wal": written,
        "size before": size_before,
        "size after": size(),
    }
    connection.close()
    return result


def of_valkey(valkey: Valkey, commands: dict[str, float], sessions: int, seconds: int) -> Any:
    """Fill it, and measure: bytes, and what it takes of the commands that store an act."""
    client: Any = redis.Redis(unix_socket_path=str(valkey.socket))
    name = next(iter(client.scan_iter(f"{PREFIX}*", count=1000)))
    blob = client.get(name)
    client.flushall()
    before = client.info("memory")["used_memory"]
    print(f"{sessions:,} sessions in Valkey", file=sys.stderr)
    for first in range(0, sessions, 10_000):
        with client.pipeline(transaction=False) as pipeline:
            for number in range(first, min(sessions, first + 10_000)):
                pipeline.set(f"{PREFIX}{number:032d}", blob, px=86_400_000)
            pipeline.execute()
    memory = client.info("memory")["used_memory"] - before
    client.close()
    result: Any = {"sessions": sessions, "blob": len(blob), "memory": memory}
    for title, mixture in (("read", {"get": 1.0}), ("merge", commands)):
        process = family(valkey)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            ran = busy(process)
            load = (str(valkey.socket), mixture, blob, sessions, seconds)
            count, took = pool.apply(_load, load)
            ran = busy(process) - ran
        result[title] = {"rate": count / took, "cpu": 1000 * ran / count, "busy": ran / took}
    return result


def _load(
    path: str, mixture: dict[str, float], blob: bytes, sessions: int, seconds: int
) -> tuple[int, float]:
    """Send the mixture over many connections, one command at a time on each, as Django does.

    Return how often all of it was sent, and in how many seconds.
    """
    with ExitStack() as stack:
        clients = []
        for _ in range(64):
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.connect(path)
            clients.append(client)
        # Made beforehand, so that it is Valkey that is busy, and not this.
        rounds = [
            [[_packed(command, key, blob) for key in keys] for command in _commands(mixture)]
            for keys in (
                [f"{PREFIX}{number * 7919 % sessions:032d}".encode() for number in range(n, n + 64)]
                for n in range(0, 12_800, 64)
            )
        ]
        start, count = time.perf_counter(), 0
        while time.perf_counter() < start + seconds:
            for packets in rounds[count // 64 % len(rounds)]:
                for client, packet in zip(clients, packets, strict=True):
                    client.send(packet)
                for client in clients:
                    client.recv(4096)
            count += 64
        return count, time.perf_counter() - start


def _commands(mixture: dict[str, float]) -> list[str]:
    """The commands of one merge: of two "set" one is that of the lock, which "del" takes away."""
    sets = ["set"] * round(mixture.get("set", 0) - mixture.get("del", 0))
    locks = round(mixture.get("del", 0))
    return ["lock"] * locks + ["get"] * round(mixture["get"]) + sets + ["del"] * locks


def _packed(command: str, key: bytes, blob: bytes) -> bytes:
    """A command as it goes over the wire."""
    parts = {
        "get": [b"GET", key],
        "set": [b"SET", key, blob, b"PX", b"86400000"],
        "lock": [b"SET", key + b".lock", b"1", b"PX", b"10000", b"NX"],
        "del": [b"DEL", key + b".lock"],
    }[command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)
