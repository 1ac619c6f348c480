"""How well is load forecast, by which way of going on with the past?"""

import json
import os
import subprocess
from pathlib import Path

from .measure import BATON, write
from .traces import percent

MEMBERS = ["seasonal-naive", "moving-average", "holt-winters", "lstm"]
SEEDS = [1, 2, 3]
WEEKS = 4
# Jobs of 10 tasks at load 0.6 on ten workers of 16 cores.
INVENTED = {"follows the day": "daily", "random": "poisson", "bursts": "burst"}


def forecast(*options):
    result = subprocess.run([BATON, "forecast", *map(str, options), "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        return {"refused": result.stderr.strip()}
    return json.loads(result.stdout)


def rows_of(name, results):
    """One row for each quantity: mean errors over the seeds, and how often each member was chosen."""
    for quantity in ["runs", "tasks", "cores", "memory"]:
        found = [result["load"][quantity] for result in results if quantity in result["load"]]
        if not found:
            continue
        cells = []
        for member in MEMBERS:
            errors = [score.get("relative_error") for load in found for score in load["members"] if score["member"] == member]
            errors = [error for error in errors if error is not None]
            cells.append(percent(sum(errors) / len(errors)) if errors else "-")
        chosen = sorted({load["member"] for load in found}, key=MEMBERS.index)
        coverage = [load["coverage_p90"] for load in found if "coverage_p90" in load]
        yield [name, quantity, *cells, ", ".join(chosen), percent(sum(coverage) / len(coverage)) if coverage else "-"]


def main(_):
    rows, raw, refused = [], {}, []
    for name, pattern in INVENTED.items():
        results = [forecast("--workload", "synthetic:pipelines", "--tasks", 10, "--jobs", 40_000, "--load", 0.6, "--arrivals",
                            pattern, "--seed", seed, "--bucket", "1h", "--horizon", "24h") for seed in SEEDS]
        raw[name] = results
        rows += rows_of(f"invented, {name}", results)
    traces = Path(os.environ.get("TRACES", "/nowhere")) / "sizey"
    for path in sorted(traces.glob("*")):
        result = forecast("--trace", path, "--format", "nextflow-trace")
        name = path.name.split(".")[0]
        raw[name] = result
        if "refused" in result:
            refused.append(f"{name}: {result['refused'].removeprefix('error: ')}.")
        else:
            rows += rows_of(name, [result])
    notes = ["Mean absolute error of all steps of all forecasts of the back-test over the mean of what came, in percent; the member "
             "chosen, and the share of values at or below the p90. Invented: 40,000 runs of 10 tasks, forecasts of 24 h in hours, "
             f"mean of {len(SEEDS)} seeds.", "", *refused]
    header = ["past", "load", *MEMBERS, "chosen", "p90 covers"]
    write("forecast", "Forecast of load", header, rows, notes, raw)
