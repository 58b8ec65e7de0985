"""What a person reads when a contract refuses an act on an entity or on credits, or because entry is paused."""

from typing import Final

from web.words import N_

LAB: Final = {
    "Lab_EntryPaused": (
        N_("New pledges, requests, orders and the like are paused here until {until}. The pause ends by itself."),
        N_("Come back after that time. Taking money back, refunds and payments work meanwhile."),
    ),
    "Lab_PauseTooSoon": (
        N_("A pause can't be set again before {notBefore}."),
        N_("There is no way around it; wait until then."),
    ),
    "Lab_NotPaused": (
        N_("Nothing is paused here."),
        N_("There is nothing to do."),
    ),
    "Lab_ForwardedAdministration": (
        N_("Acts of a role can't be signed for somebody else to send."),
        N_("Send it directly from your account, as an ordinary transaction."),
    ),
    "Lab_ActByAuthority": (
        N_("A judgement has to come from the person who judges, not through the contract of the roles."),
        N_("Call directly from the role's account. Where the role has a delay, announce the act first."),
    ),
}

ENTITIES: Final = {
    "EntityRegistry_UnknownEntity": (
        N_("There is no entity with this number: {entityId}."),
        N_("Check the number."),
    ),
    "EntityRegistry_InvalidKinds": (
        N_("These kinds don't go together: a person is nothing else, and an organisation is at least one kind."),
        N_("Choose person alone, or any of social economy entity, public body and provider."),
    ),
    "EntityRegistry_AccountTaken": (
        N_("The account {account} already acts for {entityId}."),
        N_("Use another account, or hand that entity to another account first."),
    ),
    "EntityRegistry_NoEntity": (
        N_("The account {account} acts for no entity."),
        N_("Register first, or switch your wallet to the entity's account."),
    ),
    "EntityRegistry_WrongState": (
        N_("This can't be done: {entityId} is in the state “{state}”."),
        N_("Refused and revoked are final: register again. Otherwise the registrar acts first."),
    ),
    "EntityRegistry_ExpiryInPast": (
        N_("The verification would end at {expiresAt}, which is over."),
        N_("Give an end in the future."),
    ),
    "EntityRegistry_SuspensionTooShort": (
        N_("A suspension until {until} is too short; it has to last until {earliest} at least."),
        N_("Give a later end. A suspension can't be shortened; it ends by itself."),
    ),
    "EntityRegistry_SuspensionTooLong": (
        N_("{entityId} would be suspended for {suspendedSeconds} of 180 days, more than the {maxSeconds} allowed."),
        N_("Suspend for less, or wait. Who must go for good is revoked instead."),
    ),
    "EntityRegistry_OwnEntity": (
        N_("A registrar can't decide on the own entity, or become another one's account."),
        N_("Another registrar has to act."),
    ),
    "EntityRegistry_NotProposed": (
        N_("The account {account} is not the one that {entityId} proposed."),
        N_("Ask the entity to propose this account, then accept again."),
    ),
    "EntityRegistry_InvalidAccount": (
        N_("{account} can't be an entity's account."),
        N_("Give the account that the entity asked for."),
    ),
    "EntityRegistry_RecoveryBarred": (
        N_("A recovery of {entityId} was vetoed; a new one can't begin before {barredUntil}."),
        N_("Wait until then. If a thief holds the account, revoke the entity and verify a new one."),
    ),
    "EntityRegistry_NoRecovery": (
        N_("No recovery of {entityId} is under way."),
        N_("There is nothing to veto or to finish."),
    ),
    "EntityRegistry_RecoveryNotFinishable": (
        N_("The time for a veto is not over; it ends at {finishableAt}."),
        N_("Come back after that time. Then anyone may finish the recovery."),
    ),
    "EntityRegistry_VetoTooLate": (
        N_("A veto was possible until {finishableAt}."),
        N_("Propose and accept another account at once, before somebody finishes the recovery: that ends it."),
    ),
    "EntityRegistry_NotEntityAccount": (
        N_("The account {account} does not act for {entityId}."),
        N_("Switch your wallet to the entity's account and try again."),
    ),
}

CREDITS: Final = {
    "InnovationCredit_UnknownProgramme": (
        N_("There is no programme {programmeId}."),
        N_("Choose one from the open books."),
    ),
    "InnovationCredit_InvalidIssuer": (
        N_("{entityId} is not verified now and can't issue credits."),
        N_("Have the registrar verify it first."),
    ),
    "InnovationCredit_ZeroCap": (
        N_("A programme needs a limit above zero."),
        N_("Give the number of credits that it may issue."),
    ),
    "InnovationCredit_InvalidWindow": (
        N_("The programme would run from {startsAt} to {endsAt}: it ends before it starts, or is over already."),
        N_("Give a later end and announce it again."),
    ),
    "InnovationCredit_ProgrammeClosed": (
        N_("Programme {programmeId} was closed for good."),
        N_("Use another programme."),
    ),
    "InnovationCredit_NotIssuer": (
        N_("The account {account} does not act for the verified entity that issues from programme {programmeId}."),
        N_("Switch your wallet to the issuer's account, or renew its verification."),
    ),
    "InnovationCredit_OutsideWindow": (
        N_("Programme {programmeId} issues credits only from {startsAt} to {endsAt}."),
        N_("Wait until it starts, or use a programme that is open."),
    ),
    "InnovationCredit_SelfIssue": (
        N_("Nobody issues credits to itself."),
        N_("Name another account."),
    ),
    "InnovationCredit_ZeroAmount": (
        N_("The number of credits is zero."),
        N_("Enter a number above zero."),
    ),
    "InnovationCredit_AboveCap": (
        N_("Programme {programmeId} may issue {left} more, and {amount} was asked for."),
        N_("Issue at most {left}, or use another programme."),
    ),
    "InnovationCredit_AboveCapacity": (
        N_("{amount} more would be more credits than hours promised: {supply} exist, {capacity} are covered."),
        N_("Issue fewer, or wait until providers have promised more hours."),
    ),
    "InnovationCredit_NotRedeemer": (
        N_("Credits are used up only by help that was given."),
        N_("Ask a provider for help with your credits."),
    ),
    "InnovationCredit_RecipientNotVerified": (
        N_("Credits go only to verified entities, and {to} acts for none."),
        N_("The recipient registers and is verified, or renews the verification. A suspension ends by itself."),
    ),
    "InnovationCredit_SentToEscrow": (
        N_("Credits that are sent to {to} are lost: it takes them itself, for an order or for help."),
        N_("Place an order, or ask a provider for help."),
    ),
}
