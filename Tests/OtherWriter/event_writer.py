#!/usr/bin/env python3
"""Another writer of session event logs, made from docs/formats/event-log.md alone.

    event_writer.py SESSION NAME FIRST COUNT [--counter rename|in-place|lagging] [--wait MILLISECONDS]

Appends events called NAME-STEP for COUNT steps from FIRST on, and prints a line for each:

    appended 17 p0-5

The counter is replaced by renaming another file over it, as existing writers do, or written in place. With `lagging` it
is now and then published with an old count and the new size, which a writer does that counts before it takes the
lock. With --wait the lock is tried again and again for so long, as existing writers do, and the longest wait is
printed at the end; what would then be appended without the lock is an error here.
"""

import argparse
import fcntl
import hashlib
import json
import os
import random
import re
import struct
import sys
import time


class Session:
    def __init__(self, path, counter, wait):
        self.path = path
        self.counter = counter
        self.wait = wait
        self.longest = 0.0

    def at(self, name):
        return os.path.join(self.path, name)

    def lock(self):
        """The lock file is made once and never removed; the lock is the kernel's."""
        descriptor = os.open(self.at("events.jsonl.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        started = time.monotonic()
        if self.wait is None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        else:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() - started > self.wait / 1000:
                        sys.exit(f"the lock was not free for {self.wait} ms")
                    time.sleep(0.002)
        self.longest = max(self.longest, time.monotonic() - started)
        return descriptor

    def next_number(self, events, size):
        """The counter is believed when its size fits and the last line carries the number before its count."""
        if size == 0:
            return 0
        try:
            with open(self.at("events.jsonl.count"), "rb") as file:
                record = file.read(17)
        except FileNotFoundError:
            record = b""
        if len(record) == 16:
            count, counted_size = struct.unpack("<QQ", record)
            if counted_size == size and self.number(self.last_line(events, size)) == count - 1:
                return count
        return self.recount(events, size)

    @staticmethod
    def last_line(events, size):
        window = 4096
        while True:
            start = max(0, size - window)
            data = os.pread(events, size - start, start)
            lines = data[:-1].rsplit(b"\n", 1)
            if len(lines) == 2:
                return lines[1]
            if start == 0:
                return lines[0]
            window *= 8

    @staticmethod
    def number(line):
        try:
            return json.loads(line)["sequence_no"]
        except (ValueError, KeyError, TypeError):
            return None

    def recount(self, events, size):
        """At least the number of lines, and above every number on them. A number is looked for, not parsed: what stands
        on a broken line can only make the next one higher."""
        data = os.pread(events, size, 0)
        numbers = [int(digits) for digits in re.findall(rb'"sequence_no":(\d+)', data)]
        return max([data.count(b"\n")] + [number + 1 for number in numbers])

    def repair(self, events, size):
        """What stands behind the last line feed is copied to quarantine/ and cut off."""
        if size == 0 or os.pread(events, 1, size - 1) == b"\n":
            return size
        data = os.pread(events, size, 0)
        start = data.rfind(b"\n") + 1
        tail = data[start:]
        os.makedirs(self.at("quarantine"), mode=0o700, exist_ok=True)
        name = f"quarantine/events.jsonl.{start}-{hashlib.sha256(tail).hexdigest()[:16]}.torn"
        with open(self.at(name), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(tail)
            file.flush()
            os.fsync(file.fileno())
        os.ftruncate(events, start)
        return start

    def publish(self, count, size):
        if self.counter == "lagging" and random.random() < 0.05:
            count -= random.randrange(1, 4)
        record = struct.pack("<QQ", max(count, 0), size)
        if self.counter == "in-place":
            descriptor = os.open(self.at("events.jsonl.count"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(descriptor, record, 0)
            os.close(descriptor)
            return
        temporary = self.at(f".count.{os.getpid()}")
        with open(temporary, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(record)
        os.rename(temporary, self.at("events.jsonl.count"))

    def append(self, name):
        lock = self.lock()
        try:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            events = os.open(self.at("events.jsonl"), flags, 0o600)
            try:
                size = self.repair(events, os.fstat(events).st_size)
                number = self.next_number(events, size)
                line = json.dumps(self.event(number, name), separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
                if os.write(events, line) != len(line):
                    os.ftruncate(events, size)
                    sys.exit("a short write")
                self.publish(number + 1, size + len(line))
            finally:
                os.close(events)
        finally:
            os.close(lock)
        return number

    @staticmethod
    def event(number, name):
        return {
            "session_id": "ssn_1",
            "event_id": "evt_" + os.urandom(8).hex(),
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "sequence_no": number,
            "trace_id": os.urandom(16).hex(),
            "span_id": os.urandom(8).hex(),
            "agent_id": "agent://other",
            "agent_instance_id": "ai_2",
            "agent_name": name,
            "host_id": "höst",
            "type": "agent.failed",
            "reason": "x" * random.randrange(200),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("session")
    parser.add_argument("name")
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--counter", choices=["rename", "in-place", "lagging"], default="rename")
    parser.add_argument("--wait", type=int)
    options = parser.parse_args()
    os.makedirs(options.session, mode=0o700, exist_ok=True)
    session = Session(options.session, options.counter, options.wait)
    for step in range(options.first, options.first + options.count):
        name = f"{options.name}-{step}"
        print(f"appended {session.append(name)} {name}", flush=True)
    if options.wait is not None:
        print(f"waited {session.longest * 1000:.1f} ms at most", flush=True)


if __name__ == "__main__":
    main()
