"""What does a task cost above starting its process?"""

from . import graphs
from .measure import BATON, available, interleaved, median, new_folder, program, succeed, write

TRUE = "true"
SHAPES = {
    "1,000 independent": (1000, lambda: graphs.independent(1000, [TRUE])),
    "20 layers x 50": (1000, lambda: graphs.layers(20, 50, [TRUE])),
    "chain of 500": (500, lambda: graphs.chain(500, [TRUE])),
}


def main(repetitions):
    rows, raw = [], {}
    for shape, (count, make_graph) in SHAPES.items():
        folder = new_folder()
        graphs.write_all(make_graph(), folder)
        samples = interleaved(subjects(shape, count, folder), repetitions)
        raw[shape] = samples
        floor = median(samples["spawn loop"], "cpu")
        ninja = median(samples["ninja"], "wall") if "ninja" in samples else None
        for subject, values in samples.items():
            wall, cpu = median(values, "wall"), median(values, "cpu")
            rows.append([shape, subject, f"{1000 * cpu / count:.2f}", f"{1000 * (cpu - floor) / count:+.2f}",
                         f"{1000 * wall / count:.2f}", f"{wall / ninja:.2f}" if ninja else "-"])
    write("overhead", "Overhead per task",
          ["shape", "subject", "CPU ms/task", "above the spawn loop", "wall ms/task", "wall, ninja = 1"], rows,
          [f"Every task is `{TRUE}`, two at once. Medians of {repetitions} interleaved repetitions after a warm-up. CPU is "
           "user and system time of the command and of everything that it started, the detached supervisor and the tasks "
           "included: the measuring process adopts orphans and waits for all of them."], raw)


def subjects(shape, count, folder):
    slots = "1" if shape.startswith("chain") else "2"
    chosen = {
        "spawn loop": [program("spawn"), slots, str(count), TRUE],
        "make": ["make", "-j2", "-s"],
        "ninja": ["ninja", "-j2", "--quiet"],
    }
    if shape.startswith("1,000"):
        chosen["GNU parallel"] = ["sh", "-c", f"seq {count} | parallel -j2 -n0 {TRUE}"]
    missing = {"ninja": "ninja", "GNU parallel": "parallel", "make": "make"}
    result = {name: (lambda command=command: succeed(command, folder)) for name, command in chosen.items()
              if available(missing.get(name, "sh"))}

    def baton():
        return succeed([BATON, "run", "flow.yaml", "--jobs", "2", "--data-dir", new_folder("data")], folder)

    result["baton"] = baton
    return result
