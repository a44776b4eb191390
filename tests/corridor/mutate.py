"""What people and programs do to files by accident, as a strategy: one damaged copy of the texts of a case."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.corridor import tiny

CELLS = st.one_of(
    st.sampled_from([
        "", " ", "0", "-1", "1e9", "1e308", "1e999", "nan", "inf", "unknown", "250 nmi", "5 t", "1,000", "50 %", "km", "*", ";", "/", "a;b", "a b",
        "2027", "2027-00", "2027-13", "2027-02-30", "true", "maybe", "project:", "shock:x", "history", "scenario", "nobody", "=1+1", '"', "'", "\ufeff",
        "\u202e", "é", "日本", "🚂", "\x07", "x" * 300, "9**9**9", "set", "scale", "china", "links", "steppe", "t/yr", "TEU", "\r", "\n",
    ]),
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(repr),
)  # fmt: skip
KINDS = ("cell", "column", "swap", "delete", "double", "drop", "truncate", "insert", "flip")


@st.composite
def damaged(draw: st.DrawFn, content: dict[str, bytes]) -> dict[str, bytes]:
    """The files with one to three damages, each of a kind and a place drawn at random."""
    files = dict(content)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        kind = draw(st.sampled_from(KINDS))
        files[name] = _damage(draw, name, kind, files[name])
    return files


def _damage(draw: st.DrawFn, name: str, kind: str, raw: bytes) -> bytes:
    at = draw(st.integers(0, len(raw)))
    if kind == "truncate":
        return raw[:at]
    if kind == "insert":
        return raw[:at] + draw(st.binary(min_size=1, max_size=6)) + raw[at:]
    if kind == "flip" or not name.endswith(".csv"):
        lines = raw.split(b"\n")
        i, j = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        lines[i], lines[j] = lines[j], lines[i]
        return b"\n".join(lines)
    try:
        rows = tiny.rows(raw.decode())
    except (UnicodeDecodeError, ValueError, tiny.csv.Error):
        return raw
    if not rows or not all(rows):
        return raw
    row = draw(st.integers(min(1, len(rows) - 1), len(rows) - 1))
    column = draw(st.integers(0, len(rows[row]) - 1))
    if kind == "cell":
        rows[row][column] = draw(CELLS)
    elif kind == "column":
        value = draw(CELLS)
        for each in rows[1:]:
            if column < len(each):
                each[column] = value
    elif kind == "swap":
        other = draw(st.integers(0, len(rows) - 1))
        across = draw(st.integers(0, len(rows[other]) - 1))
        rows[row][column], rows[other][across] = rows[other][across], rows[row][column]
    elif kind == "delete":
        del rows[row]
    elif kind == "double":
        rows.insert(row, list(rows[row]))
    else:
        rows = [each[:column] + each[column + 1 :] for each in rows]
    return tiny.unrows(rows).encode("utf-8", "surrogatepass")
