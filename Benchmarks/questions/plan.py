"""How long does it take to read, check and plan 10,000 tasks with 50,000 dependencies?"""

import random

from . import graphs
from .measure import BATON, available, interleaved, median, new_folder, succeed, write


def main(repetitions):
    folder = new_folder()
    graphs.write_all(graphs.tangle(10_000, 50_000, random.Random(1)), folder)
    subjects = {"make -n": lambda: succeed(["make", "-n"], folder)}
    if available("ninja"):
        subjects["ninja -n"] = lambda: succeed(["ninja", "-n"], folder)
    for kind in ["yaml", "json"]:
        command = [BATON, "plan", f"flow.{kind}", "--json", "--data-dir", "data"]
        subjects[f"baton plan, {kind.upper()}"] = lambda command=command: succeed(command, folder)
    samples = interleaved(subjects, repetitions)
    rows = [[subject, f"{median(values, 'wall'):.3f}", f"{median(values, 'cpu'):.3f}", f"{median(values, 'peak_mib'):.0f}"]
            for subject, values in samples.items()]
    write("plan", "Planning 10,000 tasks with 50,000 dependencies", ["subject", "wall s", "CPU s", "peak MiB"], rows,
          [f"Medians of {repetitions} interleaved repetitions after a warm-up."], samples)
