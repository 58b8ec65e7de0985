"""What is next for one account, with its end, on its page and in its calendar; and what changed last."""

from typing import Any

import pytest

from indexer.store import models
from indexer.store.columns import Base
from indexer.store.models import MilestoneState, OrderState
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client
from tests.api.rows import BUYER, DAY, NOW
from tests.web.conftest import Show
from tests.web.reading import Element
from tests.web.test_calendars import parsed
from tests.web.test_desks import delivering
from tests.web.test_help_desks import ASKING, CONTESTED, PROVIDER, REPORTED, UNDERWAY, asked, lab
from tests.web.test_pool_desk import between


def section(page: Element, name: str) -> Element:
    (found,) = (one for one in page.all("section") if one.attributes.get("aria-labelledby") == name)
    return found


def nexts(page: Element) -> list[tuple[str, str]]:
    """Return where each of what is next is done, and its words."""
    items = section(page, "nexts").all("li")
    return [(next(one.all("a")).attributes["href"], one.text) for one in items]


def places(page: Element) -> list[str]:
    return [path for path, _ in nexts(page)]


@pytest.mark.parametrize("account", [PROVIDER, ASKING])
def test_my__requests_for_help__lead_to_their_desk(show: Show, account: str) -> None:
    page = show(f"/en/my?account={account}", asked(**UNDERWAY))

    ((path, words),) = nexts(page)
    assert path == "/en/redemptions/1/desk"
    assert "in 4 days" in words


@pytest.mark.parametrize("account", [PROVIDER, ASKING])
def test_my__contested_help__is_to_be_settled_by_both(show: Show, account: str) -> None:
    ((path, words),) = nexts(show(f"/en/my?account={account}", asked(**CONTESTED)))

    assert path == "/en/redemptions/1/desk"
    assert words.startswith("Bring a settlement that both have signed")
    assert "until" in words


def test_my__contested_help__is_nothing_to_who_is_no_side(show: Show) -> None:
    page = show(f"/en/my?account={r.BACKER}", asked(**CONTESTED))
    assert "/en/redemptions/1/desk" not in page.text


def test_my__what_ends_first__stands_in_front_and_what_is_not_possible_yet_behind(show: Show) -> None:
    soon, reported = c.redemption(2, starts_at=NOW + DAY // 2), c.redemption(3, **REPORTED)
    page = show(f"/en/my?account={PROVIDER}", lab(c.offer(1), reported, c.redemption(1), soon))

    assert places(page) == [f"/en/redemptions/{number}/desk" for number in (2, 1, 3)]
    assert nexts(page)[-1][1].startswith("Carry out what time has decided")
    assert " from " in nexts(page)[-1][1]


def test_my__with_very_much_to_do__shows_what_ends_first_and_counts_the_rest(show: Show) -> None:
    many = [c.redemption(number, starts_at=NOW + number * 3_600) for number in range(1, 43)]
    page = show(f"/en/my?account={PROVIDER}", lab(c.offer(1), *many))

    assert places(page) == [f"/en/redemptions/{number}/desk" for number in range(1, 41)]
    assert "And 2 more" in section(page, "nexts").text


def order(**changes: Any) -> list[Base]:
    seller = r.entity(1, account=r.ORGANIZER)
    listing, placed = c.listing(1, account=r.ORGANIZER), c.order(1, **changes)
    return [r.checkpoint(), seller, r.tenure(1, 11, r.ORGANIZER, NOW), r.currency(), r.metadata(), listing, placed]


@pytest.mark.parametrize(("account", "what"), [(BUYER, "Take the order back"), (r.ORGANIZER, "Accept the order")])
def test_my__an_order__has_another_next_act_for_each_side(show: Show, account: str, what: str) -> None:
    ((path, words),) = nexts(show(f"/en/my?account={account}", order()))

    assert path == "/en/orders/1/desk"
    assert words.startswith(what)
    assert "in 24 hours" in words or "in 1 day" in words


@pytest.mark.parametrize("account", [BUYER, r.ORGANIZER])
@pytest.mark.parametrize(
    ("state", "is_told"), [(OrderState.ACCEPTED, False), (OrderState.DISPUTED, True)], ids=["accepted", "disputed"]
)
def test_my__a_settlement__is_next_where_an_arbiter_may_rule(
    show: Show, account: str, state: OrderState, is_told: bool
) -> None:
    since = {"accepted_at": NOW - 2 * DAY} | ({"handed_over_at": NOW - DAY, "disputed_at": NOW} if is_told else {})
    page = show(f"/en/my?account={account}", order(state=state, **since))

    assert any(words.startswith("Bring a settlement") for _, words in nexts(page)) is is_told


def test_my__an_order_that_time_decided__can_be_carried_out_by_each(show: Show) -> None:
    late = order(state=OrderState.PLACED, window_ends_at=NOW)

    ((_, words),) = nexts(show(f"/en/my?account={BUYER}", late))
    assert "without a time limit" in words


def test_my__an_organizer__is_told_what_to_claim_and_by_when(show: Show) -> None:
    page = show(f"/en/my?account={r.ORGANIZER}", delivering({}))

    assert "/en/campaigns/1/desk" in places(page)
    assert any(words.startswith("Claim the milestone") and "until" in words for _, words in nexts(page))


def test_my__a_backer__is_told_until_when_to_object(show: Show) -> None:
    claimed = {
        "state": MilestoneState.CLAIMED,
        "attempts": 1,
        "claimed_at": NOW - DAY,
        "window_ends_at": NOW + DAY,
        "evidence_hash": r.digest(0xE1),
    }
    rows = [*delivering(claimed), r.pledge(1, r.BACKER, 1_000)]
    page = show(f"/en/my?account={r.BACKER}", rows)

    assert places(page) == ["/en/campaigns/1/object"]


@pytest.mark.parametrize(("left", "told"), [(60 * DAY - 1, True), (60 * DAY, False)])
def test_my__a_verification__is_worth_renewing_two_months_before(show: Show, left: int, told: bool) -> None:
    page = show(f"/en/my?account={PROVIDER}", lab(verified_until=NOW + left))

    assert ("Have the verification renewed" in section(page, "nexts").text) == told


def test_my__a_recovery__is_named_while_it_can_be_stopped(show: Show) -> None:
    pending = {"recovery_account": "0x" + "f2" * 20, "recovery_finishable_at": NOW + DAY}
    page = show(f"/en/my?account={PROVIDER}", lab(**pending))

    assert "Stop another account from taking over" in section(page, "nexts").text


def test_my__without_anything__says_so(pages: Client) -> None:
    assert "Nothing waits for this account" in pages.get("/en/my?account=0x" + "99" * 20).body.decode()


def test_my__what_changed_last__stands_in_front_with_its_event(show: Show) -> None:
    rows = lab(c.offer(1), c.redemption(1, **r.mirrored(r.key(900))), c.redemption(2, **r.mirrored(r.key(901))))
    changes = section(show(f"/en/my?account={ASKING}", rows), "changes")

    assert changes.attributes["data-changes"] == ASKING
    assert [one.attributes["data-change"] for one in changes.all("li")] == [str(r.key(901)), str(r.key(900))]
    assert all("hidden" in one.attributes for one in changes.all("span") if "data-new" in one.attributes)


def test_calendar__of_an_account__has_what_its_page_has(pages: Client) -> None:
    answer = pages.get(f"/en/my/calendar.ics?account={r.ORGANIZER}")

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    entries = parsed(answer.body.decode())
    uids = [one["UID"] for one in entries]
    assert entries
    assert len(set(uids)) == len(uids)
    assert all(f"-{r.ORGANIZER}@" in uid for uid in uids)
    greek = parsed(pages.get(f"/el/my/calendar.ics?account={r.ORGANIZER}").body.decode())
    assert [one["UID"] for one in greek] == uids


@pytest.mark.parametrize("query", ["", "?account=0x12", "?account=nobody"])
def test_calendar__of_no_account__is_refused(pages: Client, query: str) -> None:
    assert pages.get(f"/en/my/calendar.ics{query}").status == 400


def test_my__a_manager_of_pools__is_told_who_asks_and_what_can_be_objected_to(show: Show) -> None:
    page = show(f"/en/my?account={scenario.TOWN}", between({"place": None}, ends_at=NOW + DAY))
    ((path, words),) = nexts(page)
    assert path == "/en/pools/1/desk"
    assert words.startswith("Let a pool match the campaign")
    assert "until" in words

    over = {"opens_at": NOW - 65 * DAY, "deadline": NOW - 5 * DAY, "submitted_at": NOW - 70 * DAY, "extension": 0}
    enrolled = {"place": 0, "reserved": 100, "enrolled_at": NOW - 60 * DAY}
    for ends_at, found in ((NOW + DAY, [("/en/pools/1/desk", True)]), (NOW, [])):
        claim = {"state": "claimed", "attempts": 1, "claimed_at": NOW - DAY, "window_ends_at": ends_at}
        rows = between(enrolled, over | {"raised": 1_000, "pools": 1})
        rows = [one for one in rows if not isinstance(one, models.Milestone)] + r.milestones(1, claim, {})
        seen = nexts(show(f"/en/my?account={scenario.TOWN}", rows))
        assert [(path, words.startswith("Object")) for path, words in seen] == found


def test_my__another_account__hears_nothing_of_a_pool(show: Show) -> None:
    page = show(f"/en/my?account={r.ORGANIZER}", between({"place": None}, ends_at=NOW + DAY))

    assert "/pools/" not in " ".join(one.attributes["href"] for one in section(page, "nexts").all("a"))
