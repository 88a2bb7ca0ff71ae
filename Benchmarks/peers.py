"""Put, get and acknowledge with queues from PyPI, in files on the same disk, every commit synced (FULL)."""

import importlib.metadata
import os
import sys
import time

import persistqueue
from huey import SqliteHuey

ITEMS = 2000
BODY = {"action": "subscribe", "contact": {"email": "somebody@example.com", "name": "Somebody Else"}}


def syncs_per_second(folder):
    path = os.path.join(folder, "raw-sync")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    page, count, start = b"\x07" * 4096, 0, time.monotonic()
    while time.monotonic() - start < 0.5:
        os.pwrite(descriptor, page, count % 256 * 4096)
        os.fdatasync(descriptor)
        count += 1
    elapsed = time.monotonic() - start
    os.close(descriptor)
    os.unlink(path)
    return count / elapsed


def timed(work):
    start = time.monotonic()
    work()
    return ITEMS / (time.monotonic() - start)


def persist_queue(folder):
    queue = persistqueue.SQLiteAckQueue(os.path.join(folder, "persist-queue"), auto_commit=True)

    def put():
        for _ in range(ITEMS):
            queue.put(BODY)

    def take():
        for _ in range(ITEMS):
            queue.ack(queue.get())

    return timed(put), timed(take)


def huey_sqlite(folder):
    # `fsync` sets synchronous = FULL; an item is deleted when it is taken, before it is carried out.
    queue = SqliteHuey(filename=os.path.join(folder, "huey.db"), fsync=True)

    @queue.task()
    def task(body):
        return None

    def put():
        for _ in range(ITEMS):
            task(BODY)

    def take():
        for _ in range(ITEMS):
            queue.execute(queue.dequeue())

    return timed(put), timed(take)


def main():
    folder = sys.argv[1]
    print(f"Queues from PyPI, FULL, {ITEMS} items one by one")
    print(f"  {'':28}  {'put/s':>8}  {'take and finish/s':>18}  {'fdatasync/s':>12}")
    for name, run in (("persist-queue", persist_queue), ("huey", huey_sqlite)):
        syncs = syncs_per_second(folder)
        put, take = run(folder)
        label = f"{name} {importlib.metadata.version(name)}"
        print(f"  {label:28}  {put:8,.0f}  {take:18,.0f}  {syncs:12,.0f}")
    print()


main()
