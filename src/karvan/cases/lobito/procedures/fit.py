"""Write fitted/*.toml of this case anew; run after its tables have changed (`karvan check` says when)."""

from __future__ import annotations

from pathlib import Path

from karvan.files import cases, folder, toml_text
from karvan.verdict import calibrate

CASE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Calibrate and nowcast this case, and store both."""
    corridor = cases.load(str(CASE))
    fit = calibrate.calibrate(corridor)
    fits = (fit, calibrate.nowcast(corridor, fit))
    folder.write_texts(CASE / "fitted", {f"{each.name}.toml": toml_text.toml_text(calibrate.document(each)) for each in fits})


if __name__ == "__main__":
    main()
