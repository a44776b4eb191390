"""A scenario written, read and set beside the base, from Python: the full Aktau hub never comes.

Both boards use the same draws, so a difference is due to the scenario and not to chance.
"""

import tempfile
from pathlib import Path

import karvan as kv

TARGETS = ("l10_aktau_hub_240kteu", "l04_titr_500kteu_2030")
TEXT = """
name = "No full hub at Aktau"
[projects]
aktau_hub_stage_2 = "never"
"""

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "no_hub.toml"
    file.write_text(TEXT, encoding="utf-8")
    board = kv.load().assess(futures=20, scenario=file, compare="base", target=TARGETS)

beside = {row["target_id"]: row for row in board.document()["compare"]["targets"]}
for row in board.rows:
    other = beside[row["target_id"]]
    print(row["name"])
    print(f"  without the hub {row['probability']:.0%}, median {row['median'] / 1e3:.0f} kTEU")
    print(f"  base            {other['probability']:.0%}, median {other['median'] / 1e3:.0f} kTEU")
