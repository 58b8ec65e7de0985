"""What a person reads when a contract refuses an act on an order, a listing, an offer of hours, or a redemption."""

from typing import Final

from web.words import N_

CASES: Final = {
    "Escrow_NotParty": (
        N_("The account {account} may not do this here: it plays no part, or it is the other side's turn."),
        N_("Switch your wallet to the account that acts for the party now."),
    ),
    "Escrow_ArbiterIsParty": (
        N_("An arbiter who is a party to this case can't rule on it."),
        N_("Another arbiter has to rule. If none does, everything goes back."),
    ),
    "Escrow_SettlementExpired": (
        N_("This settlement could be brought until {deadline}."),
        N_("Both parties sign a new one."),
    ),
    "Escrow_InvalidSignature": (
        N_("The settlement is not signed as it should be: {signer} has not signed these words, or took it back."),
        N_("Both parties sign the settlement again. Without one, an arbiter rules or time decides."),
    ),
    "Escrow_ShareTooLarge": (
        N_("The share of {share} is more than there is, {max}."),
        N_("Give at most {max}."),
    ),
}

MARKETPLACE: Final = {
    "Marketplace_UnknownListing": (
        N_("There is no listing {listingId}."),
        N_("Choose one from the marketplace."),
    ),
    "Marketplace_UnknownOrder": (
        N_("There is no order {orderId}."),
        N_("Open your orders and choose one."),
    ),
    "Marketplace_WrongListingState": (
        N_("Listing {listingId} takes no orders now: it is “{state}”."),
        N_("Look for another one, or come back later."),
    ),
    "Marketplace_WrongState": (
        N_("This can't be done now: order {orderId} is in the state “{state}”."),
        N_("Open the order's page again: it says what can be done now and until when."),
    ),
    "Marketplace_NotVerified": (
        N_("The account {account} acts for no verified entity. Sellers must, and so must buyers who pay credits."),
        N_("Register and wait to be verified, or renew the verification. You can still pay with money alone."),
    ),
    "Marketplace_SellerNotVerified": (
        N_("The seller of listing {listingId} is not verified at present."),
        N_("Order elsewhere, or come back later."),
    ),
    "Marketplace_NotSeller": (
        N_("The account {account} does not act for the seller of listing {listingId}."),
        N_("Switch your wallet to the seller's account and try again."),
    ),
    "Marketplace_CurrencyNotListed": (
        N_("The lab does not accept the currency {currency} at present."),
        N_("Sellers: list it again in an accepted currency. Orders that are open go on."),
    ),
    "Marketplace_InvalidPrice": (
        N_("A price needs a currency, a currency needs a price, and something has to cost more than nothing."),
        N_("Give a price in money, in credits, or in both."),
    ),
    "Marketplace_TermOutOfBounds": (
        N_("“{term}” is {value}, but must be between {min} and {max}."),
        N_("Correct it and send the listing again."),
    ),
    "Marketplace_InvalidPayoutAccount": (
        N_("Money sent to {account} could never come out again, so it can't be the payout account."),
        N_("Give the address of an account that you can use."),
    ),
    "Marketplace_NotPayoutAccount": (
        N_("Only the present payout account of listing {listingId} may name another, and {account} is not it."),
        N_("Switch your wallet to the payout account and try again."),
    ),
    "Marketplace_EmptyBasket": (
        N_("The basket is empty."),
        N_("Put something into it first."),
    ),
    "Marketplace_TermsChanged": (
        N_("Listing {listingId} has changed since you looked at it. Nothing was ordered."),
        N_("Look at the listing again, perhaps its price is another now, and order anew."),
    ),
    "Marketplace_NotEnoughStock": (
        N_("Listing {listingId} has {left} left, and you asked for {quantity}."),
        N_("Order at least one and at most what is left."),
    ),
    "Marketplace_InvalidDeliveryMode": (
        N_("Listing {listingId} is not delivered in the way that was chosen."),
        N_("Choose one of the ways that its page offers."),
    ),
    "Marketplace_OwnListing": (
        N_("This account acts for the seller, and nobody orders from itself."),
        N_("Switch to another account, or order from another seller."),
    ),
    "Marketplace_AmountTooLarge": (
        N_("The sum of {amount} is more than an order can hold."),
        N_("Order fewer."),
    ),
    "Marketplace_TooManyOrders": (
        N_("You would have more than {max} orders that no seller has answered."),
        N_("Wait for answers, or take some orders back."),
    ),
    "Marketplace_NothingDue": (
        N_("Nothing is due from order {orderId}: it has not ended, or everything was paid."),
        N_("Open the order's page: it says what comes next."),
    ),
}

PRO_BONO: Final = {
    "ProBono_UnknownOffer": (
        N_("There is no offer {offerId}."),
        N_("Choose one from the list of offers."),
    ),
    "ProBono_UnknownRedemption": (
        N_("There is no request {redemptionId}."),
        N_("Open your requests and choose one."),
    ),
    "ProBono_WrongState": (
        N_("This can't be done now: request {redemptionId} is in the state “{state}”."),
        N_("Open the request's page again: it says what can be done now and until when."),
    ),
    "ProBono_NotProvider": (
        N_("The account {account} acts for no provider that is verified now."),
        N_("Register as a provider and wait to be verified, or renew the verification."),
    ),
    "ProBono_NotSSEEntity": (
        N_(
            "The account {account} acts for no social economy entity that is verified now, and only these ask for help."
        ),
        N_("Register as one and wait to be verified, or renew the verification."),
    ),
    "ProBono_HoursOutOfBounds": (
        N_("{hoursOffered} can't be offered: an offer is of at least one hour, and you may promise {left} more."),
        N_("Offer at least one hour and at most what is left, or close another offer first."),
    ),
    "ProBono_TooManyOffers": (
        N_("You have {max} open offers, which is as many as one provider may have."),
        N_("Close one first."),
    ),
    "ProBono_InvalidUntil": (
        N_("An offer can't end at {until}: it ends at the beginning of a week, after now and by {max}."),
        N_("Choose one of the ends that the page offers."),
    ),
    "ProBono_NotOffering": (
        N_("The account {account} does not act for the provider of offer {offerId}."),
        N_("The provider has to close its offer itself."),
    ),
    "ProBono_OfferNotOpen": (
        N_("Offer {offerId} was closed, or is over."),
        N_("Choose another offer."),
    ),
    "ProBono_OfferClosed": (
        N_("Offer {offerId} was closed before."),
        N_("There is nothing to do."),
    ),
    "ProBono_OwnOffer": (
        N_("An entity can't ask itself for help."),
        N_("Ask another provider."),
    ),
    "ProBono_NotWholeHours": (
        N_("{credits} is not a number of whole hours. Credits are exchanged for whole hours, at least one."),
        N_("Enter whole hours."),
    ),
    "ProBono_NotEnoughHours": (
        N_("Offer {offerId} has {left} left, and {hoursRequested} were asked for."),
        N_("Ask for fewer hours, or ask another provider."),
    ),
    "ProBono_InvalidTimes": (
        N_("The times don't fit: help starts after now, ends after it starts, and by {until}."),
        N_("Correct the start ({start}) or the end ({deliverBy})."),
    ),
    "ProBono_TooManyRequests": (
        N_("You have {max} requests that no provider has answered, which is as many as one may have."),
        N_("Wait for an answer, or take one request back."),
    ),
    "ProBono_OtherNeed": (
        N_("The delivery names another need than request {redemptionId}."),
        N_("Open the request's page again and report the delivery from there."),
    ),
    "ProBono_HoursNotInEscrow": (
        N_("{hoursDelivered} can't be reported: it is at least one hour, and at most the {hoursRequested} asked for."),
        N_("Say how many hours were given, within those bounds."),
    ),
}
