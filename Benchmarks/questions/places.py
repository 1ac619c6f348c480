"""How long do runs take on workers that differ, where data has to be moved?"""

import json
import math
import os
from pathlib import Path

from .measure import BATON, new_folder, succeed, write
from .sharing import mean

# Eight kinds of workers: cores of a small one, cores of a large one, GB of memory, speed, MB/s to and from others.
KINDS = [(1, 4, 16, 0.6, 62.5), (2, 8, 32, 0.8, 125), (2, 8, 32, 1.0, 125), (8, 16, 64, 1.0, 1250), (4, 16, 32, 1.5, 1250),
         (1, 4, 16, 2.0, 312.5), (8, 16, 128, 0.9, 625), (1, 4, 16, 1.2, 31.25)]
# Name: workers of each kind, whether they are large, and what the network is multiplied by.
CLUSTERS = {"8 small workers": (1, False, 1), "8 small workers, slow network": (1, False, 0.1),
            "8 large workers": (1, True, 1), "24 small workers": (3, False, 1)}
APPLICATIONS = ["pegasus/epigenomics", "pegasus/montage", "pegasus/srasearch", "makeflow/blast", "nextflow"]
RULES = ["heft", "peft", "cpop", "min-min", "max-min", "critical-path", "srpt-critical-path", "shortest-first", "fair",
         "graphene", "tetris", "fifo"]
# Workload, jobs in a stream, cluster, load, spread of durations, error of estimates.
ALONE = [(f"wfinstances/{application}", 1, cluster, 0.8, spread, 1)
         for cluster in list(CLUSTERS)[:2] for spread in ["0", "0.5"] for application in APPLICATIONS]
STREAMS = [("wfinstances", 30, "8 small workers", load, "0.5", 1) for load in [0.5, 0.8, 1.2]]
STREAMS += [("wfinstances", 30, cluster, 0.8, "0.5", 1) for cluster in list(CLUSTERS)[1:]]
STREAMS += [("wfinstances", 30, "8 small workers", 0.8, "0", 1), ("wfinstances", 30, "8 small workers", 0.8, "1", 2)]
SEEDS = 30


def main(_):
    folder = new_folder()
    rows, raw, ratios = [], {}, {}
    for regime in ALONE + STREAMS:
        result = simulate(folder, *regime)
        raw[title(*regime)] = result
        policies = {policy["name"]: policy for policy in result["policies"]}
        ours = policies["intelligent"]
        best = min(RULES, key=lambda rule: mean(policies[rule]))
        for rule in RULES:
            ratios.setdefault((regime[1] > 1, rule), []).append(mean(ours) / mean(policies[rule]))
        rows.append([title(*regime), over(policies["heft"]), over(policies["peft"]), best, over(policies[best]),
                     f"{ours['makespan_seconds'] / policies['heft']['makespan_seconds']:.3f}"])
    write("places", "Workers that differ, and data that moves",
          ["regime", "over heft", "over peft", "best rule", "over it", "makespan over heft"], rows,
          [f"Mean time from the arrival of a run to its end under `intelligent`, over that under a rule that is told the same: {SEEDS} "
           "paired seeds, with 95 % intervals. Smaller is better. A run alone is drawn anew for each seed from those of its application.",
           "", overall("Geometric mean over single runs, over each rule", ratios, False), "",
           overall("Over streams", ratios, True), "",
           "Eight kinds of workers, one of each unless said otherwise: " + "; ".join(
               f"{small} core{'s' if small > 1 else ''} (large: {large}), {memory} GB, speed {speed}, {rate} MB/s"
               for small, large, memory, speed, rate in KINDS) + ". A slow network has a tenth of that, as between sites."],
          raw)


def overall(words, ratios, are_streams):
    means = {rule: math.exp(sum(map(math.log, values)) / len(values))
             for (is_stream, rule), values in ratios.items() if is_stream == are_streams}
    return f"{words}: " + ", ".join(f"{rule} {mean:.3f}" for rule, mean in sorted(means.items(), key=lambda item: item[1])) + "."


def over(rule):
    """Ours over the rule's: the inverse of what is known of every policy over the baseline."""
    low, high = (1 / bound for bound in reversed(rule["ratio_to_baseline"]["ci95"]))
    return f"{1 / rule['ratio_to_baseline']['mean']:.3f} [{low:.3f}, {high:.3f}]"


def title(workload, jobs, cluster, load, spread, error):
    text = workload.split("/")[-1] + (" alone" if jobs == 1 else f", {jobs} runs at load {load}") + f", {cluster}, variation {spread}"
    return text + (f", estimates off by {error}" if error != 1 else "")


def simulate(folder, workload, jobs, cluster, load, spread, error):
    count, is_large, factor = CLUSTERS[cluster]
    machines = [{"kind": f"kind{place}", "count": count, "cpu": large if is_large else small, "memory": f"{memory}GB", "speed": speed,
                 "network": f"{round(rate * factor * 1000)}KB"} for place, (small, large, memory, speed, rate) in enumerate(KINDS)]
    Path(folder, "cluster.json").write_text(json.dumps(machines))
    command = [BATON, "simulate", "--workload", f"{os.environ['TRACES']}/{workload}", "--jobs", jobs, "--cluster", "cluster.json",
               "--load", load, "--duration-cv", spread, "--estimate-error", error, "--seeds", SEEDS,
               "--policy", ",".join([*RULES, "intelligent"]), "--baseline", "intelligent", "--json"]
    succeed([str(word) for word in command], folder)
    return json.loads(Path(folder, "output").read_text())
