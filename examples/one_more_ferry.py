"""What is one more ferry worth? Asked twice: as the price of a full limit, and by putting the ships there.

The price of a limit says what one more unit a year is worth at the margin. A ship is more than a margin, so the second
answer, the year solved again with two more ships, is the one to believe where they differ.
"""

from pathlib import Path

import karvan as kv

SCENARIO = Path(__file__).parent / "scenarios" / "two_more_ferries.toml"
YEAR = 2028

case = kv.load()
for name, answer in (("as it is", case.assign(year=YEAR)), ("two more", case.assign(year=YEAR, scenario=SCENARIO))):
    document = answer.document()
    ferries = next(limit for limit in document["limits"] if limit["id"] == "asco_ferries" and limit["direction"] == "forward")
    carried = sum(row["amount"] for row in answer.rows if row["id"] == "kuryk_alat_rail_ferry")
    print(f"{name}: {ferries['utilisation']:.0%} of the ferries' time is used, {ferries['delay']:.0f} h wait,")
    print(f"  one more {ferries['unit'].removesuffix('/yr')} a year is worth {ferries['price']:.1f} USD;")
    print(f"  {carried / 1e3:.0f} kt go by rail ferry between Kuryk and Alat, {document['unserved'] / 1e3:.0f} kt stay home everywhere")
