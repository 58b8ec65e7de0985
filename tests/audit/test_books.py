"""The arithmetic of the ledger, on events made by hand: what fits, and what does not.

Real contracts are the judge in tests/e2e/test_audit.py; here are the cases that a story does not reach.
"""

from typing import Any

import pytest

from audit.errors import NodeUntrue
from audit.ledger.books import Books
from audit.ledger.findings import written
from audit.ledger.words import layouts, view
from audit.node import Log
from audit.progress import Progress

ADDRESSES = {
    f"0x{number:040x}": name
    for number, name in enumerate(["InnovationCredit", "Crowdfunding", "MatchFunding", "Marketplace", "ProBono"], 1)
}
TERMS = {"terms.currency": 0xC0, "terms.payoutAccount": 0xFA}
MARKET = {**TERMS, "terms.price": 7, "terms.creditPrice": 3, "terms.stock": 10}
POOL: dict[str, int] = {"terms.currency": 0xC0, "terms.rule": 0, "terms.ratioBps": 5_000, "terms.campaignCap": 1_000}


class Play:
    """Enters events by name."""

    def __init__(self) -> None:
        self.books = Books(ADDRESSES)
        self.count = 0

    def __call__(self, contract: str, event: str, **values: Any) -> None:
        address = next(at for at, name in ADDRESSES.items() if name == contract)
        topic, layout = next((t, one) for t, one in layouts(contract).items() if one.name == event)
        assert values.keys() <= set(layout.fields), values.keys() - set(layout.fields)
        words = [f"{values.get(field, 0):064x}" for field in layout.fields]
        topics = [topic, *("0x" + word for word in words[: layout.topics - 1])]
        self.count += 1
        self.books.take(
            Log(address, topics, "0x" + "".join(words[layout.topics - 1 :]), hex(self.count), "0x", "0x", "0x0")
        )

    @property
    def found(self) -> list[tuple[str, str, str, str]]:
        return [(d.subject, d.field, d.computed, d.found) for d in self.books.findings.differences]


@pytest.fixture
def play() -> Play:
    return Play()


def crowd(play: Play, event: str, **values: int) -> None:
    play("Crowdfunding", event, campaignId=1, **values)


def funded(play: Play) -> None:
    """A campaign of three odd shares with pledges of 7 and 12."""
    crowd(play, "CampaignSubmitted", milestoneCount=3, **TERMS)
    for milestone, share in enumerate((3_333, 3_333, 3_334)):
        crowd(play, "MilestonePlanned", milestone=milestone, shareBps=share)
    crowd(play, "PledgeMade", backer=1, amount=7, pledged=7, raised=7)
    crowd(play, "PledgeMade", backer=2, amount=10, pledged=10, raised=17)
    crowd(play, "PledgeMade", backer=2, amount=2, pledged=12, raised=19)


def test_campaign__released_and_collected__floors_and_ends_at_zero(play: Play) -> None:
    funded(play)
    crowd(play, "MilestoneReleased", milestone=0, amount=6, released=6)
    crowd(play, "FundsCollected", payoutAccount=0xFA, amount=6, collected=6)
    crowd(play, "MilestoneReleased", milestone=1, amount=6, released=12)
    crowd(play, "MilestoneReleased", milestone=2, amount=7, released=19)
    crowd(play, "CampaignCompleted")
    crowd(play, "PayoutAccountChanged", oldAccount=0xFA, newAccount=0xFB)
    crowd(play, "FundsCollected", payoutAccount=0xFB, amount=13, collected=19)

    assert play.found == []
    assert play.books.campaigns.campaigns[1].held == 0


def test_campaign__terminated__gives_the_rest_back_in_proportion(play: Play) -> None:
    funded(play)
    crowd(play, "MilestoneReleased", milestone=0, amount=6, released=6)
    crowd(play, "CampaignTerminated", restPledged=19, restUnreleased=13)
    crowd(play, "PledgeRefunded", backer=1, amount=4, refunded=4)  # floor(7 * 13 / 19)
    crowd(play, "PledgeRefunded", backer=2, amount=9, refunded=13)  # 12 * 9 / 12
    crowd(play, "FundsCollected", payoutAccount=0xFA, amount=6, collected=6)

    assert play.found == []
    assert play.books.campaigns.campaigns[1].held == 0


@pytest.mark.parametrize(
    ("event", "values", "expected"),
    [
        ("PledgeMade", {"backer": 1, "amount": 1, "pledged": 9, "raised": 20}, [("pledged", "8", "9")]),
        ("PledgeMade", {"backer": 1, "amount": 1, "pledged": 8, "raised": 19}, [("raised", "20", "19")]),
        ("PledgeWithdrawn", {"backer": 1, "amount": 6, "raised": 12}, [("amount", "7", "6")]),
        ("PledgeWithdrawn", {"backer": 9, "amount": 5, "raised": 19}, [("amount", "0", "5")]),
        (
            "PledgeRefunded",
            {"backer": 2, "amount": 13, "refunded": 13},
            [("amount", "12", "13"), ("refunded", "12", "13")],
        ),
        (
            "MilestoneReleased",
            {"milestone": 0, "amount": 7, "released": 7},
            [("amount", "6", "7"), ("released", "6", "7")],
        ),
        ("MilestoneReleased", {"milestone": 1, "amount": 6, "released": 6}, [("milestone", "0", "1")]),
        ("CampaignTerminated", {"restPledged": 18, "restUnreleased": 19}, [("restPledged", "19", "18")]),
        ("CampaignCompleted", {}, [("released at completion", "19", "0")]),
        ("FundsCollected", {"payoutAccount": 0xFA, "amount": 1, "collected": 0}, [("amount", "0", "1")]),
        ("FundsCollected", {"payoutAccount": 0xFB}, [("payoutAccount", "250", "251")]),
        ("PayoutAccountChanged", {"oldAccount": 0xFC, "newAccount": 1}, [("oldAccount", "250", "252")]),
        ("MemberCounted", {"backer": 1, "memberId": 5, "members": 2}, [("members", "1", "2")]),
    ],
)
def test_campaign__of_an_event_that_does_not_fit__differs(
    play: Play, event: str, values: dict[str, int], expected: list[tuple[str, str, str]]
) -> None:
    funded(play)
    assert play.found == []
    crowd(play, event, **values)
    assert [difference[1:] for difference in play.found] == expected


# Pools


def matched(play: Play, **terms: int) -> None:
    """A pool of 100 and 51 that matches the campaign one to two."""
    crowd(play, "CampaignSubmitted", milestoneCount=2, **TERMS)
    for milestone in range(2):
        crowd(play, "MilestonePlanned", milestone=milestone, shareBps=5_000)
    play("MatchFunding", "PoolOpened", poolId=1, **{**POOL, **terms})
    play("MatchFunding", "PoolFunded", poolId=1, account=11, amount=100, fundedByAccount=100, funded=100)
    play("MatchFunding", "PoolFunded", poolId=1, account=12, amount=51, fundedByAccount=51, funded=151)
    gift = 0 if terms.get("terms.rule", 0) == 0 else terms["terms.campaignCap"]
    play("MatchFunding", "CampaignEnrolled", poolId=1, campaignId=1, reserved=gift)


def reserve(play: Play, backer: int, pledged: int, amount: int, reserved: int) -> None:
    ids = {"poolId": 1, "campaignId": 1, "backer": backer}
    play("MatchFunding", "MatchReserved", **ids, pledged=pledged, amount=amount, reserved=reserved)


def test_pool__that_matches_releases_frees_and_is_reclaimed__ends_at_zero(play: Play) -> None:
    matched(play)
    reserve(play, 1, 41, 20, 20)
    reserve(play, 2, 1_000, 131, 151)  # what is left in the pool
    play("MatchFunding", "MatchReturned", poolId=1, campaignId=1, backer=1, amount=20, reserved=131)
    crowd(play, "PledgeMade", backer=2, amount=1_000, pledged=1_000, raised=1_000)
    crowd(play, "MilestoneReleased", milestone=0, amount=500, released=500)
    paid = {"payoutAccount": 0xFA, "milestones": 1, "amount": 65, "paid": 65}
    play("MatchFunding", "MatchReleased", poolId=1, campaignId=1, **paid)
    play("MatchFunding", "ReservationSettled", poolId=1, campaignId=1, freed=66, reserved=65)
    # 86 are left: floor(86 * 51 / 151) = 29; the first one takes the rest, after the other.
    play("MatchFunding", "MatchReclaimed", poolId=1, account=12, amount=29, reclaimed=29)
    play("MatchFunding", "MatchReclaimed", poolId=1, account=11, amount=57, reclaimed=57)

    assert play.found == []
    assert play.books.pools.pools[1].held == 0


def test_pool__reclaimed_by_the_first_funder_first__leaves_the_crumb_to_a_second_time(play: Play) -> None:
    matched(play)
    play("MatchFunding", "ReservationSettled", poolId=1, campaignId=1, freed=0, reserved=0)
    crowd(play, "CampaignSubmitted", milestoneCount=0, **TERMS)
    play("MatchFunding", "MatchReclaimed", poolId=1, account=11, amount=100, reclaimed=100)
    play("MatchFunding", "MatchReclaimed", poolId=1, account=12, amount=51, reclaimed=51)

    assert play.found == []


@pytest.mark.parametrize(
    ("terms", "pledges"),
    [
        ({"terms.campaignCap": 30}, [(1, 41, 20, 20), (2, 41, 10, 30)]),
        ({"terms.membersOnly": 1, "terms.memberCap": 25}, [(1, 41, 20, 20), (1, 41, 5, 25), (2, 41, 20, 45)]),
        ({"terms.ratioBps": 20_000}, [(1, 41, 82, 82), (1, 41, 69, 151)]),
    ],
    ids=["cap of the campaign", "cap of a member", "what is left"],
)
def test_pool__at_a_cap__matches_up_to_it(
    play: Play, terms: dict[str, int], pledges: list[tuple[int, int, int, int]]
) -> None:
    matched(play, **terms)
    for pledge in pledges:
        reserve(play, *pledge)
    assert play.found == []


GIFT = {"terms.rule": 1, "terms.ratioBps": 0, "terms.campaignCap": 50, "terms.minRaised": 100, "terms.minMembers": 1}


@pytest.mark.parametrize(("raised", "members", "kept"), [(100, 1, 25), (99, 1, 0), (100, 0, 0)])
def test_pool__of_a_gift__is_kept_if_it_was_earned(play: Play, raised: int, members: int, kept: int) -> None:
    matched(play, **GIFT)
    crowd(play, "PledgeMade", backer=1, amount=raised, pledged=raised, raised=raised)
    if members:
        play("MatchFunding", "QualifyingMembersChanged", poolId=1, campaignId=1, oldMembers=0, newMembers=1)
    crowd(play, "MilestoneReleased", milestone=0, amount=raised // 2, released=raised // 2)
    play("MatchFunding", "ReservationSettled", poolId=1, campaignId=1, freed=50 - kept, reserved=kept)

    assert play.found == []
    assert play.books.pools.pools[1].unreserved == 151 - kept


@pytest.mark.parametrize(
    ("event", "values", "field"),
    [
        ("MatchReserved", {"campaignId": 1, "backer": 1, "pledged": 40, "amount": 21, "reserved": 21}, "amount"),
        ("MatchReturned", {"campaignId": 1, "backer": 1, "amount": 1}, "amount"),
        ("MatchReleased", {"campaignId": 1, "payoutAccount": 0xFA, "amount": 1, "paid": 1}, "amount"),
        ("MatchReleased", {"campaignId": 1, "payoutAccount": 0xFB}, "payoutAccount"),
        ("ReservationSettled", {"campaignId": 1, "freed": 1}, "freed"),
        ("MatchReclaimed", {"account": 13, "amount": 1, "reclaimed": 1}, "amount"),
        ("PoolFunded", {"account": 11, "amount": 1, "fundedByAccount": 1, "funded": 152}, "fundedByAccount"),
        ("QualifyingMembersChanged", {"campaignId": 1, "oldMembers": 1, "newMembers": 2}, "oldMembers"),
        ("CampaignEnrolled", {"campaignId": 1, "reserved": 1}, "reserved"),
    ],
)
def test_pool__of_an_event_that_does_not_fit__differs(
    play: Play, event: str, values: dict[str, int], field: str
) -> None:
    matched(play)
    play("MatchFunding", event, poolId=1, **values)
    assert field in {difference[1] for difference in play.found}


# Orders


def ordered(play: Play) -> None:
    play("Marketplace", "Listed", listingId=1, **MARKET)
    play("Marketplace", "OrderPlaced", orderId=1, listingId=1, buyer=5, quantity=3, money=21, credits=9)


def pay(play: Play, part: int, receiver: int, amount: int) -> None:
    play("Marketplace", "PartPaid", orderId=1, receiver=receiver, part=part, amount=amount)


def test_order__ruled__parts_both_legs_without_a_rest(play: Play) -> None:
    ordered(play)
    play("Marketplace", "PriceUpdated", listingId=1, price=8, creditPrice=1)
    play("Marketplace", "SellerPayoutChanged", listingId=1, oldAccount=0xFA, newAccount=0xFB)
    play("Marketplace", "OrderEnded", orderId=1, sellerBps=3_333, stock=7, oldState=4)
    pay(play, 2, 0xFB, 6)  # floor(21 * 0.3333)
    pay(play, 0, 5, 15)
    pay(play, 3, 0xFB, 2)
    pay(play, 1, 5, 7)

    assert play.found == []
    order = play.books.orders.orders[1]
    assert (order.paid_money, order.paid_credits) == (21, 9)


def test_order__declined__gives_the_stock_back(play: Play) -> None:
    ordered(play)
    play("Marketplace", "OrderEnded", orderId=1, sellerBps=0, stock=10, oldState=1)
    assert play.found == []


@pytest.mark.parametrize(
    ("part", "receiver", "amount", "fields"),
    [(2, 0xFA, 22, {"amount"}), (0, 5, 1, {"amount"}), (2, 5, 21, {"receiver"})],
)
def test_order__of_a_part_that_does_not_fit__differs(
    play: Play, part: int, receiver: int, amount: int, fields: set[str]
) -> None:
    ordered(play)
    play("Marketplace", "OrderEnded", orderId=1, sellerBps=10_000, stock=7, oldState=3)
    pay(play, part, receiver, amount)
    assert {difference[1] for difference in play.found} == fields


def test_order__of_a_part_paid_twice_or_too_soon__differs(play: Play) -> None:
    ordered(play)
    pay(play, 2, 0xFA, 21)
    assert [difference[1:] for difference in play.found] == [("amount", "0", "21")]


def test_order__with_another_price_or_stock__differs(play: Play) -> None:
    ordered(play)
    play("Marketplace", "OrderPlaced", orderId=2, listingId=1, buyer=5, quantity=2, money=15, credits=6)
    play("Marketplace", "OrderEnded", orderId=2, stock=6, oldState=1)
    assert [difference[1:] for difference in play.found] == [("money", "14", "15"), ("stock", "7", "6")]


def test_order__of_a_part_that_there_is_not__is_refused(play: Play) -> None:
    ordered(play)
    with pytest.raises(NodeUntrue):
        pay(play, 4, 5, 1)


# Redemptions


def accepted(play: Play) -> None:
    play("ProBono", "HoursOffered", offerId=1, hoursOffered=20, until=1_000)
    play("ProBono", "HelpRequested", redemptionId=1, offerId=1, hoursRequested=5)
    play("ProBono", "HelpAccepted", redemptionId=1, offerId=1, hoursReserved=5)


def test_redemption__attested__burns_the_hours_and_returns_the_rest(play: Play) -> None:
    accepted(play)
    book = play.books.redemptions
    assert (book.escrowed, book.capacity(999), book.capacity(1_000)) == (5 * 10**18, 20 * 10**18, 0)
    play("ProBono", "HelpDelivered", redemptionId=1, hoursDelivered=4)
    play("ProBono", "OfferClosed", offerId=1, hoursRemoved=15, hoursReserved=5)
    assert book.capacity(0) == 5 * 10**18
    play("ProBono", "HelpAttested", redemptionId=1, hoursDelivered=4, hoursReturned=1, oldState=4)

    assert play.found == []
    assert (book.escrowed, book.burned, book.capacity(0)) == (0, 4 * 10**18, 0)


def test_redemption__withdrawn_before_an_answer__frees_nothing(play: Play) -> None:
    play("ProBono", "HoursOffered", offerId=1, hoursOffered=20, until=1_000)
    play("ProBono", "HelpRequested", redemptionId=1, offerId=1, hoursRequested=5)
    play("ProBono", "CreditsReturned", redemptionId=1, hoursReturned=5, oldState=1)
    assert play.found == []
    assert play.books.redemptions.offers[1].reserved == 0


@pytest.mark.parametrize(
    ("event", "values", "field"),
    [
        ("HelpAttested", {"redemptionId": 1, "hoursDelivered": 4, "hoursReturned": 2, "oldState": 4}, "hoursReturned"),
        ("CreditsReturned", {"redemptionId": 1, "hoursReturned": 4, "oldState": 2}, "hoursReturned"),
        ("HelpAccepted", {"redemptionId": 1, "offerId": 1, "hoursReserved": 5}, "hoursReserved"),
        ("OfferClosed", {"offerId": 1, "hoursRemoved": 20, "hoursReserved": 5}, "hoursRemoved"),
    ],
)
def test_redemption__of_an_event_that_does_not_fit__differs(
    play: Play, event: str, values: dict[str, int], field: str
) -> None:
    accepted(play)
    play("ProBono", event, **values)
    assert [difference[1] for difference in play.found] == [field]


def test_redemption__ended_twice__differs(play: Play) -> None:
    accepted(play)
    for _ in range(2):
        play("ProBono", "CreditsReturned", redemptionId=1, hoursReturned=5, oldState=2)
    assert [difference[1] for difference in play.found] == ["ended before"]


# Credits


def test_credits__issued_sent_and_burned__balance(play: Play) -> None:
    play("InnovationCredit", "ProgrammeOpened", programmeId=1, cap=100)
    play("InnovationCredit", "CreditIssued", programmeId=1, to=5, amount=60, issued=60)
    play("InnovationCredit", "Transfer", **{"from": 0, "to": 5, "value": 60})
    play("InnovationCredit", "Transfer", **{"from": 5, "to": 6, "value": 20})
    play("InnovationCredit", "Transfer", **{"from": 6, "to": 0, "value": 15})
    play("InnovationCredit", "ProgrammeClosed", programmeId=1, issued=60)

    book = play.books.credits
    assert play.found == []
    assert (book.balances, book.supply, book.redeemed) == ({5: 40, 6: 5}, 45, 15)


def test_credits__that_do_not_fit__differ(play: Play) -> None:
    play("InnovationCredit", "ProgrammeOpened", programmeId=1, cap=100)
    play("InnovationCredit", "CreditIssued", programmeId=1, to=5, amount=101, issued=102)
    play("InnovationCredit", "Transfer", **{"from": 5, "to": 6, "value": 20})
    play("InnovationCredit", "ProgrammeClosed", programmeId=1, issued=60)

    assert [difference[1:] for difference in play.found] == [
        ("issued", "101", "102"),
        ("issued above its cap", "0", "1"),
        ("overdrawn", "0", "20"),
        ("issued", "101", "60"),
    ]


# Words


def test_layout__of_a_log_with_too_many_or_too_few_words__is_refused() -> None:
    topic, layout = next((t, one) for t, one in layouts("Crowdfunding").items() if one.name == "FundsCollected")
    good = [topic, "0x1", "0x2"]
    for topics, data in ((good, "0x" + "00" * 32), (good[:2], "0x" + "00" * 96), (good, "0x" + "00" * 96)):
        with pytest.raises(NodeUntrue, match="FundsCollected"):
            layout.read(Log("0x", topics, data, "0x1", "0x", "0x", "0x0"))


def test_view__of_an_answer_of_another_size__is_refused() -> None:
    with pytest.raises(NodeUntrue, match="32 bytes, not 64"):
        view("MatchFunding", "fundingOf").read(bytes(32))


def test_progress__in_words__shows_what_is_left() -> None:
    progress = Progress(shown=False)
    progress.begin(100, 199)
    progress.at(149, 1_000)
    assert progress.line(149, 10.0) == f"[{'#' * 15}{'-' * 15}] block 149 of 199, 1,000 events, 10 s left"
    progress.begin(5, 4)
    assert "100" not in progress.line(4, 0.0)


def test_progress__on_a_screen__draws_one_line_and_wipes_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.progress.DRAW_SECONDS", 0)
    progress = Progress(shown=True)
    progress.begin(1, 4)
    progress.at(4, 3)
    progress.end()
    progress.more(2_000, "answers compared")
    shown = capsys.readouterr().err

    assert "block 4 of 4, 3 events" in shown
    assert "\n" not in shown
    assert shown.endswith("\r\r2,000 answers compared")  # the wiping is left out where no screen is


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (2**96 - 1, "79228162514264337593543950335"),
        (2**96, "0x0000000000000001000000000000000000000000"),
        (2**160 - 1, "0xFFfFfFffFFfffFFfFFfFFFFFffFFFffffFfFFFfF"),
        (2**256 - 1, str(2**256 - 1)),
    ],
)
def test_value__in_words__is_an_amount_an_address_or_whatever_it_is(value: int, text: str) -> None:
    assert written(value) == text
