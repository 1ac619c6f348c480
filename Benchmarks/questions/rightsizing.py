"""Fifty tasks that really take memory, requests as users write them, 6 GiB: what does asking for what was learned save?"""

import json
import os
import random
import statistics

from .measure import BATON, HERE, new_folder, program, succeed, write

LIMIT, SLOTS, SAMPLES = "6GiB", 8, 12
# Of each kind: program, MiB and seconds of a sample of size 1, MiB declared, and what it needs. Samples differ by a factor
# of two in size, so that 2 to 8 times what is used is declared.
KINDS = {
    "trim": ("grow", 170, 2.5, 1024, ["index"]),
    "align": ("eat", 520, 6, 3072, ["trim"]),
    "sort": ("eat", 340, 2.5, 2048, ["align"]),
    "call": ("grow", 640, 4.5, 2048, ["sort"]),
}
ALONE = {"index": ("eat", 1200, 4, 4096, []), "merge": ("grow", 1400, 4, 3072, ["call"])}


def main(repetitions):
    commands = {"eat": [program("eat")], "grow": ["python3", str(HERE / "programs" / "grow.py")]}
    samples = {}
    # Runs of one user share the machine; here nobody else's shall have a say.
    os.environ["XDG_RUNTIME_DIR"] = str(new_folder())
    for repetition in range(1, repetitions + 1):
        folder = new_folder()
        rng = random.Random(repetition)
        sizes = [rng.uniform(0.75, 1.5) for _ in range(SAMPLES)]
        for number, (name, options) in enumerate([
                ("1: as declared", []), ("2: --right-size", ["--right-size"]), ("3: --right-size", ["--right-size"]),
                ("4: as declared", [])]):
            # The name is that of the history; memory and time of a task differ a little from run to run.
            (folder / "flow.yaml").write_text(workflow(commands, sizes, random.Random(100 * repetition + number)))
            result = succeed([BATON, "run", "flow.yaml", "--jobs", str(SLOTS), "--memory", LIMIT, "--data-dir", "data",
                              "--json", *options], folder)
            samples.setdefault(name, []).append(result | allocation(folder))
            print(repetition, name, samples[name][-1], flush=True)
    rows = []
    for name, runs in samples.items():
        first = samples["1: as declared"]

        def ratio(key):
            return statistics.median(run[key] / base[key] for run, base in zip(runs, first))

        def middle(key):
            return statistics.median(run[key] for run in runs)

        rows.append([name, f"{middle('wall'):.1f}", f"{ratio('wall'):.2f}", f"{middle('allocated_gbh'):.3f}",
                     f"{ratio('allocated_gbh'):.2f}", f"{100 * middle('used_share'):.0f} %",
                     "/".join(str(run["killed"]) for run in runs), f"{runs[0]['succeeded']} of {runs[0]['tasks']}"])
    write("rightsizing", "Requests learned, against requests declared",
          ["run", "makespan s", "of run 1", "allocated GBh", "of run 1", "used of it", "attempts killed, each repetition",
           "tasks that succeeded"], rows,
          [f"Medians of {repetitions} repetitions, each with an empty history and other samples; ratios are taken within a "
           f"repetition. {SAMPLES} samples go through four steps between a first and a last task: "
           f"{SAMPLES * len(KINDS) + len(ALONE)} processes that take 0.13 to 1.4 GiB and touch every page, at once or bit by "
           "bit, hold it and otherwise wait, so that memory and not the processor is what they compete for; one core each, "
           f"`--jobs {SLOTS} --memory {LIMIT}`. Memory differs by up to 3 % and time by up to 10 % between runs of the same "
           "task.", "",
           "Declared is 2 to 8 times what is used. That is careful: in the two traces of nf-core pipelines that "
           "`prediction` uses, half of the tasks declare more than 16 and 51 times their peak, three quarters more than 7 "
           "and 2 times.", "",
           "Allocated is the sum over all attempts, killed ones included, of the memory granted times the time from start to "
           "end. What is granted is the limit that the kernel enforces. Run 2 knows run 1, run 3 both; run 4 asks for what is "
           "declared once more, knowing all durations, to show that the order of tasks is not what helps."], samples)


def workflow(commands, sizes, rng):
    def task(name, kind, size, needs):
        tool, mebibytes, seconds, declared, _ = kind
        command = commands[tool] + [str(round(mebibytes * size * rng.uniform(0.97, 1.03))),
                                    f"{seconds * size * rng.uniform(0.9, 1.1):.2f}"]
        return (f'  "{name}":\n    command: {json.dumps(command)}\n    needs: {json.dumps(needs)}\n'
                f"    resources: {{cpu: 1, memory: {declared}MiB}}\n")

    text = ["name: rightsizing\ntasks:\n", task("index", ALONE["index"], 1, [])]
    for name, kind in KINDS.items():
        tool, mebibytes, seconds, declared, needs = kind
        # One fan-out, as a user would write it: what it runs follows from the sample's number.
        shell = [f"{i}) exec {' '.join(commands[tool])} {round(mebibytes * size * rng.uniform(0.97, 1.03))} "
                 f"{seconds * size * rng.uniform(0.9, 1.1):.2f};;" for i, size in enumerate(sizes)]
        text.append(f"  {name}:\n    foreach: {{sample: {list(range(len(sizes)))}}}\n"
                    f"    needs: {json.dumps(needs if needs == ['index'] else [needs[0] + '[${{ sample }}]'])}\n"
                    f"    resources: {{cpu: 1, memory: {declared}MiB}}\n"
                    "    run: |\n      case ${{ sample }} in\n" + "".join(f"      {line}\n" for line in shell) +
                    "      esac\n")
    text.append(task("merge", ALONE["merge"], 1, ["call"]))
    return "".join(text)


def allocation(folder):
    """Of the events that the run wrote."""
    grants, ends, tasks = {}, [], set()
    for line in (folder / "output").read_text().splitlines():
        event = json.loads(line)
        key = event.get("task"), event.get("attempt")
        if event["event"] == "task" and event["state"] == "running":
            grants[key] = event["grant"]["memory_bytes"]
            tasks.add(event["task"])
        elif event["event"] == "attempt":
            ends.append((key, event))
    allocated = used = killed = succeeded = 0
    for key, event in ends:
        seconds = event["usage"]["wall_seconds"]
        allocated += grants[key] * seconds
        killed += event["outcome"] == "failed"
        if event["outcome"] == "succeeded":
            succeeded += 1
            used += event["usage"]["peak_memory_bytes"] * seconds
    return {"allocated_gbh": allocated / 3.6e12, "used_share": used / allocated, "killed": killed,
            "attempts": len(ends), "tasks": len(tasks), "succeeded": succeeded}
