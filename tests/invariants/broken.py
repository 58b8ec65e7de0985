"""The ways in which `make prove ARGS=--broken` breaks the contracts: a proof that cannot fail proves nothing."""

from typing import NamedTuple

ARITHMETIC = "tests/invariants/proofs/Arithmetic.sol"
CROWDFUNDING = "contracts/Crowdfunding.sol"
CREDIT = "contracts/InnovationCredit.sol"
MARKETPLACE = "contracts/Marketplace.sol"
MATCH_FUNDING = "contracts/MatchFunding.sol"
CAMPAIGNS = "contracts/libraries/Campaigns.sol"
DELIVERY = "contracts/libraries/Delivery.sol"
ESCROW = "contracts/Escrow.sol"
LIFE = "tests/invariants/proofs/Life.sol"
POOLS = "contracts/libraries/Pools.sol"
POOL_OPENING = "contracts/libraries/PoolOpening.sol"
PRO_BONO = "contracts/ProBono.sol"
SPLITS = "contracts/libraries/Splits.sol"
SUBMISSION = "contracts/libraries/Submission.sol"


class Break(NamedTuple):
    """One property, and a change that makes it false."""

    property: str
    says: str
    file: str
    old: str
    new: str


#: What is changed at once, to compile less often: no change touches what another one of its round is to break.
ROUNDS = [
    [
        Break(
            "refund_pays_once",
            "the pledge stays after a refund",
            CROWDFUNDING,
            "c.refunded = refunded;\n        delete _pledges[campaignId][backer];",
            "c.refunded = refunded;",
        ),
        Break(
            "collect_pays_no_more_than_is_released",
            "what was collected is forgotten",
            CROWDFUNDING,
            "c.collected = collected;",
            "c.collected = 0;",
        ),
        Break(
            "release_needs_its_window_closed",
            "no objection window",
            DELIVERY,
            "if (instant < objectionEndsAt) return (ICrowdfunding.MilestoneState.Claimed, 0);",
            "",
        ),
        Break(
            "phase_of_a_cancellation",
            "in every phase",
            SUBMISSION,
            "oldPhase == ICrowdfunding.Phase.Submitted || oldPhase == ICrowdfunding.Phase.Approved\n"
            "                || oldPhase == ICrowdfunding.Phase.Live,",
            "oldPhase != ICrowdfunding.Phase.None,",
        ),
        Break(
            "books__cancelCampaign",
            "what was raised is forgotten",
            SUBMISSION,
            "c.decision = Campaigns.Decision.Canceled;",
            "(c.decision, c.raised) = (Campaigns.Decision.Canceled, 0);",
        ),
        Break(
            "books__approveCampaign",
            "raises one unit",
            SUBMISSION,
            "c.decision = Campaigns.Decision.Approved;",
            "(c.decision, c.raised) = (Campaigns.Decision.Approved, c.raised + 1);",
        ),
        Break(
            "books__rejectCampaign",
            "raises one unit",
            SUBMISSION,
            "c.decision = Campaigns.Decision.Rejected;",
            "(c.decision, c.raised) = (Campaigns.Decision.Rejected, c.raised + 1);",
        ),
        Break(
            "books__changePayoutAccount",
            "pays the new account",
            CROWDFUNDING,
            "_checkPayoutAccount(newAccount);",
            "_checkPayoutAccount(newAccount);\n        IERC20(c.currency).push(newAccount, 1);",
        ),
        Break(
            "books__addPool",
            "a pool adds what it has",
            CROWDFUNDING,
            "++_existing(campaignId).pools;",
            "++_existing(campaignId).pools;\n        ++_existing(campaignId).raised;",
        ),
        Break(
            "books__listCurrency",
            "the currency is sent away",
            CROWDFUNDING,
            "isCurrency[currency] = true;",
            "isCurrency[currency] = true;\n        IERC20(currency).push(_msgSender(), 1);",
        ),
        Break(
            "reserved_and_custody__fundPool",
            "the funding is booked twice",
            POOL_OPENING,
            "p.unreserved += amount;",
            "p.unreserved += 2 * amount;",
        ),
        Break(
            "reserved_and_custody__enrol",
            "a gift of one unit too many",
            MATCH_FUNDING,
            "r.reserved = gift;",
            "r.reserved = gift + 1;",
        ),
        Break(
            "reserved_and_custody__onPledge",
            "what is reserved stays unreserved",
            MATCH_FUNDING,
            "p.unreserved -= amount;",
            "",
        ),
        Break(
            "reserved_and_custody__onWithdraw",
            "what is returned is not unreserved",
            MATCH_FUNDING,
            "p.unreserved += amount;",
            "",
        ),
        Break(
            "reserved__releaseMatch",
            "what is paid is unreserved",
            MATCH_FUNDING,
            "p.paid += amount;",
            "p.paid += amount;\n        p.unreserved = p.unreserved + amount;",
        ),
        Break(
            "reserved_and_custody__settleReservation",
            "one unit too many is freed",
            MATCH_FUNDING,
            "p.unreserved += freed;",
            "p.unreserved += freed + 1;",
        ),
        Break(
            "reserved__reclaim",
            "what is reclaimed is taken away",
            MATCH_FUNDING,
            "p.reclaimed += amount;",
            "p.reclaimed += amount;\n        p.unreserved = p.unreserved - amount;",
        ),
        Break(
            "redemption_pays_out_what_came_in__declineHelp",
            "an hour is burned",
            PRO_BONO,
            "_end(redemptionId, r, account, 0, State.Requested, State.Declined);",
            "_end(redemptionId, r, account, 1, State.Requested, State.Declined);",
        ),
        Break(
            "redemption_pays_out_what_came_in__withdrawHelp",
            "an hour is burned",
            PRO_BONO,
            "_end(redemptionId, r, account, 0, State.Requested, State.Withdrawn);",
            "_end(redemptionId, r, account, 1, State.Requested, State.Withdrawn);",
        ),
        Break(
            "redemption_pays_out_what_came_in__cancelHelp",
            "an hour is burned",
            PRO_BONO,
            "_end(redemptionId, r, account, 0, State.Accepted, State.Canceled);",
            "_end(redemptionId, r, account, 1, State.Accepted, State.Canceled);",
        ),
        Break(
            "redemption_pays_out_what_came_in__confirmHelp",
            "all is burned",
            PRO_BONO,
            "_end(redemptionId, r, account, r.delivered, State.Delivered, State.Confirmed);",
            "_end(redemptionId, r, account, r.requested, State.Delivered, State.Confirmed);",
        ),
        Break(
            "redemption_pays_out_what_came_in__expire",
            "an hour is burned",
            PRO_BONO,
            "_end(redemptionId, r, _msgSender(), 0, oldState, state);",
            "_end(redemptionId, r, _msgSender(), 1, oldState, state);",
        ),
        Break(
            "redemption_pays_out_what_came_in__rule",
            "nothing is burned",
            PRO_BONO,
            "_end(redemptionId, r, msg.sender, hoursDelivered, State.Contested, State.Ruled);",
            "_end(redemptionId, r, msg.sender, 0, State.Contested, State.Ruled);",
        ),
        Break(
            "request_brings_in_what_is_booked",
            "an hour more is booked",
            PRO_BONO,
            "= (offerId, beneficiary, requested, State.Requested);",
            "= (offerId, beneficiary, requested + 1, State.Requested);",
        ),
        Break(
            "stranger_moves_no_redemption",
            "anyone withdraws a request",
            PRO_BONO,
            "_checkActsFor(redemptionId, account, r.beneficiary);\n        _checkState(",
            "_checkState(",
        ),
        Break(
            "arbiter_is_no_party_of_the_redemption",
            "who paid may rule",
            PRO_BONO,
            "msg.sender != r.payer && !_isParty(redemptionId, msg.sender),",
            "!_isParty(redemptionId, msg.sender),",
        ),
        Break(
            "supply_within_capacity_at_an_issue",
            "what is issued is not counted",
            CREDIT,
            "supply + amount <= capacity",
            "supply <= capacity",
        ),
        Break(
            "escrows_can_always_give_back",
            "not to the unverified",
            CREDIT,
            "isLabContract(from) || registry.isVerified(to, ALL_KINDS)",
            "registry.isVerified(to, ALL_KINDS)",
        ),
        Break(
            "order_pays_out_what_came_in",
            "paid again",
            MARKETPLACE,
            "o.paid |= Orders.bitOf(part);",
            "",
        ),
        Break(
            "order_books_what_comes_in",
            "a credit less is taken",
            MARKETPLACE,
            "_pullCredits(buyer, credits);",
            "_pullCredits(buyer, credits - 1);",
        ),
        Break(
            "stranger_moves_no_order",
            "anyone withdraws an order",
            MARKETPLACE,
            "require(account == o.buyer, Escrow_NotParty(orderId, account));\n"
            "        _checkState(orderId, o, l, OrderState.Placed);",
            "_checkState(orderId, o, l, OrderState.Placed);",
        ),
        Break(
            "arbiter_is_no_party_of_the_order",
            "the payout account may rule",
            MARKETPLACE,
            "msg.sender == l.payoutAccount || entityId == l.seller",
            "entityId == l.seller",
        ),
        Break(
            "acts_on_orders_pay_nothing",
            "a canceled order pays the seller a part",
            MARKETPLACE,
            "_end(orderId, o, l, account, 0, OrderState.Canceled);",
            "_end(orderId, o, l, account, 1, OrderState.Canceled);",
        ),
        Break(
            "life__pledge",
            "the pledge of two is booked",
            CROWDFUNDING,
            "p.amount = held + facts.amount;",
            "p.amount = held + 2 * facts.amount;",
        ),
        Break(
            "life__withdrawPledge",
            "the total stays",
            CROWDFUNDING,
            "uint96 raised = c.raised - amount;",
            "uint96 raised = c.raised;",
        ),
        Break(
            "life__refund",
            "the pledge stays after a refund",
            CROWDFUNDING,
            "c.refunded = refunded;\n        delete _pledges[campaignId][backer];",
            "c.refunded = refunded;",
        ),
        Break(
            "life__terminate",
            "one unit more rests",
            DELIVERY,
            "uint96 restPledged = c.raised;",
            "uint96 restPledged = c.raised + 1;",
        ),
        Break(
            "life__cancelCampaign",
            "what was raised is forgotten",
            SUBMISSION,
            "c.decision = Campaigns.Decision.Canceled;",
            "(c.decision, c.raised) = (Campaigns.Decision.Canceled, 0);",
        ),
        Break(
            "life__approveCampaign",
            "raises one unit",
            SUBMISSION,
            "c.decision = Campaigns.Decision.Approved;",
            "(c.decision, c.raised) = (Campaigns.Decision.Approved, c.raised + 1);",
        ),
        Break(
            "life__rejectCampaign",
            "raises one unit",
            SUBMISSION,
            "c.decision = Campaigns.Decision.Rejected;",
            "(c.decision, c.raised) = (Campaigns.Decision.Rejected, c.raised + 1);",
        ),
        Break(
            "redemption_pays_out_what_came_in__settle",
            "nothing is burned",
            PRO_BONO,
            "_end(redemptionId, r, _msgSender(), hoursDelivered, State.Contested, State.Settled);",
            "_end(redemptionId, r, _msgSender(), 0, State.Contested, State.Settled);",
        ),
        Break(
            "settlement_of_an_order_needs_both_signatures",
            "the nonce does not matter",
            ESCROW,
            "s.share, settlementNonce[s.id], s.deadline",
            "s.share, 0, s.deadline",
        ),
    ],
    [
        Break(
            "refund_only_after_failure_cancellation_and_termination",
            "refunds in Live",
            CROWDFUNDING,
            "return phase_ == Phase.Canceled || phase_ == Phase.Terminated;",
            "return phase_ == Phase.Canceled || phase_ == Phase.Terminated || phase_ == Phase.Live;",
        ),
        Break(
            "pledge_and_refund_never_both_callable",
            "refunds in Live",
            CROWDFUNDING,
            "return phase_ == Phase.Canceled || phase_ == Phase.Terminated;",
            "return phase_ == Phase.Canceled || phase_ == Phase.Terminated || phase_ == Phase.Live;",
        ),
        Break(
            "withdrawal_is_the_pledge_before_the_cutoff",
            "no cutoff",
            CROWDFUNDING,
            "uint40 closedAt = c.deadline - c.withdrawalCutoff;",
            "uint40 closedAt = c.deadline;",
        ),
        Break(
            "books__collect",
            "what is collected is no longer raised",
            CROWDFUNDING,
            "c.collected = collected;",
            "(c.collected, c.raised) = (collected, c.raised - amount);",
        ),
        Break(
            "books__claimMilestone",
            "a claim releases all",
            DELIVERY,
            "(m.attempts, m.claimedAt) = (attempt, uint40(block.timestamp));",
            "(m.attempts, m.claimedAt, c.releasedBps) = (attempt, uint40(block.timestamp), type(uint16).max);",
        ),
        Break(
            "only_crowdfunding_calls_and_returns_matches",
            "anyone may",
            MATCH_FUNDING,
            "require(msg.sender == address(crowdfunding), MatchFunding_NotCrowdfunding(msg.sender));",
            "",
        ),
        Break(
            "reclaim_waits_for_the_end_of_the_window",
            "no window",
            MATCH_FUNDING,
            "require(block.timestamp >= p.endsAt, MatchFunding_WindowOpen(poolId, p.endsAt));",
            "",
        ),
        Break(
            "reserved_and_custody__settleReservation",
            "what is freed is paid",
            MATCH_FUNDING,
            "p.unreserved += freed;",
            "p.unreserved += freed;\n        IERC20(p.currency).push(_msgSender(), freed);",
        ),
        Break(
            "reclaims_stay_within_unreserved",
            "rounded up",
            ARITHMETIC,
            "vm.assume(quotient * divisor <= x * y && x * y < quotient * divisor + divisor);",
            "vm.assume(quotient * divisor >= x * y && quotient * divisor < x * y + divisor);",
        ),
        Break(
            "missed_gift_pays_nothing",
            "what was raised does not matter",
            POOLS,
            "return raised >= p.minRaised && r.qualifyingMembers >= p.minMembers;",
            "return r.qualifyingMembers >= p.minMembers;",
        ),
        Break(
            "refund_after_termination_within_pledge_and_rest",
            "divided by one less",
            ARITHMETIC,
            "_assumeFloor(amount, pledged, unreleased, restPledged);",
            "_assumeFloor(amount, pledged, unreleased, restPledged - 1);",
        ),
        Break(
            "final_redemption_is_never_left",
            "expires again",
            PRO_BONO,
            "state > State.Confirmed && !r.hasEnded()",
            "state > State.Confirmed",
        ),
        Break(
            "final_order_is_never_left",
            "expires again",
            MARKETPLACE,
            "state > OrderState.Completed && !o.hasEnded()",
            "state > OrderState.Completed",
        ),
        Break(
            "part_is_paid_once_to_its_side",
            "to the other side",
            MARKETPLACE,
            "address receiver = buyers ? o.buyer : l.payoutAccount;",
            "address receiver = buyers ? l.payoutAccount : o.buyer;",
        ),
        Break(
            "credits_reach_only_the_verified_by_transfer",
            "everyone",
            CREDIT,
            "isLabContract(from) || registry.isVerified(to, ALL_KINDS)",
            "to != address(0)",
        ),
        Break(
            "credits_reach_only_the_verified_by_transfer",
            "sent to an escrow",
            CREDIT,
            "require(isLabContract(from) || msg.sender == to, InnovationCredit_SentToEscrow(to));",
            "",
        ),
        Break(
            "split_within_leg",
            "rounded up",
            SPLITS,
            "return amount * bps / BPS;",
            "return (amount * bps + BPS - 1) / BPS;",
        ),
        Break(
            "refund_goes_to_the_backer_whole",
            "the caller is paid",
            CROWDFUNDING,
            "IERC20(c.currency).push(backer, amount);\n        return amount;",
            "IERC20(c.currency).push(_msgSender(), amount);\n        return amount;",
        ),
        Break(
            "last_refund_of_a_termination_empties_the_books",
            "divided by one more",
            CROWDFUNDING,
            "return uint96(pledged * restUnreleased / c.restPledged);",
            "return uint96(pledged * restUnreleased / (uint256(c.restPledged) + 1));",
        ),
        Break(
            "match_released_within_reserved",
            "rounded up",
            POOLS,
            "uint96(uint256(r.reserved) * releasedBps / BPS)",
            "uint96((uint256(r.reserved) * releasedBps + BPS - 1) / BPS)",
        ),
        Break(
            "release_pays_what_is_due_to_the_payout_account",
            "the caller is paid",
            MATCH_FUNDING,
            "IERC20(p.currency).push(c.payoutAccount, amount);",
            "IERC20(p.currency).push(_msgSender(), amount);",
        ),
        Break(
            "reclaim_pays_what_is_booked_to_the_funder",
            "the caller is paid",
            MATCH_FUNDING,
            "IERC20(p.currency).push(account, amount);",
            "IERC20(p.currency).push(_msgSender(), amount);",
        ),
        Break(
            "life__releaseMilestone",
            "in every phase",
            CROWDFUNDING,
            "if (phase_ != Phase.Delivering) revert Crowdfunding_WrongPhase(campaignId, phase_);",
            "",
        ),
        Break(
            "books__object",
            "who objects loses the pledge",
            DELIVERY,
            "p.objections |= bit;",
            "(p.objections, p.amount) = (p.objections | bit, 0);",
        ),
        Break(
            "books__rule",
            "a ruling takes a unit",
            DELIVERY,
            "m.ruling = r.release ? Campaigns.Ruling.Release : Campaigns.Ruling.Reject;",
            "m.ruling = r.release ? Campaigns.Ruling.Release : Campaigns.Ruling.Reject;\n        --c.raised;",
        ),
        Break(
            "settlement_of_a_redemption_needs_both_signatures",
            "the beneficiary need not sign",
            ESCROW,
            "_checkSignature(s.id, digest, second, secondSignature);",
            "",
        ),
    ],
    [
        Break(
            "books__refund",
            "the refund is not booked",
            CROWDFUNDING,
            "uint96 refunded = c.refunded + amount;",
            "uint96 refunded = c.refunded;",
        ),
        Break(
            "last_tranche_empties_the_books",
            "a unit less",
            DELIVERY,
            "return uint96(uint256(c.raised) * bps / Campaigns.BPS);",
            "return uint96(uint256(c.raised) * bps / (Campaigns.BPS + 1));",
        ),
        Break(
            "life__pledge",
            "the backer is paid",
            CROWDFUNDING,
            "IERC20(c.currency).pull(backer, amount);",
            "IERC20(c.currency).push(backer, amount);",
        ),
        Break(
            "life__releaseMilestone",
            "a release pays",
            CROWDFUNDING,
            "return _release(campaignId, _existing(campaignId));",
            "IERC20(_existing(campaignId).currency).push(_msgSender(), 1);\n"
            "        return _release(campaignId, _existing(campaignId));",
        ),
        Break(
            "life__time",
            "a goal is missed before the deadline",
            LIFE,
            "_le(b.deadline, instant);",
            "_le(instant, b.deadline);",
        ),
        Break(
            "life_phases_are_those_of_the_contract",
            "a goal just reached is missed",
            CAMPAIGNS,
            "if (c.raised < c.goal) return ICrowdfunding.Phase.Failed;",
            "if (c.raised <= c.goal) return ICrowdfunding.Phase.Failed;",
        ),
        Break(
            "life_ends_within_what_was_raised",
            "releases in any phase",
            LIFE,
            "before &= _eq(b.releasedBps, 0) | _isDelivering(b, revokedAt, instant);",
            "",
        ),
        Break(
            "settlement_of_an_order_needs_both_signatures",
            "the seller need not sign",
            ESCROW,
            "_checkSignature(s.id, digest, first, firstSignature);",
            "",
        ),
    ],
    [
        Break(
            "life__refund_after_termination",
            "what rests does not fall",
            CROWDFUNDING,
            "if (c.decision == Campaigns.Decision.Terminated) c.restPledged -= pledged;",
            "",
        ),
    ],
]
