"""How many decisions a second does training simulate, and is its result the same on one thread and on two?"""

import json
from pathlib import Path

from .measure import BATON, new_folder, succeed, write

ROUNDS = {"imitation": "20,0", "reinforcement": "0,100"}


def main(_):
    rows, raw = [], {}
    for stage, rounds in ROUNDS.items():
        others = [other for other in ROUNDS if other != stage] + ["rule"]
        networks = set()
        for threads in [1, 2]:
            folder = new_folder()
            result = train(folder, rounds, others, threads)
            raw[f"{stage} {threads}"] = result
            networks.add(Path(folder, "network").read_bytes())
            rows.append([stage, rounds, str(threads), f"{result['decisions_per_second']:,.0f}", f"{result['training_seconds']:.1f} s",
                         "yes" if len(networks) == 1 else "no"])
    write("training", "The training environment", ["stage", "rounds", "threads", "decisions a second", "took", "same weights"], rows,
          ["Choices of a task or a run that were simulated, with features, network and steps of the weights, over the time of the whole "
           "stage. In imitation almost all of it goes into the searches that are imitated, whose schedules do not count."], raw)


def train(folder, rounds, without, threads):
    command = [BATON, "train", "--fresh", "--rounds", rounds, "--without", ",".join(without), "--threads", threads,
               "--validation", "1,1", "--output", "network", "--data-dir", "data", "--json"]
    succeed([str(word) for word in command], folder)
    text = Path(folder, "output").read_text()
    return json.loads(text[text.index("{"):])
