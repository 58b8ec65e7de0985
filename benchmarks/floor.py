"""What a transaction costs at least, by the EVM's own schedule, and where the rest of its gas goes.

The floor is the price of the outcome alone: of the call itself, of the storage that is another afterwards, and of the
logs. Whoever leaves the same traces on chain pays it, however clever the code; reading, checking and computing come on
top. Prices: Ethereum Yellow Paper appendix G with EIP-2028 (calldata), EIP-2929 (cold access) and EIP-3529 (refunds).
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

from hexbytes import HexBytes

TRANSACTION: Final = 21_000
ZERO_BYTE: Final = 4
OTHER_BYTE: Final = 16
COLD_ACCOUNT: Final = 2_600
COLD_SLOT: Final = 2_100
FRESH_SLOT: Final = 20_000
CHANGED_SLOT: Final = 2_900
CLEARED_SLOT_REFUND: Final = 4_800
#: A transaction gets back at most this part of its gas.
REFUND_QUOTIENT: Final = 5
LOG: Final = 375
LOG_TOPIC: Final = 375
LOG_BYTE: Final = 8


@dataclass(frozen=True)
class Breakdown:
    """Where the gas of one transaction goes.

    Attributes:
        gas: By its receipt.
        call: Of the transaction itself and its calldata.
        fresh: Number of slots that hold something for the first time.
        changed: Number of other slots that hold something else than before, emptied ones included.
        writes: Gas of those slots, first access included, less what emptied ones give back.
        others: Gas of reaching the other contracts whose storage changed.
        logs: Gas of the logs.
        reads: Gas of reaching slots that stay as they are, and contracts that only answer.
    """

    gas: int
    call: int
    fresh: int
    changed: int
    writes: int
    others: int
    logs: int
    reads: int

    @property
    def floor(self) -> int:
        """Gas of the outcome alone."""
        return self.call + self.writes + self.others + self.logs

    @property
    def rest(self) -> int:
        """Gas of computing: opcodes, memory, hashing for the journal, second accesses, calls."""
        return self.gas - self.floor - self.reads

    def each_of(self, count: int) -> "Breakdown":
        """The share of one act in a transaction with `count` equal ones, rounded down."""
        return Breakdown(**{name: value // count for name, value in asdict(self).items()})


def break_down(provider: Any, receipt: Any) -> Breakdown:
    """Takes one transaction apart.

    Args:
        provider: Connected provider whose node traces (`debug_traceTransaction` with `prestateTracer`).
        receipt: The receipt.
    """
    diff = trace(provider, receipt.txn_hash, diff=True)
    touched = trace(provider, receipt.txn_hash, diff=False)
    called = str(receipt.receiver).lower()

    changes = slot_changes(diff)
    fresh = sum(old == 0 for old, _ in changes.values())
    cleared = sum(new == 0 for _, new in changes.values())
    changed = len(changes) - fresh
    writes = len(changes) * COLD_SLOT + fresh * FRESH_SLOT + changed * CHANGED_SLOT
    others = COLD_ACCOUNT * len({account for account, _ in changes} - {called})
    call = TRANSACTION + sum(OTHER_BYTE if byte else ZERO_BYTE for byte in bytes(receipt.data))
    logs = sum(LOG + LOG_TOPIC * len(log["topics"]) + LOG_BYTE * len(HexBytes(log["data"])) for log in receipt.logs)
    refund = min(cleared * CLEARED_SLOT_REFUND, (call + writes + others + logs) // REFUND_QUOTIENT)

    read_slots = {(account, slot) for account, slot in slots(touched) if (account, slot) not in changes}
    read_accounts = {account for account, state in touched.items() if "code" in state} - {called}
    read_accounts -= {account for account, _ in changes}
    return Breakdown(
        gas=receipt.gas_used,
        call=call,
        fresh=fresh,
        changed=changed,
        writes=writes - refund,
        others=others,
        logs=logs,
        reads=COLD_SLOT * len(read_slots) + COLD_ACCOUNT * len(read_accounts),
    )


def trace(provider: Any, txn_hash: str, *, diff: bool) -> dict[str, Any]:
    """What the transaction found, or what it found and left, by account."""
    options = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": diff}}
    answer: dict[str, Any] = provider.make_request("debug_traceTransaction", [txn_hash, options])
    return answer


def slots(accounts: dict[str, Any]) -> dict[tuple[str, int], int]:
    """(account, slot) -> value."""
    return {
        (account, int(slot, 16)): int(value, 16)
        for account, state in accounts.items()
        for slot, value in state.get("storage", {}).items()
    }


def slot_changes(diff: dict[str, Any]) -> dict[tuple[str, int], tuple[int, int]]:
    """(account, slot) -> (old, new value) of every slot that is another after the transaction."""
    before, after = slots(diff["pre"]), slots(diff["post"])
    pairs = {key: (before.get(key, 0), after.get(key, 0)) for key in before.keys() | after.keys()}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
