"""What waits for one account, or can be done by it, with its end: over campaigns, help, orders and its entity."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.act_facts import ActName, Actor
from api.campaigns.queries import CampaignFilters, CampaignSort, list_campaigns
from api.campaigns.views import details_values
from api.case_schemas import NextCaseAct
from api.database import Mirror
from api.entities import EntityDetail
from api.fields import parse_time
from api.marketplace import queries as market
from api.marketplace import routes as market_routes
from api.marketplace.queries import OrderFilters, OrderSort
from api.paging import PageRequest
from api.pledges import pledges_of
from api.pools.queries import waiting_for
from api.pro_bono import queries as help_queries
from api.pro_bono import routes as help_routes
from api.pro_bono.queries import RedemptionFilters, RedemptionSort
from api.records import EventLink
from web.campaigns.lists import title_of
from web.desks.entity import finishable_at
from web.desks.helping import ends_at, next_for
from web.desks.organizer import next_of
from web.format import Formats
from web.visits import Visit
from web.words import N_

MOST: Final = PageRequest(50, None, "", ())
"""Of each kind that is looked at: those that changed last, or end first."""
CAMPAIGNS: Final = PageRequest(20, None, "", ())
"""Likewise of campaigns, own ones and pledged ones: what is next in them is much to ask."""
RENEWAL: Final = 60 * 86_400
"""Seconds before its end from which on a verification is worth renewing."""
SHOWN_CHANGES: Final = 20
PLEDGE_PAGES: Final[Mapping[ActName, str]] = {ActName.WITHDRAW: "withdraw", ActName.OBJECT: "object"}
"""Acts of backers that end: page below the campaign's."""
REQUEST: Final = N_("Request for help %(number)s")
ORDER: Final = N_("Order %(number)s")


@dataclass(frozen=True, slots=True)
class Next:
    """Something that an account can do now, or from some time on.

    Attributes:
        key: The same as long as it is the same.
        what: In words.
        where: Title of what it is about.
        path: Page where it is done, below the language.
        begins: Unix time from which on it is possible; None if it is now.
        ends: Unix time until which it is possible; None if no time ends it.
    """

    key: str
    what: str
    where: str
    path: str
    begins: int | None
    ends: int | None

    @property
    def place(self) -> tuple[bool, float]:
        """Order by it: what can be done now before what can't, what ends first in front."""
        when = self.ends if self.begins is None else self.begins
        return self.begins is not None, float("inf") if when is None else when


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of something that concerns an account.

    Attributes:
        where: Title of what changed.
        path: Its page, below the language.
        state: What it is now, in words.
        event: Its last event.
    """

    where: str
    path: str
    state: str
    event: EventLink


@dataclass(frozen=True, slots=True)
class Concerns:
    """What concerns one account."""

    nexts: Sequence[Next]
    """What is next in front."""
    changes: Sequence[Change]
    """The last one in front."""


def concerns_of(visit: Visit, mirror: Mirror, account: str, entity: EntityDetail | None) -> Concerns:
    """Return what concerns an account, and the entity that it acts for."""
    seer = _Seer(visit, mirror, account)
    found = [*seer.pledges(), *seer.orders(OrderFilters(buyer=account, ended=False))]
    if entity is not None:
        number = entity.entity_id
        found += [
            *seer.campaigns(number),
            *seer.pools(number),
            *seer.orders(OrderFilters(seller=number, ended=False)),
            *seer.requests(RedemptionFilters(provider=number, ended=False)),
            *seer.requests(RedemptionFilters(beneficiary=number, ended=False)),
        ]
    nexts = {one.key: one for one, _ in found if one is not None}
    if entity is not None:
        nexts |= {one.key: one for one in seer.entity(entity)}
    changes = {change.path: change for _, change in found if change is not None}
    return Concerns(
        sorted(nexts.values(), key=lambda one: one.place),
        sorted(changes.values(), key=lambda one: -one.event.event_key)[:SHOWN_CHANGES],
    )


Seen = tuple[Next | None, Change | None]


@dataclass(frozen=True, slots=True)
class _Seer:
    visit: Visit
    mirror: Mirror
    account: str

    def word(self, table: str, key: str) -> str:
        return Formats(self.visit.words).word(table, key)

    def pledges(self) -> Iterator[Seen]:
        """Yield what a backer can do until some time, and how its campaigns stand."""
        pledges = {one.campaign_id: one for one in pledges_of(self.mirror, CAMPAIGNS, backer=self.account)[0]}
        for number, campaign, title in self._campaigns(CampaignFilters(campaign_ids=list(pledges))):
            pledge, here = pledges[number], f"/campaigns/{number}"
            yield None, self._campaign_change(campaign, title, here)
            for act in campaign["next_acts"]:
                page = PLEDGE_PAGES.get(act["act"])
                if page and act["by"] == Actor.BACKER and act["legal_now"] and int(pledge.amount):
                    key = f"campaign-{number}-{act['act'].value}-{act['milestone']}-{act['attempt']}"
                    what = self.word("campaign_act", act["act"])
                    yield Next(key, what, title, f"{here}/{page}", None, act["until"]), None

    def campaigns(self, organizer: int) -> Iterator[Seen]:
        """Yield what is next in the campaigns of an organizer."""
        for number, campaign, title in self._campaigns(CampaignFilters(organizer=organizer)):
            change, act = self._campaign_change(campaign, title, f"/campaigns/{number}"), next_of(campaign)
            if act is None:
                yield None, change
                continue
            what = self.word("campaign_act", act["act"])
            key = f"campaign-{number}-{act['act'].value}-{act['milestone']}-{act['attempt']}"
            begins = None if act["legal_now"] else act["from"]
            yield Next(key, what, title, f"/campaigns/{number}/desk", begins, act["until"]), change

    def pools(self, manager: int) -> Iterator[Seen]:
        """Yield what campaigns wait for from the manager of pools: an answer, or a word about a claim."""
        waiting = waiting_for(self.mirror, manager, MOST.limit)
        for number, campaign, title in self._campaigns(CampaignFilters(campaign_ids=waiting)):
            own = {one["pool_id"]: one for one in campaign["pools"] if one["manager"] == manager}
            for act in campaign["next_acts"]:
                if (
                    act["by"] != Actor.POOL_MANAGER
                    or str(act["account"]).lower() != self.account
                    or not act["legal_now"]
                ):
                    continue
                # An objection speaks for all of its pools; the one that was asked first has the form.
                pool = act["pool_id"] or next(key for key, one in own.items() if one["enrolled_at"] is not None)
                key = f"pool-{pool}-{number}-{act['act'].value}-{act['milestone']}-{act['attempt']}"
                what = self.word("campaign_act", act["act"])
                yield Next(key, what, title, f"/pools/{pool}/desk", None, act["until"]), None

    def orders(self, filters: OrderFilters) -> Iterator[Seen]:
        """Yield what is next in orders that have not ended."""
        found = market.list_orders(self.mirror, filters, OrderSort.UPDATED, MOST)[: MOST.limit]
        orders, nexts = market_routes.orders_of(self.mirror, found), market_routes.nexts_of(self.mirror, found)
        for order, acts in zip(orders, nexts, strict=True):
            number = order.order_id
            title, path = self.visit.words.gettext(ORDER, number=number), f"/orders/{number}"
            change = Change(title, path, self.word("order", order.state), order.last_event)
            yield self._case(f"order-{number}", title, f"{path}/desk", acts), change

    def requests(self, filters: RedemptionFilters) -> Iterator[Seen]:
        """Yield what is next in requests for help that have not ended."""
        found = help_queries.list_redemptions(self.mirror, filters, RedemptionSort.UPDATED, MOST)[: MOST.limit]
        for request in help_routes.redemption_details(self.mirror, found):
            number = request.redemption_id
            title, path = self.visit.words.gettext(REQUEST, number=number), f"/redemptions/{number}"
            change = Change(title, path, self.word("redemption", request.state), request.last_event)
            yield self._case(f"redemption-{number}", title, f"{path}/desk", request.next_acts), change

    def entity(self, entity: EntityDetail) -> Iterator[Next]:
        """Yield what ends for an entity."""
        say, path = self.visit.words.gettext, f"/desks/entity?account={self.account}"
        where = say("Entity %(number)s", number=entity.entity_id)
        key = f"entity-{entity.entity_id}"
        if entity.recovery is not None and self.mirror.now < finishable_at(entity):
            yield Next(
                f"{key}-veto", say("Stop another account from taking over"), where, path, None, finishable_at(entity)
            )
        ends = parse_time(entity.verified_until) if entity.verified and entity.verified_until is not None else None
        if ends is not None and ends - self.mirror.now < RENEWAL:
            yield Next(f"{key}-verified", say("Have the verification renewed"), where, path, None, ends)

    def _campaigns(self, filters: CampaignFilters) -> Iterator[tuple[int, Mapping[str, Any], str]]:
        """Yield number, details and title of the campaigns that changed last."""
        if filters.campaign_ids is not None and not filters.campaign_ids:
            return
        found = list_campaigns(self.mirror, filters, CampaignSort.UPDATED, CAMPAIGNS)[: CAMPAIGNS.limit]
        for one, campaign in zip(found, details_values(self.mirror, found), strict=True):
            yield one.campaign.campaign_id, campaign, title_of(self.visit, one)

    def _campaign_change(self, campaign: Mapping[str, Any], title: str, path: str) -> Change:
        return Change(title, path, self.word("phase", campaign["phase"]), campaign["last_event"])

    def _case(self, key: str, title: str, path: str, acts: Iterable[NextCaseAct]) -> Next | None:
        act = next_for(acts, self.account)
        if act is None:
            return None
        begins = None if act.legal_now else parse_time(act.from_)
        return Next(f"{key}-{act.act.value}", self.word("case_act", act.act), title, path, begins, ends_at(act))
