"""Sixty tasks with heavy-tailed durations on two slots: how far above the lower bound does the run end?"""

import random
import statistics

from . import graphs
from .measure import BATON, available, new_folder, succeed, write

TASKS, SLOTS, TOTAL_SECONDS = 60, 2, 16


def main(repetitions):
    raw, ratios = {}, {}
    for seed in range(1, repetitions + 1):
        tasks, durations = heavy_tailed(random.Random(seed))
        bound = lower_bound(tasks, durations)
        folder = new_folder()
        graphs.write_all(tasks, folder)
        (folder / "declared.yaml").write_text(graphs.to_yaml(tasks, durations))
        subjects = {"make": ["make", f"-j{SLOTS}", "-s"], "ninja": ["ninja", f"-j{SLOTS}", "--quiet"],
                    "baton, first run": baton("flow.yaml", "data"), "baton, second run": baton("flow.yaml", "data"),
                    "baton, first run, durations declared": baton("declared.yaml", "data-declared")}
        for subject, command in subjects.items():
            if available(command[0]):
                wall = succeed(command, folder)["wall"]
                raw.setdefault(subject, []).append({"seed": seed, "bound": bound, "wall": wall})
                ratios.setdefault(subject, []).append(wall / bound)
                print(f"seed {seed}: {subject} {wall:.2f} s, bound {bound:.2f} s", flush=True)
    rows = [[subject, f"{100 * (statistics.mean(values) - 1):.1f} %", f"{100 * (max(values) - 1):.1f} %"]
            for subject, values in ratios.items()]
    write("order", "Heavy-tailed DAG on two slots", ["subject", "above the lower bound, mean", "worst"], rows,
          [f"{repetitions} graphs of {TASKS} tasks that sleep, {TOTAL_SECONDS} s in all; durations from a Pareto "
           "distribution. The bound is the longest path or half of all work, whichever is more; start-up is included in "
           "the measured time. In its first run Baton knows no durations but those that the workflow declares with "
           "`duration:`, in the second those of the first."], raw)


def baton(file, data):
    return [BATON, "run", file, "--jobs", str(SLOTS), "--data-dir", data]


def heavy_tailed(rng):
    """Each task needs up to three earlier ones; few tasks hold most of the work."""
    durations = [min(rng.paretovariate(1.0), 80) for _ in range(TASKS)]
    scale = TOTAL_SECONDS / sum(durations)
    durations = [max(0.01, round(value * scale, 2)) for value in durations]
    tasks = []
    for i in range(TASKS):
        needs = sorted(rng.sample(range(max(0, i - 15), i), min(i, rng.choice([0, 1, 1, 2, 3]))))
        tasks.append((f"t{i}", [f"t{j}" for j in needs], ["sleep", str(durations[i])]))
    # The names say nothing about the order: make and ninja would otherwise follow the one in which they were made.
    rng.shuffle(tasks)
    return tasks, {name: float(argv[1]) for name, _, argv in tasks}


def lower_bound(tasks, durations):
    needs = {name: needs for name, needs, _ in tasks}
    ends = {}

    def end(name):
        if name not in ends:
            ends[name] = durations[name] + max((end(other) for other in needs[name]), default=0)
        return ends[name]

    return max(max(end(name) for name in needs), sum(durations.values()) / SLOTS)
