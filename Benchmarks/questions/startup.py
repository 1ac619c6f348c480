"""How long does a workflow of one task take, from the command to its end?"""

from . import graphs
from .measure import BATON, available, interleaved, median, new_folder, succeed, write


def main(repetitions):
    repetitions = max(repetitions, 20)
    folder = new_folder()
    graphs.write_all(graphs.independent(1, ["true"]), folder)

    def baton(data):
        return succeed([BATON, "run", "flow.yaml", "--data-dir", data], folder)

    subjects = {"true alone": lambda: succeed(["true"], folder), "make": lambda: succeed(["make"], folder)}
    if available("ninja"):
        subjects["ninja"] = lambda: succeed(["ninja"], folder)
    subjects["baton, new database"] = lambda: baton(new_folder("data"))
    subjects["baton"] = lambda: baton("data")
    samples = interleaved(subjects, repetitions)
    rows = [[subject, f"{1000 * median(values, 'wall'):.1f}", f"{1000 * max(v['wall'] for v in values):.1f}",
             f"{1000 * median(values, 'cpu'):.1f}"] for subject, values in samples.items()]
    write("startup", "Start-up", ["subject", "wall ms, median", "wall ms, worst", "CPU ms"], rows,
          [f"One task, `true`. {repetitions} interleaved repetitions after a warm-up."], samples)
