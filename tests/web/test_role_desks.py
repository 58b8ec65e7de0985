"""What treasurers, issuers and guardians are offered at which time, as the mirror has it."""

from collections.abc import Iterator
from typing import Any

import pytest
from eth_abi.abi import encode

from indexer.store import models
from indexer.store.columns import Base
from indexer.store.models import OperationState
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api import scenario
from tests.api.case_rows import HOUR
from tests.api.client import Client
from tests.api.rows import DAY, NOW
from tests.web.conftest import Show
from tests.web.reading import forms_of, read, spec_of
from tests.web.test_desks import REGISTRY, registry
from web.acts.forms import function_of, selector_of
from web.acts.guard import CONTRACTS

TREASURER = "0x" + "70" * 20
CREDIT = "0x" + "c6" * 20
COIN = "0x" + "5c" * 20
PURPOSE = r.digest(0xF0)
PROGRAMME = [7, 25 * HOUR, NOW + DAY, NOW + 9 * DAY, bytes.fromhex(PURPOSE[2:])]


def treasury(delay: int = 2 * DAY) -> Iterator[Base]:
    """Yield the rows of a treasurer who acts with a delay, a currency, and the contracts."""
    yield from registry(r.entity(1), r.currency(), r.metadata())
    yield r.journal("Crowdfunding", r.CROWDFUNDING)
    yield r.journal("InnovationCredit", CREDIT)
    grants = {"grant_delay": 0, "grant_delay_since": 0, "previous_grant_delay": 0}
    yield models.Role(role_id=4, label="treasurer", admin=0, guardian=0, **grants, **r.mirrored(r.key(30)))
    since = {"granted_at": NOW - DAY, "since": NOW - DAY, "delay_since": NOW - DAY, "previous_delay": 0}
    yield models.RoleMember(role_id=4, account=TREASURER, delay=delay, **since, **r.mirrored(r.key(31)))
    for target, contract, names in (
        (r.CROWDFUNDING, "Crowdfunding", ("listCurrency", "delistCurrency")),
        (CREDIT, "InnovationCredit", ("openProgramme", "closeProgramme")),
    ):
        for name in names:
            selector = selector_of(function_of(contract, name))
            yield models.RoleTarget(target=target, selector=selector, role_id=4, **r.mirrored(r.key(32)))


def announced(target: str, data: str, executable_at: int = NOW, **changes: Any) -> models.Operation:
    values: dict[str, Any] = {
        "operation_id": r.digest(0x0E),
        "nonce": 1,
        "caller": TREASURER,
        "target": target,
        "data": data,
        "scheduled_at": executable_at - 2 * DAY,
        "executable_at": executable_at,
        "state": OperationState.SCHEDULED,
        **r.mirrored(r.key(90)),
    }
    return models.Operation(**(values | changes))


def call(contract: str, function: str, *values: Any) -> str:
    entry = function_of(contract, function)
    return selector_of(entry) + encode([one["type"] for one in entry["inputs"]], values).hex()


LISTING = call("Crowdfunding", "listCurrency", COIN)


@pytest.mark.parametrize(
    ("delay", "offered"),
    [
        (2 * DAY, ["schedule", "schedule"]),
        (0, ["listCurrency", "delistCurrency"]),
    ],
)
def test_treasurer__forms__follow_the_delay_of_the_role(show: Show, delay: int, offered: list[str]) -> None:
    programme = "schedule" if delay else "openProgramme"
    assert forms_of(show("/en/desks/treasurer", treasury(delay))) == [*offered, programme]

    going_on = [one for one in scenario.rows() if isinstance(one, models.Programme) and one.programme_id == 1]
    closing = "schedule" if delay else "closeProgramme"
    page = show("/en/desks/treasurer", [*treasury(delay), *going_on, r.entity(2)])
    assert forms_of(page) == [*offered, programme, closing]


def test_treasurer__currency_to_stop__is_one_that_is_accepted(pages: Client) -> None:
    page = read(pages.get("/en/desks/treasurer").body)

    (choice,) = (one for one in page.all("select") if one.attributes["data-name"] == "currency")
    assert [one.attributes["value"].lower() for one in choice.all("option") if one.attributes["value"]] == [r.EURO]


@pytest.mark.parametrize(
    ("executable_at", "offered"),
    [
        (NOW + 1, ["cancel"]),
        (NOW, ["listCurrency", "cancel"]),
        (NOW - 7 * DAY + 1, ["listCurrency", "cancel"]),
        (NOW - 7 * DAY, []),
    ],
)
def test_treasurer__announced_currency__is_listed_in_its_week_alone(
    show: Show, executable_at: int, offered: list[str]
) -> None:
    rows = [*treasury(), announced(r.CROWDFUNDING, LISTING, executable_at)]
    page = show("/en/desks/treasurer", rows)

    assert [name for name in forms_of(page) if name != "schedule"] == offered
    if "listCurrency" in offered:
        spec = spec_of(page, "do-" + r.digest(0x0E)[2:10])
        assert (spec["call"]["args"], spec["fields"]) == ([COIN], [])


def test_treasurer__announced_programme__is_shown_in_words_and_opened_as_it_was(show: Show) -> None:
    data = call("InnovationCredit", "openProgramme", *PROGRAMME)
    page = show("/en/desks/treasurer", [*treasury(), announced(CREDIT, data)])

    assert "Most that it may issue 25 EIC" in page.text
    args = spec_of(page, "do-" + r.digest(0x0E)[2:10])["call"]["args"]
    assert args == ["7", str(25 * HOUR), str(NOW + DAY), str(NOW + 9 * DAY), PURPOSE]


def test_treasurer__announcement__can_be_taken_back(show: Show) -> None:
    page = show("/en/desks/treasurer", [*treasury(), announced(r.CROWDFUNDING, LISTING)])

    spec = spec_of(page, "withdraw-" + r.digest(0x0E)[2:10])
    assert spec["call"]["args"] == [TREASURER, r.CROWDFUNDING, LISTING]
    assert not spec["gasless"]


def test_treasurer__announcement_that_nobody_can_read__is_not_offered(show: Show) -> None:
    page = show("/en/desks/treasurer", [*treasury(), announced(r.CROWDFUNDING, LISTING[:20])])

    assert "Do not trust it" in page.text
    assert "listCurrency" not in forms_of(page)
    assert "cancel" in forms_of(page)


@pytest.mark.parametrize("state", [OperationState.EXECUTED, OperationState.CANCELED])
def test_treasurer__announcement_that_is_over__is_not_shown(show: Show, state: OperationState) -> None:
    page = show("/en/desks/treasurer", [*treasury(), announced(r.CROWDFUNDING, LISTING, state=state)])

    assert "Nothing is announced" in page.text


def issuing(hours: int = 30, **programme: Any) -> Iterator[Base]:
    """Yield a verified issuer with a programme of 20 credits of which 5 are issued, and hours that cover some."""
    yield from registry(r.entity(1))
    yield c.week(NOW + 9 * DAY, hours)
    values: dict[str, Any] = {
        "programme_id": 1,
        "issuer": 1,
        "cap": 20 * HOUR,
        "issued": 5 * HOUR,
        "starts_at": NOW - DAY,
        "ends_at": NOW + DAY,
        "purpose_hash": PURPOSE,
        "opened_at": NOW - DAY,
        "opened_event_key": r.key(400),
        **r.mirrored(r.key(400)),
    }
    yield models.Programme(**(values | programme))
    totals = {"issued": 5 * HOUR, "redeemed": 0, "supply": 5 * HOUR, "holders": 1, "transfers": 0}
    yield models.CreditTotals(id=1, **totals, **r.mirrored(r.key(520)))


ISSUER = f"/en/desks/issuer?account=0x{1:040x}"


@pytest.mark.parametrize(("hours", "most"), [(30, 15), (20, 15), (12, 7), (6, 1)])
def test_issuer__issue__is_of_at_most_what_programme_and_hours_allow(show: Show, hours: int, most: int) -> None:
    spec = spec_of(show(ISSUER, issuing(hours)), "issue-1")

    (amount,) = (one for one in spec["fields"] if one["name"] == "amount")
    assert (amount["min"], amount["max"]) == ("1", str(most * HOUR))
    assert spec["call"]["args"][0] == 1
    assert spec["gasless"]


@pytest.mark.parametrize("hours", [5, 4])
def test_issuer__without_cover__is_told_why_nothing_can_be_issued(show: Show, hours: int) -> None:
    page = show(ISSUER, issuing(hours))

    assert forms_of(page) == []
    assert "every promised hour already stands behind a credit" in page.text


@pytest.mark.parametrize(
    ("programme", "told"),
    [
        ({"starts_at": NOW + 1}, "It issues from"),
        ({"ends_at": NOW}, "It ended at"),
        ({"closed_at": NOW - 1}, "Closed for good"),
        ({"issued": 20 * HOUR}, "20 EIC of 20 EIC issued"),
    ],
)
def test_issuer__programme_that_issues_nothing_now__says_why(show: Show, programme: dict[str, Any], told: str) -> None:
    page = show(ISSUER, issuing(**programme))

    assert forms_of(page) == []
    assert told in page.text


def test_issuer__suspended__can_issue_nothing(show: Show) -> None:
    rows = [one for one in issuing() if not isinstance(one, models.Entity)]

    assert forms_of(show(ISSUER, [*rows, r.entity(1, suspended_until=NOW + 1)])) == []


def test_issuer__paused__is_told_until_when(show: Show) -> None:
    pause = {"contract_name": "InnovationCredit", "contract": CREDIT, "paused_at": NOW - DAY}
    page = show(ISSUER, [*issuing(), models.LabPause(**pause, paused_until=NOW + 1, **r.mirrored(r.key(34)))])

    assert forms_of(page) == []
    assert "Issuing is paused until" in page.text


def guarded(*more: Base, delays: tuple[int, ...] = (0,)) -> list[Base]:
    """Return the contracts with guardians, each of whom acts with a delay."""
    since = {"granted_at": NOW - DAY, "since": NOW - DAY, "delay_since": NOW - DAY, "previous_delay": 0}
    rows: list[Base] = [
        models.RoleMember(role_id=6, account=f"0x{place + 0x9A:040x}", delay=delay, **since, **r.mirrored(r.key(31)))
        for place, delay in enumerate(delays)
    ]
    for place, contract in enumerate(CONTRACTS):
        address = REGISTRY if contract == "EntityRegistry" else f"0x{place + 0x50:040x}"
        if contract != "EntityRegistry":
            rows.append(r.journal(contract, address))
        rows += [
            models.RoleTarget(
                target=address,
                selector=selector_of(function_of(contract, name)),
                role_id=6,
                **r.mirrored(r.key(32)),
            )
            for name in ("pauseEntry", "resumeEntry")
        ]
    return registry(*rows, *more)


@pytest.mark.parametrize(
    ("pause", "offered"),
    [
        ({"paused_at": NOW - DAY, "paused_until": NOW + 2 * DAY}, "resumeEntry"),
        ({"paused_at": NOW - 3 * DAY, "paused_until": NOW}, None),
        ({"paused_at": NOW - DAY, "paused_until": NOW + 2 * DAY, "resumed_at": NOW}, None),
        ({"paused_at": NOW - 14 * DAY + 1, "paused_until": NOW - 11 * DAY + 1}, None),
        ({"paused_at": NOW - 14 * DAY, "paused_until": NOW - 11 * DAY}, "pauseEntry"),
    ],
)
def test_guardian__act__is_the_one_that_time_allows(show: Show, pause: dict[str, int], offered: str | None) -> None:
    row = models.LabPause(contract_name="Crowdfunding", contract=r.CROWDFUNDING, **pause, **r.mirrored(r.key(34)))
    page = show("/en/desks/guardian", guarded(row))

    assert forms_of(page).count("pauseEntry") == len(CONTRACTS) - (offered != "pauseEntry")
    assert forms_of(page).count("resumeEntry") == (offered == "resumeEntry")
    assert ("can be paused again" in page.text) is (offered is None)


def test_guardian__each_contract__is_paused_by_its_own_form(show: Show) -> None:
    page = show("/en/desks/guardian", guarded())

    specs = [spec_of(page, f"pauseEntry-{contract}") for contract in CONTRACTS]
    assert len({spec["to"] for spec in specs}) == len(CONTRACTS)
    assert not any(spec["gasless"] for spec in specs)


SENTENCE = "Nothing new begins in this contract for 72 hours"


def test_guardian__what_a_pause_does__is_said_once(show: Show) -> None:
    page = show("/en/desks/guardian", guarded())

    assert page.text.count(SENTENCE) == 1
    assert "delay" not in page.text


def test_guardian__nothing_to_pause__does_not_say_what_a_pause_does(show: Show) -> None:
    pauses = [
        models.LabPause(
            contract_name=contract,
            contract=f"0x{place + 0x50:040x}",
            paused_at=NOW - DAY,
            paused_until=NOW + DAY,
            **r.mirrored(r.key(34)),
        )
        for place, contract in enumerate(CONTRACTS)
    ]
    text = show("/en/desks/guardian", guarded(*pauses)).text

    assert SENTENCE not in text
    assert text.count("New business may begin at once.") == 1


@pytest.mark.parametrize(
    ("delays", "offered", "told"),
    [
        ((2 * DAY,), ["schedule"], ["2 days"]),
        ((0, 3 * DAY, 2 * DAY), ["pauseEntry", "schedule"], ["2 days", "3 days"]),
    ],
)
def test_guardian__role_with_a_delay__is_told_so_and_announces(
    show: Show, delays: tuple[int, ...], offered: list[str], told: list[str]
) -> None:
    page = show("/en/desks/guardian", guarded(delays=delays))

    assert forms_of(page) == offered * len(CONTRACTS)
    assert [f"with a delay of {one}" in page.text for one in told] == [True] * len(told)
    assert page.text.count("announce it now") == len(told)


def test_guardian__announced_pause__names_its_contract_and_can_be_done(show: Show) -> None:
    pause = announced(REGISTRY, call("EntityRegistry", "pauseEntry"))
    page = show("/en/desks/guardian", guarded(pause, delays=(2 * DAY,)))

    assert forms_of(page)[:2] == ["pauseEntry", "cancel"]
    assert "Announced: Pause new business can be done now" in page.text
    assert "Contract Registry of entities" in page.text


def test_guardian__whose_role_nobody_holds__is_told_so(show: Show) -> None:
    page = show("/en/desks/guardian", guarded(delays=()))

    assert forms_of(page) == []
    assert "Nobody holds the role" in page.text
