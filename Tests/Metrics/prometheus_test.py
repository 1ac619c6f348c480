"""What is shipped for Prometheus and Grafana, tried on the real Prometheus while it watches a real server.

python3 Tests/Metrics/prometheus_test.py --baton .build/debug/baton

Needs `prometheus` and `promtool` (Debian: prometheus). Every query of the dashboard and every rule is asked for, and has to
have an answer, but for those of which this short story gives none.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Page"))
from server import Server  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
DEPLOY = os.path.join(HERE, "..", "..", "Deploy")
FLOW = "name: watched\ntasks:\n  a: {run: 'true'}\n  b: {run: 'true', needs: [a]}\n"
FAILS = "name: fails\ntasks:\n  a: {run: 'false'}\n"
PATIENCE = 40  # seconds; what is waited for takes a few


def promtool(*arguments, text=None):
    done = subprocess.run(["promtool", *arguments], input=text, capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip()
    if done.returncode != 0:
        raise SystemExit(f"promtool {' '.join(arguments)}:\n{said}")
    return said


def until(what, condition):
    """Waits for something that comes by itself, and no longer than it may take."""
    end = time.monotonic() + PATIENCE
    while True:
        if found := condition():
            return found
        if time.monotonic() > end:
            raise SystemExit(f"waited {PATIENCE} s in vain: {what}")
        time.sleep(0.1)


class Prometheus:
    def __init__(self, folder, server):
        shutil.copy(f"{DEPLOY}/prometheus/baton-rules.yaml", folder)
        with open(f"{folder}/baton.key", "w") as file:
            file.write(server.key)
        with open(f"{DEPLOY}/prometheus/prometheus.yaml") as file:
            example = file.read()
        # The example as it is, only quicker and with this server's address.
        changed = example.replace("127.0.0.1:8722", server.address.split("//")[1]).replace("_interval: 15s", "_interval: 1s")
        assert changed.count("1s") == 2 and "8722" not in changed, "the example has changed"
        with open(f"{folder}/prometheus.yaml", "w") as file:
            file.write(changed)
        promtool("check", "config", f"{folder}/prometheus.yaml")
        self.log = f"{folder}/prometheus.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data",
                 "--web.listen-address=127.0.0.1:0"], stderr=log, stdout=log)
        self.address = until("Prometheus listens", self._address)

    def _address(self):
        if self.process.poll() is not None:
            raise SystemExit(f"prometheus ended: {open(self.log).read()}")
        found = re.search(r'msg="Listening on" address=(\S+:\d+)', open(self.log).read())
        return found and f"http://{found.group(1)}"

    def get(self, path, **query):
        try:
            with urllib.request.urlopen(f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(query)}") as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:  # it begins
                return None
            raise SystemExit(f"{path} {query}: {error.read().decode()}") from None

    def value(self, expression):
        found = self.get("query", query=expression)
        return found["result"] if found else []

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def dashboard():
    """Each query, with its panel's title and what Grafana would put in."""
    with open(f"{DEPLOY}/grafana/baton.json") as file:
        panels = json.load(file)["panels"]
    for panel in panels:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"].replace("$__rate_interval", "1m").replace("$instance", ".*")


def story(server):
    """Something of everything that is measured; the second run's tasks are predicted from the first's."""
    for text in [FLOW, FLOW, FAILS]:
        run = server.request("POST", "/runs", text.encode(), "application/yaml")["run"]
        until(f"{run} ends", lambda: server.get(f"/runs/{run}")["status"] not in ("running", "cancelling"))
    server.post("/resources/predict", {"task_spec": {"name": "a"}, "context": {"workflow": "watched"}})
    server.request("POST", "/optimization/analyze", FLOW.encode(), "application/yaml")


def scraped_names(text):
    return {re.split(r"[{ ]", line)[0] for line in text.splitlines() if line and not line.startswith("#")}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--baton", required=True)
    baton = os.path.abspath(parser.parse_args().baton)
    begin = time.monotonic()
    promtool("check", "rules", f"{DEPLOY}/prometheus/baton-rules.yaml")
    promtool("test", "rules", f"{DEPLOY}/prometheus/baton-rules-test.yaml")
    folder = tempfile.mkdtemp(prefix="baton-prometheus-")
    try:
        with Server(baton) as server:
            prometheus = Prometheus(folder, server)
            try:
                watch(server, prometheus)
            finally:
                prometheus.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"all of it: {time.monotonic() - begin:.0f} s")


def watch(server, prometheus):
    def scrapes():
        found = prometheus.value('count_over_time(up{job="baton"}[1h]) and up{job="baton"} == 1')
        return int(found[0]["value"][1]) if found else 0

    until("the server is scraped", lambda: scrapes() >= 2)
    story(server)
    # A rate needs two looks after the first, and rules work on what was scraped.
    count = scrapes()
    until("what happened is scraped and computed", lambda: scrapes() >= count + 5)

    request = urllib.request.Request(f"{server.address}/metrics", headers={"X-API-Key": server.key})
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
    if said := promtool("check", "metrics", text=text):
        raise SystemExit(f"promtool check metrics:\n{said}")
    names = scraped_names(text)

    problems = []
    queries = list(dashboard())
    for title, expression in queries:
        used = set(re.findall(r"\bbaton_\w+", expression))
        problems += [f"{title}: /metrics has no {name}" for name in sorted(used - names)]
        if not prometheus.value(expression):
            problems.append(f"{title}: no answer to {expression}")

    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    for rule in rules:
        problems += [f"{rule['name']}: /metrics has no {name}"
                     for name in sorted(set(re.findall(r"\bbaton_\w+", rule["query"])) - names)]
        if rule["health"] != "ok":
            problems.append(f"{rule['name']}: {rule['health']}, {rule.get('lastError')}")
        if rule["type"] == "recording" and not prometheus.value(rule["name"]):
            problems.append(f"{rule['name']}: no answer to {rule['query']}")
    firing = [rule["name"] for rule in rules if rule.get("state") == "firing"]
    if firing != ["BatonWatchdog"]:
        problems.append(f"alerts fire that should not, or the watchdog does not: {firing}")
    if problems:
        raise SystemExit("\n".join(problems))
    print(f"{len(queries)} queries of the dashboard and {len(rules)} rules have their answers")


if __name__ == "__main__":
    main()
