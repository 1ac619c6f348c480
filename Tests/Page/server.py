"""A baton that serves for the time of a test, on a data directory of its own."""

import json
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


class Server:
    def __init__(self, baton, authentication=True):
        self.folder = tempfile.mkdtemp(prefix="baton-page-")
        self.command = [baton, "serve", "--data-dir", self.folder, "--json"]
        if not authentication:
            self.command.append("--no-auth")
        self.log = open(f"{self.folder}/server.log", "wb")
        self.address = self.key = None
        self.start()

    def start(self):
        """The second time with the same address."""
        port = self.address.rsplit(":", 1)[1] if self.address else "0"
        self.process = subprocess.Popen([*self.command, "--port", port], stdout=subprocess.PIPE, stderr=self.log)
        greeting = self._greeting()
        self.address = greeting["address"]
        self.key = self.key or greeting["key"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def _greeting(self):
        """Its address and its first key: an object over several lines."""
        text = ""
        for line in self.process.stdout:
            text += line.decode()
            try:
                return json.loads(text)
            except json.JSONDecodeError:
                continue
        raise RuntimeError(f"baton ended: {open(self.log.name).read()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Its tasks outlive it, so they are ended first.
        for run in self.get("/runs?status=running,paused,cancelling&limit=200")["runs"]:
            self.post(f"/runs/{run['run']}/cancel", {"force": True})
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, body=None, content_type="application/json"):
        headers = {"Content-Type": content_type}
        if self.key:
            headers["X-API-Key"] = self.key
        request = urllib.request.Request(f"{self.address}/api/v1{path}", data=body, headers=headers, method=method)
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if error.code != 429:
                    raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from error
                time.sleep(float(error.headers.get("Retry-After") or 1))

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, value):
        return self.request("POST", path, json.dumps(value).encode())

    def submit(self, text):
        return self.request("POST", "/runs", text.encode(), "application/yaml")["run"]

    def wait(self, run, statuses=("succeeded", "failed", "cancelled"), seconds=90):
        end = time.time() + seconds
        while time.time() < end:
            status = self.get(f"/runs/{run}")["status"]
            if status in statuses:
                return status
            time.sleep(0.2)
        raise AssertionError(f"run {run} is {status} after {seconds} s, not {' or '.join(statuses)}")
