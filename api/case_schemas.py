"""What answers say about the parties and the next legal acts of orders, redemptions, listings and offers."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, Field
from sqlalchemy import select

from api import fields
from api.act_facts import BodyFacts
from api.case_acts import CaseAct, CaseActName, CaseActor, EscrowGates
from api.database import Mirror
from indexer.store.market_models import Part
from indexer.store.models import Journal, LabPause, Target

CREDIT_UNIT: Final = {"decimals": 18, "symbol": "EIC"}
"""Of InnovationCredit.sol: 10^18 base units are one credit, which is one hour of pro-bono help."""


class CreditUnit(BaseModel):
    """Amounts are base units: 10^decimals of them are one credit, which is one hour of pro-bono help."""

    decimals: int = Field(examples=[18])
    symbol: str = Field(examples=["EIC"])


class Party(BaseModel):
    """An entity that plays a part."""

    entity_id: int = Field(examples=[3])
    account: fields.Address = Field(description="Acts for the entity now, or did last if it was refused or revoked.")
    href: fields.Path


class NextCaseAct(BaseModel):
    """An act that is legal, or will be by time alone, at every time in [from, until)."""

    act: CaseActName = Field(
        description="Function of Marketplace or ProBono; `placeOrdersWithPermits` is `placeOrders`, too."
    )
    by: CaseActor
    account: fields.Address | None = Field(description="The one account that may, where it is one.")
    excluded: list[fields.Address] = Field(description="Accounts that may not, though `by` includes them.")
    legal_now: bool = Field(description="Whether the block in `as_of` lies in the window.")
    from_: fields.Time = Field(alias="from")
    until: fields.Time | None = Field(description="First instant at which it is no longer legal; null if none.")
    signers: list[fields.Address] = Field(
        description="Accounts that must have signed a settlement, in the order of the arguments; else empty."
    )
    max_share: int | None = Field(
        description="Of a settlement or a ruling: the most for the seller (in 1/10,000), or that was given (hours)."
    )
    max_quantity: int | None = Field(
        description="Of an order the most units; of a request or a delivery the most hours."
    )
    part: Part | None = Field(description="Of `payPart`, which part.")
    receiver: fields.Address | None = Field(description="Of `payPart`, who gets it.")
    amount: fields.Amount | None = Field(description="Of `payPart`, what it pays in base units.")


def act_values(act: CaseAct, now: int) -> dict[str, Any]:
    """Return what `NextCaseAct` takes."""
    names = ("by", "account", "excluded", "signers", "max_share", "max_quantity", "part", "receiver", "amount")
    values = {name: getattr(act, name) for name in names}
    return values | {
        "act": act.name,
        "legal_now": act.is_legal_at(now),
        "from": act.starts_at,
        "until": act.ends_at,
    }


def party(entity: BodyFacts) -> Party:
    """Return an entity as a party."""
    return Party(entity_id=entity.entity_id, account=entity.account, href=f"/v1/entities/{entity.entity_id}")


def escrow_gates(mirror: Mirror, contract: str) -> EscrowGates:
    """Return what stops acts on every case of Marketplace or ProBono."""
    pause = mirror.session.get(LabPause, contract)
    closed = mirror.session.scalar(
        select(Target.closed).join(Journal, Journal.contract == Target.target).where(Journal.contract_name == contract)
    )
    until = 0 if pause is None else pause.paused_until if pause.resumed_at is None else pause.resumed_at
    return EscrowGates(paused_until=until, closed=bool(closed))


def changed_to(states: Mapping[Any, Any]) -> dict[str, str]:
    """Return a mapping of states as their words, as SQL knows them."""
    return {before.value: after.value for before, after in states.items()}
