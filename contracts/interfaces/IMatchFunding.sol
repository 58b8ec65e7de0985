// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ILabContract} from "./ILabContract.sol";

/// @title MatchFunding
/// @notice Pools of public money that match citizens' pledges by a published rule. What a pool owes a campaign is
/// reserved in the pledge's own call, released in the same proportion as the milestones, and freed only by the
/// campaign's phase: nobody can take a reservation back.
/// @dev Amounts are base units of the pool's currency, below 2^96; times are Unix times in seconds; windows are half
/// open. Pool ids start at 1. Always: open reservations <= funded.
interface IMatchFunding is ILabContract {
    enum Rule {
        CappedRatio, // adds ratioBps of each pledge, within caps
        ThresholdGift // adds a fixed sum once, if enough was raised from enough members
    }

    /// @notice What is fixed for ever when a pool opens. Fields of the other rule must be zero.
    struct PoolTerms {
        address currency; // listed ERC-20
        uint40 opensAt; // funding and enrolment begin; may be past
        uint40 endsAt; // in the future, at most 2 years after opensAt
        Rule rule;
        uint16 maxFirstTrancheBps; // 1 to 10,000; campaigns that release more at once are refused
        uint96 campaignCap; // > 0; ratio: the most for one campaign; gift: the gift
        uint16 ratioBps; // ratio: > 0
        bool membersOnly; // ratio: only pledges of counted members are matched
        uint96 memberCap; // ratio with membersOnly: > 0, the most for one member in one campaign
        uint96 minRaised; // gift: at least the campaign's goal
        uint96 minMemberPledge; // gift: what each of `minMembers` must hold
        uint24 minMembers; // gift
        bytes32 agreementHash; // SHA-256 of the agreement
    }

    /// @notice A pool as readers see it.
    struct PoolView {
        PoolTerms terms; // `agreementHash` is in the event only and zero here
        uint32 manager; // entity id
        uint96 funded; // ever paid in
        uint96 reserved; // for campaigns and not freed, paid or not
        uint96 paid; // of that, paid to campaigns
        uint96 reclaimed;
        uint24 openReservations; // enrolments that are not settled
    }

    /// @notice What one pool owes one campaign.
    struct ReservationView {
        bool requested;
        bool enrolled;
        bool settled;
        uint96 reserved; // 0 once freed; what was entitled, if settled after a termination
        uint96 paid;
        uint24 qualifyingMembers; // gift: counted members who hold minMemberPledge
        bool earned; // gift: as of now; ratio: always true
    }

    /// @notice What a pledge tells the pools.
    struct PledgeFacts {
        address backer;
        uint32 entityId; // that the backer acts for; 0 if none
        bool member; // the backer is verified now as the member this pledge counts for
        uint96 countedBefore; // held by the counted member before this pledge; 0 if it counted for none
        uint96 countedAfter; // and after it
        uint96 amount;
        uint88 firstMatch; // called by the backer's pledges from the first ratio pool before
    }

    /// @notice A verified public body opened a pool and manages it.
    event PoolOpened(uint32 indexed poolId, uint32 indexed manager, address indexed account, PoolTerms terms);

    /// @notice A verified public body paid into a pool; `funded` is the pool's and `fundedByAccount` the account's total.
    event PoolFunded(
        uint32 indexed poolId, uint32 indexed funder, address indexed account, uint96 amount, uint96 fundedByAccount, uint96 funded
    );

    /// @notice The organizer asked a pool to match its campaign.
    event PoolRequested(uint32 indexed poolId, uint32 indexed campaignId, address account);

    /// @notice The manager enrolled the campaign; a gift is set aside as `reserved`.
    event CampaignEnrolled(uint32 indexed poolId, uint32 indexed campaignId, address account, uint96 reserved);

    /// @notice A pledge called `amount` of public money; `reserved` is the pool's new total for the campaign.
    event MatchReserved(
        uint32 indexed poolId, uint32 indexed campaignId, address indexed backer, uint96 pledged, uint96 amount, uint96 reserved
    );

    /// @notice A withdrawn pledge gave `amount` back to the pool; `reserved` is the pool's new total for the campaign.
    event MatchReturned(
        uint32 indexed poolId, uint32 indexed campaignId, address indexed backer, uint96 amount, uint96 reserved
    );

    /// @notice A gift's count of members who hold enough changed.
    event QualifyingMembersChanged(uint32 indexed poolId, uint32 indexed campaignId, uint24 oldMembers, uint24 newMembers);

    /// @notice The part of a reservation that milestones before `milestones` released was paid.
    event MatchReleased(
        uint32 indexed poolId, uint32 indexed campaignId, address indexed payoutAccount, uint8 milestones, uint96 amount, uint96 paid
    );

    /// @notice A reservation, or the rest of it, was freed because of the campaign's phase.
    event ReservationSettled(uint32 indexed poolId, uint32 indexed campaignId, uint96 freed, uint96 reserved);

    /// @notice A funding account got money back; `reclaimed` is its new total.
    event MatchReclaimed(uint32 indexed poolId, address indexed account, uint96 amount, uint96 reclaimed);

    /// @notice No pool has this id.
    error MatchFunding_UnknownPool(uint32 poolId);

    /// @notice The caller acts for no verified public body.
    error MatchFunding_NotPublicBody(address account);

    /// @notice A term lies outside [min, max]. `term` is its name in ASCII.
    error MatchFunding_TermOutOfBounds(bytes32 term, uint256 value, uint256 min, uint256 max);

    /// @notice The currency is not listed, or no longer.
    error MatchFunding_CurrencyNotListed(address currency);

    /// @notice The pool acts in [opensAt, endsAt) only.
    error MatchFunding_OutsideWindow(uint32 poolId, uint40 opensAt, uint40 endsAt);

    /// @notice Nothing was offered.
    error MatchFunding_ZeroAmount(uint32 poolId);

    /// @notice The pool would hold 2^96 base units or more.
    error MatchFunding_PoolFull(uint32 poolId, uint256 amount, uint256 left);

    /// @notice The caller does not act for the campaign's organizer.
    error MatchFunding_NotOrganizer(uint32 campaignId, address account);

    /// @notice The caller does not act for the pool's manager.
    error MatchFunding_NotManager(uint32 poolId, address account);

    /// @notice The campaign already asked for this pool.
    error MatchFunding_AlreadyRequested(uint32 poolId, uint32 campaignId);

    /// @notice The campaign did not ask for this pool.
    error MatchFunding_NotRequested(uint32 poolId, uint32 campaignId);

    /// @notice The pool matches this campaign already.
    error MatchFunding_AlreadyEnrolled(uint32 poolId, uint32 campaignId);

    /// @notice The pool does not match this campaign.
    error MatchFunding_NotEnrolled(uint32 poolId, uint32 campaignId);

    /// @notice A campaign can have `max` pools.
    error MatchFunding_TooManyPools(uint32 campaignId, uint256 max);

    /// @notice The campaign collects another currency than the pool holds.
    error MatchFunding_CurrencyDiffers(uint32 poolId, uint32 campaignId, address poolCurrency, address currency);

    /// @notice The campaign's first milestone releases more than the pool allows.
    error MatchFunding_FirstTrancheTooLarge(uint32 poolId, uint32 campaignId, uint16 shareBps, uint16 maxBps);

    /// @notice The organizer manages or funds the pool.
    error MatchFunding_OwnCampaign(uint32 poolId, uint32 campaignId, uint32 organizer);

    /// @notice The pool matches a campaign of this entity, which therefore can't fund it.
    error MatchFunding_FunderIsOrganizer(uint32 poolId, uint32 entityId);

    /// @notice The gift asks for less than the campaign's own goal.
    error MatchFunding_GiftBelowGoal(uint32 poolId, uint32 campaignId, uint256 minRaised, uint256 goal);

    /// @notice The pool has only `available` unreserved.
    error MatchFunding_NotCovered(uint32 poolId, uint256 needed, uint256 available);

    /// @notice The act is not possible in the campaign's phase.
    error MatchFunding_WrongPhase(uint32 campaignId, uint8 phase);

    /// @notice The account funds a pool that matches this campaign, and so can't back it.
    error MatchFunding_FunderCannotPledge(uint32 poolId, uint32 campaignId, address account);

    /// @notice Only the crowdfunding contract may call this.
    error MatchFunding_NotCrowdfunding(address account);

    /// @notice There is nothing to pay, free or reclaim.
    error MatchFunding_NothingDue(uint32 poolId);

    /// @notice The reservation was settled already.
    error MatchFunding_AlreadySettled(uint32 poolId, uint32 campaignId);

    /// @notice Money can be reclaimed from `endsAt` on.
    error MatchFunding_WindowOpen(uint32 poolId, uint40 endsAt);

    /// @notice Opens a pool (a verified public body, which becomes its manager; entry act).
    function openPool(PoolTerms calldata terms) external returns (uint32 poolId);

    /// @notice Pays into a pool in its window (a verified public body; entry act). Needs an allowance of `amount`.
    function fundPool(uint32 poolId, uint256 amount) external;

    /// @notice Asks a pool to match a campaign (its organizer), before pledging ends.
    function requestPool(uint32 campaignId, uint32 poolId) external;

    /// @notice Lets a pool match a campaign that asked for it (the manager; entry act). Ratio pools until pledging
    /// ends and for later pledges only; gift pools before the campaign opens.
    function enrol(uint32 poolId, uint32 campaignId) external;

    /// @notice Pays a campaign what the milestones released so far entitle it to. Anyone may call, at any time.
    function releaseMatch(uint32 poolId, uint32 campaignId) external returns (uint256 amount);

    /// @notice Frees what the campaign's phase leaves without purpose. Anyone may call.
    function settleReservation(uint32 poolId, uint32 campaignId) external returns (uint256 freed);

    /// @notice Pays a funding account its part of the unreserved money, from the window's end. Anyone may call.
    function reclaim(uint32 poolId, address account) external returns (uint256 amount);

    /// @notice Reserves the match of a pledge (Crowdfunding only).
    /// @return matched Sum over all ratio pools of the campaign.
    /// @return firstMatch What the first of these adds, for Crowdfunding to keep with the pledge.
    function onPledge(uint32 campaignId, PledgeFacts calldata facts)
        external
        returns (uint256 matched, uint88 firstMatch);

    /// @notice Gives back the match of a pledge that is withdrawn (Crowdfunding only).
    /// @param counted What the counted member held; 0 if the pledge counted for none.
    /// @param firstMatch What it called from the campaign's first ratio pool.
    function onWithdraw(uint32 campaignId, address backer, uint96 counted, uint88 firstMatch) external;

    /// @notice Number of pools ever opened, which is also the highest id.
    function poolCount() external view returns (uint32);

    /// @notice The pool; reverts if there is none with this id.
    function pool(uint32 poolId) external view returns (PoolView memory);

    /// @notice Pools of a campaign in the order of their enrolment; the rest is 0.
    function poolsOf(uint32 campaignId) external view returns (uint32[3] memory);

    /// @notice What a pool owes a campaign; all zero if it does not match it.
    function reservation(uint32 poolId, uint32 campaignId) external view returns (ReservationView memory);

    /// @notice What each pool of a campaign, in the order of `poolsOf`, owes it: reservations, and gifts that are
    /// earned as of now.
    function reservationsOf(uint32 campaignId) external view returns (uint96[3] memory);

    /// @notice What a backer's pledge called from a pool; 0 once the pledge is withdrawn or refunded. Below 2^88 for the
    /// first ratio pool of a campaign, which matches no more.
    function matchOf(uint32 poolId, uint32 campaignId, address backer) external view returns (uint256);

    /// @notice Match that a pledge of `amount` by `backer` would call now, over all ratio pools.
    function quote(uint32 campaignId, address backer, uint256 amount) external view returns (uint256);

    /// @notice Pools of the campaign that this entity manages, as a bit set of their places in `poolsOf`.
    function managedBy(uint32 campaignId, uint32 entityId) external view returns (uint8 places);

    /// @notice Whether an entity manages or funds a pool of the campaign, or an account has money in one, whomever it
    /// acts for now.
    function isParty(uint32 campaignId, uint32 entityId, address account) external view returns (bool);

    /// @notice What `account` paid into a pool and what it got back.
    function fundingOf(uint32 poolId, address account) external view returns (uint96 funded, uint96 reclaimed);

    /// @notice What `reclaim` would pay.
    function reclaimable(uint32 poolId, address account) external view returns (uint256);
}
