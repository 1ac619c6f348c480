"""grow.py MEBIBYTES SECONDS: takes that much memory bit by bit over the time, touching every page, and ends well."""

import sys
import time

mebibytes, seconds = int(sys.argv[1]), float(sys.argv[2])
blocks = []
for step in range(20):
    for _ in range(mebibytes * (step + 1) // 20 - mebibytes * step // 20):
        blocks.append(bytearray(b"x") * (1 << 20))
    time.sleep(seconds / 20)
