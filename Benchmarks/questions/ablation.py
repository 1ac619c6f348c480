"""What is each member of the predicting ensemble worth?"""

from .measure import write
from .traces import evaluate, percent

MEMBERS = ["history", "recent", "last", "repeated", "bestLine", "lines", "affine", "neighbours", "interpolation", "tree"]
LINES = ["bestLine", "lines", "affine", "neighbours", "interpolation", "tree"]
UNEARNED = ["lstm"]
FOLDERS = ["sizey", "lotaru"]


def main(_):
    choices = {"all members": [], **{f"without {member}": ["--without", member] for member in MEMBERS},
               "history only: history, recent, last, repeated": ["--without", ",".join(LINES)],
               **{f"with {member}, which is left out": ["--with", member] for member in UNEARNED},
               "with lstm in place of neighbours": ["--with", "lstm", "--without", "neighbours"]}
    rows, raw = [], {}
    for name, options in choices.items():
        row, raw[name] = [name], {}
        for folder in FOLDERS:
            result = evaluate(folder, *options)
            raw[name][folder] = {target: {key: result[target][key] for key in ["one_minus_mape", "median_ape", "sizing"]}
                                 for target in ["memory", "duration"]}
            for target in ["memory", "duration"]:
                row.append(f"{percent(result[target]['one_minus_mape'])} / {percent(result[target]['median_ape'], 2)}")
            row.append(f"{result['memory']['sizing']['wasted_gb_hours']:.0f}")
        rows.append(row)
    header = ["members"] + [f"{folder} {what}" for folder in FOLDERS for what in ["memory", "duration", "wasted GBh"]]
    notes = ["1-MAPE / median APE in percent. Members overlap: what one of them leaves out another says, so a line of this table is "
             "less than what the member does alone. A small LSTM over the latest attempts is left out: with it run times are "
             "predicted 0.1 to 0.2 points better, memory no better, and more is wasted on sizey, for eight times the time. "
             "`baton predict --evaluate PATH --format FORMAT --with lstm` measures it."]
    write("ablation", "Ablation of the predicting ensemble", header, rows, notes, raw)
