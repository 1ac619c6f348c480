"""How well are tasks of real traces predicted, and what does it save?"""

from .measure import write
from .traces import FOLDERS, TARGETS, evaluate, percent


def main(_):
    rows, raw = [], {}
    for folder in FOLDERS:
        result = evaluate(folder)
        raw[folder] = {target: result[target] for target in TARGETS}
        raw[folder]["left_out"] = result["left_out"]
        for target in TARGETS:
            whole = result[target]
            for name, part in [("", whole), (", first of their kind", whole["cold_start"]),
                               (", as known at submission", whole["by_submission"]),
                               (", each trace alone", whole["each_alone"])]:
                rows.append([folder, target + name, str(part["count"])] + [
                    percent(part[key]) for key in ["one_minus_mape", "median_ape", "within_15_percent",
                                                   "mean_min_over_max", "coverage_p90"]])
    notes = ["Percent. A folder is the history of one user, which begins with an empty memory: dated traces by the time, others one after "
             "the other; `each trace alone` forgets all between them. In the order of completion; nothing known only after a run "
             "is a feature. What is tuned was tuned on these traces.", "",
             "| Traces | request | wasted GBh | killed % | each alone: wasted GBh | killed % |", "|---|---|---|---|---|---|"]
    for folder in FOLDERS:
        sizing = raw[folder]["memory"]["sizing"]
        alone = raw[folder]["memory"]["each_alone"]["sizing"]
        scores = [("baton", sizing, alone)]
        scores += [(name, score, alone["baselines"][name]) for name, score in sizing["baselines"].items()]
        for name, *scores in scores:
            cells = [f"{score['wasted_gb_hours']:.1f} | {score['killed_percent']:.2f}" for score in scores]
            notes.append(f"| {folder} | {name} | {' | '.join(cells)} |")
    header = ["traces", "target", "tasks", "1-MAPE", "median APE", "within 15 %", "min/max", "p90 covers"]
    write("prediction", "Prediction", header, rows, notes, raw)
