"""Real traces, where there are any: `TRACES` names the folder that holds them."""

import json
import os
import subprocess
import sys

from .measure import BATON

FOLDERS = {"sizey": "nextflow-trace", "lotaru": "lotaru", "wfinstances": "wfformat"}
TARGETS = ["memory", "duration", "cpu"]


def evaluate(folder, *options):
    """What `baton predict --evaluate` says of a folder of traces."""
    root = os.environ.get("TRACES")
    if not root:
        sys.exit("TRACES has to name the folder that holds " + ", ".join(FOLDERS))
    command = [BATON, "predict", "--evaluate", os.path.join(root, folder), "--format", FOLDERS[folder], "--json", *options]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def percent(share, digits=1):
    return "-" if share is None else f"{100 * share:.{digits}f}"
