"""The story: five pilots, the people around them, and what became of their campaigns.

Each chapter puts its scenes on stage; the stage plays them in the order of their days, so that chapters interleave.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.documents import salted_profile
from scripts._lab.pool_stage import PoolDraft, fund, lose_race, match, open_pool, reclaim, release_match, settle
from scripts._lab.stage import CREDIT, EURO, MEMBER, PROVIDER, PUBLIC_BODY, SSE, Draft, Stage, euros
from scripts._lab.wallets import Wallet

#: Days before the present on which the chain begins, and the story.
GENESIS: Final = -95
FIRST_DAY: Final = -90
VERIFIED_DAYS: Final = 730
WEEK: Final = 7 * 24 * 60 * 60

#: Bits of a campaign's themes.
LOCAL_ECONOMY, CIRCULAR_ECONOMY, CARE, WORK, WOMEN, ENERGY = (1 << bit for bit in range(6))


def everything(stage: Stage) -> None:
    """Puts the whole story on stage."""
    for chapter in (
        money,
        entities,
        people,
        account_changes,
        trouble,
        credit_programmes,
        seville,
        tunis,
        beitillu_schools,
        tunis_press,
        beitillu_rewards,
        alkoura,
        lisbon,
        still_to_come,
    ):
        chapter(stage)


def money(stage: Stage) -> None:
    """The treasurer lists the test currency, everybody takes some, somebody leaves some."""
    cast, currency = stage.cast, stage.actor.contracts[TEST_CURRENCY]
    stage.announced(
        -87,
        2,
        "Treasurer lists the test euro",
        cast.treasurer,
        lambda: ("Crowdfunding", "listCurrency", currency.address),
    )
    for wallet in cast.backers():
        stage.on(
            FIRST_DAY + 0.1,
            f"{wallet.name} takes 5,000 test euros",
            partial(stage.actor.do, cast.relayer, TEST_CURRENCY, "faucet", wallet.address, 5_000 * EURO),
        )
    for wallet in (cast.town, cast.region):
        stage.on(
            FIRST_DAY + 0.2,
            f"{wallet.name} takes 9,000 test euros",
            partial(stage.actor.do, cast.relayer, TEST_CURRENCY, "faucet", wallet.address, 9_000 * EURO),
        )

    def donate() -> None:
        stage.books.donated[currency.address.lower()] += euros("25.000001")
        crowdfunding = stage.actor.contracts["Crowdfunding"]
        stage.actor.do(cast.marco, TEST_CURRENCY, "transfer", crowdfunding.address, euros("25.000001"))

    stage.on(-25, "Marco sends 25 euros to the contract by mistake: books do not change", donate)


def entities(stage: Stage) -> None:
    """Ten register, nine are verified, one is refused."""
    cast = stage.cast
    kinds = {
        "seville": SSE,
        "beitillu": PUBLIC_BODY,
        "lisbon": SSE | PROVIDER,
        "alkoura": PUBLIC_BODY | PROVIDER,
        "tunis": SSE,
        "clinic": PROVIDER,
        "bakery": SSE,
        "mirage": SSE,
        "town": PUBLIC_BODY,
        "region": PUBLIC_BODY,
    }
    for name, bits in kinds.items():
        wallet = getattr(cast, name)
        _register(stage, name, wallet, bits, -89.5, partial(stage.library.profile, name))
        if name != "mirage":
            _verify(stage, name, wallet, bits, -88.8)
    stage.on(
        -88.7,
        "Registrar refuses Mirage Yield",
        lambda: stage.actor.do(
            cast.registrar, "EntityRegistry", "refuse", stage.entities["mirage"], stage.library.reason("mirage")
        ),
    )
    stage.on(
        -84,
        "Athens law clinic updates its profile",
        lambda: stage.actor.do(cast.clinic, "EntityRegistry", "updateProfile", stage.library.profile("clinic-updated")),
    )


def people(stage: Stage) -> None:
    """Five backers become members, two of them without ether."""
    for wallet in stage.cast.members():
        profile = salted_profile(wallet.address)
        _register(stage, wallet.name, wallet, MEMBER, -88.6, partial(bytes, profile))
        _verify(stage, wallet.name, wallet, MEMBER, -88.2)


def account_changes(stage: Stage) -> None:
    """Tunis moves to a new account; somebody asks for Lisbon's, and Lisbon objects."""
    cast, act = stage.cast, stage.actor.do
    stage.on(
        -66,
        "Tunis cooperatives propose a new account",
        lambda: act(cast.tunis, "EntityRegistry", "proposeAccount", cast.tunis_new.address),
    )
    stage.on(
        -65.5,
        "the new account accepts",
        lambda: act(cast.tunis_new, "EntityRegistry", "acceptAccount", stage.entities["tunis"]),
    )
    stage.on(
        -62,
        "Registrar starts a recovery of Lisbon's account, on a telephone call",
        lambda: act(cast.registrar, "EntityRegistry", "startRecovery", stage.entities["lisbon"], cast.caller.address),
    )
    stage.on(
        -60.5,
        "Lisbon time bank vetoes it: it has lost no key",
        lambda: act(cast.lisbon, "EntityRegistry", "vetoRecovery", stage.entities["lisbon"]),
    )


def trouble(stage: Stage) -> None:
    """One provider is suspended for some days, one entity has dissolved and is revoked."""
    cast = stage.cast
    stage.on(
        -55,
        "Registrar suspends the law clinic for five days",
        lambda: stage.actor.do(
            cast.registrar,
            "EntityRegistry",
            "suspend",
            stage.entities["clinic"],
            stage.actor.clock.at(-50),
            stage.library.reason("clinic"),
        ),
    )
    stage.announced(
        -70.5,
        2,
        "Treasurer closes the bakery's programme",
        cast.treasurer,
        lambda: ("InnovationCredit", "closeProgramme", stage.programmes["bread"]),
    )
    stage.announced(
        -70,
        3,
        "Registrar revokes the bakery, which has dissolved",
        cast.registrar,
        lambda: ("EntityRegistry", "revoke", stage.entities["bakery"], stage.library.reason("bakery")),
    )


def credit_programmes(stage: Stage) -> None:
    """Two providers promise hours; of three programmes two issue credits, which travel among verified accounts."""
    cast = stage.cast
    _offer_hours(stage, -83, "lisbon", cast.lisbon, 60)
    _offer_hours(stage, -82, "alkoura", cast.alkoura, 40)
    _programme(stage, "sorting", "beitillu", 500, -85)
    _programme(stage, "mentoring", "alkoura", 200, -84.9)
    _programme(stage, "bread", "bakery", 20, -84.8)
    _issue(stage, -60, "sorting", cast.beitillu, cast.yusra, "12.5", "sorting-1")
    _issue(stage, -59, "sorting", cast.beitillu, cast.lisbon, "20", "sorting-2")
    _issue(stage, -44, "mentoring", cast.alkoura, cast.tunis_new, "15", "mentoring-1")
    _issue(stage, -43, "mentoring", cast.alkoura, cast.seville, "7.25", "mentoring-2")
    _give(stage, -41, cast.yusra, cast.seville, "2.5")
    _give(stage, -39, cast.tunis_new, cast.clinic, "3")
    _give(stage, -38, cast.lisbon, cast.tiago, "4")


def seville(stage: Stage) -> None:
    """A campaign that succeeds; two of three milestones are paid, one of them after a rejection and a second claim."""
    cast = stage.cast
    draft = Draft(
        name="seville-currency",
        organizer=cast.seville,
        payout=cast.seville_purse,
        goal=6_000,
        stretch_goal=9_000,
        opens=-83,
        deadline=-63,
        milestones=[(40, -55), (35, -30), (25, 20)],
        territory="ES-SE",
        themes=LOCAL_ECONOMY,
    )
    stage.propose(draft, -86, -85.5)
    _seville_match(stage, draft)
    stage.pledge(-82, cast.carmen, draft.name, "1500", permit=True)
    stage.pledge(-81, cast.pierre, draft.name, "2500", match="2500")
    stage.pledge(-78, cast.eleni, draft.name, "799.99")
    # 200.01 are left of what the city adds at most: Rana and Marco both sign for 200 of them.
    stage.pledge(-76, cast.rana, draft.name, "700.07", match="200")
    lose_race(stage, -75.99, cast.marco, draft.name, "1000.333333", match="200")
    stage.pledge(-70, cast.marco, draft.name, "1000.333333", permit=True)
    stage.pledge(-64, cast.carmen, draft.name, "500.000003", permit=True)
    stage.deliver(-57, draft, 0)
    stage.post(-48, draft, 0)
    stage.on(
        -40,
        "Seville purse names the cooperative bank as payout account",
        lambda: stage.in_campaign(cast.seville_purse, draft.name, "changePayoutAccount", cast.seville_bank.address),
    )
    stage.claim(-32, draft, 1)
    stage.object(-31, cast.carmen, draft, 1)
    stage.object(-30.5, cast.eleni, draft, 1)
    stage.rule(-24, draft, 1, release=False)
    stage.claim(-22, draft, 1, evidence=2)
    stage.release(-14.5, draft, 1)


def _seville_match(stage: Stage, campaign: Draft) -> None:
    """The city matches one to one, at most 5,000; two milestones spend their parts of it, the third is to come."""
    cast = stage.cast
    pool = PoolDraft("seville-match", cast.town, opens=-88, ends=-60, cap=5_000, ratio=100, first_tranche=50)
    open_pool(stage, -86.9, pool)
    # Of a currency that is listed on the day before.
    fund(stage, -86.5, cast.town, pool.name, "4000.000001")
    fund(stage, -86.4, cast.region, pool.name, "2000")
    match(stage, -84, pool, campaign)
    release_match(stage, -49, pool.name, campaign.name)
    reclaim(stage, -45, pool.name, cast.town)
    reclaim(stage, -44.9, pool.name, cast.region)
    release_match(stage, -14, pool.name, campaign.name)


def tunis(stage: Stage) -> None:
    """A campaign that fails and is refunded to the last unit."""
    cast = stage.cast
    draft = Draft(
        name="tunis-workshop",
        organizer=cast.tunis,
        goal=4_000,
        stretch_goal=6_000,
        opens=-79,
        deadline=-58,
        milestones=[(60, -40), (40, -10)],
        territory="TN-11",
        themes=WORK | WOMEN,
    )
    stage.propose(draft, -81, -80)
    stage.pledge(-77, cast.nadia, draft.name, "300")
    stage.pledge(-74, cast.eleni, draft.name, "450.5")
    stage.pledge(-68, cast.marco, draft.name, "999.999999")
    stage.pledge(-67, cast.tiago, draft.name, "100")
    stage.refunds(-57.5, draft.name, [cast.nadia, cast.eleni, cast.marco, cast.tiago])


def beitillu_schools(stage: Stage) -> None:
    """A small campaign that reaches its stretch goal in the extension, and is completed after members stopped it.

    Three members hold enough for the region's gift, which the milestone releases with the pledges.
    """
    cast = stage.cast
    draft = Draft(
        name="beitillu-schools",
        organizer=cast.beitillu,
        goal=1_000,
        stretch_goal=1_500,
        opens=-73,
        deadline=-63.5,
        extension=10,
        milestones=[(100, -45)],
        objection_window=3,
        territory="PS-RBH",
        themes=CIRCULAR_ECONOMY,
    )
    stage.propose(draft, -75, -74)
    gift = {"min_raised": 1_200, "min_members": 3, "min_member_pledge": 100}
    pool = PoolDraft("schools-gift", cast.region, opens=-76, ends=-44, cap=300, **gift)
    open_pool(stage, -75.5, pool)
    fund(stage, -75.4, cast.region, pool.name, "500")
    match(stage, -73.5, pool, draft)
    release_match(stage, -45, pool.name, draft.name)
    settle(stage, -44.8, pool.name, draft.name)
    reclaim(stage, -43.5, pool.name, cast.region)
    stage.pledge(-72, cast.yusra, draft.name, "200.000007")
    stage.pledge(-71, cast.carmen, draft.name, "500")
    stage.pledge(-69, cast.tiago, draft.name, "350", permit=True)
    stage.pledge(-61, cast.pierre, draft.name, "449.999993")
    stage.claim(-50, draft, 0)
    stage.object(-49, cast.yusra, draft, 0)
    stage.object(-48.5, cast.tiago, draft, 0)
    stage.rule(-46, draft, 0, release=True)
    stage.release(-45.5, draft, 0)


def tunis_press(stage: Stage) -> None:
    """A campaign that is terminated after its first milestone; everybody gets a part back, its two funders as well.

    It misses a gift: only one member backs it.
    """
    cast = stage.cast
    draft = Draft(
        name="tunis-press",
        organizer=cast.tunis_new,
        goal=2_000,
        stretch_goal=2_500,
        opens=-60,
        deadline=-40,
        milestones=[(30, -36), (70, -20)],
        objection_window=3,
        ruling_window=7,
        territory="TN-51",
        themes=WORK | LOCAL_ECONOMY,
    )
    stage.propose(draft, -62.5, -61)
    _press_pools(stage, draft)
    stage.pledge(-59, cast.pierre, draft.name, "1200")
    stage.pledge(-58, cast.eleni, draft.name, "700.000001")
    stage.pledge(-45, cast.marco, draft.name, "300", permit=True)
    stage.deliver(-39, draft, 0)
    stage.claim(-30, draft, 1)
    stage.object(-29, cast.pierre, draft, 1)
    stage.object(-28.5, cast.town, draft, 1)
    # Nobody rules: with most of the money against it, that of the city's pool included, the claim is rejected when the
    # ruling window ends, on day -20.
    stage.on(
        -18,
        "Tunis cooperatives terminate tunis-press: the seller of the press is bankrupt",
        lambda: stage.in_campaign(cast.tunis_new, draft.name, "terminate"),
    )
    stage.post(-17.9, draft, 0)
    stage.refunds(-17.5, draft.name, [cast.pierre, cast.eleni, cast.marco])


def _press_pools(stage: Stage, campaign: Draft) -> None:
    """One pool whose money comes back after the termination, to both its funders; one gift that is missed."""
    cast = stage.cast
    pool = PoolDraft("cooperatives", cast.town, opens=-64, ends=-17, cap=1_000, ratio=50, first_tranche=40)
    open_pool(stage, -63, pool)
    fund(stage, -62.9, cast.town, pool.name, "700.000001")
    fund(stage, -62.8, cast.region, pool.name, "500")
    match(stage, -60.8, pool, campaign)
    gift = {"min_raised": 2_000, "min_members": 3, "min_member_pledge": 100}
    missed = PoolDraft("press-gift", cast.region, opens=-64, ends=-16, cap=400, **gift)
    open_pool(stage, -62.7, missed)
    fund(stage, -62.6, cast.region, missed.name, "400")
    match(stage, -60.5, missed, campaign)
    settle(stage, -39.5, missed.name, campaign.name)
    release_match(stage, -31, pool.name, campaign.name)
    settle(stage, -16.9, pool.name, campaign.name)
    for day, funder in ((-16.5, cast.region), (-16.4, cast.town)):
        reclaim(stage, day, pool.name, funder)
    reclaim(stage, -15.5, missed.name, cast.region)


def beitillu_rewards(stage: Stage) -> None:
    """A campaign above its goal, in its extension."""
    cast = stage.cast
    draft = Draft(
        name="beitillu-rewards",
        organizer=cast.beitillu,
        goal=5_000,
        stretch_goal=9_000,
        opens=-34,
        deadline=-6,
        extension=30,
        milestones=[(50, 60), (30, 120), (20, 300)],
        territory="PS-RBH",
        themes=CIRCULAR_ECONOMY | WORK,
    )
    stage.propose(draft, -37, -36)
    stage.pledge(-33, cast.yusra, draft.name, "250")
    stage.pledge(-29, cast.carmen, draft.name, "1500", permit=True)
    stage.pledge(-20, cast.marco, draft.name, "2000")
    stage.pledge(-8, cast.eleni, draft.name, "1400")
    stage.pledge(-3, cast.tiago, draft.name, "300", permit=True)


def alkoura(stage: Stage) -> None:
    """A campaign that its organizer cancels; everybody is refunded."""
    cast = stage.cast
    draft = Draft(
        name="alkoura-oil",
        organizer=cast.alkoura,
        goal=3_000,
        stretch_goal=4_000,
        opens=-49,
        deadline=-21,
        milestones=[(70, 0), (30, 60)],
        territory="LB-AS",
        themes=WORK | LOCAL_ECONOMY,
    )
    stage.propose(draft, -52, -51)
    stage.pledge(-48, cast.pierre, draft.name, "600")
    stage.pledge(-46, cast.rana, draft.name, "250.25")
    stage.on(
        -42,
        "Al Koura incubator cancels alkoura-oil: the landlord withdrew",
        lambda: stage.in_campaign(cast.alkoura, draft.name, "cancelCampaign"),
    )
    stage.refunds(-41.5, draft.name, [cast.pierre, cast.rana])


def lisbon(stage: Stage) -> None:
    """A live campaign from which one pledge was withdrawn, and one that was rejected."""
    cast = stage.cast
    van = Draft(
        name="lisbon-van",
        organizer=cast.lisbon,
        goal=4_000,
        stretch_goal=4_000,
        opens=-20,
        deadline=10,
        milestones=[(100, 30)],
        territory="PT-11",
        themes=CARE,
    )
    stage.on(-30, "Lisbon time bank submits lisbon-van", lambda: stage.submit(van))
    stage.on(
        -28,
        "Reviewer rejects lisbon-van: nobody pays for the insurance",
        lambda: stage.in_campaign(cast.reviewer, van.name, "rejectCampaign", stage.library.reason("van")),
    )
    draft = Draft(
        name="lisbon-timebank",
        organizer=cast.lisbon,
        goal=7_500,
        stretch_goal=10_000,
        opens=-12,
        deadline=18,
        milestones=[(55, 90), (45, 150)],
        territory="PT-11",
        themes=CARE,
    )
    stage.propose(draft, -19, -16)
    pool = PoolDraft("time-members", cast.region, opens=-18, ends=120, cap=2_000, ratio=50, member_cap=100)
    open_pool(stage, -18, pool)
    fund(stage, -17.7, cast.region, pool.name, "1500")
    match(stage, -15, pool, draft)
    stage.pledge(-11, cast.tiago, draft.name, "400")
    stage.pledge(-10, cast.carmen, draft.name, "350", permit=True)
    stage.pledge(-9, cast.rana, draft.name, "500")
    stage.pledge(-5, cast.pierre, draft.name, "1000")
    stage.on(
        -4,
        "Rana withdraws the pledge to lisbon-timebank through the relayer",
        lambda: stage.in_campaign(cast.rana, draft.name, "withdrawPledge"),
    )


def still_to_come(stage: Stage) -> None:
    """One campaign approved and not yet open, one that waits for the reviewer."""
    cast = stage.cast
    incubator = Draft(
        name="alkoura-incubator",
        organizer=cast.alkoura,
        goal=15_000,
        stretch_goal=25_000,
        opens=6,
        deadline=46,
        extension=15,
        withdrawal_cutoff=5,
        milestones=[(50, 100), (30, 160), (20, 240)],
        territory="LB-AS",
        themes=WORK | ENERGY,
    )
    stage.propose(incubator, -7, -5.5)
    accelerator = Draft(
        name="tunis-accelerator",
        organizer=cast.tunis_new,
        goal=9_000,
        stretch_goal=12_000,
        opens=12,
        deadline=42,
        extension=20,
        milestones=[(60, 130), (40, 220)],
        territory="TN-11",
        themes=WORK | WOMEN,
    )
    stage.on(-1, "Tunis cooperatives submit tunis-accelerator", lambda: stage.submit(accelerator))


def _register(stage: Stage, name: str, wallet: Wallet, kinds: int, day: float, profile: Callable[[], bytes]) -> None:
    def act() -> None:
        stage.actor.do(wallet, "EntityRegistry", "register", kinds, profile())
        stage.entities[name] = stage.ask("EntityRegistry", "entityCount")

    way = "" if wallet.has_ether else " through the relayer"
    stage.on(day, f"{wallet.name} registers{way}", act)


def _verify(stage: Stage, name: str, wallet: Wallet, kinds: int, day: float) -> None:
    registrar, until = stage.cast.registrar, stage.actor.clock.at(day + VERIFIED_DAYS)
    stage.on(
        day,
        f"Registrar verifies {wallet.name}",
        lambda: stage.actor.do(registrar, "EntityRegistry", "verify", stage.entities[name], kinds, until),
    )


def _programme(stage: Stage, name: str, issuer: str, credits_: int, day: float) -> None:
    at = stage.actor.clock.at

    def call() -> tuple[object, ...]:
        window = (at(day - 1), at(day + 365))
        purpose = stage.library.purpose(name)
        return ("InnovationCredit", "openProgramme", stage.entities[issuer], credits_ * CREDIT, *window, purpose)

    title = f"Treasurer opens the programme {name}, {credits_} hours"

    def remember() -> None:
        stage.programmes[name] = stage.ask("InnovationCredit", "programmeCount")

    stage.announced(day, 2, title, stage.cast.treasurer, call, remember)


def _issue(stage: Stage, day: float, programme: str, issuer: Wallet, to: Wallet, hours: str, evidence: str) -> None:
    def act() -> None:
        stage.actor.do(
            issuer,
            "InnovationCredit",
            "issue",
            stage.programmes[programme],
            to.address,
            euros(hours) * (CREDIT // EURO),
            stage.library.evidence(evidence),
        )

    stage.on(day, f"{issuer.name} issues {hours} credits to {to.name}", act)


def _offer_hours(stage: Stage, day: float, name: str, provider: Wallet, hours: int) -> None:
    """What they offer is in their profile."""
    until = stage.actor.clock.at(day + 200) // WEEK * WEEK
    stage.on(
        day,
        f"{provider.name} promises {hours} hours of help",
        lambda: stage.actor.do(provider, "ProBono", "offerHours", hours, until, stage.library.profile(name)),
    )


def _give(stage: Stage, day: float, giver: Wallet, to: Wallet, hours: str) -> None:
    way = "" if giver.has_ether else " through the relayer"
    amount = euros(hours) * (CREDIT // EURO)
    stage.on(
        day,
        f"{giver.name} gives {hours} credits to {to.name}{way}",
        lambda: stage.actor.do(giver, "InnovationCredit", "transfer", to.address, amount),
    )
