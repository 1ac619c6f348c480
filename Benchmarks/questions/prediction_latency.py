"""How long do predictions take with 100,000 attempts in the record, and does a refit delay a run?"""

import json
import random
import sqlite3
import statistics
import time
from pathlib import Path

from .measure import BATON, interleaved, median, new_folder, succeed, write

WORKFLOWS, TASKS, SAMPLES, ATTEMPTS = 10, 20, 25, 100_000
CHAIN = 800
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def main(repetitions):
    folder = new_folder()
    (folder / "one.yaml").write_text("name: one\ntasks:\n  only: {run: 'true'}\n")
    (folder / "chain.yaml").write_text("name: chain\ntasks:\n" + "".join(
        f"  t{n}: {{run: sleep 0.01{f', needs: [t{n - 1}]' if n else ''}}}\n" for n in range(CHAIN)))
    succeed([BATON, "run", "one.yaml", "--data-dir", "small"], folder)
    succeed([BATON, "run", "one.yaml", "--data-dir", "large"], folder)
    fill(folder / "large" / "baton.db")
    fit = succeed([BATON, "model", "fit", "--data-dir", "large"], folder)
    load = ask(folder, "large")
    # Start-up: the model of 100,000 attempts beside none at all.
    starts = interleaved(
        {"small": lambda: succeed([BATON, "run", "one.yaml", "--data-dir", "small"], folder),
         "large": lambda: succeed([BATON, "run", "one.yaml", "--data-dir", "large"], folder)}, max(repetitions, 20))
    chains = interleaved({"alone": lambda: chain(folder, False), "beside a refit": lambda: chain(folder, True)},
                         min(repetitions, 5))
    rows = [[f"{what}, {clock}", *(f"{load[key][f'{unit}_milliseconds'][level]:.3f}" for level in ["p50", "p99", "max"])]
            for what, key in [("prediction of all three targets", "prediction"), ("observation", "observation"),
                              ("loading the model", "load")]
            for clock, unit in [("wall", "wall"), ("processor", "cpu")]]
    for what, samples in chains.items():
        gaps = sorted(gap for sample in samples for gap in sample["gaps"])
        rows.append([f"from an end to the next start, {what}",
                     *(f"{gaps[min(int(level * len(gaps)), len(gaps) - 1)]:.3f}" for level in [0.5, 0.99, 1])])
    walls = {what: median(samples, "wall") for what, samples in chains.items()}
    ratio = walls["beside a refit"] / walls["alone"]
    refits = [sample["refits"] for sample in chains["beside a refit"]]
    write("prediction-latency", "Latency of predictions", ["", "p50 ms", "p99 ms", "max ms"], rows,
          [f"{load['attempts']:,} attempts in the record: {WORKFLOWS} workflows of {TASKS} tasks on {SAMPLES} samples a run; "
           f"the model has {load['model_bytes'] / 1e6:.1f} MB. Predictions and observations of the newest 5,000.", "",
           f"`baton model fit` took {fit['wall']:.1f} s, {fit['cpu']:.1f} s of CPU time and {fit['peak_mib']:.0f} MiB.", "",
           f"`baton run` of one task, `true`: {1000 * median(starts['small'], 'wall'):.1f} ms without a model, "
           f"{1000 * median(starts['large'], 'wall'):.1f} ms with this one (medians of {max(repetitions, 20)}).", "",
           f"A chain of {CHAIN} tasks, `sleep 0.01`: {walls['alone']:.2f} s alone, {walls['beside a refit']:.2f} s beside a "
           f"refit, a ratio of {ratio:.3f} (medians of {min(repetitions, 5)}, interleaved). The refit starts 0.2 s after the "
           f"run; in {sum(refits)} of {len(refits)} it ended, and its model was swapped in, before the run did."],
          {"load": load, "fit": fit, "starts": starts,
           "chains": {what: [{**sample, "gaps": statistics.median(sample["gaps"])} for sample in samples]
                      for what, samples in chains.items()}})


def ask(folder, data):
    succeed([BATON, "prediction-load", "--data-dir", data], folder)
    return json.loads(Path(folder, "output").read_text())


def chain(folder, is_stale):
    """Runs the chain; with a model two days old, a refit is due."""
    database = folder / "large" / "baton.db"
    with sqlite3.connect(database) as connection:
        before = connection.execute("SELECT max(id) FROM models").fetchone()[0]
        connection.execute("UPDATE models SET fitted = ?", [time.time_ns() - (2 * 86_400 * 10**9 if is_stale else 0)])
    result = succeed([BATON, "run", "chain.yaml", "--data-dir", "large"], folder)
    with sqlite3.connect(database) as connection:
        stamps = connection.execute("SELECT started, completed FROM task_executions WHERE run = (SELECT max(id) FROM runs)"
                                    " ORDER BY task").fetchall()
        after = connection.execute("SELECT max(id) FROM models WHERE state = 'current'").fetchone()[0]
    gaps = [(start - end) / 1e6 for (_, end), (start, _) in zip(stamps, stamps[1:])]
    return result | {"gaps": gaps, "refits": int(after != before)}


def fill(database):
    """Past runs, as Baton would have recorded them; the log, which predictions do not read, stays empty."""
    random.seed(1)
    runs, now = ATTEMPTS // (TASKS * SAMPLES), time.time_ns()
    factors = {}
    with sqlite3.connect(database) as connection:
        for number in range(runs):
            run, workflow = identifier(number + 1), f"flow-{number % WORKFLOWS}"
            begin = now - (runs - number) * 3600 * 10**9
            connection.execute("INSERT INTO runs VALUES (?, ?, NULL, '/', '[]', 'succeeded', ?, ?)",
                               [run, workflow, begin, begin + 3000 * 10**9])
            names = random.sample([f"s{n // 3}_{n % 3}" for n in range(1_000)], SAMPLES)
            tasks, attempts = [], []
            for task in range(TASKS * SAMPLES):
                template, sample = f"step-{task // SAMPLES}", names[task % SAMPLES]
                size = factors.setdefault((workflow, sample), random.lognormvariate(0, 0.7))
                seconds = (1 + task // SAMPLES) * size * random.lognormvariate(0, 0.15)
                memory = int(2e8 * (1 + task // SAMPLES) * (0.5 + size) * random.lognormvariate(0, 0.05))
                start = begin + task * 10**9
                end = start + int(seconds * 1e9)
                tasks.append([run, task, f"{template}[{sample}]", template, "command", 0, "succeeded", None, 1, begin, end, 0,
                              None, None])
                attempts.append([run, task, 1, 0, 1000, memory, 0, 0, "succeeded", start, end, 0, None, None,
                                 end - start, int(seconds * 9e8), int(seconds * 5e7), memory, 0, 10**6, "cgroup2"])
            connection.executemany(f"INSERT INTO tasks VALUES ({', '.join('?' * 14)})", tasks)
            connection.executemany(f"INSERT INTO task_executions VALUES ({', '.join('?' * 21)})", attempts)


def identifier(number):
    """A run's id: thirteen digits that sort as the number does."""
    text = ""
    for _ in range(13):
        text = DIGITS[number % 32] + text
        number //= 32
    return text
