// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../interfaces/ICrowdfunding.sol";

/// @title What is stored of a campaign, and its phase computed from that and the time
library Campaigns {
    /// @dev An organizer has as long for the first claim, and after each thing it waited for.
    uint40 internal constant CLAIM_DURATION = 30 days;
    /// @dev A campaign nobody reviews must not block its organizer for ever.
    uint40 internal constant REVIEW_DURATION = 30 days;
    uint256 internal constant BPS = 10_000;
    /// @dev Bounds every loop over milestones.
    uint256 internal constant MAX_MILESTONES = 12;

    /// @dev What acts have decided; everything else about the phase follows from time and totals.
    enum Decision {
        None,
        Submitted,
        Approved,
        Rejected,
        Canceled,
        Terminated
    }

    /// @dev What an arbiter said of a stopped milestone.
    enum Ruling {
        None,
        Release,
        Reject
    }

    /// @dev Five slots and the plan, cut so that a refund touches the first two, a pledge the first three, a collection slot 3 and
    /// a release slot 4, and none of these acts fills a fresh slot. Durations fit 24 bits (194 days).
    struct Campaign {
        // slot 0
        uint96 raised;
        uint96 goal;
        uint40 deadline;
        Decision decision;
        uint8 pools; // enrolled to match this campaign
        // slot 1
        address currency;
        uint96 refunded;
        // slot 2
        uint96 stretchGoal;
        uint96 minPledge;
        uint32 organizer;
        uint24 live; // seconds from opensAt to the deadline
        // slot 3
        address payoutAccount;
        uint96 collected;
        // slot 4
        uint40 submittedAt;
        uint40 previousReleasableAt; // instant the milestone before the current one became releasable; 0 for the first
        uint24 members; // counted members among the backers
        uint24 extension;
        uint24 extensionUsed; // seconds from the deadline to the pledge that reached the stretch goal
        uint24 withdrawalCutoff;
        uint24 objectionWindow;
        uint24 rulingWindow;
        uint8 milestoneCount;
        uint8 currentMilestone; // all before it are released
        uint16 releasedBps; // share of those, together
        // slot 5, filled by a termination
        uint96 restPledged; // pledges that are not refunded yet
        // from slot 6 on five milestones a slot: share of it and all before it in bps, above that its due date in
        // seconds from the deadline. What becomes of a milestone has a slot of its own, filled if it is ever claimed.
        uint48[MAX_MILESTONES] plan;
    }

    /// @dev One slot. What objects and how it was ruled concerns the last claim.
    struct Milestone {
        uint40 claimedAt;
        uint24 objectors; // counted members
        uint96 objectedAmount; // their pledges, and those of other backers
        uint8 objectedPools; // bit set of the places of pools whose manager objected
        uint8 attempts; // claims so far
        Ruling ruling;
        uint24 ruledAfter; // seconds from the end of the objection window to the ruling
    }

    function opensAt(Campaign storage c) internal view returns (uint40) {
        return c.deadline - c.live;
    }

    /// @notice Stores what is planned of a milestone.
    /// @param cumulativeBps_ Share of it and all before it.
    function setPlan(Campaign storage c, uint256 index, uint16 cumulativeBps_, uint40 dueDate_) internal {
        c.plan[index] = uint48(dueDate_ - c.deadline) << 16 | cumulativeBps_;
    }

    /// @notice Share of a milestone and all before it, in bps.
    function cumulativeBps(Campaign storage c, uint256 index) internal view returns (uint16) {
        return uint16(c.plan[index]);
    }

    /// @notice When a milestone is due.
    function dueDate(Campaign storage c, uint256 index) internal view returns (uint40) {
        return c.deadline + uint40(c.plan[index] >> 16);
    }

    /// @notice When a submission nobody approved lapses.
    function lapsesAt(Campaign storage c) internal view returns (uint40) {
        uint40 reviewEnd = c.submittedAt + REVIEW_DURATION;
        uint40 opensAt_ = opensAt(c);
        return reviewEnd < opensAt_ ? reviewEnd : opensAt_;
    }

    /// @notice First instant at which nobody can pledge any more, as far as the present total tells.
    function pledgingEndsAt(Campaign storage c) internal view returns (uint40) {
        if (c.raised < c.goal) return c.deadline;
        // `extensionUsed` is 0 if the stretch goal was reached before the deadline.
        return c.deadline + (c.raised == c.stretchGoal ? c.extensionUsed : c.extension);
    }

    /// @notice Whether an approved campaign missed its goal; true in Failed, and in a Canceled that would be Failed.
    function missedGoal(Campaign storage c) internal view returns (bool) {
        return c.decision == Decision.Approved && c.raised < c.goal && block.timestamp >= c.deadline;
    }

    /// @notice The phase now.
    /// @param revokedAt When the organizer's entity was revoked, 0 if it was not.
    function phaseOf(Campaign storage c, uint40 revokedAt) internal view returns (ICrowdfunding.Phase) {
        Decision decision = c.decision;
        if (decision == Decision.None) return ICrowdfunding.Phase.None;
        if (decision == Decision.Rejected) return ICrowdfunding.Phase.Rejected;
        if (decision == Decision.Canceled) return ICrowdfunding.Phase.Canceled;
        if (decision == Decision.Terminated) return ICrowdfunding.Phase.Terminated;

        // Most calls fall into Live, which needs no look at the slot where the extension is.
        bool live = decision == Decision.Approved && block.timestamp < c.deadline;
        uint40 endsAt = decision == Decision.Submitted ? lapsesAt(c) : live ? c.deadline : pledgingEndsAt(c);
        if (revokedAt != 0 && revokedAt < endsAt) return ICrowdfunding.Phase.Canceled;

        if (live) return block.timestamp < opensAt(c) ? ICrowdfunding.Phase.Approved : ICrowdfunding.Phase.Live;
        bool ended = block.timestamp >= endsAt;
        if (decision == Decision.Submitted) return ended ? ICrowdfunding.Phase.Lapsed : ICrowdfunding.Phase.Submitted;
        if (!ended) return ICrowdfunding.Phase.Extension;
        if (c.raised < c.goal) return ICrowdfunding.Phase.Failed;
        return
            c.currentMilestone == c.milestoneCount
                ? ICrowdfunding.Phase.Completed
                : ICrowdfunding.Phase.Delivering;
    }
}
