"""Runs commands and measures them; writes results as JSON and Markdown."""

import atexit
import ctypes
import itertools
import json
import math
import os
import platform
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
SNAKEMAKE = os.path.abspath(os.environ["SNAKEMAKE"]) if "SNAKEMAKE" in os.environ else "snakemake"
BATON = os.path.abspath(shutil.which(os.environ.get("BATON", "baton")) or "baton")  # commands run in other folders
PR_SET_CHILD_SUBREAPER = 36
# Read before the first result is written, which makes the work tree dirty.
COMMIT = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=HERE, capture_output=True,
                        text=True).stdout.strip()


_scratch = None
_numbers = itertools.count(1)


def new_folder(label="folder"):
    """An empty folder that lives until everything has been measured.

    Deleting in between would tell on the next subject: ext4 does not reuse an inode for a minute or more after its file was
    deleted, and every new file then searches past all of these.
    """
    global _scratch
    if _scratch is None:
        _scratch = Path(tempfile.mkdtemp(prefix="baton-bench-"))
        atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
    folder = _scratch / f"{label}-{next(_numbers)}"
    folder.mkdir()
    return folder


def available(tool):
    return shutil.which(tool) is not None


def program(name):
    """The C program of that name, compiled when it is older than its source."""
    source, binary = HERE / "programs" / f"{name}.c", HERE / "programs" / "bin" / name
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        binary.parent.mkdir(exist_ok=True)
        subprocess.run(["cc", "-O2", "-o", binary, source], check=True)
    return str(binary)


def run(command, folder, before=None):
    """Wall seconds until the command ends; CPU seconds of it and of everything it started; its peak memory.

    Baton's supervisor leaves the process tree of the command. So a fresh process declares itself the reaper of orphans,
    starts the command and waits until every descendant has ended: its RUSAGE_CHILDREN then covers all of them.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        start = time.monotonic()
        with open(os.path.join(folder, "output"), "wb") as output:
            child = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                     preexec_fn=before)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        try:
            while True:
                os.wait()
        except ChildProcessError:
            pass
        total = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = {"wall": wall, "cpu": total.ru_utime + total.ru_stime, "peak_mib": usage.ru_maxrss / 1024,
                  "exit": os.waitstatus_to_exitcode(status)}
        os.write(writing, json.dumps(result).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(text)


def succeed(command, folder):
    result = run(command, folder)
    if result["exit"] != 0:
        output = Path(folder, "output").read_text(errors="replace")
        raise SystemExit(f"{' '.join(map(str, command))} ended with {result['exit']}:\n{output[-2000:]}")
    return result


def interleaved(subjects, repetitions):
    """Calls each subject in turn, round after round, so that a disturbance hits all of them. First round: warm-up."""
    samples = {name: [] for name in subjects}
    for round in range(repetitions + 1):
        for name, measure in subjects.items():
            sample = measure()
            if round > 0:
                samples[name].append(sample)
    return samples


def median(samples, key):
    return statistics.median(sample[key] for sample in samples)


def interval(values):
    """Mean and half of its 95 % interval, by Student's t."""
    # The 97.5 % quantiles for 1 to 10 degrees of freedom; from there on 2.23 is on the safe side.
    quantiles = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23]
    if len(values) < 2:
        return values[0], math.nan
    return statistics.mean(values), (quantiles[min(len(values) - 1, 10) - 1] * statistics.stdev(values) / math.sqrt(len(values)))


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": model, "cores": os.cpu_count(), "memory_gib": round(memory / 2**30, 1),
            "system": platform.platform()}


def write(name, title, header, rows, notes, raw, tools=("make", "ninja", "parallel")):
    """One result: `results/NAME.json` with all samples, `results/NAME.md` with the table."""
    about = {"machine": machine(), "commit": COMMIT, "command": f"Benchmarks/run {name}",
             "versions": {Path(tool).name: version(tool) for tool in tools if available(tool)}}
    table = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    table += ["| " + " | ".join(row) + " |" for row in rows]
    text = [f"# {title}", "", *table, "", *notes, "",
            f"{about['machine']['processor']}, {about['machine']['cores']} cores, {about['machine']['memory_gib']} GiB; "
            f"{about['machine']['system']}; commit {COMMIT}; `Benchmarks/run {name}`; "
            + ", ".join(f"{tool} {number}" for tool, number in about["versions"].items()), ""]
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / f"{name}.json").write_text(json.dumps({"about": about, "samples": raw}, indent=1) + "\n")
    (results / f"{name}.md").write_text("\n".join(text))
    print("\n".join(text))


def version(tool):
    text = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout
    return next((word for word in text.split() if word[0].isdigit()), "?")
