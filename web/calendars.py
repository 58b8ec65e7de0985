"""Deadlines as calendar files, for the calendar that people use anyway: a file to keep, or an address to follow."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter, Response

from api.act_facts import ActName
from api.campaigns.queries import find_campaign
from api.campaigns.routes import CampaignId
from api.campaigns.views import detail_values
from api.coverage import contract_names
from api.database import Mirror
from web.campaigns.lists import title_of
from web.ics import MEDIA_TYPE, Deadline, calendar
from web.visits import Visit, VisitDep
from web.words import CAMPAIGN_ACTS, N_

OPENING: Final = frozenset({"submitted", "approved"})
PLEDGING: Final = OPENING | {"live"}
EXTENDABLE: Final = PLEDGING | {"extension"}
AT_WORK: Final = EXTENDABLE | {"delivering"}
"""Phases from which on there is less and less to come."""
UNCLAIMED: Final = frozenset({"planned", "rejected"})
"""States of milestones whose due date still means something."""
TOLD_ACTS: Final = frozenset({ActName.APPROVE, ActName.CLAIM, ActName.OBJECT, ActName.RULE})
"""Acts whose end is told; the others end with the phase, or never."""

router = APIRouter()


@router.get("/{language}/campaigns/{campaign_id}/calendar.ics", response_class=Response)
def show_campaign_calendar(visit: VisitDep, campaign_id: CampaignId) -> Response:
    """Return what is still to come in a campaign."""
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        title = title_of(visit, found)
        deadlines = sorted(_of_campaign(visit, mirror, title, detail_values(mirror, found)), key=lambda one: one.time)
        return answer(visit, f"campaign-{campaign_id}", calendar(title, deadlines, mirror.now))


def answer(visit: Visit, name: str, content: str) -> Response:
    """Return a calendar file as an answer."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return Response(content, media_type=MEDIA_TYPE, headers=dict(visit.response.headers) | headers)


def place_of(visit: Visit, path: str) -> str:
    """Return the whole address of a page."""
    return f"{visit.origin}/{visit.language}{path}"


def lab_of(mirror: Mirror) -> str:
    """Return what distinguishes the lab's entries from those of all others: a contract, and the chain it is on."""
    addresses = {name: address for address, name in contract_names(mirror).items()}
    return f"{addresses.get('EntityRegistry') or addresses.get('Crowdfunding', 'lab')}.{mirror.checkpoint.chain_id}"


def _of_campaign(visit: Visit, mirror: Mirror, title: str, campaign: Mapping[str, Any]) -> Iterator[Deadline]:
    number, lab, say = campaign["campaign_id"], lab_of(mirror), visit.words.gettext
    url = place_of(visit, f"/campaigns/{number}")
    for key, time, what in _moments(visit, campaign):
        if time > mirror.now:
            uid = f"campaign-{number}-{key}@{lab}"
            yield Deadline(uid, time, f"{title}: {what}", say("Read more, and act: %(url)s", url=url), url)


def _moments(visit: Visit, campaign: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Yield a key, a Unix time and words for each instant that the campaign's phase leaves open."""
    say, phase, ends_at = visit.words.gettext, campaign["phase"], campaign["deadline"]
    if phase in OPENING:
        yield "opens", campaign["opens_at"], say("opens for pledges")
    if phase in PLEDGING:
        yield "withdrawal", ends_at - campaign["withdrawal_cutoff"], say("pledges can be taken back until now")
        yield "deadline", ends_at, say("deadline")
    if phase in EXTENDABLE and campaign["extension"]:
        yield "extension", ends_at + campaign["extension"], say("end of the extension, if the goal was reached")
    if phase in AT_WORK:
        for one in campaign["milestones"]:
            if one["state"] in UNCLAIMED:
                due = say("milestone %(number)s is due", number=one["milestone"] + 1)
                yield f"due-{one['milestone']}", one["due_date"], due
    for act in campaign["next_acts"]:
        if act["act"] in TOLD_ACTS and act["until"] is not None:
            key = f"{act['act'].value}-{act['milestone']}-{act['attempt']}-{act['by'].value}"
            yield key, act["until"], say(LAST_CHANCE, act=say(CAMPAIGN_ACTS[act["act"]]))


LAST_CHANCE: Final = N_("until now: %(act)s")
