"""The story as a reader finds it: on chain, over HTTP, and both alike.

given the story was played and indexed
├── its campaigns stand where they should, in every phase that a person should see
├── money: books after every act, which notice what is missing; finished campaigns have nothing left
├── people: entities of every kind, one refused, one revoked, one with a new account, one veto
├── credits: from two programmes, given on, redeemed
├── acts without ether were carried by the relayer
├── the check finds every value of the API equal to the contracts', and finds a wrong one
└── documents are served by the hash that is on chain
"""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from scripts._lab import check
from scripts._lab.books import Books
from scripts._lab.documents import SOURCES, Library
from scripts._lab.errors import AnswerDiffers, BooksDiffer, WrongClock
from scripts._lab.http import Api
from scripts._lab.stage import EURO, euros, hours
from scripts._lab.storytelling import tell_story
from scripts._lab.wallets import Cast
from tests.e2e.conftest import Played, forged

#: Campaign by campaign, in the order of submission.
PHASES = (
    "delivering",  # Seville: two of three milestones released
    "failed",  # Tunis: refunded
    "completed",  # Beitillu's schools: stopped by members, released by the arbiter
    "terminated",  # Tunis' press: refunded in part
    "canceled",  # Al Koura's laboratory: refunded
    "extension",  # Beitillu's rewards
    "rejected",  # Lisbon's van
    "live",  # Lisbon's time bank
    "approved",  # Al Koura's incubator
    "submitted",  # Tunis' accelerator
)
SEVILLE, TUNIS, SCHOOLS, PRESS, OIL, REWARDS, VAN, TIME_BANK, INCUBATOR, ACCELERATOR = range(1, 11)


#: Pool by pool, in the order of their opening.
CITY, SCHOOLS_GIFT, COOPERATIVES, PRESS_GIFT, TIME_MEMBERS = range(1, 6)
POOLS = TIME_MEMBERS


def test_campaigns__of_the_story__stand_in_ten_phases(played: Played) -> None:
    crowdfunding = played.contracts["Crowdfunding"]
    found = [check.PHASES[crowdfunding.ask(played.rpc, "phase", number)] for number in range(1, len(PHASES) + 1)]
    assert tuple(found) == PHASES
    assert crowdfunding.ask(played.rpc, "campaignCount") == len(PHASES)


def test_seville__two_milestones__are_released_and_paid_to_both_payout_accounts(played: Played) -> None:
    crowdfunding, euro, cast = played.contracts["Crowdfunding"], played.contracts["TestEuro"], Cast()
    campaign = crowdfunding.ask(played.rpc, "campaign", SEVILLE)
    raised = sum(map(euros, ("1500", "2500", "799.99", "700.07", "1000.333333", "500.000003")))
    assert campaign["raised"] == raised
    assert campaign["released"] == campaign["collected"] == raised * 7_500 // 10_000
    # Each with the city's part beside it, of 5,000 in all.
    first, second = raised * 4_000 // 10_000, campaign["released"] - raised * 4_000 // 10_000
    assert euro.ask(played.rpc, "balanceOf", cast.seville_purse.address) == first + 2_000 * EURO
    assert euro.ask(played.rpc, "balanceOf", cast.seville_bank.address) == second + 1_750 * EURO
    assert campaign["currentMilestone"] == 2


@pytest.mark.parametrize("number", [TUNIS, OIL])
def test_refunded_campaign__has_nothing_left(played: Played, number: int) -> None:
    campaign = played.contracts["Crowdfunding"].ask(played.rpc, "campaign", number)
    assert campaign["raised"] == campaign["refunded"] > 0
    assert campaign["released"] == 0


def test_completed_campaign__has_nothing_left(played: Played) -> None:
    campaign = played.contracts["Crowdfunding"].ask(played.rpc, "campaign", SCHOOLS)
    assert campaign["raised"] == campaign["released"] == campaign["collected"] == campaign["stretchGoal"]


def test_schools__stopped_by_members__are_released_by_a_ruling(played: Played, api: Api) -> None:
    (milestone,) = api.get(f"/v1/campaigns/{SCHOOLS}")["campaign"]["milestones"]
    assert (milestone["state"], milestone["ruling"], milestone["attempts"]) == ("released", "release", 1)
    assert milestone["ruled_by"] == Cast().arbiter.address
    assert (milestone["objectors"], milestone["objected_amount"]) == (2, str(euros("550.000007")))
    objections = api.get(f"/v1/campaigns/{SCHOOLS}/objections")["items"]
    assert {o["account"] for o in objections} == {Cast().yusra.address, Cast().tiago.address}


def test_seville__rejected_and_claimed_again__is_released(api: Api) -> None:
    milestone = api.get(f"/v1/campaigns/{SEVILLE}")["campaign"]["milestones"][1]
    assert (milestone["state"], milestone["attempts"], milestone["objectors"]) == ("released", 2, 0)
    assert len(api.get(f"/v1/campaigns/{SEVILLE}/objections")["items"]) == 2
    (ruling,) = api.get(f"/v1/events?campaign={SEVILLE}&event=MilestoneRuled")["items"]
    status, reason = api.read(f"/documents/{ruling['arguments']['reason'][2:]}")
    assert (status, json.loads(reason)["type"]) == (200, "reason")


def test_press__terminated__gave_back_what_was_not_released(played: Played) -> None:
    campaign = played.contracts["Crowdfunding"].ask(played.rpc, "campaign", PRESS)
    raised = euros("2200.000001")
    assert (campaign["raised"], campaign["released"]) == (raised, raised * 3_000 // 10_000)
    assert campaign["collected"] == campaign["released"]
    assert campaign["refunded"] == raised - campaign["released"]


def test_updates__of_the_story__are_served(api: Api) -> None:
    for number in (SEVILLE, PRESS):
        (update,) = api.get(f"/v1/campaigns/{number}/updates")["items"]
        status, content = api.read(update["links"]["document"])
        assert (status, json.loads(content)["type"]) == (200, "update")


def test_nadia__whose_one_campaign_failed__has_all_her_money_back(played: Played) -> None:
    balance = played.contracts["TestEuro"].ask(played.rpc, "balanceOf", Cast().nadia.address)
    assert balance == 5_000 * EURO


def test_rana__who_withdrew__has_no_pledge(played: Played) -> None:
    pledge = played.contracts["Crowdfunding"].ask(played.rpc, "pledgeOf", TIME_BANK, Cast().rana.address)
    assert not any(pledge.values())


def test_books__were_compared_after_every_transaction(played: Played) -> None:
    assert played.checks == played.transactions > 300


def books_of(played: Played) -> Books:
    """Returns books that know every wallet and the one donation."""
    names = ("Crowdfunding", "MatchFunding", "TestEuro")
    books = Books(played.rpc, *(played.contracts[name] for name in names))
    for number in range(1, len(PHASES) + 1):
        books.backers[number] |= {wallet.address for wallet in Cast().backers()}
    for number in range(1, POOLS + 1):
        books.funders[number] |= {Cast().town.address, Cast().region.address}
    books.donated[played.contracts["TestEuro"].address.lower()] = euros("25.000001")
    return books


def test_books__at_the_end__agree_for_all_wallets(played: Played) -> None:
    books_of(played).check()


def test_books__without_one_backer__differ(played: Played) -> None:
    books = books_of(played)
    books.backers[SEVILLE].remove(Cast().rana.address)
    with pytest.raises(BooksDiffer, match="raised of campaign 1 is 7000393336, not 6300323336"):
        books.check()


def test_books__without_the_donation__differ_from_the_balance(played: Played) -> None:
    books = books_of(played)
    books.donated.clear()
    with pytest.raises(BooksDiffer, match=r"balance of 0x.* held \+ 0 donated"):
        books.check()


def test_books__without_one_funder__differ(played: Played) -> None:
    books = books_of(played)
    books.funders[COOPERATIVES].remove(Cast().region.address)
    with pytest.raises(BooksDiffer, match=r"funded of pool 3 is 1200000001, not 700000001"):
        books.check()


def test_seville__matched_one_to_one__is_traceable_from_pledge_to_milestone(api: Api) -> None:
    path = f"/v1/pools/{CITY}/campaigns/{SEVILLE}"
    tranches = api.get(path)["reservation"]["tranches"]
    assert [(t["amount"], t["spent"], t["paid"]) for t in tranches] == [
        (str(2_000 * EURO), True, str(2_000 * EURO)),
        (str(1_750 * EURO), True, str(1_750 * EURO)),
        (str(1_250 * EURO), False, "0"),
    ]
    cast = Cast()
    matches = {m["backer"]: m for m in api.get(f"{path}/matches?limit=100")["items"]}
    called = {cast.carmen: "1500", cast.pierre: "2500", cast.eleni: "799.99", cast.rana: "200.01"}
    assert {backer: m["amount"] for backer, m in matches.items()} == {
        wallet.address: str(euros(amount)) for wallet, amount in called.items()
    }
    spent = [sum(int(m["spent"][milestone]["amount"]) for m in matches.values()) for milestone in (0, 1)]
    assert spent == [2_000 * EURO, 1_750 * EURO]


def test_race__for_the_last_of_a_cap__was_lost_by_who_signed_for_more(api: Api) -> None:
    marco = api.get(f"/v1/campaigns/{SEVILLE}/pledges/{Cast().marco.address}")["pledge"]
    assert (marco["amount"], marco["calls"], marco["matched"]) == (str(euros("1000.333333")), 1, "0")


def test_gifts__one_earned_and_paid_one_missed_and_back(played: Played, api: Api) -> None:
    earned = api.get(f"/v1/pools/{SCHOOLS_GIFT}/campaigns/{SCHOOLS}")["reservation"]
    assert (earned["earned"], earned["qualifying_members"], earned["paid"]) == (True, 3, str(300 * EURO))
    missed = api.get(f"/v1/pools/{PRESS_GIFT}/campaigns/{PRESS}")["reservation"]
    assert (missed["earned"], missed["freed"], missed["reserved"]) == (False, str(400 * EURO), "0")
    for number in (SCHOOLS_GIFT, PRESS_GIFT):
        pool = played.contracts["MatchFunding"].ask(played.rpc, "pool", number)
        assert pool["funded"] == pool["paid"] + pool["reclaimed"], "nothing is left"


def test_press__terminated__gave_back_to_both_funders_what_was_not_released(played: Played, api: Api) -> None:
    pool = api.get(f"/v1/pools/{COOPERATIVES}")["pool"]
    assert (pool["funded"], pool["paid"], pool["reclaimed"]) == tuple(
        str(euros(amount)) for amount in ("1200.000001", "300", "900.000001")
    )
    city, region = pool["fundings"]
    part = euros("900.000001") * 500 * EURO // euros("1200.000001")
    assert (region["reclaimed"], city["reclaimed"]) == (str(part), str(euros("900.000001") - part))
    assert (city["finished"], region["finished"]) == (True, True)
    objections = api.get(f"/v1/campaigns/{PRESS}/objections")["items"]
    assert [(o["account"], o["pools"]) for o in objections if o["pools"]] == [(Cast().town.address, [COOPERATIVES])]


def test_story__on_a_chain_that_is_past_it__is_refused(played: Played, tmp_path: Path) -> None:
    with pytest.raises(WrongClock, match="days past the story's first day"):
        tell_story(played.rpc, played.deployment, tmp_path, tell=print)


def test_windows__that_the_story_leaves_open__stay_open_for_days(played: Played) -> None:
    crowdfunding = played.contracts["Crowdfunding"]
    now = int(played.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    for number in (REWARDS, TIME_BANK):
        assert crowdfunding.ask(played.rpc, "campaign", number)["pledgingEndsAt"] > now + 14 * 24 * 60 * 60
    assert crowdfunding.ask(played.rpc, "campaign", ACCELERATOR)["opensAt"] > now + 10 * 24 * 60 * 60


def test_entities__of_the_story__are_of_every_kind(api: Api) -> None:
    entities = [item for page in api.pages("/v1/entities?limit=100&sort=oldest") for item in page["items"]]
    by_state = {state: [e for e in entities if e["state"] == state] for state in ("verified", "refused", "revoked")}
    organisations = [tuple(e["kinds"]) for e in by_state["verified"] if e["kinds"] != ["member"]]
    assert len(organisations) >= 5
    assert len(set(organisations)) >= 5
    assert [len(by_state[state]) for state in ("refused", "revoked")] == [1, 1]
    assert len([e for e in by_state["verified"] if e["kinds"] == ["member"]]) == len(Cast().members())


def test_accounts__one_changed_and_one_recovery_was_vetoed(api: Api) -> None:
    cast = Cast()
    (tunis,) = api.get(f"/v1/entities?account={cast.tunis_new.address}")["items"]
    accounts = api.get(f"/v1/entities/{tunis['entity_id']}")["entity"]["accounts"]
    assert [tenure["account"] for tenure in accounts] == [cast.tunis.address, cast.tunis_new.address]
    (lisbon,) = api.get(f"/v1/entities?account={cast.lisbon.address}")["items"]
    detail = api.get(f"/v1/entities/{lisbon['entity_id']}")["entity"]
    assert detail["recovery"] is None
    assert detail["recovery_barred_until"] is not None


def test_credits__come_from_two_programmes_were_given_on_and_redeemed(api: Api) -> None:
    credits_ = api.get("/v1/credits")["credits"]
    assert len([p for p in credits_["programmes"] if int(p["issued"])]) == 2
    names = "issued", "redeemed", "supply"
    assert [credits_[name] for name in names] == [str(hours(amount)) for amount in ("124.75", "12", "112.75")]


def test_forwarder__acts_of_people_without_ether__were_carried(played: Played) -> None:
    cast, forwarder = Cast(), played.contracts["ERC2771Forwarder"]
    for wallet in (cast.nadia, cast.yusra, cast.rana):
        assert forwarder.ask(played.rpc, "nonces", wallet.address) >= 2
        assert int(played.rpc.call("eth_getBalance", wallet.address, "latest"), 16) == 0


def test_check__of_the_story__finds_no_difference(played: Played, api: Api) -> None:
    accounts = [wallet.address for wallet in Cast().everyone()]
    assert check.compare(api, played.rpc, played.deployment, accounts).compared > 1_500


def test_check__of_a_wrong_row__names_it(played: Played, tmp_path: Path) -> None:
    larger = "update pledges set amount = replace(amount, '2000000003', '2000000004') where amount like '%2000000003'"
    missing = f"delete from campaigns where campaign_id = {VAN}"
    found = r"(?s)ids of campaigns: API .*pledge of 0x\w+ to campaign 1 amount"
    with forged(played, tmp_path, larger, missing) as api, pytest.raises(AnswerDiffers, match=found):
        check.compare(api, played.rpc, played.deployment)


def test_documents__of_every_campaign__are_served_by_the_hash_on_chain(api: Api) -> None:
    titles = set()
    for listed in api.get("/v1/campaigns?limit=100")["items"]:
        campaign = api.get(f"/v1/campaigns/{listed['campaign_id']}")["campaign"]
        digests = [campaign["description_hash"], *(m["document_hash"] for m in campaign["milestones"])]
        digests += [m["evidence_hash"] for m in campaign["milestones"] if m["evidence_hash"]]
        for digest in digests:
            status, content = api.read(f"/documents/{digest[2:]}")
            assert status == 200
            assert sha256(content).hexdigest() == digest[2:]
        titles.add(json.loads(api.read(f"/documents/{campaign['description_hash'][2:]}")[1])["title"]["en"])
    assert titles == {json.loads(path.read_text())["description"]["title"]["en"] for path in SOURCES.glob("*-*.json")}


def test_documents__of_the_lab__are_all_told_and_in_english(played: Played, tmp_path: Path) -> None:
    library, told = Library(tmp_path), {path.name for path in played.calm.documents.iterdir()}
    for shelf, documents in json.loads((SOURCES / "lab.json").read_text()).items():
        for name, document in documents.items():
            assert library.add(document).hex() in told, f"{name} of {shelf}"
            texts = [part for part in document.values() if isinstance(part, dict)]
            assert texts, name
            assert all("en" in text for text in texts), name
