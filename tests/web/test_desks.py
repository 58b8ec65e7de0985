"""What desks offer at which time, as the mirror has it."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

import pytest

from indexer.store import models
from indexer.store.columns import Base
from indexer.store.models import CampaignState, MilestoneState, OperationState
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client
from tests.api.rows import DAY, NOW
from tests.web.conftest import PagesOf, Show
from tests.web.reading import Element, forms_of, read, spec_of
from web.acts.forms import function_of, selector_of

REGISTRY = "0x" + "c3" * 20
REASON = r.digest(0xABC)


def registry(*more: Base) -> list[Base]:
    return [r.checkpoint(), r.journal("EntityRegistry", REGISTRY), r.tenure(1, 11, f"0x{1:040x}", NOW), *more]


def announced(executable_at: int) -> models.Operation:
    selector = selector_of(function_of("EntityRegistry", "revoke"))
    return models.Operation(
        operation_id=r.digest(0x0E),
        nonce=1,
        caller="0x" + "0d" * 20,
        target=REGISTRY,
        data=f"{selector}{1:064x}{REASON[2:]}",
        scheduled_at=executable_at - 3 * DAY,
        executable_at=executable_at,
        state=OperationState.SCHEDULED,
        **r.mirrored(r.key(90)),
    )


@pytest.mark.parametrize(
    ("executable_at", "offered"),
    [(NOW + 1, None), (NOW, "revoke"), (NOW - 7 * DAY + 1, "revoke"), (NOW - 7 * DAY, "announce")],
)
def test_registrar__announced_revocation__is_offered_in_its_week_alone(
    show: Show, executable_at: int, offered: str | None
) -> None:
    page = show("/en/desks/registrar/1", registry(r.entity(1), announced(executable_at)))

    forms = forms_of(page)
    assert ("revoke" in forms, "schedule" in forms) == (offered == "revoke", offered == "announce")
    if offered == "revoke":
        assert spec_of(page, "do-" + r.digest(0x0E)[2:10])["call"]["args"] == ["1", REASON]


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        (
            {"state": "registered", "verified_at": None, "verified_until": 0},
            ["verify", "refuse", "startRecovery"],
        ),
        ({}, ["verify", "suspend", "schedule", "startRecovery"]),
        ({"recovery_barred_until": NOW + 1}, ["verify", "suspend", "schedule"]),
        ({"recovery_barred_until": NOW}, ["verify", "suspend", "schedule", "startRecovery"]),
        ({"state": "refused", "refused_at": NOW - DAY, "verified_until": 0}, []),
        ({"state": "revoked", "revoked_at": NOW - DAY}, []),
    ],
)
def test_registrar__forms__are_those_that_the_state_allows(
    show: Show, changes: dict[str, int | str], offered: list[str]
) -> None:
    page = show("/en/desks/registrar/1", registry(r.entity(1, **changes)))

    assert forms_of(page) == offered


@pytest.mark.parametrize(("finishable_at", "offered"), [(NOW + 1, "vetoRecovery"), (NOW, "finishRecovery")])
def test_recovery__is_stopped_before_its_time_and_finished_from_then_on(
    show: Show, finishable_at: int, offered: str
) -> None:
    pending = {"recovery_account": "0x" + "f2" * 20, "recovery_finishable_at": finishable_at}
    page = show("/en/entities/1/recovery", registry(r.entity(1, **pending)))

    assert forms_of(page) == [offered]
    (alarm,) = (one for one in page.all("div") if one.attributes.get("class") == "alarm")
    assert alarm.attributes["role"] == "alert"


def test_entity__proposed_account_that_acts_for_another__cannot_take_over(show: Show) -> None:
    other = f"0x{2:040x}"
    rows = registry(r.entity(1, proposed_account=other), r.entity(2), r.tenure(2, 12, other, NOW))
    page = show(f"/en/desks/entity?account={other}", rows)

    assert "acceptAccount" not in forms_of(page)
    assert "acts for another entity" in page.text


def test_entity__of_a_member__has_no_profile_to_write(pages: Client) -> None:
    page = read(pages.get(f"/en/desks/entity?account={r.MEMBER}").body)

    assert forms_of(page) == ["proposeAccount", "proposeAccount"]


def test_entity__writing_its_profile_anew__begins_with_all_that_it_says(pages_of: PagesOf) -> None:
    profile = {
        "type": "profile",
        "language": "pt",
        "name": "Remendões",
        "place": "Funchal",
        "about": {"en": "We mend", "pt": "Remendamos", "el": "Επισκευάζουμε"},
        "links": [{"url": "https://remendar.example/", "title": {"pt": "A casa"}}],
    }
    page = desk_of(pages_of, profile)

    assert list(held_in(page)) == [
        ("language", "pt"),
        ("name", "Remendões"),
        ("place", "Funchal"),
        ("about", "Remendamos"),
        ("language", "en"),
        ("about", "We mend"),
        ("language", "el"),
        ("about", "Επισκευάζουμε"),
        ("url", "https://remendar.example/"),
        ("name", "A casa"),
    ]


@pytest.mark.parametrize("letters", [19_999, 20_000])
def test_entity__profile_too_long_for_the_form__is_not_begun_with_a_part_of_it(pages_of: PagesOf, letters: int) -> None:
    page = desk_of(pages_of, {"type": "profile", "name": "Menders", "about": {"en": "x" * letters}})

    assert ("about", "x" * letters if letters < 20_000 else "") in held_in(page)
    assert ("too long to stand here" in page.text) == (letters == 20_000)


def desk_of(pages_of: PagesOf, profile: Mapping[str, object]) -> Element:
    """Return the desk of an entity with a profile."""
    content = json.dumps(profile).encode()
    rows = registry(r.entity(1, profile_hash="0x" + sha256(content).hexdigest()))
    return read(pages_of(rows, [content]).get(f"/en/desks/entity?account=0x{1:040x}").body)


def held_in(page: Element) -> Iterator[tuple[str, str]]:
    """Yield name and content of each field of the form for a profile; templates of further rows are left out."""
    (form,) = (one for one in page.all("form") if any(each.text == "Publish the profile" for each in one.all("button")))
    further = [id(field) for template in form.all("template") for field in template.all()]
    for field in form.all():
        if "data-name" not in field.attributes or id(field) in further:
            continue
        chosen = [one.attributes["value"] for one in field.all("option") if "selected" in one.attributes]
        yield field.attributes["data-name"], (chosen or [field.attributes.get("value") or field.text])[0]


def delivering(milestone: dict[str, object], **changes: object) -> list[Base]:
    """Return a campaign at work whose first milestone is as given."""
    over = {"opens_at": NOW - 65 * DAY, "deadline": NOW - 5 * DAY, "submitted_at": NOW - 70 * DAY, "extension": 0}
    return registry(
        r.entity(1, account=r.ORGANIZER),
        r.currency(),
        r.metadata(),
        r.journal("Crowdfunding", r.CROWDFUNDING),
        r.campaign(1, **({"raised": 1_000, "backers": 1} | over | changes)),
        *r.milestones(1, milestone, {}),
    )


@pytest.mark.parametrize(
    ("milestone", "changes", "offered"),
    [
        ({}, {}, ["claimMilestone", "postUpdate", "changePayoutAccount", "terminate"]),
        (
            {
                "state": MilestoneState.CLAIMED,
                "attempts": 1,
                "claimed_at": NOW - 4 * DAY,
                "window_ends_at": NOW - DAY,
                "evidence_hash": r.digest(0xE1),
            },
            {},
            ["postUpdate", "releaseMilestone", "changePayoutAccount"],
        ),
        (
            {},
            {"state": CampaignState.CANCELED, "canceled_at": NOW - DAY, "raised": 0, "backers": 0},
            ["postUpdate", "changePayoutAccount"],
        ),
    ],
)
def test_organizer__forms__are_those_of_the_acts_that_are_legal(
    show: Show, milestone: dict[str, object], changes: dict[str, object], offered: list[str]
) -> None:
    assert forms_of(show("/en/campaigns/1/desk", delivering(milestone, **changes))) == offered


def test_organizer__pools_to_ask__are_open_and_not_asked_yet(pages: Client) -> None:
    page = read(pages.get(f"/en/campaigns/{scenario.APPROVED}/desk").body)

    (choice,) = (one for one in page.all("select") if one.attributes["data-name"] == "pool")
    assert [one.attributes["value"] for one in choice.all("option")] == [str(scenario.RATIO)]


def test_reviewer__reviewed_campaign__has_nothing_to_review(pages: Client) -> None:
    assert forms_of(read(pages.get(f"/en/desks/reviewer/{scenario.SUBMITTED}").body)) == [
        "approveCampaign",
        "rejectCampaign",
    ]
    page = read(pages.get(f"/en/desks/reviewer/{scenario.LIVE}").body)
    assert forms_of(page) == []
    assert "There is nothing to review" in page.text


def test_start__in_a_delisted_currency__uses_one_that_is_listed(pages: Client) -> None:
    page = read(pages.get(f"/en/start?currency={scenario.OLD_EURO}").body)

    assert spec_of(page, "start")["call"]["args"][0]["currency"].lower() == r.EURO
