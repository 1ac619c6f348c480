"""How long does a workflow of one task take, from the command to its end?"""

import shutil
import tempfile
from pathlib import Path

from . import graphs
from .measure import BATON, available, interleaved, median, succeed, write


def main(repetitions):
    repetitions = max(repetitions, 20)
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as name:
        folder = Path(name)
        graphs.write_all(graphs.independent(1, ["/bin/true"]), folder)

        def baton(fresh):
            if fresh:
                shutil.rmtree(folder / "data", ignore_errors=True)
            return succeed([BATON, "run", "flow.yaml", "--data-dir", "data"], folder)

        subjects = {"/bin/true alone": lambda: succeed(["/bin/true"], folder), "make": lambda: succeed(["make"], folder)}
        if available("ninja"):
            subjects["ninja"] = lambda: succeed(["ninja"], folder)
        subjects["baton, new database"] = lambda: baton(True)
        subjects["baton"] = lambda: baton(False)
        samples = interleaved(subjects, repetitions)
    rows = [[subject, f"{1000 * median(values, 'wall'):.1f}", f"{1000 * max(v['wall'] for v in values):.1f}",
             f"{1000 * median(values, 'cpu'):.1f}"] for subject, values in samples.items()]
    write("startup", "Start-up", ["subject", "wall ms, median", "wall ms, worst", "CPU ms"], rows,
          [f"One task, `/bin/true`. {repetitions} interleaved repetitions after a warm-up."], samples)
