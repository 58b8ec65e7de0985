"""What a person reads when OpenZeppelin's contracts, which the lab uses as they are, or a currency refuses."""

from typing import Final

from web.words import N_

_ASK_LAB: Final = N_("Nothing of yours was touched. If it comes again, tell the people of the lab.")
_SIGN_AGAIN: Final = N_("Try again and sign once more; sign with the account that the page shows.")
_NO_ETHER: Final = N_("No act of the lab needs ether: try again from this page.")

ROLES: Final = {
    "AccessManagedUnauthorized": (
        N_("The account {caller} does not hold the role that this act needs."),
        N_("Switch your wallet to the role's account; the open books name who holds which role."),
    ),
    "AccessManagedRequiredDelay": (
        N_("Acts of this role wait for {delay} after they were announced."),
        N_("Announce the act first, then come back."),
    ),
    "AccessManagedInvalidAuthority": (
        N_("There is no contract of roles at {authority}."),
        N_("Check the address."),
    ),
    "AccessManagerNotScheduled": (
        N_("This act has to be announced first, and no announcement of exactly this act is open."),
        N_("Announce it, wait for the delay, and then do it."),
    ),
    "AccessManagerNotReady": (
        N_("This act was announced, but its delay is not over."),
        N_("Come back later: the open books say until when."),
    ),
    "AccessManagerExpired": (
        N_("This act was announced too long ago: it had to be done within 7 days after its delay."),
        N_("Announce it again."),
    ),
    "AccessManagerAlreadyScheduled": (
        N_("The same act is announced already."),
        N_("Wait for it, or cancel it and announce it again."),
    ),
    "AccessManagerUnauthorizedAccount": (
        N_("The account {msgsender} does not hold the role “{roleId}”."),
        N_("Switch your wallet to the account of that role."),
    ),
    "AccessManagerUnauthorizedCall": (
        N_("The account {caller} may not announce or do this, or the time asked for is too soon."),
        N_("If the role has no delay, do it directly; otherwise leave the time empty."),
    ),
    "AccessManagerUnauthorizedCancel": (
        N_("Only {caller}, who announced this act, or an admin may cancel it."),
        N_("Ask one of them."),
    ),
    "AccessManagerUnauthorizedConsume": (
        N_("The contract {target} tried to use up an announcement in a way that is not meant."),
        _ASK_LAB,
    ),
    "AccessManagerBadConfirmation": (
        N_("To give up a role, your own address is needed as confirmation."),
        N_("Repeat your own address."),
    ),
    "AccessManagerLockedRole": (
        N_("The role “{roleId}” can't be changed like this."),
        N_("Choose another role."),
    ),
    "AccessManagerLockedFunction": (
        N_("This function can't be given to a role."),
        N_("Choose another function."),
    ),
    "AccessManagerInvalidInitialAdmin": (
        N_("{initialAdmin} can't be the first admin."),
        N_("Give the address of an account."),
    ),
}

FORWARDER: Final = {
    "ERC2771ForwarderInvalidSigner": (
        N_("The request was not signed by {from}, or it was signed for another chain or used before."),
        _SIGN_AGAIN,
    ),
    "ERC2771ForwarderExpiredRequest": (
        N_("The signed request was good until {deadline} and is over."),
        N_("Try again and sign a new one."),
    ),
    "ERC2771UntrustfulTarget": (
        N_("The contract {target} does not accept requests without gas."),
        N_("Send it directly, as an ordinary transaction."),
    ),
    "ERC2771ForwarderMismatchedValue": (
        N_("The request asks for another amount of ether than was sent with it."),
        _NO_ETHER,
    ),
    "ERC2771ForwarderNoRefundReceiver": (
        N_("A batch of requests with ether held one that failed."),
        _NO_ETHER,
    ),
    "InsufficientBalance": (
        N_("The contract would have to give back more ether than it has."),
        _NO_ETHER,
    ),
    "InvalidAccountNonce": (
        N_("The signature of {account} was used before, or came out of order."),
        _SIGN_AGAIN,
    ),
    "FailedCall": (
        N_("The contract refused the request, and the reason was lost on the way."),
        N_("Open the page again and try once more, or send it directly to see the reason."),
    ),
}

CURRENCIES: Final = {
    "ERC20InsufficientAllowance": (
        N_("The contract may take {allowance} from your account, and {needed} is needed."),
        N_("Allow exactly the amount in your wallet when you are asked, and try again."),
    ),
    "ERC20InsufficientBalance": (
        N_("The account {sender} has {balance}, and {needed} is needed."),
        N_("Use less, or put more into the account first."),
    ),
    "ERC20InvalidReceiver": (
        N_("Nothing can be sent to {receiver}."),
        N_("Give the address of a real recipient."),
    ),
    "ERC20InvalidSender": (N_("Nothing can be sent from {sender}."), _ASK_LAB),
    "ERC20InvalidApprover": (N_("Nothing can be allowed on behalf of {approver}."), _ASK_LAB),
    "ERC20InvalidSpender": (
        N_("{spender} can't be allowed to take anything."),
        N_("Give the address of a real account or contract."),
    ),
    "SafeERC20FailedOperation": (
        N_("The currency {token} refused the payment."),
        N_("Check that your account has enough and is not blocked by whoever issues the currency."),
    ),
    "ERC2612ExpiredSignature": (
        N_("The permission you signed was good until {deadline} and is over."),
        N_("Try again and sign a new one."),
    ),
    "ERC2612InvalidSigner": (
        N_("The permission was signed by {signer}, but the money belongs to {owner}."),
        _SIGN_AGAIN,
    ),
}

INNER: Final = {
    "AddressEmptyCode": (N_("There is no contract at {target}."), N_("Check the address.")),
    "ECDSAInvalidSignature": (N_("The signature is none."), _SIGN_AGAIN),
    "ECDSAInvalidSignatureLength": (N_("The signature has {length} bytes, which none has."), _SIGN_AGAIN),
    "ECDSAInvalidSignatureS": (N_("The signature has a form that is not accepted."), _SIGN_AGAIN),
    "InvalidShortString": (N_("A short name in the contract could not be read."), _ASK_LAB),
    "StringTooLong": (N_("A name is too long for the contract."), N_("Choose a shorter one.")),
    "ReentrancyGuardReentrantCall": (
        N_("A contract tried to call again in the middle of the same act, and was stopped."),
        _ASK_LAB,
    ),
    "SafeCastOverflowedUintDowncast": (
        N_("The number {value} is too large for the contract."),
        N_("Use a smaller one."),
    ),
}
