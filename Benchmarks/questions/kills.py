"""Is every acknowledged submission run exactly once by a server that is killed again and again under load?"""

import asyncio
import os
import random
import signal
import statistics
import subprocess
import time
import urllib.request

from .measure import BATON, new_folder, write
from .server import Connection

KILLS = int(os.environ.get("KILLS", "50"))
CLIENTS = 20


class Killed:
    """A server that is started anew on the same data after each kill."""

    def __init__(self):
        self.data = new_folder("killed")
        self.errors = open(os.path.join(self.data, "messages"), "w")
        self.restarts = []
        self.start()

    def start(self):
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [BATON, "serve", "--no-auth", "--rate-limit", "0", "--port", "0", "--data-dir", self.data],
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        address = self.process.stdout.readline().split("//")[1].strip()
        self.host, self.port = address.split(":")
        self.restarts.append(time.monotonic() - begin)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Client:
    """Submits one task after the other; each appends a line to a file of its own."""

    def __init__(self, place, folder):
        self.place, self.folder, self.number = place, folder, 0
        # Tasks, and whole runs; with a key a request whose answer was lost is sent again until there is one.
        self.is_run, self.has_key = place % 2 == 1, place % 4 < 2
        self.acknowledged, self.unknown = [], []

    async def submit(self, server, until):
        connection = None
        while time.monotonic() < until:
            name = f"{self.place}-{self.number}"
            try:
                connection = connection or await Connection().open(server)
                status, body = await self.ask(connection, name)
                if status in (201, 200):
                    self.acknowledged.append(name)
                elif status in (429, 503, 409):
                    await asyncio.sleep(0.1)
                    continue
                else:
                    raise SystemExit(f"{status}: {body.decode(errors='replace')}")
            except (OSError, EOFError, IndexError, asyncio.IncompleteReadError):
                if self.has_key:
                    return
                self.unknown.append(name)
                self.number += 1
                return
            self.number += 1
            await asyncio.sleep(random.random() * 0.02)

    async def ask(self, connection, name):
        script = f"echo x >> {self.folder}/{name}"
        path, kind = "/api/v1/scheduling", "application/json"
        body = f'{{"task":{{"name":"t","command":["sh","-c","{script}"],"resource_requirements":{{"cpu_cores":0.1}}}}}}'
        if self.is_run:
            path, kind = "/api/v1/runs", "application/yaml"
            body = f"name: w\ntasks: {{a: {{run: '{script}', resources: {{cpu: 0.1}}}}}}\n"
        return await connection.ask("POST", path, body.encode(), kind, name if self.has_key else None)


async def load(server, clients, seconds, is_killed=True):
    async def end():
        await asyncio.sleep(seconds)
        if is_killed:
            server.kill()

    # Whoever is not answered any more notices by the broken connection.
    until = time.monotonic() + seconds + (5 if is_killed else 0)
    await asyncio.gather(end(), *(client.submit(server, until) for client in clients))


def main(repetitions):
    random.seed(1)
    server = Killed()
    folder = new_folder("written")
    clients = [Client(place, folder) for place in range(CLIENTS)]
    for _ in range(KILLS):
        asyncio.run(load(server, clients, 0.3 + 1.2 * random.random()))
        server.start()
    # Those with a key ask until they know.
    asyncio.run(load(server, clients, 1, is_killed=False))
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with urllib.request.urlopen(f"http://{server.host}:{server.port}/api/v1/runs?status=running,paused&limit=1") as answer:
            if b'"run":' not in answer.read():
                break
        time.sleep(0.2)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait()

    def lines(name):
        try:
            with open(os.path.join(folder, name)) as file:
                return len(file.readlines())
        except FileNotFoundError:
            return 0

    known = [lines(name) for client in clients for name in client.acknowledged]
    unknown = [lines(name) for client in clients for name in client.unknown]
    counts = {"acknowledged": len(known), "once": known.count(1), "lost": known.count(0),
              "twice_or_more": sum(count > 1 for count in known), "without_answer": len(unknown),
              "without_answer_run": unknown.count(1), "without_answer_twice_or_more": sum(c > 1 for c in unknown)}
    starts = server.restarts[1:]
    write("kills", "A server that is killed under load", ["what", "result"], [
        ["kills (SIGKILL), each 0.3 to 1.5 s after the start", f"{KILLS}"],
        ["submissions acknowledged", f"{counts['acknowledged']}"],
        ["of these run once / lost / run twice or more",
         f"{counts['once']} / {counts['lost']} / {counts['twice_or_more']}"],
        ["submissions without an answer, without a key: run / run twice or more",
         f"{counts['without_answer']}: {counts['without_answer_run']} / {counts['without_answer_twice_or_more']}"],
        ["from the start of the server to its first answer, p50 / most",
         f"{1000 * statistics.median(starts):.0f} / {1000 * max(starts):.0f} ms"],
    ], [f"{CLIENTS} clients send one task or run after the other, half of them with an `Idempotency-Key`, again until they have "
        "an answer; each task appends a line to a file of its own."], {"counts": counts, "starts": starts})
    if counts["lost"] or counts["twice_or_more"] or counts["without_answer_twice_or_more"]:
        raise SystemExit("a submission was lost or run twice")
