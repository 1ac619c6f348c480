"""What no schedule of a graph can beat on two slots and one memory, and the best schedule that a long search finds.

Written apart from Baton on purpose: the two must agree on what is possible.
"""

import math
import random


class Problem:
    """`tasks` as in graphs.py, seconds by name; MiB by name and their limit when memory counts."""

    SLOTS = 2

    def __init__(self, tasks, seconds, mebibytes=None, limit=0):
        self.seconds, self.limit = seconds, limit
        self.mebibytes = mebibytes or dict.fromkeys(seconds, 0)
        self.needs = {name: needs for name, needs, _ in tasks}
        self.followers = {name: [] for name in self.needs}
        for name, needs in self.needs.items():
            for other in needs:
                self.followers[other].append(name)
        self.heads, self.tails = {}, {}
        for name in self.needs:
            self._longest(name, self.needs, self.heads)
            self._longest(name, self.followers, self.tails)

    def _longest(self, name, neighbours, lengths):
        """The longest path that leads to a task, or from its end, without itself."""
        if name not in lengths:
            lengths[name] = max((self._longest(other, neighbours, lengths) + self.seconds[other]
                                 for other in neighbours[name]), default=0)
        return lengths[name]

    def lower_bound(self):
        """The longest path; or, for tasks that start after one moment and end before another, their area with what must
        come before and after them.

        A task's part of the area is a half: two slots. With memory it may be more. For any threshold of at least half of the
        limit, tasks above it count whole, those small enough to run beside one of these count nothing, and others a half: no
        two that fit together count more than one. (Dual feasible functions; Fekete, Schepers 2001,
        doi:10.1007/s101070100243.)
        """
        path = max(self.heads[name] + self.seconds[name] + self.tails[name] for name in self.needs)
        # Just below each size: sizes are whole numbers.
        thresholds = {size - 0.5 for size in self.mebibytes.values() if 2 * size > self.limit} | {self.limit / 2, self.limit}
        areas = [self._head_area_tail([(name, self._part(name, threshold)) for name in self.needs])
                 for threshold in (thresholds if self.limit else [0])]
        return max(path, *areas)

    def _part(self, name, threshold):
        size = self.mebibytes[name]
        return 0.5 if not self.limit else 1 if size > threshold else 0 if size <= self.limit - threshold else 0.5

    def _head_area_tail(self, parts):
        counted = [(self.heads[name], self.tails[name], part * self.seconds[name]) for name, part in parts if part > 0]
        best = 0
        for head in {head for head, _, _ in counted}:
            area = 0
            # By falling tail: what has been added ends before the last one's tail.
            for _, tail, work in sorted((entry for entry in counted if entry[0] >= head), key=lambda entry: -entry[1]):
                area += work
                best = max(best, head + area + tail)
        return best

    def best_found(self, starts=4, steps=3000, memory=100):
        """The shortest of many schedules: from the longest paths first, one task after the other is moved within the order,
        which may become longer than before but not longer than `memory` steps ago. (Late acceptance; Burke, Bykov 2017,
        doi:10.1016/j.ejor.2016.07.012.)
        """
        enough, rng, best = self.lower_bound() * 1.0005, random.Random(1), math.inf
        for _ in range(starts):
            order = sorted(self.needs, key=lambda name: -self.seconds[name] - self.tails[name])
            length = self._makespan(order)
            past = [length] * memory
            for step in range(steps):
                best = min(best, length)
                if best <= enough:
                    return best
                moved = list(order)
                moved.insert(rng.randrange(len(order)), moved.pop(rng.randrange(len(order))))
                tried = self._makespan(moved)
                if tried <= max(length, past[step % memory]):
                    order, length = moved, tried
                past[step % memory] = length
        return best

    def _makespan(self, order):
        """Of the schedule that places tasks one by one, each where it can start earliest."""
        left = {name: len(needs) for name, needs in self.needs.items()}
        placed, ends, waiting = [], {}, list(order)
        while waiting:
            name = next(name for name in waiting if left[name] == 0)
            waiting.remove(name)
            start = self._earliest(name, placed, max((ends[other] for other in self.needs[name]), default=0))
            ends[name] = start + self.seconds[name]
            placed.append((start, ends[name], self.mebibytes[name]))
            for other in self.followers[name]:
                left[other] -= 1
        return max(ends.values())

    def _earliest(self, name, placed, ready):
        duration, size = self.seconds[name], self.mebibytes[name]
        for start in sorted({ready} | {end for _, end, _ in placed if end > ready}):
            beside = [entry for entry in placed if entry[0] < start + duration and entry[1] > start]
            moments = [start] + [entry[0] for entry in beside if entry[0] > start]
            if all(self._fits(size, [entry for entry in beside if entry[0] <= moment < entry[1]]) for moment in moments):
                return start
        raise AssertionError("the end of all others is always early enough")

    def _fits(self, size, others):
        return len(others) < self.SLOTS and (not self.limit or size + sum(entry[2] for entry in others) <= self.limit)
