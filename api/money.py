"""Amounts of base units as people write them."""


def in_units(amount: int, decimals: int) -> str:
    """Return base units in units, exactly: 1234500 of 6 decimals as "1.2345"."""
    whole, rest = divmod(amount, 10**decimals)
    digits = f"{rest:0{decimals}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
