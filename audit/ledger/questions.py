"""What the contracts are asked, and what the books say they must answer."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from audit.lab import Lab
from audit.ledger.books import Books
from audit.ledger.campaigns import Campaign
from audit.ledger.findings import address_of, written
from audit.ledger.orders import Part
from audit.ledger.words import Values, View, view
from audit.node import Call

FAILED, TERMINATED = 7, 11
"""Numbers of the phases in which pledges go back: Failed, Canceled, Rejected, Lapsed, Terminated."""


class Question(NamedTuple):
    """One call, and some of the fields that its answer must have."""

    subject: str
    contract: str
    call: Call
    view: View
    computed: Values


class Asker:
    """Makes questions to the contracts of a lab."""

    def __init__(self, lab: Lab) -> None:
        self.at = {name: each.address for name, each in lab.contracts.items()}

    def __call__(self, subject: str, contract: str, function: str, *keys: int, **computed: int) -> Question:
        """Return the question of one function of a contract."""
        asked = view(contract, function)
        return Question(subject, contract, asked.call(self.at[contract], *keys), asked, computed)

    def balance(self, subject: str, token: int, holder: str, **computed: int) -> Question:
        """Return the question what a contract of ours holds of a token."""
        asked = view("Currency", "balanceOf")
        call = asked.call(address_of(token), int(self.at[holder], 16))
        return Question(subject, "the token", call, asked, computed)


def questions(books: Books, lab: Lab) -> Iterator[Question]:
    """Yield every question; what is held in escrow is in `escrows`, since gifts may lie on top."""
    ask = Asker(lab)
    yield from _credits(books, ask)
    for number, campaign in books.campaigns.campaigns.items():
        yield from _campaign(number, campaign, ask)
    yield ask("campaigns", "Crowdfunding", "campaignCount", value=len(books.campaigns.campaigns))
    yield from _pools(books, ask)
    yield from _orders(books, ask)
    yield from _redemptions(books, ask, lab.header.time)


def escrows(books: Books, lab: Lab) -> Iterator[Question]:
    """Yield for each contract and token the question what it holds; `value` is what it has to hold at least."""
    ask = Asker(lab)
    for (holder, token), amount in owed(books, lab).items():
        yield ask.balance(f"escrow of {holder} in {written(token)}", token, holder, value=amount)


def owed(books: Books, lab: Lab) -> dict[tuple[str, int], int]:
    """Return by contract and token what the contract owes, in base units."""
    found = defaultdict[tuple[str, int], int](int)
    for campaign in books.campaigns.campaigns.values():
        found["Crowdfunding", campaign.currency] += campaign.held
    for pool in books.pools.pools.values():
        found["MatchFunding", pool.terms["terms.currency"]] += pool.held
    credit = int(lab.contract("InnovationCredit").address, 16)
    for order in books.orders.orders.values():
        if currency := books.orders.listings[order.listing].currency:
            found["Marketplace", currency] += order.money - order.paid_money
        found["Marketplace", credit] += order.credits - order.paid_credits
    found["ProBono", credit] += books.redemptions.escrowed
    return dict(found)


def refund_due(campaign: Campaign, backer: int, phase: int) -> int:
    """Return what the contract must say that a refund pays now."""
    return campaign.refund_of(backer) if FAILED <= phase <= TERMINATED else 0


def _credits(books: Books, ask: Asker) -> Iterator[Question]:
    book, credit = books.credits, "InnovationCredit"
    for account, balance in book.balances.items():
        yield ask(f"credits of {written(account)}", credit, "balanceOf", account, value=balance)
    yield ask("credits", credit, "totalSupply", value=book.supply)
    yield ask("credits", credit, "redeemed", value=book.redeemed)
    yield ask("programmes", credit, "programmeCount", value=len(book.issued))
    for number, issued in book.issued.items():
        same = {"issued": issued, "cap": book.caps[number], "closed": int(number in book.closed)}
        yield ask(f"programme {number}", credit, "programme", number, **same)


def _campaign(number: int, campaign: Campaign, ask: Asker) -> Iterator[Question]:
    name = f"campaign {number}"
    facts = {
        "raised": campaign.raised,
        "released": campaign.released,
        "collected": campaign.collected,
        "refunded": campaign.refunded,
        "members": campaign.members,
        "releasedBps": campaign.released_bps,
        "milestoneCount": campaign.milestones,
        "currency": campaign.currency,
        "payoutAccount": campaign.payout_account,
    }
    yield ask(name, "Crowdfunding", "campaign", number, **facts)
    for backer, pledge in campaign.pledges.items():
        yield ask(f"{name}, pledge of {written(backer)}", "Crowdfunding", "pledgeOf", number, backer, amount=pledge)


def _pools(books: Books, ask: Asker) -> Iterator[Question]:
    match = "MatchFunding"
    yield ask("pools", match, "poolCount", value=len(books.pools.pools))
    for number, pool in books.pools.pools.items():
        name = f"pool {number}"
        sums: dict[str, Any] = {"funded": pool.total, "reserved": pool.total - pool.unreserved, "paid": pool.paid}
        more = {"reclaimed": sum(pool.reclaimed.values()), "openReservations": pool.open_reservations}
        yield ask(name, match, "pool", number, **sums, **more)
        for account, funded in pool.funded.items():
            funding = {"funded": funded, "reclaimed": pool.reclaimed[account]}
            yield ask(f"{name}, funding of {written(account)}", match, "fundingOf", number, account, **funding)
        for campaign, reservation in pool.reservations.items():
            subject = f"{name}, campaign {campaign}"
            facts = {"reserved": reservation.reserved, "paid": reservation.paid, "settled": int(reservation.settled)}
            members = {"qualifyingMembers": reservation.members}
            yield ask(subject, match, "reservation", number, campaign, **facts, **members)
            for backer, called in reservation.called.items():
                left = called if backer in books.campaigns.campaigns[campaign].pledges else 0
                yield ask(f"{subject}, for {written(backer)}", match, "matchOf", number, campaign, backer, value=left)


def _orders(books: Books, ask: Asker) -> Iterator[Question]:
    market, book = "Marketplace", books.orders
    yield ask("listings", market, "listingCount", value=len(book.listings))
    yield ask("orders", market, "orderCount", value=len(book.orders))
    for number, listing in book.listings.items():
        prices = {"price": listing.price, "creditPrice": listing.credit_price}
        yield ask(f"listing {number}", market, "listing", number, stock=listing.stock, **prices)
    for number, order in book.orders.items():
        legs = {"money": order.money, "credits": order.credits, "quantity": order.quantity, "buyer": order.buyer}
        end = {"ended": int(order.seller_bps is not None), "sellerBps": order.seller_bps or 0}
        yield ask(f"order {number}", market, "order", number, paidParts=order.paid_parts, **legs, **end)
        for part in Part:
            yield ask(f"order {number}, part {part}", market, "dueOf", number, part, value=order.due(part))


def _redemptions(books: Books, ask: Asker, time: int) -> Iterator[Question]:
    pro_bono, book = "ProBono", books.redemptions
    yield ask("offers", pro_bono, "offerCount", value=len(book.offers))
    yield ask("redemptions", pro_bono, "redemptionCount", value=len(book.redemptions))
    yield ask("hours promised", pro_bono, "capacity", value=book.capacity(time))
    yield ask("hours given", "InnovationCredit", "redeemed", value=book.burned)
    for number, offer in book.offers.items():
        hours = {"offered": offer.offered, "reserved": offer.reserved, "confirmed": offer.confirmed}
        yield ask(f"offer {number}", pro_bono, "offer", number, closed=int(offer.closed), **hours)
    for number, r in book.redemptions.items():
        facts = {"hoursRequested": r.requested, "hoursDelivered": r.delivered, "ended": int(r.ended)}
        yield ask(f"redemption {number}", pro_bono, "redemption", number, offerId=r.offer, **facts)
