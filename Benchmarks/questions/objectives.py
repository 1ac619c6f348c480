"""How late are runs with deadlines and priorities?"""

import json
import math
import os
from pathlib import Path

from .measure import BATON, new_folder, succeed, write

RULES = ["edf", "least-laxity", "weighted-fair", "critical-path", "fifo"]
# Workload, jobs in a stream, workers, cores of each, load, deadlines over critical paths, priorities, spread, error.
REGIMES = [
    ("synthetic:montage", 60, 5, 8, 0.8, "1.5-4", "20-80", "0.5", 1), ("synthetic:montage", 60, 5, 8, 1.2, "1.5-4", "20-80", "0.5", 1),
    ("synthetic:layered", 60, 5, 8, 0.8, "1.5-4", "50", "0.5", 1), ("synthetic:fork-join", 60, 5, 8, 1, "2-8", "20-80", "1", 2),
    ("tpch", 40, 20, 1, 0.8, "2-8", "20-80", "0.5", 1), ("tpch", 40, 20, 1, 1.2, "2-8", "20-80", "0.5", 1),
    ("wfinstances", 60, 5, 16, 0.8, "1.5-4", "20-80", "0.5", 1), ("wfinstances", 60, 5, 16, 1.2, "1.5-4", "20-80", "0.5", 1),
]
SEEDS = 30


def main(_):
    folder = new_folder()
    rows, raw, ratios = [], {}, {}
    for regime in REGIMES:
        result = simulate(folder, *regime)
        policies = {policy["name"]: policy for policy in result["policies"]}
        ours = policies["intelligent"]
        raw[" ".join(map(str, regime))] = result
        late = {name: policy["weighted_tardiness_seconds"] for name, policy in policies.items()}
        for rule in RULES:
            if late[rule] > 0:
                ratios.setdefault(rule, []).append(max(late["intelligent"], 1e-9) / late[rule])
        best = min(RULES, key=late.get)
        rows.append([title(*regime), f"{late['intelligent']:.1f} s", best, f"{late[best]:.1f} s", over(result["best"], ours, policies[best]),
                     f"{ours['missed_deadline_percent']:.0f} %", f"{policies[best]['missed_deadline_percent']:.0f} %",
                     f"{ours['decision_milliseconds']['p99']:.2f} ms"])
    means = {rule: math.exp(sum(map(math.log, values)) / len(values)) for rule, values in ratios.items()}
    overall = ", ".join(f"{rule} {mean:.3f}" for rule, mean in sorted(means.items(), key=lambda item: item[1]))
    write("objectives", "Deadlines and priorities",
          ["regime", "late", "best rule", "it is late", "over it", "missed", "by it", "decision, p99"], rows,
          [f"How long after their deadlines runs end, mean weighted by priority, under `intelligent` with `--objective tardiness` and under "
           f"rules that are told the same: mean of {SEEDS} paired seeds. Deadlines are drawn as multiples of each run's critical path. "
           f"Geometric mean over the regimes, over each rule: {overall}. Rules by their papers, without patience."],
          raw)


def over(best, ours, rule):
    """The ratio of the means with its 95 % interval, which is known of all policies over the best one."""
    if best == "intelligent":
        low, high = (1 / max(bound, 1e-9) for bound in reversed(rule["ratio_to_best"]["ci95"]))
        return f"{1 / max(rule['ratio_to_best']['mean'], 1e-9):.3f} [{low:.3f}, {high:.3f}]"
    low, high = ours["ratio_to_best"]["ci95"]
    return f"{ours['ratio_to_best']['mean']:.3f} [{low:.3f}, {high:.3f}]"


def title(workload, jobs, workers, cores, load, slack, priorities, spread, error):
    text = f"{workload.removeprefix('synthetic:')}, {workers} workers of {cores} cores, load {load}, deadlines {slack} paths, priority {priorities}"
    return text.replace("of 1 cores", "of a core") + (f", variation {spread}, estimates off by {error}" if error != 1 else "")


def simulate(folder, workload, jobs, workers, cores, load, slack, priorities, spread, error):
    path = workload if workload.startswith("synthetic:") else f"{os.environ['TRACES']}/{workload}"
    command = [BATON, "simulate", "--workload", path, "--jobs", jobs, "--workers", workers, "--cpu", cores, "--memory", "64GB",
               "--load", load, "--duration-cv", spread, "--estimate-error", error, "--deadline-slack", slack, "--priorities", priorities,
               "--objective", "tardiness", "--seeds", SEEDS, "--policy", ",".join([*RULES, "intelligent"]), "--json"]
    succeed([str(word) for word in command], folder)
    return json.loads(Path(folder, "output").read_text())
