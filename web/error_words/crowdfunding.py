"""What a person reads when a contract refuses an act on a campaign: what happened, and what to do next."""

from typing import Final

from web.words import N_

WORDS: Final = {
    "Crowdfunding_UnknownCampaign": (
        N_("There is no campaign {campaignId}."),
        N_("Choose one from the list of campaigns."),
    ),
    "Crowdfunding_UnknownMilestone": (
        N_("Campaign {campaignId} has no such milestone: it has {milestoneCount}."),
        N_("Open the campaign's page and choose one of its milestones."),
    ),
    "Crowdfunding_WrongPhase": (
        N_("This can't be done now: the campaign is in the phase “{phase}”."),
        N_("Open the campaign's page again: it says what can be done now and until when."),
    ),
    "Crowdfunding_WrongMilestoneState": (
        N_("This can't be done now: the present milestone is in the state “{state}”."),
        N_("Open the campaign's page again: it says which act is next and until when."),
    ),
    "Crowdfunding_OrganizerNotVerified": (
        N_("The account {account} acts for no entity that may run campaigns now."),
        N_("Register as a social economy entity or public body and wait to be verified, or renew the verification."),
    ),
    "Crowdfunding_OrganizerSuspended": (
        N_("The organizer is suspended until {suspendedUntil}; its campaigns take no new pledges before then."),
        N_(
            "Come back after that time if the campaign is still open. Money already pledged can be taken back as usual."
        ),
    ),
    "Crowdfunding_NotOrganizer": (
        N_("The account {account} does not act for the organizer of campaign {campaignId}."),
        N_("Switch your wallet to the organizer's account and try again."),
    ),
    "Crowdfunding_OwnCampaign": (
        N_("A reviewer can't decide on a campaign of the own entity, or one that pays to the own account."),
        N_("Another reviewer has to decide."),
    ),
    "Crowdfunding_OrganizerCannotPledge": (
        N_("This account acts for the organizer, and an organizer can't count its own money as support."),
        N_("Switch to another account if you want to pledge as a person."),
    ),
    "Crowdfunding_CurrencyNotListed": (
        N_("The lab does not accept the currency {currency} at present."),
        N_("Backers: money already pledged stays yours to take back. Organizers: choose an accepted currency."),
    ),
    "Crowdfunding_CurrencyAlreadyListed": (
        N_("The currency {currency} is accepted already."),
        N_("There is nothing to do."),
    ),
    "Crowdfunding_CurrencyRefused": (
        N_("The currency {currency} can't be accepted: it is the lab's own credit, or no token the lab can count."),
        N_("Check the address of the currency."),
    ),
    "Crowdfunding_TermOutOfBounds": (
        N_("“{term}” is {value}, but must be between {min} and {max}."),
        N_("Correct it and send the campaign again. If the bounds exclude each other, change the dates first."),
    ),
    "Crowdfunding_InvalidPayoutAccount": (
        N_("Money sent to {account} could never come out again, so it can't be the payout account."),
        N_("Give the address of an account that you can use."),
    ),
    "Crowdfunding_NotPayoutAccount": (
        N_("Only the present payout account of campaign {campaignId} may name another, and {account} is not it."),
        N_("Switch your wallet to the payout account and try again. Nobody else can do this, not even the organizer."),
    ),
    "Crowdfunding_ZeroAmount": (
        N_("The amount is zero."),
        N_("Enter an amount above zero."),
    ),
    "Crowdfunding_PledgeBelowMinimum": (
        N_("{amount} is less than the smallest pledge of this campaign, {minPledge}."),
        N_("Pledge at least {minPledge}, or exactly what is missing to the stretch goal."),
    ),
    "Crowdfunding_PledgeAboveRest": (
        N_("The campaign can take only {rest} more, and you wanted to pledge {amount}. Somebody may have been faster."),
        N_("Pledge at most {rest}. If that is zero, the campaign is full."),
    ),
    "Crowdfunding_MatchBelowMinimum": (
        N_("You signed for a public match of at least {minMatch}, but only {available} is left. Nothing was taken."),
        N_("Look at the new match on the campaign's page, and pledge again if it suits you."),
    ),
    "Crowdfunding_NoPledge": (
        N_("The account {backer} has no pledge in this campaign. It may have been returned already."),
        N_("Check your account: money goes back only to the account that paid it in."),
    ),
    "Crowdfunding_WithdrawalClosed": (
        N_("Pledges to this campaign could be taken back until {closedAt}."),
        N_("If the campaign fails, all of it comes back. Otherwise you can object when a milestone is claimed."),
    ),
    "Crowdfunding_GoalReached": (
        N_("The campaign holds {raised} and has reached its goal of {goal}, so it can't be canceled any more."),
        N_("Go on to the first milestone."),
    ),
    "Crowdfunding_ClaimTooLate": (
        N_("Milestone {milestone} had to be claimed before {claimBy}."),
        N_("It can't be claimed any more. Anyone may end the campaign, and backers get back what is not released."),
    ),
    "Crowdfunding_NotPresentClaim": (
        N_("This is not the present claim of the campaign. There may be a newer one."),
        N_("Open the campaign's page again, read the evidence of the present claim, and decide on that one."),
    ),
    "Crowdfunding_AlreadyObjected": (
        N_("The account {account} has objected to this claim before."),
        N_("There is nothing to do: the objection counts."),
    ),
    "Crowdfunding_ArbiterIsParty": (
        N_("An arbiter who organizes, backs or funds this campaign can't rule on it."),
        N_("Another arbiter has to rule. If none does, the rules decide at the end of the ruling time."),
    ),
    "Crowdfunding_NoAttemptLeft": (
        N_("Milestone {milestone} was claimed {attempts} times and rejected each time."),
        N_("It can't be claimed any more. Anyone may end the campaign, and backers get back what is not released."),
    ),
    "Crowdfunding_TerminateTooEarly": (
        N_("The organizer may still claim the milestone until {claimBy}."),
        N_("Come back after that time: then anyone may end the campaign."),
    ),
    "Crowdfunding_NotMatchFunding": (
        N_("Only the contract of the public pools may do this."),
        N_("The manager of the pool has to let the campaign in, on the pool's page."),
    ),
    "Crowdfunding_NothingToCollect": (
        N_("Everything released so far has been paid out."),
        N_("Release the next milestone first, when it is due."),
    ),
    "Crowdfunding_ReceivedDiffers": (
        N_("{expected} should have arrived, but the currency delivered {received}. Nothing was taken from you."),
        N_("Tell the people of the lab: a currency that does this should not be accepted."),
    ),
    "Crowdfunding_PaidTooMuch": (
        N_("Paying {amount} would have cost the campaign's books {lost}, so nothing was paid."),
        N_("Try again later, and tell the people of the lab. What is yours stays yours."),
    ),
}
