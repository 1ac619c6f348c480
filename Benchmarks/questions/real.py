"""Workflows run for real on two slots: how far above the lower bound do they end, and how far behind are others?"""

import os
import random

from . import graphs
from .bounds import Problem
from .measure import BATON, SNAKEMAKE, available, interval, new_folder, program, succeed, write

SLOTS, LIMIT_MIB = Problem.SLOTS, 1024
REFERENCE = "baton intelligent, second run"


def main(repetitions):
    # Runs of one user share the machine; here nobody else's shall have a say.
    os.environ["XDG_RUNTIME_DIR"] = str(new_folder())
    if not available(SNAKEMAKE):
        print("Snakemake is left out: SNAKEMAKE names none, and none is on the path", flush=True)
    samples = {}
    for seed in range(1, repetitions + 1):
        heavy = heavy_tailed(random.Random(seed))
        shortened = [(name, needs, ["sleep", f"{float(argv[1]) / 10:.3f}"]) for name, needs, argv in heavy]
        memory, sizes = memory_bound(random.Random(seed))
        measure(samples, "heavy-tailed", seed, heavy)
        measure(samples, "heavy-tailed, ten times as short", seed, shortened)
        measure(samples, "memory-bound", seed, memory, sizes)
    rows = [row for workflow, subjects in samples.items() for row in table(workflow, subjects)]
    write("real", "Workflows on two slots",
          ["workflow", "subject", "makespan s", "above the lower bound", "worst", f"over {REFERENCE}"], rows,
          notes(repetitions), samples, tools=["make", "ninja", SNAKEMAKE])


def heavy_tailed(rng):
    """Six layers of ten tasks that sleep, 40 s in all; each needs one to three of the layer before. Few hold most of the work."""
    seconds = [min(rng.paretovariate(1.1), 50) for _ in range(60)]
    scale = 40 / sum(seconds)
    return layered(rng, [["sleep", f"{scale * value:.2f}"] for value in seconds], 3)


def memory_bound(rng):
    """Three layers of ten tasks that take an eighth to three quarters of the limit, and longer the more; MiB declared by name."""
    declared = [rng.randint(LIMIT_MIB // 8, LIMIT_MIB * 3 // 4) for _ in range(30)]
    hold = program("hold")
    # The process itself takes a few MiB, so it holds 16 less than declared.
    tasks = layered(rng, [[hold, str(size - 16), f"{(0.3 + 2.4 * size / 1024) * rng.uniform(0.8, 1.25):.2f}"]
                          for size in declared], 2)
    return tasks, {name: int(argv[1]) + 16 for name, _, argv in tasks}


def layered(rng, commands, needs_at_most, width=10):
    tasks = []
    for i, command in enumerate(commands):
        before = range(i - i % width - width, i - i % width) if i >= width else []
        needs = rng.sample(before, rng.randint(1, needs_at_most)) if before else []
        tasks.append((f"t{i}", [f"t{j}" for j in sorted(needs)], command))
    # The order in the file says nothing: make and ninja would otherwise follow the one in which tasks were made.
    rng.shuffle(tasks)
    return tasks


def measure(samples, workflow, seed, tasks, sizes=None):
    """One round: each subject runs the workflow once, in a folder of its own."""
    problem = Problem(tasks, {name: float(argv[-1]) for name, _, argv in tasks}, sizes, LIMIT_MIB if sizes else 0)
    bound, best = problem.lower_bound(), problem.best_found()
    longest = {name: round(1000 * (problem.seconds[name] + problem.tails[name])) for name in problem.needs}
    data = new_folder("history")
    for subject, command in subjects(sizes, data).items():
        if not available(command[0]):
            continue
        folder = new_folder()
        (folder / "flow.yaml").write_text(graphs.to_yaml(tasks, sizes))
        (folder / "Makefile").write_text(graphs.to_make(tasks))
        (folder / "build.ninja").write_text(graphs.to_ninja(tasks, alone_at_a_time(sizes)))
        (folder / "Snakefile").write_text(graphs.to_snakemake(tasks, sizes, longest if "priorities" in subject else None))
        result = succeed(command, folder)
        samples.setdefault(workflow, {}).setdefault(subject, []).append(
            {"seed": seed, "bound": bound, "best_found": best} | result)
        print(f"seed {seed}, {workflow}: {subject} {result['wall']:.2f} s, bound {bound:.2f} s, best {best:.2f} s", flush=True)


def subjects(sizes, data):
    """Commands by subject. Those that cannot be told memory run as many tasks at once as are safe in any order."""
    slots = safe_slots(sizes)
    snakemake = [SNAKEMAKE, "--cores", str(SLOTS), "--quiet", "all"]
    if sizes:
        snakemake += ["--resources", f"mem_mb={LIMIT_MIB}"]
    commands = {f"make -j{slots}": ["make", f"-j{slots}", "-s"],
                f"ninja -j{SLOTS}" + (", a pool" if sizes else ""): ["ninja", f"-j{SLOTS}", "--quiet"],
                "snakemake, ilp": [*snakemake, "--scheduler", "ilp"],
                "snakemake, greedy": [*snakemake, "--scheduler", "greedy"],
                "snakemake, ilp, priorities": [*snakemake, "--scheduler", "ilp"]}
    for policy in ["fifo", "critical-path", "intelligent"]:
        command = [BATON, "run", "flow.yaml", "--jobs", str(SLOTS), "--policy", policy, "--data-dir", str(data / policy)]
        if sizes:
            command += ["--memory", f"{LIMIT_MIB}MiB"]
        commands[f"baton {policy}, first run"] = command
        if policy != "fifo":  # which does not care how long tasks take
            commands[f"baton {policy}, second run"] = command
    return commands


def safe_slots(sizes):
    if not sizes:
        return SLOTS
    largest = sorted(sizes.values(), reverse=True)
    return max(slots for slots in range(1, SLOTS + 1) if sum(largest[:slots]) <= LIMIT_MIB)


def alone_at_a_time(sizes):
    """All tasks but those that fit beside the largest: one of the former and one of the latter, or two of these, are safe."""
    return {name for name, size in sizes.items() if size + max(sizes.values()) > LIMIT_MIB} if sizes else set()


def table(workflow, subjects):
    some = subjects[REFERENCE]
    found = [100 * (sample["best_found"] / sample["bound"] - 1) for sample in some]
    yield [workflow, "best schedule that a search found", f"{interval([sample['best_found'] for sample in some])[0]:.2f}",
           percent(found), f"{max(found):.1f} %", ""]
    for subject, runs in subjects.items():
        above = [100 * (run["wall"] / run["bound"] - 1) for run in runs]
        ratios = [run["wall"] / other["wall"] for run, other in zip(runs, some)]
        mean, half = interval(ratios)
        yield [workflow, subject, f"{interval([run['wall'] for run in runs])[0]:.2f}", percent(above), f"{max(above):.1f} %",
               "1" if subject == REFERENCE else f"{mean:.3f} [{mean - half:.3f}, {mean + half:.3f}]"]


def percent(values):
    mean, half = interval(values)
    return f"{mean:.1f} % [{mean - half:.1f}, {mean + half:.1f}]"


def notes(repetitions):
    return [
        f"Means over {repetitions} workflows of each kind, each run once by each subject, with 95 % intervals over the workflows "
        "(Student's t); ratios are taken within a workflow. Makespan is from the command to its end, start-up included. "
        "Workflows were fixed before any of them was run, by the functions and seeds in `real.py`.", "",
        "**Heavy-tailed**: 60 tasks in six layers of ten, each with one to three needs in the layer before; lengths from a Pareto "
        "distribution of exponent 1.1 cut at 50 times the shortest, scaled to 40 s. Tasks sleep: that takes a slot and no "
        "processor, so their lengths are exact, and a busy machine tells on the orchestrator alone. **Ten times as short** is the "
        "same with a tenth of the lengths, and shows what starting and ending costs.", "",
        f"**Memory-bound**: 30 tasks in three layers of ten under a limit of {LIMIT_MIB} MiB, each of which takes an eighth to three "
        "quarters of it, touching every page, and more time the more memory (`programs/hold.c`). The limit is small because touching "
        "a GiB takes a second of CPU on this machine, and memory, not the processor, shall be scarce.", "",
        "**The bound** is the longest path, or the area of tasks that start after one moment and end before another with the shortest "
        "way to and from them; two tasks of more than half of the memory have to run one after the other (`bounds.py`). It knows "
        "nothing of the time that it takes to start a process.", "",
        "**What each is told.** All have two slots. make and ninja know no memory: make runs as many tasks at once as are safe in any "
        "order, which is one; ninja runs two, and has all tasks that do not fit beside the largest in a pool of depth 1. Snakemake "
        "knows memory as `mem_mb`, and in the rows with priorities also each task's longest way to the end, by its true lengths, "
        "which a user would have to work out. Baton has the same memory declared, and no lengths: in its first run it knows none, in "
        "the second those that it saw in the first, which had a data folder of its own for each policy. The order of tasks in all "
        "files is the same and says nothing."]
