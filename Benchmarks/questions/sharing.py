"""How long do runs take that share a cluster?"""

import json
import math
import os
from pathlib import Path

from .measure import BATON, new_folder, succeed, write

RULES = ["fifo", "fair", "shortest-first", "srpt-critical-path", "critical-path", "tetris", "graphene"]
FAULTS = "seed: 1\nrates: {straggler: 1%, slow-start: 2%}\nrandom-crashes: {every: 4h, back: 10m, until: 12h}\n"
# Workload, workers, cores of each, load, spread of durations, error of estimates; where they are off, things go wrong too.
REGIMES = [
    ("tpch", 5, 1, 0.8, "0.5", 1), ("tpch", 20, 1, 0.8, "0.5", 1), ("tpch", 100, 1, 0.8, "0.5", 1),
    ("tpch", 20, 1, 0.5, "0.5", 1), ("tpch", 20, 1, 1.2, "0.5", 1), ("tpch", 20, 1, 0.8, "1", 2),
    ("wfinstances", 5, 16, 0.5, "0.5", 1), ("wfinstances", 5, 16, 0.8, "0.5", 1), ("wfinstances", 5, 16, 1.2, "0.5", 1),
    ("wfinstances", 20, 4, 0.8, "0.5", 1), ("wfinstances", 100, 4, 0.8, "0.5", 1), ("wfinstances", 5, 16, 0.8, "1", 2),
]
# Runs in a stream: what is good for the first ones on an empty cluster need not be good for those that come later.
LENGTHS = {"short": {"tpch": 40, "wfinstances": 60}, "long": {"tpch": 200, "wfinstances": 200}}
SEEDS = 30
FIRST = 1001  # seeds by which nothing was chosen


def main(_):
    folder = new_folder()
    (folder / "faults.yaml").write_text(FAULTS)
    rows, raw, ratios, limits = [], {}, {}, {}
    for length, jobs in LENGTHS.items():
        for workload, *conditions in REGIMES:
            regime = (workload, jobs[workload], *conditions)
            result = simulate(folder, *regime)
            policies = {policy["name"]: policy for policy in result["policies"]}
            ours = policies["intelligent"]
            raw[" ".join(map(str, regime))] = result
            relative = {rule: mean(ours) / mean(policies[rule]) for rule in RULES}
            for rule, ratio in relative.items():
                ratios.setdefault(rule, {}).setdefault(length, []).append(ratio)
            best = max(relative, key=relative.get)
            limit = relative["fifo"] / (1 + ours["gap_to_bound_percent"] / 100)
            if regime[-1] == 1:
                limits.setdefault(length, []).append((limit, relative["fifo"]))
            tail = ours["p95_completion_seconds"] / policies[best]["p95_completion_seconds"]
            rows.append([title(*regime), f"{relative['fifo']:.3f}", f"{limit:.3f}" if regime[-1] == 1 else "",
                         f"{relative['fair']:.3f}", best, over(result["best"], ours, policies[best]), f"{tail:.3f}"])
    write("sharing", "Runs that share a cluster",
          ["regime", "over fifo", "a bound over fifo", "over fair", "best rule", "over it", "95th percentile over it"], rows,
          [f"Mean time from the arrival of a run to its end under `intelligent`, over that under rules that are told the same: mean of "
           f"{SEEDS} paired seeds, from {FIRST}. Rules by their papers, without patience. Geometric means over the regimes: "
           f"{overall(ratios)}.",
           f"The bound holds for whoever knows all in advance, interrupts tasks and gives each of them the whole cluster. Where nothing "
           f"fails: {bounds(limits)}.",
           "The reserve, the cap and the order of runs were tuned on these two workloads and on alibaba2018, by looking at 3 or 4 "
           "seeds of twelve regimes; what is long at first, and for how long tasks are passed, by looking at 4 to 8; the reserve at "
           "first, and what a trial asks for before it changes anything, by 4 to 8 seeds of wfinstances and alibaba2018, in streams of "
           "60 and of 200 runs; the order inside a run by 4 to 10 seeds of nineteen regimes, these two workloads and families among "
           "them, and by 30 seeds of TPC-H. None of those is among the seeds here.",
           "Faults: 1 % of the attempts take ten times as long, 2 % start late, and every worker is lost every 4 hours on average, for "
           "10 minutes."],
          raw)


def overall(ratios):
    """Over each rule: all regimes, then short and long streams."""
    means = {rule: [geometric(sum(by_length.values(), [])), *map(geometric, by_length.values())] for rule, by_length in ratios.items()}
    return "; ".join(f"over {rule} {all_of_them:.3f} (short streams {short:.3f}, long ones {long:.3f})"
                     for rule, (all_of_them, short, long) in sorted(means.items(), key=lambda item: item[1]))


def bounds(limits):
    parts = []
    for length, pairs in limits.items():
        least, own = (geometric(values) for values in zip(*pairs))
        parts.append(f"in {length} streams it is at {least:.3f} of FIFO, and `intelligent` at {own:.3f}")
    return ", ".join(parts)


def geometric(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def mean(policy):
    return policy["mean_completion_seconds"]["mean"]


def over(best, ours, rule):
    """The ratio of the means with its 95 % interval, which is known of all policies over the best one."""
    if best == "intelligent":
        low, high = (1 / bound for bound in reversed(rule["ratio_to_best"]["ci95"]))
        return f"{1 / rule['ratio_to_best']['mean']:.3f} [{low:.3f}, {high:.3f}]"
    low, high = ours["ratio_to_best"]["ci95"]
    return f"{ours['ratio_to_best']['mean']:.3f} [{low:.3f}, {high:.3f}]"


def title(workload, jobs, workers, cores, load, spread, error):
    text = f"{jobs} runs of {workload}, {workers} workers of {cores} cores, load {load}, variation {spread}"
    return text.replace("of 1 cores", "of a core") + (f", estimates off by {error}, faults" if error != 1 else "")


def simulate(folder, workload, jobs, workers, cores, load, spread, error):
    command = [BATON, "simulate", "--workload", f"{os.environ['TRACES']}/{workload}", "--jobs", jobs, "--workers", workers,
               "--cpu", cores, "--memory", "64GB", "--load", load, "--duration-cv", spread, "--estimate-error", error,
               "--seeds", SEEDS, "--seed", FIRST, "--policy", ",".join([*RULES, "intelligent"]), "--json"]
    if error != 1:
        command += ["--faults", "faults.yaml"]
    succeed([str(word) for word in command], folder)
    return json.loads(Path(folder, "output").read_text())
