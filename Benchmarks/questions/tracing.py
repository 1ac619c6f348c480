"""What does `--trace-files` cost: above starting a process, and in a real build?"""

from . import graphs
from .measure import BATON, available, interleaved, median, new_folder, succeed, write

SOURCES, HEADERS = 40, ["stdio.h", "stdlib.h", "string.h", "math.h", "time.h", "unistd.h", "sys/stat.h", "signal.h"]


def main(repetitions):
    if not available("strace"):
        print("left out: strace is not installed (apt-get install strace)", flush=True)
        return
    rows, raw = [], {}
    for name, (count, folder) in {
        "500 independent `true`": tasks(graphs.independent(500, ["true"])),
        "chain of 100 `true`": tasks(graphs.chain(100, ["true"])),
        f"{SOURCES} C files compiled and linked": build(),
    }.items():
        samples = interleaved({"plain": run(folder), "--trace-files": run(folder, "--trace-files")}, repetitions)
        raw[name] = samples
        plain = samples["plain"]
        for subject, values in samples.items():
            wall, cpu = median(values, "wall"), median(values, "cpu")
            rows.append([name, subject, f"{1000 * wall / count:.2f}", f"{1000 * cpu / count:.2f}",
                         f"{wall / median(plain, 'wall'):.2f}", f"{cpu / median(plain, 'cpu'):.2f}"])
    write("tracing", "What tracing files costs",
          ["tasks", "subject", "wall ms/task", "CPU ms/task", "wall, plain = 1", "CPU, plain = 1"], rows,
          [f"Two at once. Medians of {repetitions} interleaved repetitions after a warm-up. CPU is user and system time of "
           "the command and of everything that it started, the tracers included."], raw, tools=["strace", "cc"])


def tasks(graph):
    folder = new_folder()
    (folder / "flow.yaml").write_text(graphs.to_yaml(graph))
    return len(graph), folder


def build():
    """C files that include what programs include, so that the compiler opens some dozens of files for each."""
    folder = new_folder()
    includes = "".join(f"#include <{header}>\n" for header in HEADERS)
    for i in range(SOURCES):
        body = "\n".join(f"int f{i}_{j}(int x) {{ return x * {j} + (int)strlen(\"{i}\"); }}" for j in range(200))
        (folder / f"s{i}.c").write_text(f"{includes}\n{body}\n")
    (folder / "main.c").write_text("int main(void) { return 0; }\n")
    names = [f"s{i}" for i in range(SOURCES)] + ["main"]
    graph = [(name, [], ["cc", "-O1", "-c", f"{name}.c", "-o", f"{name}.o"]) for name in names]
    graph.append(("link", names, ["cc", "-o", "program", *(f"{name}.o" for name in names)]))
    (folder / "flow.yaml").write_text(graphs.to_yaml(graph))
    return len(graph), folder


def run(folder, *options):
    return lambda: succeed([BATON, "run", "flow.yaml", "--jobs", "2", "--data-dir", new_folder("data"), *options], folder)
