"""A cell in; the same safe to open in a spreadsheet, and back."""

import re

REFUSED = ".refused.csv"
"""How the name of a file of refused rows ends: `import` writes them, and reads them when they were mended."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How formulas begin; some programs take the full-width signs for them as well (OWASP, "CSV Injection")."""
_SIGNS = "[" + "".join(FORMULA).replace("-", r"\-") + "]"
_FORMULA = re.compile(rf"'*{_SIGNS}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
MARKED = rf"^'('*{_SIGNS})"
"""A cell that `safe` has marked, without its mark."""


def safe(cell: str) -> str:
    """A cell that a spreadsheet would take as a formula, or that looks marked already, is marked as text by an
    apostrophe; plain numbers stay."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
