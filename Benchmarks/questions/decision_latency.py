"""How long does a decision take where much is ready at once?"""

import json
import os
from pathlib import Path

from .measure import BATON, new_folder, succeed, write

# What arrives, and how it is asked for.
MAP_REDUCE = ["--workload", "synthetic:map-reduce", "--duration-cv", "0.5"]
CLUSTER = ["--workers", "100", "--cpu", "1", "--memory", "64GB", "--threads", "1", "--seeds", "3"]
BUDGETS = [None, "50ms"]


def main(_):
    folder = new_folder()
    (folder / "wide.yaml").write_text(
        "name: wide\ntasks:\n  one:\n    foreach: {i: " + json.dumps(list(range(10_000))) + "}\n    run: work ${{ i }}\n"
        "    duration: 100ms\n    resources: {cpu: 1, memory: 1GB}\n")
    (folder / "crashes.yaml").write_text("seed: 1\nrandom-crashes: {every: 2m, back: 10s, until: 1h}\nrates: {straggler: 1%}\n")
    loads = {
        "10,000 ready tasks of one run, 1,000 of which start in a second": ["wide.yaml", "--duration-cv", "0.5"],
        "100 runs of 200 tasks at once": [*MAP_REDUCE, "--tasks", "200", "--jobs", "100", "--arrivals", "batch"],
        "a stream of 200 runs of 200 tasks, load 1.2": [*MAP_REDUCE, "--tasks", "200", "--jobs", "200", "--load", "1.2"],
        "one run of 1,000 tasks, each worker lost every 2 minutes":
            [*MAP_REDUCE, "--tasks", "1000", "--jobs", "1", "--faults", "crashes.yaml"],
    }
    if "TRACES" in os.environ:
        loads["a stream of 40 queries of TPC-H, load 0.8"] = [
            "--workload", f"{os.environ['TRACES']}/tpch", "--jobs", "40", "--load", "0.8", "--duration-cv", "0.5"]
    rows, raw = [], {}
    for load, arguments in loads.items():
        for budget in BUDGETS:
            command = [BATON, "simulate", *arguments, *CLUSTER, "--policy", "intelligent", "--baseline", "intelligent", "--data-dir", "data",
                       "--json"]
            wall = succeed(command + (["--plan-budget", budget] if budget else []), folder)["wall"]
            ours = json.loads(Path(folder, "output").read_text())["policies"][0]
            raw[f"{load}, {budget}"] = ours | {"wall": wall}
            times, planning = ours["dispatch_milliseconds"], ours["planning_milliseconds"]
            rows.append([load, budget or "standard", f"{ours['decisions'] - ours['plans']:,}", f"{times['p50']:.3f} ms",
                         f"{times['p99']:.3f} ms", f"{times['max']:.1f} ms", f"{ours['plans']:,}",
                         f"{planning['p99']:.1f} ms" if planning else "", f"{planning['max']:.1f} ms" if planning else "",
                         f"{ours['decisions'] / wall:,.0f}"])
    write("decision-latency", "How long decisions take",
          ["what is there", "budget of a plan", "dispatches", "median", "p99", "max", "with a new plan", "p99", "max",
           "decisions a second, all told"],
          rows,
          ["`intelligent` on 100 workers of a core in the simulator, on one thread, 3 seeds; what the policy computes of its features is "
           "part of a decision. Decisions for which a plan was made are told from those that start, or start nothing, by what there is. "
           "The standard budget counts schedules and so gives the same plan everywhere; `50ms` is held by a clock, as "
           "the watchdog of live commands is (80 ms). The last column divides by the wall time of the whole command, the simulated "
           "cluster included."], raw)
