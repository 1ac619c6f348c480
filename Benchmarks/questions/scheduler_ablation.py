"""What is each ingredient of the intelligent policy worth?"""

import json
import math
import os
import random
from pathlib import Path

from .measure import BATON, new_folder, succeed, write

# Options of `baton simulate`; a path is a network that is trained first.
SUBJECTS = {
    "network, all ingredients": ["--network", "full"],
    "random weights": ["--network", "random"],
    "imitation only": ["--network", "imitation"],
    "reinforcement only": ["--network", "reinforcement"],
    "a single agent": ["--network", "single"],
    "network, no rollouts": ["--network", "full", "--without", "rollouts,trial"],
    "no network, no search, no trial": ["--network", "none", "--without", "search,trial"],
    "no network, no trial in hindsight": ["--network", "none", "--without", "trial"],
}
NONE = ["--network", "none"]
TRAINED = {
    "full": [], "imitation": ["--without", "reinforcement"], "reinforcement": ["--without", "imitation"],
    "single": ["--single-agent"],
}
# Workloads, each with what is compared: makespan of problems and batches, mean completion of streams.
PLANS = {
    "PSPLIB j30": ["--workload", "psplib/rcp/j30", "--jobs", "60", "--seeds", "1"],
    "PSPLIB j60": ["--workload", "psplib/rcp/j60", "--jobs", "60", "--seeds", "1"],
    "50 queries of TPC-H": ["--workload", "tpch", "--stages-are-tasks", "--arrivals", "batch", "--jobs", "50", "--workers", "1", "--cpu",
                            "600", "--seeds", "30", "--objective", "makespan"],
}
STREAMS = {
    f"{jobs} runs of {workload}, {workers} workers, load {load}": [
        "--workload", workload, "--jobs", jobs, "--workers", workers, "--cpu", cores, "--memory", "64GB", "--load", load,
        "--duration-cv", "0.5", "--seeds", "30"]
    for workload, jobs, workers, cores, load in [
        ("tpch", 40, 5, 1, 0.8), ("tpch", 40, 20, 1, 0.8), ("tpch", 40, 20, 1, 1.2), ("wfinstances", 60, 5, 16, 0.8),
        ("wfinstances", 60, 5, 16, 1.2), ("wfinstances", 60, 20, 4, 0.8), ("wfinstances", 200, 5, 16, 0.8)]
}
# Of one training: rounds of imitation and of reinforcement.
ROUNDS = os.environ.get("ROUNDS", "150,400")
# A folder of networks that were trained before, by the names above; those that are not there are left out.
NETWORKS = os.environ.get("NETWORKS")


def main(_):
    folder = Path(NETWORKS) if NETWORKS else new_folder()
    for name, options in TRAINED.items():
        if not NETWORKS:
            train(folder, name, options)
        elif not (folder / name).exists():
            for subject in [subject for subject, words in SUBJECTS.items() if name in words]:
                del SUBJECTS[subject]
    rows, raw = [], {}
    for workload, options in {**PLANS, **STREAMS}.items():
        metric = "makespan" if workload in PLANS else "completion"
        reference = values(simulate(folder, options, NONE), metric)
        raw[workload] = {"no network": reference}
        row = [workload, f"{sum(reference) / len(reference):.5g} s"]
        for subject, ingredients in SUBJECTS.items():
            found = values(simulate(folder, options, ingredients), metric)
            raw[workload][subject] = found
            row.append(ratio(found, reference))
        rows.append(row)
    write("scheduler-ablation", "Ablation of the intelligent policy", ["workload", "no network", *SUBJECTS], rows,
          ["Makespan of plans and batches, mean completion of runs in streams, over that without a network and with all else: ratio of "
           "means with its 95 % interval over paired problems or seeds; below 1 the ingredient pays. Networks are used "
           "everywhere here, also where the one that ships is not; plans cost what 50 ms allow. All four were trained by the same "
           f"command, `baton train --fresh --rounds {ROUNDS} --workload tpch --workload wfinstances`, but for what their names say: a network "
           "may know the jobs of tpch and wfinstances, and none of PSPLIB. No rollouts: what the network says first is "
           "followed. No search, no trial: the longest path first, straightened, and the rule's first way to share."], raw)


def train(folder, name, options):
    root = os.environ["TRACES"]
    command = [BATON, "train", "--fresh", "--rounds", ROUNDS, "--workload", f"{root}/tpch", "--workload", f"{root}/wfinstances",
               "--validation", "1,1", "--output", str(Path(folder, name)), "--data-dir", str(Path(folder, "data")), *options]
    succeed(command, folder)


def simulate(folder, options, ingredients):
    options = [str(option) for option in options]
    place = options.index("--workload") + 1
    options[place] = f"{os.environ['TRACES']}/{options[place]}"
    ingredients = [str(Path(folder, word)) if word in TRAINED else word for word in ingredients]
    output = new_folder()
    succeed([BATON, "simulate", *options, *ingredients, "--policy", "intelligent", "--baseline", "intelligent", "--data-dir",
             "data", "--json"], output)
    return json.loads(Path(output, "output").read_text())


def values(result, metric):
    """By problem or seed."""
    policy = result["policies"][-1]
    return policy["makespan_seconds_by_trial"] if metric == "makespan" else policy["mean_completion_seconds_by_trial"]


def ratio(found, reference, resamples=2000):
    generator = random.Random(1)
    pairs = list(zip(found, reference))
    ratios = sorted(over(generator.choices(pairs, k=len(pairs))) for _ in range(resamples))
    low, high = ratios[int(0.025 * resamples)], ratios[math.ceil(0.975 * resamples) - 1]
    return f"{over(pairs):.4f} [{low:.4f}, {high:.4f}]"


def over(pairs):
    return sum(pair[0] for pair in pairs) / sum(pair[1] for pair in pairs)
