"""How many events does the engine handle in a second, alone and in the simulator?"""

import json
import statistics
from pathlib import Path

from .measure import BATON, interleaved, new_folder, succeed, write

TASKS, WORKERS = 1_000_000, 100


def main(repetitions):
    folder = new_folder()
    subjects = {f"{where}, {policy}": (lambda where=where, policy=policy: load(folder, where, policy))
                for where in ["engine alone", "simulator"] for policy in ["fifo", "critical-path"]}
    samples = interleaved(subjects, min(repetitions, 3))
    rows = []
    for subject, values in samples.items():
        def middle(key, values=values):
            return statistics.median(value[key] for value in values)
        rows.append([subject, f"{middle('events') / 1e6:.2f}", f"{middle('events_per_cpu_second') / 1e6:.2f}",
                     f"{middle('wall'):.1f}", f"{middle('peak_mib'):.0f}"])
    write("engine", "Events a second",
          ["subject", "million events", "million events a second", "wall s of the command", "peak MiB"], rows,
          [f"{TASKS:,} tasks in jobs of 20 layers of 50, on {WORKERS} workers of one core; each end of a task is followed by "
           "a decision. Events a second are those of the CPU time of the loop, policy included; the command also makes the "
           f"workload. Medians of {min(repetitions, 3)} interleaved repetitions after a warm-up."], samples)


def load(folder, where, policy):
    command = [BATON, "engine-load", "--tasks", str(TASKS), "--workers", str(WORKERS), "--policy", policy]
    result = succeed(command + (["--simulated"] if where == "simulator" else []), folder)
    return result | json.loads(Path(folder, "output").read_text())
