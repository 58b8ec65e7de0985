// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../interfaces/ICrowdfunding.sol";
import {Campaigns} from "./Campaigns.sol";
import {Journals} from "./Journals.sol";

/// @title Milestones: claims and releases
/// @notice Deployed on its own and linked, because one contract would be too large. It runs in Crowdfunding's storage
/// and emits Crowdfunding's events; who may call is checked there. Acts expect a campaign in Delivering.
library Delivery {
    using Campaigns for Campaigns.Campaign;
    using Journals for Journals.Journal;

    /// @notice Claims the current milestone.
    function claim(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        uint32 campaignId,
        bytes32 evidenceHash
    ) external {
        uint8 index = c.currentMilestone;
        Campaigns.Milestone storage m = milestones[index];

        // Check
        ICrowdfunding.MilestoneState state = stateOf(c, m, index);
        require(
            state == ICrowdfunding.MilestoneState.Planned,
            ICrowdfunding.Crowdfunding_WrongMilestoneState(campaignId, index, state)
        );
        uint40 claimBy_ = claimBy(c, m);
        require(
            block.timestamp < claimBy_, ICrowdfunding.Crowdfunding_ClaimTooLate(campaignId, index, claimBy_)
        );

        // Effect
        uint8 attempt = m.attempts + 1;
        (m.attempts, m.claimedAt) = (attempt, uint40(block.timestamp));

        // Log
        uint40 endsAt = uint40(block.timestamp) + c.objectionWindow;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.MilestoneClaimed.selector,
                    campaignId,
                    index,
                    attempt,
                    evidenceHash,
                    endsAt,
                    state,
                    ICrowdfunding.MilestoneState.Claimed
                )
            )
        );
        emit ICrowdfunding.MilestoneClaimed(
            campaignId, index, attempt, evidenceHash, endsAt, state, ICrowdfunding.MilestoneState.Claimed
        );
    }

    /// @notice Books the current milestone's tranche; completes the campaign with the last one.
    function release(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        uint32 campaignId
    ) external returns (uint96 amount) {
        uint8 index = c.currentMilestone;
        Campaigns.Milestone storage m = milestones[index];

        // Check
        ICrowdfunding.MilestoneState state = stateOf(c, m, index);
        require(
            state == ICrowdfunding.MilestoneState.Releasable,
            ICrowdfunding.Crowdfunding_WrongMilestoneState(campaignId, index, state)
        );

        // Effect
        uint96 released = _cumulative(c, m);
        amount = released - releasedOf(c, milestones);
        (c.currentMilestone, c.previousReleasableAt) = (index + 1, _windowEndsAt(c, m));

        // Log
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.MilestoneReleased.selector,
                    campaignId,
                    index,
                    amount,
                    released,
                    state,
                    ICrowdfunding.MilestoneState.Released
                )
            )
        );
        emit ICrowdfunding.MilestoneReleased(
            campaignId, index, amount, released, state, ICrowdfunding.MilestoneState.Released
        );
        if (index + 1 == c.milestoneCount) _logCompleted(journal, campaignId);
    }

    /// @notice The milestone as `ICrowdfunding.milestone` shows it.
    /// @param delivering Whether the campaign is in Delivering.
    function view_(
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        uint8 index,
        bool delivering
    ) external view returns (ICrowdfunding.MilestoneView memory v) {
        Campaigns.Milestone storage m = milestones[index];
        uint16 previousBps = index == 0 ? 0 : milestones[index - 1].cumulativeBps;
        v.state = stateOf(c, m, index);
        v.shareBps = m.cumulativeBps - previousBps;
        v.dueDate = m.dueDate;
        v.attempts = m.attempts;
        v.claimedAt = m.claimedAt;
        if (m.claimedAt != 0) v.windowEndsAt = _windowEndsAt(c, m);
        if (delivering && index == c.currentMilestone) v.claimBy = claimBy(c, m);
        v.tranche = _cumulative(c, m);
        if (index != 0) v.tranche -= _cumulative(c, milestones[index - 1]);
    }

    /// @notice Booked for the organizer so far: what all milestones before the current one release.
    function releasedOf(
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones
    ) internal view returns (uint96) {
        uint8 current = c.currentMilestone;
        return current == 0 ? 0 : _cumulative(c, milestones[current - 1]);
    }

    /// @dev protocol.md, "Milestones": the latest of what the organizer had to wait for, and 30 days.
    function claimBy(Campaigns.Campaign storage c, Campaigns.Milestone storage m) internal view returns (uint40) {
        uint40 from = m.dueDate;
        uint40 pledgingEndsAt = c.pledgingEndsAt();
        if (pledgingEndsAt > from) from = pledgingEndsAt;
        if (c.previousReleasableAt > from) from = c.previousReleasableAt;
        return from + Campaigns.CLAIM_DURATION;
    }

    function stateOf(Campaigns.Campaign storage c, Campaigns.Milestone storage m, uint8 index)
        internal
        view
        returns (ICrowdfunding.MilestoneState)
    {
        if (index < c.currentMilestone) return ICrowdfunding.MilestoneState.Released;
        if (m.claimedAt == 0) return ICrowdfunding.MilestoneState.Planned;
        return block.timestamp < _windowEndsAt(c, m)
            ? ICrowdfunding.MilestoneState.Claimed
            : ICrowdfunding.MilestoneState.Releasable;
    }

    /// @dev Released once this milestone is: floor(raised * cumulativeBps / 10,000). The differences telescope, so
    /// that the last milestone releases exactly the rest.
    function _cumulative(Campaigns.Campaign storage c, Campaigns.Milestone storage m) private view returns (uint96) {
        return uint96(uint256(c.raised) * m.cumulativeBps / Campaigns.BPS);
    }

    function _windowEndsAt(Campaigns.Campaign storage c, Campaigns.Milestone storage m)
        private
        view
        returns (uint40)
    {
        return m.claimedAt + c.objectionWindow;
    }

    function _logCompleted(Journals.Journal storage journal, uint32 campaignId) private {
        ICrowdfunding.Phase oldPhase = ICrowdfunding.Phase.Delivering;
        ICrowdfunding.Phase newPhase = ICrowdfunding.Phase.Completed;
        journal.append(
            keccak256(abi.encode(ICrowdfunding.CampaignCompleted.selector, campaignId, oldPhase, newPhase))
        );
        emit ICrowdfunding.CampaignCompleted(campaignId, oldPhase, newPhase);
    }
}
