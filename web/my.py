"""One account: what is due to it, in one place, and what it pledged. Readable by whoever knows the account."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic_core import PydanticCustomError

from api.act_facts import ActName, Actor
from api.campaigns.queries import Found, find_campaign, payable_to
from api.campaigns.views import detail_values
from api.database import Mirror
from api.fields import AddressText, parse_address
from api.paging import PageDep
from api.pledges import Pledge, pledges_of
from api.pools.queries import funded_by
from api.pools.routes import detail_of
from api.records import CurrencyUnit
from web.acts import backing
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.backing import form_of
from web.calendars import LAST_CHANCE, answer, lab_of, place_of
from web.campaigns.lists import title_of
from web.desks.accounts import holder_of
from web.ics import Deadline, calendar
from web.lists import pool_name
from web.nexts import concerns_of
from web.visits import Visit, VisitDep
from web.words import N_

LONGEST: Final = 100
"""Letters of what was typed as an account."""
FROM_NOW_ON: Final = N_("from now on: %(act)s")
SHOWN: Final = 40
"""Of what is next; the calendar has more."""
DELIVERING: Final = "delivering"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Due:
    """Something that an account can have, or do, now.

    Attributes:
        what: Message that says it.
        amount: Base units of `unit`; None if it is not about money.
        unit: Currency of the campaign or pool.
        where: Title of the campaign or pool.
        path: Its page, below the language.
        form: To have it done; None where nothing can be sent.
    """

    what: str
    amount: int | None
    unit: CurrencyUnit
    where: str
    path: str
    form: Form | None


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be seen of an account."""

    visit: Visit
    mirror: Mirror
    desk: Desk | None

    def of_pledge(self, pledge: Pledge) -> Iterator[Due]:
        """Yield what is due to a backer for a pledge."""
        if pledge.refundable and int(pledge.refundable):
            given = {"campaign": pledge.campaign_id, "backer": str(pledge.backer)}
            form = self.form(backing.REFUND, f"refund-{pledge.campaign_id}", given, pledge.currency)
            found = find_campaign(self.mirror, pledge.campaign_id)
            yield self.due(found, N_("Refund of a pledge"), int(pledge.refundable), pledge.currency, form)

    def choices_of(self, pledge: Pledge) -> Iterator[Due]:
        """Yield what a backer may do with a pledge."""
        found = find_campaign(self.mirror, pledge.campaign_id)
        if pledge.withdrawable_until:
            ends_at = found.campaign.deadline - found.campaign.withdrawal_cutoff
            key, given = f"withdraw-{pledge.campaign_id}", {"campaign": pledge.campaign_id}
            form = self.form(backing.WITHDRAW, key, given, pledge.currency, ends_at)
            yield self.due(found, N_("Take a pledge back"), int(pledge.amount), pledge.currency, form)
        if pledge.campaign_phase == DELIVERING:
            yield from self._acts(found, ActName.OBJECT, N_("Object to a milestone"))

    def payouts_of(self, account: str) -> Iterator[Due]:
        """Yield what was released for a payout account."""
        for found in payable_to(self.mirror, account):
            yield from self._acts(found, ActName.COLLECT, N_("Payment of what is released"))

    def reclaims_of(self, account: str) -> Iterator[Due]:
        """Yield what was not used of the public money that an account paid in."""
        for pool_id in funded_by(self.mirror, account):
            pool = detail_of(self.mirror, pool_id)
            name = pool_name(self.visit, str(pool.agreement_hash), pool_id)
            for act in pool.next_acts:
                if act.act == ActName.RECLAIM and act.legal_now and str(act.funding_account).lower() == account:
                    given = {"pool": pool_id, "account": str(act.funding_account)}
                    form = self.form(backing.RECLAIM, f"reclaim-{pool_id}", given, pool.currency)
                    what, amount = N_("Public money that was not used"), int(act.max_amount or 0)
                    yield Due(what, amount, pool.currency, name, f"/pools/{pool_id}", form)

    def _acts(self, found: Found, name: ActName, what: str) -> Iterator[Due]:
        campaign = detail_values(self.mirror, found)
        for act in campaign["next_acts"]:
            if act["act"] == name and act["legal_now"] and act["by"] != Actor.POOL_MANAGER:
                key = f"{name.value}-{campaign['campaign_id']}"
                form = form_of(self.desk, campaign, act, key) if self.desk else None
                yield self.due(found, what, act["max_amount"], campaign["currency"], form)

    def form(
        self, act: Act, key: str, given: dict[str, Any], unit: CurrencyUnit, ends_at: int | None = None
    ) -> Form | None:
        """Return a form, where anything can be sent."""
        return self.desk.form(act, key, given, unit=unit, ends_at=ends_at) if self.desk else None

    def due(self, found: Found, what: str, amount: int | None, unit: CurrencyUnit, form: Form | None) -> Due:
        """Return something of a campaign."""
        path = f"/campaigns/{found.campaign.campaign_id}"
        return Due(what, amount, unit, title_of(self.visit, found), path, form)


@router.get("/{language}/my/calendar.ics", response_class=Response)
def show_calendar(visit: VisitDep, account: Annotated[AddressText, Query()]) -> Response:
    """Return what ends, or begins, for an account."""
    with visit.open() as mirror:
        lab, say = lab_of(mirror), visit.words.gettext
        deadlines = []
        for one in concerns_of(visit, mirror, account, holder_of(mirror, account).entity).nexts:
            time = one.ends if one.begins is None else one.begins
            if time is not None:
                what = say(LAST_CHANCE, act=one.what) if one.begins is None else say(FROM_NOW_ON, act=one.what)
                url = place_of(visit, one.path)
                more = say("Read more, and act: %(url)s", url=url)
                deadlines.append(Deadline(f"{one.key}-{account}@{lab}", time, f"{one.where}: {what}", more, url))
        name = say("What is due to %(account)s", account=account[:8])
        return answer(visit, "due", calendar(name, deadlines, mirror.now))


@router.get("/{language}/my")
def show_account(
    visit: VisitDep, page: PageDep, account: Annotated[str, Query(max_length=LONGEST)] = ""
) -> HTMLResponse:
    """Show what is due to an account and what it pledged; without one, ask which."""
    with visit.open() as mirror:
        sight = Sight(visit, mirror, Desk.of(visit, mirror))
        address = _parsed(account.strip())
        shown: dict[str, Any] = {"desk": sight.desk, "account": address, "typed": account}
        if address is None:
            return visit.page("my/account.html", **shown)
        pledges, cursor = pledges_of(mirror, page, backer=address)
        concerns = concerns_of(visit, mirror, address, holder_of(mirror, address).entity)
        due = [each for one in pledges for each in sight.of_pledge(one)]
        return visit.page(
            "my/account.html",
            **shown,
            nexts=concerns.nexts[:SHOWN],
            more=max(0, len(concerns.nexts) - SHOWN),
            changes=concerns.changes,
            now=mirror.now,
            due=[*due, *sight.payouts_of(address), *sight.reclaims_of(address)],
            choices=[each for one in pledges for each in sight.choices_of(one)],
            pledges=pledges,
            titles={one.campaign_id: title_of(visit, find_campaign(mirror, one.campaign_id)) for one in pledges},
            next_page=page.link(cursor) if cursor else None,
            is_first=page.after is None,
            first_page=page.link(None),
        )


def _parsed(text: str) -> str | None:
    try:
        return parse_address(text)
    except PydanticCustomError:
        return None
