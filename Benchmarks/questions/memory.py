"""Six tasks of 3 GiB each, nothing declared, six at once, under a limit of 10 GiB: how many survive?"""

import os
import re
import signal
import time
from pathlib import Path

from . import graphs
from .measure import BATON, available, new_folder, program, run, write

GIB = 1 << 30
LIMIT, TASK_MIB, TASKS = 10 * GIB, 3 * 1024, 6


def main(repetitions):
    eat = program("eat")
    rows, raw = [], {}
    commands = {"make": ["make", "-j6", "-k"], "ninja": ["ninja", "-j6", "-k", "0"],
                "parallel": ["sh", "-c", f"seq {TASKS} | parallel -j6 'sh eat.sh t{{}}'"],
                "baton": [BATON, "run", "flow.yaml", "--jobs", "6", "--data-dir", "data"]}
    for tool, command in commands.items():
        if tool != "baton" and not available(tool):
            continue
        folder = new_folder()
        # Each task leaves a file when it has ended well.
        (folder / "eat.sh").write_text(f"{eat} {TASK_MIB} 2 && touch done-$1\n")
        graphs.write_all([(f"t{i + 1}", [], ["sh", "eat.sh", f"t{i + 1}"]) for i in range(TASKS)], folder)
        group = LimitedGroup(LIMIT)
        try:
            result = run(command, folder, before=group.enter)
        finally:
            group.remove()
        done = len(list(folder.glob("done-*")))
        output = (folder / "output").read_text(errors="replace")
        raw[tool] = result | {"succeeded": done, "output": output[-4000:]}
        said = "yes" if re.search(r"out of memory|for memory|\boom\b", output, re.IGNORECASE) else "no"
        rows.append([tool, f"{done} of {TASKS}", said, f"{result['wall']:.1f}", str(result["exit"])])
        print(rows[-1], flush=True)
    write("memory", "Six tasks of 3 GiB under 10 GiB",
          ["subject", "tasks that succeeded", "names the memory as the cause", "wall s", "exit code"], rows,
          ["Nothing declared, six at once. One run each: what happens, not how fast."], raw)


class LimitedGroup:
    """A cgroup with a memory limit, of version 1 or 2; needs the right to make one."""

    def __init__(self, limit):
        parent, version = self._parent()
        self.path = parent / f"baton-bench-{os.getpid()}-{time.monotonic_ns()}"
        self.path.mkdir()
        if version == 1:
            (self.path / "memory.use_hierarchy").write_text("1")
            (self.path / "memory.limit_in_bytes").write_text(str(limit))
            swap = self.path / "memory.memsw.limit_in_bytes"
            if swap.exists():
                swap.write_text(str(limit))
        else:
            (self.path / "memory.max").write_text(str(limit))
            (self.path / "memory.swap.max").write_text("0")

    @staticmethod
    def _parent():
        for line in open("/proc/self/cgroup"):
            _, controllers, path = line.strip().split(":", 2)
            if "memory" in controllers.split(","):
                return Path("/sys/fs/cgroup/memory" + path), 1
        for line in open("/proc/self/cgroup"):
            _, controllers, path = line.strip().split(":", 2)
            if not controllers and (Path("/sys/fs/cgroup" + path) / "memory.max").exists():
                return (Path("/sys/fs/cgroup") / path.lstrip("/")).parent, 2
        raise SystemExit("no memory controller that this user may use: run as root, or in a delegated cgroup")

    def enter(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        """Ends what is left inside, groups below it first."""
        folders = [Path(folder) for folder, _, _ in os.walk(self.path, topdown=False)]
        for _ in range(50):
            for folder in folders:
                try:
                    for pid in (folder / "cgroup.procs").read_text().split():
                        os.kill(int(pid), signal.SIGKILL)
                    folder.rmdir()
                except (ProcessLookupError, FileNotFoundError, OSError):
                    continue
            if not self.path.exists():
                return
            time.sleep(0.1)
