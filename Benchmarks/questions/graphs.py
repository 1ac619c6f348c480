"""Graphs of tasks, written for Baton, make, ninja and Snakemake. A task is (name, needs, argv)."""

import json


def independent(count, argv):
    return [(f"t{i}", [], argv) for i in range(count)]


def layers(depth, width, argv):
    return [(f"t{layer}_{i}", [f"t{layer - 1}_{i}", f"t{layer - 1}_{(i + 1) % width}"] if layer else [], argv)
            for layer in range(depth) for i in range(width)]


def chain(count, argv):
    return [(f"t{i}", [f"t{i - 1}"] if i else [], argv) for i in range(count)]


def tangle(count, edges, random):
    """Each task needs some of the hundred before it; `edges` in all."""
    wanted = [min(i, edges // count) for i in range(count)]
    for i in range(count):
        if i >= 100 and sum(wanted) < edges and wanted[i] == edges // count:
            wanted[i] += 1
    missing = edges - sum(wanted)
    assert missing == 0, missing
    return [(f"t{i}", [f"t{j}" for j in sorted(random.sample(range(max(0, i - 100), i), wanted[i]))], ["true"])
            for i in range(count)]


def to_yaml(tasks, mebibytes=None):
    """With `mebibytes`, by name, each task declares its memory."""
    lines = ["name: benchmark", "tasks:"]
    for name, needs, argv in tasks:
        lines.append(f"  {name}:")
        lines.append(f"    command: {json.dumps(argv)}")
        if needs:
            lines.append(f"    needs: [{', '.join(needs)}]")
        if mebibytes:
            lines.append(f"    resources: {{cpu: 1, memory: {mebibytes[name]}MiB}}")
    return "\n".join(lines) + "\n"


def to_json(tasks):
    return json.dumps({"name": "benchmark", "tasks": {
        name: {"command": argv, "needs": needs} if needs else {"command": argv} for name, needs, argv in tasks}})


def to_make(tasks):
    names = " ".join(name for name, _, _ in tasks)
    lines = [f".PHONY: all {names}", f"all: {names}"]
    for name, needs, argv in tasks:
        lines.append(f"{name}: {' '.join(needs)}\n\t@{' '.join(argv)}")
    return "\n".join(lines) + "\n"


def to_ninja(tasks, alone=()):
    """Of the tasks named by `alone`, one runs at a time."""
    lines = ["pool alone", "  depth = 1", "rule r", "  command = $argv"]
    for name, needs, argv in tasks:
        lines.append(f"build {name}: r {' '.join(needs)}\n  argv = {' '.join(argv)}")
        if name in alone:
            lines.append("  pool = alone")
    lines.append("build all: phony " + " ".join(name for name, _, _ in tasks) + "\ndefault all")
    return "\n".join(lines) + "\n"


def to_snakemake(tasks, mebibytes=None, priorities=None):
    """Rules must leave a file when others need them: an empty one each."""
    lines = ["rule all:", "    input: " + ", ".join(f'"done/{name}"' for name, _, _ in tasks)]
    for name, needs, argv in tasks:
        lines.append(f"rule {name}:")
        if needs:
            lines.append("    input: " + ", ".join(f'"done/{other}"' for other in needs))
        lines.append(f'    output: touch("done/{name}")')
        if mebibytes:
            lines.append(f"    resources: mem_mb={mebibytes[name]}")
        if priorities:
            lines.append(f"    priority: {priorities[name]}")
        lines.append(f"    shell: {json.dumps(' '.join(argv))}")
    return "\n".join(lines) + "\n"


def write_all(tasks, folder):
    (folder / "flow.yaml").write_text(to_yaml(tasks))
    (folder / "flow.json").write_text(to_json(tasks))
    (folder / "Makefile").write_text(to_make(tasks))
    (folder / "build.ninja").write_text(to_ninja(tasks))
