"""What a person reads when a contract refuses an act on a pool of public money."""

from typing import Final

from web.words import N_

WORDS: Final = {
    "MatchFunding_UnknownPool": (
        N_("There is no pool {poolId}."),
        N_("Choose one from the list of pools."),
    ),
    "MatchFunding_NotPublicBody": (
        N_("The account {account} acts for no public body that is verified now."),
        N_("Ask the registrar to verify or renew it; a suspension ends by itself."),
    ),
    "MatchFunding_TermOutOfBounds": (
        N_("“{term}” is {value}, but must be between {min} and {max}."),
        N_("Correct it and open the pool again. What belongs to the other rule must be left empty."),
    ),
    "MatchFunding_CurrencyNotListed": (
        N_("The lab does not accept the currency {currency} at present."),
        N_("Use an accepted currency. Money that is already in the pool can still go out."),
    ),
    "MatchFunding_OutsideWindow": (
        N_("Pool {poolId} takes money and campaigns only from {opensAt} to {endsAt}."),
        N_("Wait until it opens, or open another pool if it is over."),
    ),
    "MatchFunding_ZeroAmount": (
        N_("The amount is zero."),
        N_("Enter an amount above zero."),
    ),
    "MatchFunding_PoolFull": (
        N_("{amount} is more than pool {poolId} can count: it has room for {left}."),
        N_("Pay in at most {left}."),
    ),
    "MatchFunding_NotOrganizer": (
        N_("The account {account} does not act for the organizer of campaign {campaignId}."),
        N_("Switch your wallet to the organizer's account and try again."),
    ),
    "MatchFunding_NotManager": (
        N_("The account {account} does not act for the public body that manages pool {poolId}."),
        N_("Switch your wallet to the manager's account and try again."),
    ),
    "MatchFunding_AlreadyRequested": (
        N_("Campaign {campaignId} has asked for this pool before."),
        N_("There is nothing to do: the manager of the pool decides."),
    ),
    "MatchFunding_NotRequested": (
        N_("Campaign {campaignId} has not asked for this pool."),
        N_("Its organizer has to ask first, on the pool's page."),
    ),
    "MatchFunding_AlreadyEnrolled": (
        N_("Pool {poolId} matches campaign {campaignId} already."),
        N_("There is nothing to do."),
    ),
    "MatchFunding_NotEnrolled": (
        N_("Pool {poolId} does not match campaign {campaignId}."),
        N_("Check the numbers of the pool and of the campaign."),
    ),
    "MatchFunding_TooManyPools": (
        N_("Campaign {campaignId} has {max} pools, and no other can join."),
        N_("Choose another campaign for this pool."),
    ),
    "MatchFunding_CurrencyDiffers": (
        N_("The campaign collects {currency}, but the pool holds {poolCurrency}."),
        N_("Open a pool in the campaign's currency."),
    ),
    "MatchFunding_FirstTrancheTooLarge": (
        N_("The first milestone of the campaign releases {shareBps}, and this pool allows at most {maxBps}."),
        N_("Ask another pool, or submit a campaign with smaller steps."),
    ),
    "MatchFunding_OwnCampaign": (
        N_("The organizer of the campaign manages or funds this pool, and nobody matches an own campaign."),
        N_("Ask a pool of other public bodies."),
    ),
    "MatchFunding_FunderIsOrganizer": (
        N_("The pool matches a campaign of {entityId}, which therefore can't pay into it."),
        N_("Pay into another pool."),
    ),
    "MatchFunding_GiftBelowGoal": (
        N_("The gift would be earned at {minRaised}, below the campaign's own goal of {goal}."),
        N_("This pool doesn't fit. A gift has to ask for at least the goal."),
    ),
    "MatchFunding_NotCovered": (
        N_("The gift needs {needed}, and the pool has {available} that is not reserved."),
        N_("Pay in the difference first."),
    ),
    "MatchFunding_WrongPhase": (
        N_("This can't be done now: the campaign is in the phase “{phase}”."),
        N_("Open the page again: it says what can be done now and until when."),
    ),
    "MatchFunding_FunderCannotPledge": (
        N_("The account {account} acts for a public body that funds a pool of this campaign."),
        N_("Public money goes through the pool. Switch to another account to pledge as a person."),
    ),
    "MatchFunding_NotCrowdfunding": (
        N_("Only the contract of the campaigns tells pools of pledges."),
        N_("Pledge on the campaign's page; the match follows by itself."),
    ),
    "MatchFunding_NothingDue": (
        N_("There is nothing to pay out or to take back now."),
        N_("Come back after the next release of a milestone, or when campaigns have been settled."),
    ),
    "MatchFunding_AlreadySettled": (
        N_("This has been settled before, perhaps by somebody else."),
        N_("There is nothing to do."),
    ),
    "MatchFunding_WindowOpen": (
        N_("Money can be taken back from pool {poolId} only when its time is over, at {endsAt}."),
        N_("Come back after that time."),
    ),
}
