"""One promise judged: the word, the probability, the middle of the futures, and what holds it back.

20 futures are enough to see the form of the answer. Ask 1,000 for one that you want to quote.
"""

import karvan as kv

case = kv.load()
board = case.assess(futures=20, target=("l02_titr_10mt_2030",))
(row,) = board.rows

print(row["name"])
print(f"  promised by {row['party']}, due {row['due']}: {row['op']} {row['value'] / 1e6:.0f} Mt")
print(f"  {row['verdict']}, kept in {row['probability']:.0%} of the futures ({row['probability_low']:.0%} to {row['probability_high']:.0%})")
print(f"  at the due date {row['median'] / 1e6:.1f} Mt in the middle, {row['p5'] / 1e6:.1f} to {row['p95'] / 1e6:.1f} in nine of ten")
for bind in row["binds"]:
    print(f"  held back in {bind['share']:.0%} of the futures that miss it by {bind['what']}")
print(f"  source: {row['source']}")
