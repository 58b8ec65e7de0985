"""Who may call what now: every act by every actor, tried without a trace; and the tables of docs/protocol.md."""

import re
from pathlib import Path
from typing import Any

import ape
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from eth_utils import to_bytes, to_hex

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def who_may(
    contract: ContractInstance, acts: dict[str, tuple[Any, ...]], senders: dict[str, AccountAPI]
) -> dict[str, set[str]]:
    """Act -> names of `senders` from whom the contract accepts it now; a refusal must be one of its typed errors.

    Args:
        contract: Which contract.
        acts: Arguments by function.
        senders: Accounts by any names.
    """
    tried = [(act, who) for act in acts for who in senders]
    requests = [
        (
            "eth_call",
            [
                {
                    "from": senders[who].address,
                    "to": contract.address,
                    "data": to_hex(getattr(contract, act).encode_input(*acts[act])),
                },
                "latest",
            ],
        )
        for act, who in tried
    ]
    answers = ape.networks.provider.web3.provider.make_batch_request(requests)
    accepted: dict[str, set[str]] = {act: set() for act in acts}
    for (act, who), answer in zip(tried, answers, strict=True):
        if "error" not in answer:
            accepted[act].add(who)
            continue
        returned = to_bytes(hexstr=answer["error"].get("data", "0x"))
        assert returned[:4] in contract.contract_type.errors, f"{act} by {who}: {answer}"
    return accepted


def documented(heading: str, actors: set[str]) -> dict[str, dict[str, set[str]]]:
    """Row -> act -> actors of the first table below `heading` in docs/protocol.md; `anyone` means all `actors`."""
    text = PROTOCOL.read_text(encoding="utf-8").partition(f"### {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE).group().splitlines()  # type: ignore[union-attr]
    (_, *acts), _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {name: dict(zip(acts, (_actors(cell, actors) for cell in cells), strict=True)) for name, *cells in rows}


def _actors(cell: str, everybody: set[str]) -> set[str]:
    words = re.sub(r"\[\^[a-z]+\]", "", cell).strip()
    if words in ("—", "anyone"):
        return everybody if words == "anyone" else set()
    found = set(words.split(", "))
    assert found <= everybody, cell
    return found
