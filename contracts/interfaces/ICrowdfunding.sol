// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ILabContract} from "./ILabContract.sol";

/// @title Crowdfunding
/// @notice Campaigns, pledges and milestones. Backers pledge a listed currency; the contract holds it until a milestone
/// releases it to the organizer's payout account, or until it goes back to the account that paid it in.
/// @dev Amounts are base units of the campaign's currency, below 2^96. Times are Unix times in seconds, durations are
/// seconds, windows are half open. Campaign ids start at 1. `goal`, `stretchGoal`, `minPledge` and `raised` count
/// backers' pledges only.
///
/// Assumptions about a listed currency, each of which the treasurer checks before listing:
/// - at most 18 decimals, and it is not the innovation credit;
/// - a transfer moves exactly the amount: a pledge that delivers anything else reverts;
/// - balances do not change without a transfer: one that shrinks hurts the backers of that currency, and nobody else;
/// - its issuer may block accounts: a blocked account can't be paid until it is free again, nobody else waits for it.
interface ICrowdfunding is ILabContract {
    /// @notice Where a campaign stands, computed from stored facts and the block time. Time alone moves Submitted to
    /// Lapsed, Approved to Live, and Live to Extension, Delivering or Failed, and Extension to Delivering. The
    /// revocation of the organizer's entity moves every phase before Delivering to Canceled.
    enum Phase {
        None, // no such campaign
        Submitted, // waits for the reviewer until min(submission + 30 days, opensAt)
        Approved, // waits for opensAt
        Live, // [opensAt, deadline): pledges; withdrawals until deadline - withdrawalCutoff
        Extension, // [deadline, deadline + extension) above the goal and below the stretch goal: pledges only
        Delivering, // milestones
        Completed, // final: every milestone released
        Failed, // final: goal not reached at the deadline
        Canceled, // final
        Rejected, // final
        Lapsed, // final: nobody approved in time
        Terminated // final: stopped while delivering
    }

    /// @notice Where one milestone stands, computed.
    enum MilestoneState {
        Planned, // not claimed yet
        Claimed, // objections possible
        Stopped, // enough objected: the arbiter may rule
        Rejected, // ruled so, or by default without a ruling; may be claimed again, three times in all
        Releasable, // anyone may book the release
        Released // final
    }

    /// @notice What is fixed for ever at submission.
    struct Terms {
        address payoutAccount; // where releases are paid; only this account can name another
        address currency; // listed ERC-20
        uint96 goal; // > 0
        uint96 stretchGoal; // >= goal; pledging stops here
        uint96 minPledge; // <= goal; for each call, waived for the rest to the stretch goal
        uint40 opensAt; // after submission, at most 90 days after it
        uint40 deadline; // Live lasts 1 to 90 days
        uint32 extension; // 0 to 60 days
        uint32 withdrawalCutoff; // at least max(1 day, 10 % of Live), at most half of Live
        uint32 objectionWindow; // 3 to 30 days
        uint32 rulingWindow; // 7 to 60 days
        bytes8 territory; // ISO 3166-2 code in ASCII, left-aligned; zero if none
        uint32 themes; // bit set
        bytes32 descriptionHash; // SHA-256 of the description document
    }

    /// @notice One part of the plan.
    struct MilestonePlan {
        uint16 shareBps; // > 0; all shares sum to exactly 10,000
        uint40 dueDate; // rising from the deadline on; at most 3 years after it
        bytes32 documentHash; // SHA-256 of what will be done
    }

    /// @notice A campaign as readers see it.
    struct CampaignView {
        Phase phase;
        uint32 organizer; // entity id
        address currency;
        address payoutAccount;
        uint96 goal;
        uint96 stretchGoal;
        uint96 minPledge;
        uint96 raised; // pledged and not withdrawn; keeps its value when refunds are paid
        uint96 released; // booked for the organizer
        uint96 collected; // of that, paid out
        uint96 refunded;
        uint40 submittedAt;
        uint40 opensAt;
        uint40 deadline;
        uint40 pledgingEndsAt; // end of Live or Extension as of now
        uint32 extension;
        uint32 withdrawalCutoff;
        uint32 objectionWindow;
        uint32 rulingWindow;
        uint32 members; // counted members among the backers
        uint16 releasedBps; // of the milestones released, together
        uint8 pools; // that match it
        uint8 milestoneCount;
        uint8 currentMilestone; // index of the first one not released
    }

    /// @notice A milestone as readers see it.
    struct MilestoneView {
        MilestoneState state;
        uint16 shareBps;
        uint40 dueDate;
        uint8 attempts; // claims so far
        uint40 claimedAt; // of the last claim; 0 if none
        uint40 windowEndsAt; // of the last claim; 0 if none
        uint40 claimBy; // a claim must come before; 0 unless this is the current milestone of a delivering campaign
        uint40 rulingEndsAt; // of the last claim, if it is stopped; 0 if none
        uint32 objectors; // counted members who objected to the last claim
        uint96 objectedAmount; // pledges that objected to the last claim
        uint8 objectedPools; // bit set of the campaign's pools, in their order, whose manager objected to it
        uint96 tranche; // booked if released, else what its release would book from the present total
    }

    /// @notice What MatchFunding needs to know of a campaign.
    struct MatchFacts {
        Phase phase;
        uint32 organizer;
        address currency;
        address payoutAccount;
        uint96 goal;
        uint96 raised;
        uint16 firstShareBps; // of the first milestone
        uint16 releasedBps; // of the milestones released, together
        uint8 currentMilestone;
    }

    /// @notice One backer's pledge to one campaign. It is erased when it is withdrawn or refunded; the events remain.
    struct Pledge {
        uint96 amount; // > 0
        uint32 memberId; // member counted through this pledge; 0 if none
        uint40 objections; // bit 3 * milestone + attempt - 1 is set where the backer objected
        uint88 firstMatch; // called from the campaign's first ratio pool; see `IMatchFunding.matchOf`
    }

    /// @notice The treasurer allowed a currency for new campaigns.
    event CurrencyListed(address indexed currency, uint8 decimals);

    /// @notice The treasurer closed a currency for new campaigns and pledges; exits stay open.
    event CurrencyDelisted(address indexed currency);

    /// @notice A campaign was submitted on these terms; its milestones follow in the same transaction.
    event CampaignSubmitted(
        uint32 indexed campaignId,
        uint32 indexed organizer,
        address indexed account,
        Terms terms,
        uint8 milestoneCount,
        Phase oldPhase,
        Phase newPhase
    );

    /// @notice One milestone of a campaign just submitted; `milestone` is its index from 0.
    event MilestonePlanned(
        uint32 indexed campaignId, uint8 indexed milestone, uint16 shareBps, uint40 dueDate, bytes32 documentHash
    );

    /// @notice The reviewer approved a campaign.
    event CampaignApproved(uint32 indexed campaignId, address indexed reviewer, Phase oldPhase, Phase newPhase);

    /// @notice The reviewer rejected a campaign. `reason` is the SHA-256 of the reasons given.
    event CampaignRejected(
        uint32 indexed campaignId, address indexed reviewer, bytes32 reason, Phase oldPhase, Phase newPhase
    );

    /// @notice The organizer canceled a campaign; every pledge can be refunded.
    event CampaignCanceled(uint32 indexed campaignId, address indexed account, Phase oldPhase, Phase newPhase);

    /// @notice The last milestone was released.
    event CampaignCompleted(uint32 indexed campaignId, Phase oldPhase, Phase newPhase);

    /// @notice A backer pledged `amount`; `pledged` is that backer's and `raised` the campaign's new total.
    /// @param memberId Member counted through this backer's pledge, 0 if none.
    event PledgeMade(
        uint32 indexed campaignId,
        address indexed backer,
        uint32 indexed memberId,
        uint96 amount,
        uint96 pledged,
        uint96 raised
    );

    /// @notice A member counts through this backer's pledge from now on; `members` is the campaign's new count.
    event MemberCounted(
        uint32 indexed campaignId, address indexed backer, uint32 indexed memberId, uint32 members
    );

    /// @notice A backer took the whole pledge back while the campaign was live.
    event PledgeWithdrawn(
        uint32 indexed campaignId,
        address indexed backer,
        uint32 indexed memberId,
        uint96 amount,
        uint96 raised,
        uint32 members
    );

    /// @notice A pledge in the extension reached the stretch goal and ended pledging.
    event StretchGoalReached(uint32 indexed campaignId, uint96 raised, Phase oldPhase, Phase newPhase);

    /// @notice A pledge went back to its backer; `refunded` is the campaign's new total.
    event PledgeRefunded(uint32 indexed campaignId, address indexed backer, uint96 amount, uint96 refunded);

    /// @notice The payout account named another one.
    event PayoutAccountChanged(uint32 indexed campaignId, address indexed oldAccount, address indexed newAccount);

    /// @notice The organizer claimed a milestone. `evidenceHash` is the SHA-256 of the evidence document.
    /// @param attempt Number of this claim, from 1.
    /// @param windowEndsAt End of the time for objections.
    event MilestoneClaimed(
        uint32 indexed campaignId,
        uint8 indexed milestone,
        uint8 attempt,
        bytes32 evidenceHash,
        uint40 windowEndsAt,
        MilestoneState oldState,
        MilestoneState newState
    );

    /// @notice A milestone's tranche was booked for the organizer; `released` is the campaign's new total.
    event MilestoneReleased(
        uint32 indexed campaignId,
        uint8 indexed milestone,
        uint96 amount,
        uint96 released,
        MilestoneState oldState,
        MilestoneState newState
    );

    /// @notice A backer, or the manager of a pool, objected to a claim.
    /// @param objectors Counted members who object now.
    /// @param objectedAmount Pledges that object now.
    /// @param objectedPools Bit set of the campaign's pools, in their order, whose manager objects now.
    event MilestoneObjected(
        uint32 indexed campaignId,
        uint8 indexed milestone,
        address indexed account,
        uint8 attempt,
        uint32 objectors,
        uint96 objectedAmount,
        uint8 objectedPools
    );

    /// @notice An arbiter ruled on a stopped claim. `reason` is the SHA-256 of the reasons given.
    event MilestoneRuled(
        uint32 indexed campaignId,
        uint8 indexed milestone,
        address indexed arbiter,
        uint8 attempt,
        bytes32 reason,
        MilestoneState oldState,
        MilestoneState newState
    );

    /// @notice Delivery stopped for good; backers share `restUnreleased` in proportion to `restPledged`.
    event CampaignTerminated(
        uint32 indexed campaignId,
        address indexed account,
        uint96 restPledged,
        uint96 restUnreleased,
        Phase oldPhase,
        Phase newPhase
    );

    /// @notice The organizer published news for backers.
    event UpdatePosted(uint32 indexed campaignId, bytes32 documentHash);

    /// @notice Booked money was paid to the payout account; `collected` is the campaign's new total.
    event FundsCollected(uint32 indexed campaignId, address indexed payoutAccount, uint96 amount, uint96 collected);

    /// @notice No campaign has this id.
    error Crowdfunding_UnknownCampaign(uint32 campaignId);

    /// @notice The campaign has no milestone with this index.
    error Crowdfunding_UnknownMilestone(uint32 campaignId, uint8 milestone, uint8 milestoneCount);

    /// @notice The act is not possible in the campaign's phase.
    error Crowdfunding_WrongPhase(uint32 campaignId, Phase phase);

    /// @notice The act is not possible in the milestone's state.
    error Crowdfunding_WrongMilestoneState(uint32 campaignId, uint8 milestone, MilestoneState state);

    /// @notice The caller acts for no verified SSE entity or public body.
    error Crowdfunding_OrganizerNotVerified(address account);

    /// @notice The organizer's entity is suspended; no new pledges before `suspendedUntil`.
    error Crowdfunding_OrganizerSuspended(uint32 campaignId, uint32 organizer, uint40 suspendedUntil);

    /// @notice The caller does not act for the campaign's organizer.
    error Crowdfunding_NotOrganizer(uint32 campaignId, address account);

    /// @notice The reviewer acts for the campaign's organizer, or is its payout account.
    error Crowdfunding_OwnCampaign(uint32 campaignId, address reviewer);

    /// @notice The organizer can't pledge to its own campaign.
    error Crowdfunding_OrganizerCannotPledge(uint32 campaignId, uint32 organizer);

    /// @notice The currency is not listed, or no longer.
    error Crowdfunding_CurrencyNotListed(address currency);

    /// @notice The currency is listed already.
    error Crowdfunding_CurrencyAlreadyListed(address currency);

    /// @notice The innovation credit and tokens of more than 18 decimals can't be listed; nor what is no token, for which
    /// `decimals` is 255.
    error Crowdfunding_CurrencyRefused(address currency, uint8 decimals);

    /// @notice A term lies outside [min, max]. `term` is its name in ASCII.
    error Crowdfunding_TermOutOfBounds(bytes32 term, uint256 value, uint256 min, uint256 max);

    /// @notice Zero, this contract, MatchFunding and the currency can't be a payout account.
    error Crowdfunding_InvalidPayoutAccount(address account);

    /// @notice Only the present payout account may name another.
    error Crowdfunding_NotPayoutAccount(uint32 campaignId, address account);

    /// @notice A pledge of nothing.
    error Crowdfunding_ZeroAmount(uint32 campaignId);

    /// @notice The pledge is below the minimum, and not the rest to the stretch goal.
    error Crowdfunding_PledgeBelowMinimum(uint32 campaignId, uint256 amount, uint256 minPledge);

    /// @notice The pledge is above `rest`, which is what the stretch goal leaves.
    error Crowdfunding_PledgeAboveRest(uint32 campaignId, uint256 amount, uint256 rest);

    /// @notice The match reserved for this pledge would be less than the backer signed for.
    error Crowdfunding_MatchBelowMinimum(uint32 campaignId, uint256 minMatch, uint256 available);

    /// @notice The account has no pledge in this campaign: it made none, or it was withdrawn or refunded.
    error Crowdfunding_NoPledge(uint32 campaignId, address backer);

    /// @notice Pledges could be withdrawn until `closedAt`.
    error Crowdfunding_WithdrawalClosed(uint32 campaignId, uint40 closedAt);

    /// @notice A campaign that holds its goal can't be canceled.
    error Crowdfunding_GoalReached(uint32 campaignId, uint256 raised, uint256 goal);

    /// @notice The milestone had to be claimed before `claimBy`.
    error Crowdfunding_ClaimTooLate(uint32 campaignId, uint8 milestone, uint40 claimBy);

    /// @notice `attempt` is not the present claim of this milestone, or this is not the current milestone.
    error Crowdfunding_NotPresentClaim(uint32 campaignId, uint8 milestone, uint8 attempt);

    /// @notice The account objected to this claim already.
    error Crowdfunding_AlreadyObjected(uint32 campaignId, uint8 milestone, uint8 attempt, address account);

    /// @notice The arbiter is a party: organizer, payout account, backer, or manager or funder of a pool.
    error Crowdfunding_ArbiterIsParty(uint32 campaignId, address arbiter);

    /// @notice All attempts to claim this milestone are spent.
    error Crowdfunding_NoAttemptLeft(uint32 campaignId, uint8 milestone, uint8 attempts);

    /// @notice Anyone but the organizer may terminate from `claimBy` on.
    error Crowdfunding_TerminateTooEarly(uint32 campaignId, uint40 claimBy);

    /// @notice Only MatchFunding may call this.
    error Crowdfunding_NotMatchFunding(address account);

    /// @notice Everything booked was paid out already.
    error Crowdfunding_NothingToCollect(uint32 campaignId);

    /// @notice The currency delivered something else than the pledge; fee on transfer and rebasing tokens do.
    error Crowdfunding_ReceivedDiffers(address currency, uint256 expected, uint256 received);

    /// @notice Paying `amount` would have cost the contract `lost`; the currency lies, the payment may be tried again.
    error Crowdfunding_PaidTooMuch(address currency, uint256 amount, uint256 lost);

    /// @notice Allows a currency (treasurer).
    function listCurrency(address currency) external;

    /// @notice Closes a currency for new campaigns, pledges, pools, funding, listings and orders (treasurer). Never an exit.
    function delistCurrency(address currency) external;

    /// @notice Submits a campaign for review (a verified SSE entity or public body; entry act).
    /// @param terms See `Terms` for every bound.
    /// @param milestones 1 to 12, in order.
    /// @return campaignId Id of the new campaign.
    function submitCampaign(Terms calldata terms, MilestonePlan[] calldata milestones)
        external
        returns (uint32 campaignId);

    /// @notice Approves a submitted campaign (reviewer, not of the organizer).
    function approveCampaign(uint32 campaignId) external;

    /// @notice Rejects a submitted campaign for good (reviewer, not of the organizer).
    function rejectCampaign(uint32 campaignId, bytes32 reason) external;

    /// @notice Cancels a campaign (organizer) before it opens, or while live and below its goal.
    function cancelCampaign(uint32 campaignId) external;

    /// @notice Pledges to a campaign in Live or Extension (entry act). Needs an allowance of `amount`.
    /// @param amount Base units; at least `minPledge`, at most what the stretch goal leaves.
    /// @param minMatch The least match that must be reserved with this pledge, else the call reverts. Base units.
    function pledge(uint32 campaignId, uint256 amount, uint256 minMatch) external;

    /// @notice Pledges with an ERC-2612 permit of exactly `amount` (entry act).
    /// @dev A permit that fails, because somebody else has submitted it or the token has none, is ignored; the pledge
    /// then needs the allowance, and works if it is there.
    function pledgeWithPermit(
        uint32 campaignId,
        uint256 amount,
        uint256 minMatch,
        uint256 permitDeadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Takes the caller's whole pledge back, in [opensAt, deadline - withdrawalCutoff).
    function withdrawPledge(uint32 campaignId) external;

    /// @notice Pays a backer of a failed or canceled campaign the pledge, of a terminated one its part of what was not
    /// released, floor(pledge * restUnreleased / restPledged). Anyone may call; no deadline.
    /// @return amount What was paid, in base units.
    function refund(uint32 campaignId, address backer) external returns (uint256 amount);

    /// @notice Names another payout account (the present payout account).
    function changePayoutAccount(uint32 campaignId, address newAccount) external;

    /// @notice Claims the current milestone (organizer), before its `claimBy`.
    function claimMilestone(uint32 campaignId, bytes32 evidenceHash) external;

    /// @notice Books the current milestone's tranche for the organizer. Anyone may call; moves no money.
    /// @return amount The tranche: floor(raised * cumulativeBps / 10,000) less what was released before.
    function releaseMilestone(uint32 campaignId) external returns (uint256 amount);

    /// @notice Objects to the present claim (a backer, or the manager of a pool), once, in its objection window.
    /// @dev When the window ends, the claim is stopped if two or more counted members and a fifth of them object, or
    /// more than half of all pledged and reserved money, or any manager of a pool.
    function object(uint32 campaignId, uint8 index, uint8 attempt) external;

    /// @notice Rules on a stopped claim (arbiter, no party of the campaign), in its ruling window.
    /// @dev Without a ruling the claim is rejected if two or more counted members and more than half of them object, or
    /// more than half of the money; else it is releasable.
    function rule(uint32 campaignId, uint8 index, uint8 attempt, bool release, bytes32 reason) external;

    /// @notice Stops delivery for good while no claim is open or releasable: the organizer at any time, anyone from
    /// `claimBy` on, when all attempts are spent, or when the organizer's entity is revoked.
    function terminate(uint32 campaignId) external;

    /// @notice Publishes news for backers (organizer). `documentHash` is the SHA-256 of the document.
    function postUpdate(uint32 campaignId, bytes32 documentHash) external;

    /// @notice Notes that one more pool matches the campaign (MatchFunding only).
    function addPool(uint32 campaignId) external;

    /// @notice Pays what is booked to the payout account. Anyone may call.
    /// @return amount What was paid, in base units.
    function collect(uint32 campaignId) external returns (uint256 amount);

    /// @notice `releaseMilestone` and `collect` in one transaction. Anyone may call. Where the payment fails, as for a
    /// payout account that the currency blocks, the release is still possible on its own.
    /// @return amount What was paid, in base units.
    function releaseAndCollect(uint32 campaignId) external returns (uint256 amount);

    /// @notice Whether this currency is listed: open for what is new, in MatchFunding and Marketplace as well.
    function isCurrency(address currency) external view returns (bool);

    /// @notice Number of campaigns ever submitted, which is also the highest id.
    function campaignCount() external view returns (uint32);

    /// @notice The campaign now; reverts if there is none with this id.
    function campaign(uint32 campaignId) external view returns (CampaignView memory);

    /// @notice The campaign's phase now; reverts if there is none with this id.
    function phase(uint32 campaignId) external view returns (Phase);

    /// @notice A milestone now; `index` is from 0.
    function milestone(uint32 campaignId, uint8 index) external view returns (MilestoneView memory);

    /// @notice A backer's pledge; all zero if there is none.
    function pledgeOf(uint32 campaignId, address backer) external view returns (Pledge memory);

    /// @notice Match that a pledge of `amount` would call now, over all ratio pools, in base units. Whether the pledge
    /// itself would be accepted is not looked at.
    function quote(uint32 campaignId, address backer, uint256 amount) external view returns (uint256);

    /// @notice What MatchFunding needs to know of a campaign; reverts if there is none with this id.
    function matchFacts(uint32 campaignId) external view returns (MatchFacts memory);

    /// @notice Pledged and not withdrawn, in base units; 0 for an unknown campaign.
    function raisedOf(uint32 campaignId) external view returns (uint96);

    /// @notice What `refund` would pay this backer now, in base units; 0 if nothing.
    function refundable(uint32 campaignId, address backer) external view returns (uint256);

    /// @notice Account a member counts through in a campaign, or zero.
    function countedThrough(uint32 campaignId, uint32 memberId) external view returns (address);
}
