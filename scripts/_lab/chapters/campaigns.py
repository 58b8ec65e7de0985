"""The campaigns: one or two for each pilot, and the pools of public money that match some of them."""

from scripts._lab.campaign_stage import (
    Draft,
    claim,
    deliver,
    in_campaign,
    lose_race,
    object_to,
    pledge,
    post,
    propose,
    refunds,
    release,
    rule,
    submit,
)
from scripts._lab.pool_stage import PoolDraft, fund, match, open_pool, reclaim, release_match, settle
from scripts._lab.stage import Stage

#: Bits of a campaign's themes.
LOCAL_ECONOMY, CIRCULAR_ECONOMY, CARE, WORK, WOMEN, ENERGY = (1 << bit for bit in range(6))


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
    propose(stage, draft, -86, -85.5)
    _seville_match(stage, draft)
    pledge(stage, -82, cast.carmen, draft, "1500", permit=True)
    pledge(stage, -81, cast.pierre, draft, "2500", match="2500")
    pledge(stage, -78, cast.eleni, draft, "799.99")
    # 200.01 are left of what the city adds at most: Rana and Marco both sign for 200 of them.
    pledge(stage, -76, cast.rana, draft, "700.07", match="200")
    lose_race(stage, -75.99, cast.marco, draft, "1000.333333", match="200")
    pledge(stage, -70, cast.marco, draft, "1000.333333", permit=True)
    pledge(stage, -64, cast.carmen, draft, "500.000003", permit=True)
    deliver(stage, -57, draft, 0)
    post(stage, -48, draft, 0)
    title = "Seville purse names the cooperative bank as payout account"
    in_campaign(stage, -40, title, cast.seville_purse, draft.name, "changePayoutAccount", cast.seville_bank.address)
    claim(stage, -32, draft, 1)
    object_to(stage, -31, cast.carmen, draft, 1)
    object_to(stage, -30.5, cast.eleni, draft, 1)
    rule(stage, -24, draft, 1, released=False)
    claim(stage, -22, draft, 1, evidence=2)
    release(stage, -14.5, draft, 1)


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
    propose(stage, draft, -81, -80)
    pledge(stage, -77, cast.nadia, draft, "300")
    pledge(stage, -74, cast.eleni, draft, "450.5")
    pledge(stage, -68, cast.marco, draft, "999.999999")
    pledge(stage, -67, cast.tiago, draft, "100")
    refunds(stage, -57.5, draft.name, [cast.nadia, cast.eleni, cast.marco, cast.tiago])


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
    propose(stage, draft, -75, -74)
    gift = {"min_raised": 1_200, "min_members": 3, "min_member_pledge": 100}
    pool = PoolDraft("schools-gift", cast.region, opens=-76, ends=-44, cap=300, **gift)
    open_pool(stage, -75.5, pool)
    fund(stage, -75.4, cast.region, pool.name, "500")
    match(stage, -73.5, pool, draft)
    release_match(stage, -45, pool.name, draft.name)
    settle(stage, -44.8, pool.name, draft.name)
    reclaim(stage, -43.5, pool.name, cast.region)
    pledge(stage, -72, cast.yusra, draft, "200.000007")
    pledge(stage, -71, cast.carmen, draft, "500")
    pledge(stage, -69, cast.tiago, draft, "350", permit=True)
    pledge(stage, -61, cast.pierre, draft, "449.999993")
    claim(stage, -50, draft, 0)
    object_to(stage, -49, cast.yusra, draft, 0)
    object_to(stage, -48.5, cast.tiago, draft, 0)
    rule(stage, -46, draft, 0, released=True)
    release(stage, -45.5, draft, 0)


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
    propose(stage, draft, -62.5, -61)
    _press_pools(stage, draft)
    pledge(stage, -59, cast.pierre, draft, "1200")
    pledge(stage, -58, cast.eleni, draft, "700.000001")
    pledge(stage, -45, cast.marco, draft, "300", permit=True)
    deliver(stage, -39, draft, 0)
    claim(stage, -30, draft, 1)
    object_to(stage, -29, cast.pierre, draft, 1)
    object_to(stage, -28.5, cast.town, draft, 1)
    # Nobody rules: with most of the money against it, that of the city's pool included, the claim is rejected when the
    # ruling window ends, on day -20.
    title = "Tunis cooperative union terminates tunis-press: the seller of the press is bankrupt"
    in_campaign(stage, -18, title, cast.tunis_new, draft.name, "terminate")
    post(stage, -17.9, draft, 0)
    refunds(stage, -17.5, draft.name, [cast.pierre, cast.eleni, cast.marco])


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
    propose(stage, draft, -37, -36)
    pledge(stage, -33, cast.yusra, draft, "250")
    pledge(stage, -29, cast.carmen, draft, "1500", permit=True)
    pledge(stage, -20, cast.marco, draft, "2000")
    pledge(stage, -8, cast.eleni, draft, "1400")
    pledge(stage, -3, cast.tiago, draft, "300", permit=True)


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
    propose(stage, draft, -52, -51)
    pledge(stage, -48, cast.pierre, draft, "600")
    pledge(stage, -46, cast.rana, draft, "250.25")
    title = "Al Koura incubator cancels alkoura-oil: the landlord withdrew"
    in_campaign(stage, -42, title, cast.alkoura, draft.name, "cancelCampaign")
    refunds(stage, -41.5, draft.name, [cast.pierre, cast.rana])


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
    submit(stage, -30, van)
    title = "Reviewer rejects lisbon-van: nobody pays for the insurance"
    in_campaign(stage, -28, title, cast.reviewer, van.name, "rejectCampaign", stage.library.reason("van"))
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
    propose(stage, draft, -19, -16)
    pool = PoolDraft("time-members", cast.region, opens=-18, ends=120, cap=2_000, ratio=50, member_cap=100)
    open_pool(stage, -18, pool)
    fund(stage, -17.7, cast.region, pool.name, "1500")
    match(stage, -15, pool, draft)
    pledge(stage, -11, cast.tiago, draft, "400")
    pledge(stage, -10, cast.carmen, draft, "350", permit=True)
    pledge(stage, -9, cast.rana, draft, "500")
    pledge(stage, -5, cast.pierre, draft, "1000")
    title = "Rana withdraws the pledge to lisbon-timebank"
    in_campaign(stage, -4, title, cast.rana, draft.name, "withdrawPledge")


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
    propose(stage, incubator, -7, -5.5)
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
    submit(stage, -1, accelerator)


CHAPTERS = (seville, tunis, beitillu_schools, tunis_press, beitillu_rewards, alkoura, lisbon, still_to_come)
