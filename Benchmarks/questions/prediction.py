"""How well are tasks of real traces predicted, and what does it save?"""

import collections
import csv
import glob
import gzip
import os
import statistics

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
    notes += ["", hindsight()]
    header = ["traces", "target", "tasks", "1-MAPE", "median APE", "within 15 %", "min/max", "p90 covers"]
    write("prediction", "Prediction", header, rows, notes, raw)


def hindsight():
    """How well Lotaru's memory is known to somebody who has seen the same task on the same input on the six other machines."""
    peaks = collections.defaultdict(list)
    for path in sorted(glob.glob(os.path.join(os.environ["TRACES"], "lotaru", "*", "results_*", "*"))):
        with (gzip.open if path.endswith(".gz") else open)(path, "rt") as table:
            for row in csv.DictReader(table):
                same = tuple(row[name] for name in ["Workflow", "Task", "Label", "WorkflowInputSize", "TaskInputSize"])
                if float(row["peak_rss"]) > 0:
                    peaks[same].append(float(row["peak_rss"]))
    errors = []
    for values in peaks.values():
        for place, peak in enumerate(values):
            others = values[:place] + values[place + 1:]
            if len(others) >= 2:
                errors.append(abs(statistics.median(others) - peak) / peak)
    share = 100 * (1 - statistics.mean(errors))
    return (f"What can be known: the median of what the same task took on the same input on Lotaru's other machines, earlier or later, "
            f"predicts {len(errors)} of its peaks with a 1-MAPE of {share:.1f} % and a median error of "
            f"{100 * statistics.median(errors):.1f} %. Peaks are sampled, and of a short task the sample misses it now and then, by up "
            f"to a factor of 60.")
