"""The orders in; who had ordered nothing for 90 days, and who ordered again after that, as outcomes, out.

python stopped.py ORDERS > stopped.csv
"""

import csv
import gzip
import sys
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

SILENCE = timedelta(days=90)

path = Path(sys.argv[1])
content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
days: dict[str, set[date]] = defaultdict(set)
for row in csv.DictReader(content.decode().splitlines()):
    days[row["customer_id"]].add(date.fromisoformat(row["date"]))
end = max(max(ordered) for ordered in days.values())

out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["account", "at", "outcome"])
for customer, ordered in sorted(days.items()):
    for one, following in pairwise([*sorted(ordered), date.max]):
        if one + SILENCE < following and one + SILENCE <= end:
            out.writerow([customer, one + SILENCE, "churned"])
            if following <= end:
                out.writerow([customer, following, "renewed"])
