"""How do simulations grow with tasks and with workers, and how long does a rollout take?"""

import json
import statistics
from pathlib import Path

from .measure import BATON, HERE, interleaved, new_folder, succeed, write

TASKS = [10_000, 100_000, 1_000_000]
WORKERS = [10, 100, 1_000]
ROLLOUTS = [(470, 1), (470, 5), (470, 100), (4_700, 100)]


def main(repetitions):
    repetitions = min(repetitions, 3)
    folder = new_folder()
    subjects = {}
    for tasks in TASKS:
        subjects[f"one job of {tasks:,} tasks, 100 workers"] = lambda tasks=tasks: whole(folder, tasks)
    for workers in WORKERS:
        subjects[f"200,000 tasks in jobs of 1,000, {workers:,} workers"] = lambda workers=workers: load(folder, workers)
    for tasks, workers in ROLLOUTS:
        subjects[f"rollout of {tasks:,} tasks, {workers} workers"] = lambda t=tasks, w=workers: rollout(folder, t, w)
    samples = interleaved(subjects, repetitions)
    rows = [[subject, figure(values), f"{statistics.median(value['peak_mib'] for value in values):.0f}"]
            for subject, values in samples.items()]
    write("scale", "Growth of simulations", ["subject", "time", "peak MiB"], rows,
          ["*One job*: the whole command `baton simulate --workload synthetic:layered --policy fifo`, wall time, making the job "
           "and bounding it included. *Jobs of 1,000*: CPU time of the simulator under fifo for each task, on workers of one "
           "core. *Rollout*: one run of the flat-array simulation under a list rule, median of 1,000. Medians of "
           f"{repetitions} interleaved repetitions after a warm-up. The chart: [scale.svg](scale.svg)."], samples)
    draw([(f"{tasks:,} tasks", statistics.median(v["wall"] for v in samples[f"one job of {tasks:,} tasks, 100 workers"]) / tasks)
          for tasks in TASKS],
         [(f"{workers:,} workers", statistics.median(
             v["seconds_per_task"] for v in samples[f"200,000 tasks in jobs of 1,000, {workers:,} workers"]))
          for workers in WORKERS])


def figure(values):
    if "median_milliseconds" in values[0]:
        return f"{statistics.median(value['median_milliseconds'] for value in values):.3f} ms"
    if "seconds_per_task" in values[0]:
        return f"{statistics.median(value['seconds_per_task'] for value in values) * 1e6:.2f} us a task"
    return f"{statistics.median(value['wall'] for value in values):.2f} s"


def whole(folder, tasks):
    return succeed([BATON, "simulate", "--workload", "synthetic:layered", "--tasks", str(tasks), "--jobs", "1", "--seeds", "1",
                    "--policy", "fifo", "--workers", "100", "--json"], folder)


def load(folder, workers):
    result = succeed([BATON, "engine-load", "--simulated", "--tasks", "200000", "--workers", str(workers), "--policy", "fifo"],
                     folder)
    known = json.loads(Path(folder, "output").read_text())
    return result | {"seconds_per_task": known["cpu_seconds"] / known["tasks"]}


def rollout(folder, tasks, workers):
    result = succeed([BATON, "engine-load", "--rollout", "--tasks", str(tasks), "--workers", str(workers)], folder)
    return result | json.loads(Path(folder, "output").read_text())


def draw(by_tasks, by_workers):
    """Two rows of bars: time per task, which stays level where growth is linear."""
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 330" font-family="sans-serif" font-size="13">',
             "<style>text{fill:#222}.b{fill:#0072b2}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>"]
    top = 30
    for title, bars in [("Microseconds of wall time per task, one job, 100 workers", by_tasks),
                        ("Microseconds of CPU time per task, jobs of 1,000 tasks", by_workers)]:
        parts.append(f'<text x="10" y="{top}" font-weight="bold">{title}</text>')
        most = max(value for _, value in bars)
        for row, (label, value) in enumerate(bars):
            y = top + 16 + row * 36
            parts.append(f'<text x="150" y="{y + 18}" text-anchor="end">{label}</text>')
            parts.append(f'<rect class="b" x="160" y="{y}" width="{380 * value / most:.0f}" height="26" rx="3"/>')
            parts.append(f'<text x="{168 + 380 * value / most:.0f}" y="{y + 18}">{value * 1e6:.2f}</text>')
        top += 160
    parts.append("</svg>")
    (HERE / "results" / "scale.svg").write_text("\n".join(parts) + "\n")
