"""The read models as the indexer derives them, from the logs of the lab that a test has made so far."""

from types import SimpleNamespace
from typing import Any

import ape
import msgspec

from api.act_facts import AskedPool, Gates
from api.case_acts import EscrowGates
from indexer.chain import Log
from indexer.decode import decode
from indexer.handlers import Rows, fold
from scripts.deploy import Lab


class MirroredRows:
    """Rows by table and key, with attributes as `api` reads them."""

    def __init__(self, lab: Lab) -> None:
        contracts = {
            "EntityRegistry": lab.registry,
            "InnovationCredit": lab.credit,
            "Crowdfunding": lab.crowdfunding,
            "MatchFunding": lab.match_funding,
            "Marketplace": lab.marketplace,
            "ProBono": lab.pro_bono,
            "AccessManager": lab.authority,
            "ERC2771Forwarder": lab.forwarder,
        }
        self.addresses = {name: contract.address.lower() for name, contract in contracts.items()}
        by_address = {contract.address.lower(): name for name, contract in contracts.items()}
        wanted = {"address": list(by_address), "fromBlock": "0x0"}
        raw = ape.networks.provider.make_request("eth_getLogs", [wanted])
        decoded = decode(msgspec.convert(raw, list[Log]), by_address, {})
        assert decoded.quarantined == []
        self.rows: Rows = fold(decoded.rows, {})

    def row(self, table: str, *key: Any) -> Any:
        """Return one row."""
        return SimpleNamespace(**(self.rows[table, key] or {}))

    def all(self, table: str, **columns: Any) -> list[Any]:
        """Return the rows of a table with these values, in the order of the first event or of the key."""
        found = [row for (name, _), row in self.rows.items() if name == table and row is not None]
        chosen = [row for row in found if all(row[column] == value for column, value in columns.items())]
        orders = ("milestone", "first_event_key", "requested_event_key", "entity_id")
        order = next((name for name in orders if chosen and name in chosen[0]), None)
        return [SimpleNamespace(**row) for row in sorted(chosen, key=lambda row: row[order] if order else 0)]

    def asked_pools(self, campaign_id: int) -> list[AskedPool]:
        """Return the pools that a campaign asked for."""
        return [self._asked(row) for row in self.all("reservations", campaign_id=campaign_id)]

    def _asked(self, reservation: Any) -> AskedPool:
        pool = self.row("pools", reservation.pool_id)
        funders = [self.row("entities", f.entity_id) for f in self.all("funders", pool_id=pool.pool_id)]
        accounts = [funding.account for funding in self.all("fundings", pool_id=pool.pool_id)]
        return AskedPool(pool, reservation, self.row("entities", pool.manager), funders, accounts)

    def organizer_accounts(self, pool_id: int) -> list[str]:
        """Return the accounts of organizers whose campaigns a pool matches."""
        matched = [row for row in self.all("reservations", pool_id=pool_id) if row.place is not None]
        organizers = {self.row("campaigns", row.campaign_id).organizer for row in matched}
        return [self.row("entities", entity_id).account for entity_id in organizers]

    def bought_for(self, order: Any) -> Any:
        """Return the entity that the buyer acted for when an order was placed; None if for none."""
        before = [row for row in self.all("entity_accounts") if row.since_event_key < order.placed_event_key]
        latest = {row.entity_id: row.account for row in sorted(before, key=lambda row: row.since_event_key)}
        found = [entity_id for entity_id, account in latest.items() if account == order.buyer]
        return self.row("entities", found[-1]) if found else None

    def escrow_gates(self, contract: str) -> EscrowGates:
        """Return what stops acts on every case of Marketplace or ProBono."""
        ends = [row.resumed_at or row.paused_until for row in self.all("lab_pauses", contract_name=contract)]
        closed = [row.closed for row in self.all("targets", target=self.addresses[contract])]
        return EscrowGates(paused_until=ends[0] if ends else 0, closed=any(closed))

    def gates(self, currency: str) -> Gates:
        """Return what stops acts on every campaign and pool in a currency."""
        ends = {row.contract_name: row.resumed_at or row.paused_until for row in self.all("lab_pauses")}
        return Gates(
            currency_listed=self.row("currencies", currency).listed,
            paused_until=ends.get("Crowdfunding", 0),
            match_paused_until=ends.get("MatchFunding", 0),
        )
