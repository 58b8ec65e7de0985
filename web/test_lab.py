"""The wallets of the local lab: keys that everybody knows, offered on the local chain only."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from web.settings import Settings, wallets_in

LOCAL_CHAIN: Final = 31_337


def test_lab_of(settings: Settings, chain_id: int) -> dict[str, Any] | None:
    """Return what the script of the test wallets needs; None unless the chain is the local one and they are offered."""
    if settings.test_wallets is None or settings.rpc_url is None or chain_id != LOCAL_CHAIN:
        return None
    return {"chain_id": chain_id, "rpc": settings.rpc_url, "wallets": _wallets(settings.test_wallets)}


@cache
def _wallets(file: Path) -> list[dict[str, str]]:
    return [wallet.model_dump() for wallet in wallets_in(file)]
