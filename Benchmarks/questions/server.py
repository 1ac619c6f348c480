"""How much does `baton serve` take: tasks scheduled one by one with their processes, reads, and event streams?"""

import asyncio
import json
import os
import signal
import subprocess
import time
import urllib.request

from .measure import BATON, new_folder, program, write

SECONDS = int(os.environ.get("SECONDS_OF_LOAD", "60"))
RATE = int(os.environ.get("RATE", "1000"))


class Server:
    def __init__(self, data=None):
        self.begin = time.monotonic()
        self.data = data or new_folder("served")
        self.errors = open(os.path.join(self.data, "messages"), "w")
        self.process = subprocess.Popen(
            [BATON, "serve", "--no-auth", "--rate-limit", "0", "--port", "0", "--data-dir", self.data],
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        address = self.process.stdout.readline().split("//")[1].strip()
        self.host, self.port = address.split(":")

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.host}:{self.port}{path}") as answer:
            return answer.read().decode()

    def post(self, path, body):
        request = urllib.request.Request(f"http://{self.host}:{self.port}{path}", body.encode(), {"Content-Type": "application/yaml"})
        urllib.request.urlopen(request).read()

    def peak_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

    def stop(self):
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        return time.monotonic() - start


class Connection:
    """One kept-alive connection; requests one after the other."""

    async def open(self, server):
        self.reader, self.writer = await asyncio.open_connection(server.host, int(server.port))
        return self

    async def ask(self, method, path, body=b"", kind="application/json", key=None):
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        head += f"Idempotency-Key: {key}\r\n\r\n" if key else "\r\n"
        self.writer.write(head.encode() + body)
        status = int((await self.reader.readline()).split()[1])
        length = 0
        while (line := await self.reader.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return status, await self.reader.readexactly(length)


def load(server, rate, seconds, connections, method, path, body=""):
    """What `programs/load.c` counted."""
    command = [program("load"), server.port, rate, seconds, connections, method, path, body]
    return json.loads(subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE).stdout)


def schedule(server):
    """RATE tasks a second, whether earlier ones were answered or not."""
    begin = time.monotonic()
    result = load(server, RATE, SECONDS, 200, "POST", "/api/v1/scheduling",
                  '{"task":{"name":"true","command":["true"],"resource_requirements":{"cpu_cores":0.1}}}')
    # Every task that was acknowledged ends.
    while '"status":"running"' in server.get("/api/v1/runs?status=running&limit=1"):
        time.sleep(0.2)
    return {**result, "ended_after": time.monotonic() - begin}


def read(server, path):
    result = load(server, 0, 5, 32, "GET", path)
    assert set(result["statuses"]) == {"200"}, result["statuses"]
    return result["statuses"]["200"] / result["seconds"]


async def stream(server, clients=1000):
    """Each client sees every event of 20 runs."""
    seen = [0] * clients
    streams = []
    for _ in range(clients):
        reader, writer = await asyncio.open_connection(server.host, int(server.port))
        writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        streams.append((reader, writer))
    for reader, _ in streams:
        await reader.readuntil(b"\r\n\r\n")

    async def follow(place):
        while True:
            line = await streams[place][0].readline()
            if not line:
                return
            seen[place] += b'"type":"baton.run.submitted"' in line

    followers = [asyncio.create_task(follow(place)) for place in range(clients)]
    connection = await Connection().open(server)
    for _ in range(20):
        await connection.ask("POST", "/api/v1/runs", b"name: w\ntasks: {a: {run: 'true'}}\n", "application/yaml")
    begin = time.monotonic()
    while min(seen) < 20 and time.monotonic() - begin < 30:
        await asyncio.sleep(0.05)
    took = time.monotonic() - begin
    for follower in followers:
        follower.cancel()
    for _, writer in streams:
        writer.close()
    return {"clients": clients, "least_seen": min(seen), "seconds": took}


def restart(server, runs=20):
    """Stops it while tasks run, and starts another in its place: seconds to its end, to the next one's readiness, and how many of the
    runs succeed."""
    for _ in range(runs):
        server.post("/api/v1/runs", "name: restarted\ntasks: {a: {run: sleep 3, resources: {cpu: 0.05}}}\n")
    stopped = server.stop()
    server = Server(server.data)
    server.get("/readyz")
    ready = time.monotonic() - server.begin
    path = f"/api/v1/runs?workflow=restarted&limit={runs}"
    while '"status":"running"' in (answer := server.get(path)):
        time.sleep(0.2)
    server.stop()
    return {"runs": runs, "stop_seconds": stopped, "ready_seconds": ready, "succeeded": answer.count('"status":"succeeded"')}


def main(repetitions):
    server = Server()
    scheduled = schedule(server)
    reads = {path: read(server, path) for path in ["/healthz", "/api/v1/workers", "/api/v1/runs?limit=20"]}
    streams = asyncio.run(stream(server))
    peak = server.peak_bytes()
    restarted = restart(server)
    within = [microseconds / 1000 for microseconds in scheduled["microseconds"]]
    taken, refused = (scheduled["statuses"].get(status, 0) for status in ["201", "429"])
    assert taken + refused == RATE * SECONDS, scheduled["statuses"]
    rows = [
        [f"`POST /scheduling`, {RATE} a second for {SECONDS} s", f"{taken} taken, {refused} refused (429)"],
        ["taken and on disk within, p50 / p99 / most",
         f"{within[500]:.1f} / {within[990]:.1f} / {within[1000]:.1f} ms"],
        ["asked in, all ended after", f"{scheduled['seconds']:.1f} s, {scheduled['ended_after']:.1f} s"],
        *[[f"`GET {path}`", f"{rate:.0f} a second"] for path, rate in reads.items()],
        [f"{streams['clients']} event streams, 20 runs", f"least seen {streams['least_seen']}, after {streams['seconds']:.2f} s"],
        ["peak memory of the server", f"{peak / 2**20:.0f} MiB"],
        [f"graceful stop while {restarted['runs']} tasks run; the next server is ready after", f"{1000 * restarted['stop_seconds']:.0f} ms; "
         f"{1000 * restarted['ready_seconds']:.0f} ms"],
        ["of these tasks taken over, and succeeded", f"{restarted['succeeded']}"],
    ]
    write("server", "The server under load", ["what", "result"], rows,
          ["Each scheduled task is a process, `true`. The client (`programs/load.c`) runs on the same two cores and takes part of them; "
           "latency counts from when a request was due."],
          {"scheduled": scheduled, "reads": reads, "streams": streams, "peak_bytes": peak, "restart": restarted})
