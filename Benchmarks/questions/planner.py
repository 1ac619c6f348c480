"""How far from the best are searched schedules?"""

import json
import os
from pathlib import Path

from .measure import BATON, new_folder, succeed, write

BUDGETS = ["50ms", "1s"]


def main(_):
    root = os.environ["TRACES"]
    folder = new_folder()
    (folder / "faults.yaml").write_text("seed: 1\nrates: {straggler: 1%, slow-start: 2%}\n")
    rows, raw = [], {}
    for kind in ["j30", "j60"]:
        problems = ["--workload", f"{root}/psplib/rcp/{kind}", "--reference", f"{root}/psplib"]
        for policy, budget in [("critical-path", None), *(("intelligent", budget) for budget in BUDGETS)]:
            result = simulate(folder, problems, policy, budget)
            raw[f"{kind} {policy} {budget}"] = result
            gap, latency = overshoot(result)
            rows.append([f"PSPLIB {kind}", policy, budget or "", gap, "best known", latency])
    # What is known is wrong: is a plan still no worse than the rule that needs none?
    for kind in ["j30", "j60"]:
        noise = ["--duration-cv", "1", "--estimate-error", "2", "--seeds", "4", "--faults", "faults.yaml"]
        result = simulate(folder, ["--workload", f"{root}/psplib/rcp/{kind}", *noise], "intelligent", None, "critical-path")
        raw[f"{kind} under error"] = result
        ratio = next(policy for policy in result["policies"] if policy["name"] == "intelligent")["ratio_to_baseline"]
        low, high = ratio["ci95"]
        rows.append([f"PSPLIB {kind}, under error", "intelligent", "", f"{(ratio['mean'] - 1) * 100:.2f} % [{(low - 1) * 100:.2f}, "
                     f"{(high - 1) * 100:.2f}]", "the longest path first", ""])
    batch = ["--workload", f"{root}/tpch", "--stages-are-tasks", "--arrivals", "batch", "--jobs", "50", "--workers", "1",
             "--cpu", "600", "--seeds", "20", "--objective", "makespan"]
    for policy, budget in [("critical-path", None), ("graphene", None), *(("intelligent", budget) for budget in BUDGETS)]:
        result = simulate(folder, batch, policy, budget)
        raw[f"tpch {policy} {budget}"] = result
        gap, latency = overshoot(result)
        rows.append(["50 queries of TPC-H", policy, budget or "", gap, "lower bound", latency])
    write("planner", "Searched schedules", ["problems", "policy", "budget of a plan", "makespan above", "what", "decision, max"], rows,
          ["Means over all problems of the makespan over the best known one, or over a bound that no schedule can beat, each carried out "
           "by the whole engine in the simulator with durations exactly as planned. PSPLIB: 240 problems of each set, one at a time; "
           "TPC-H: 20 batches of 50 queries drawn at random on one machine of 600 cores, each stage a task that takes its share. One "
           "core searches; the slowest decision is the one that plans. Under error: log-normal durations with a coefficient of variation "
           "of 1, estimates off by up to 2, 1 % of the attempts take ten times as long and 2 % start late; 4 seeds of each problem, in "
           "pairs."], raw)


def simulate(folder, workload, policy, budget, baseline=None):
    command = [BATON, "simulate", *workload, "--policy", policy, "--baseline", baseline or policy, "--threads", "1", "--json"]
    succeed(command + (["--plan-budget", budget] if budget else []), folder)
    return json.loads(Path(folder, "output").read_text())


def overshoot(result):
    policy = result["policies"][-1]
    gap = policy.get("gap_to_best_known_percent")
    gap = policy["makespan_gap_to_bound_percent"] if gap is None else gap
    return f"{gap:.3f} %", f"{policy['decision_milliseconds']['max']:.1f} ms"
