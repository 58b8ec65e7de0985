// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "../interfaces/IEntityRegistry.sol";
import {IMatchFunding} from "../interfaces/IMatchFunding.sol";
import {Campaigns} from "./Campaigns.sol";
import {Journals} from "./Journals.sol";

/// @title Milestones: claims, objections, rulings, releases, termination
/// @notice Deployed on its own and linked, because one contract would be too large. It runs in Crowdfunding's storage
/// and emits Crowdfunding's events; who may call is checked there. Acts expect a campaign in Delivering.
library Delivery {
    using Campaigns for Campaigns.Campaign;
    using Journals for Journals.Journal;

    uint8 internal constant MAX_ATTEMPTS = 3;
    /// @dev People stop a milestone, or reject it, only from two on: nobody alone speaks for the members.
    uint256 private constant MIN_OBJECTORS = 2;

    /// @dev What the library needs to know of the world around the campaign.
    struct Context {
        uint32 campaignId;
        uint40 revokedAt; // of the organizer's entity; 0 if it is not revoked
        IEntityRegistry registry;
        IMatchFunding matchFunding;
    }

    /// @dev Who objects to what.
    struct Objection {
        address account;
        uint8 index;
        uint8 attempt;
    }

    /// @dev What an arbiter rules.
    struct Ruling {
        uint8 index;
        uint8 attempt;
        bool release;
        bool backer; // the arbiter has a pledge
        bytes32 reason;
    }

    /// @notice Claims the current milestone.
    function claim(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        Context memory ctx,
        bytes32 evidenceHash
    ) external {
        uint8 index = c.currentMilestone;
        Campaigns.Milestone storage m = milestones[index];

        // Check
        ICrowdfunding.MilestoneState oldState = _checkClaim(c, m, index, ctx);

        // Effect
        uint8 attempt = m.attempts + 1;
        (m.attempts, m.claimedAt) = (attempt, uint40(block.timestamp));
        (m.objectors, m.objectedAmount, m.objectedPools) = (0, 0, 0);
        (m.ruling, m.ruledAfter) = (Campaigns.Ruling.None, 0);

        // Log
        _logClaim(journal, ctx.campaignId, index, attempt, evidenceHash, _objectionEndsAt(c, m), oldState);
    }

    /// @notice Objects to the present claim as a backer, as the manager of pools, or as both.
    /// @param p The pledge of who objects.
    function object(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        ICrowdfunding.Pledge storage p,
        Context memory ctx,
        Objection memory by
    ) external {
        Campaigns.Milestone storage m = milestones[by.index];

        // Check
        _checkPresent(c, m, ctx, by.index, by.attempt, ICrowdfunding.MilestoneState.Claimed);

        uint8 pools = c.pools == 0 ? 0 : _managedBy(ctx, by.account);
        require(p.amount != 0 || pools != 0, ICrowdfunding.Crowdfunding_NoPledge(ctx.campaignId, by.account));

        // Effect
        bool byPools = _objectForPools(m, pools);
        bool byPledge = _objectForPledge(m, p, by);
        require(
            byPools || byPledge,
            ICrowdfunding.Crowdfunding_AlreadyObjected(ctx.campaignId, by.index, by.attempt, by.account)
        );

        // Log
        _logObjection(journal, m, ctx.campaignId, by);
    }

    /// @notice Stores the ruling of `msg.sender` on a stopped claim.
    /// @param countedThrough Accounts by member, of this campaign.
    function rule(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        mapping(uint32 memberId => address) storage countedThrough,
        Context memory ctx,
        Ruling memory r
    ) external {
        Campaigns.Milestone storage m = milestones[r.index];

        // Check
        _checkArbiter(c, countedThrough, ctx, r.backer);
        _checkPresent(c, m, ctx, r.index, r.attempt, ICrowdfunding.MilestoneState.Stopped);

        // Effect
        m.ruling = r.release ? Campaigns.Ruling.Release : Campaigns.Ruling.Reject;
        m.ruledAfter = uint24(block.timestamp - _objectionEndsAt(c, m));

        // Log
        _logRuling(journal, ctx.campaignId, r);
    }

    /// @notice Books the current milestone's tranche; completes the campaign with the last one.
    function release(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        Context memory ctx
    ) external returns (uint96 amount) {
        uint8 index = c.currentMilestone;
        Campaigns.Milestone storage m = milestones[index];

        // Check
        (ICrowdfunding.MilestoneState state, uint40 since) = stateOf(c, m, index, ctx);
        require(
            state == ICrowdfunding.MilestoneState.Releasable,
            ICrowdfunding.Crowdfunding_WrongMilestoneState(ctx.campaignId, index, state)
        );

        // Effect
        uint16 releasedBps = c.cumulativeBps(index);
        uint96 released = _share(c, releasedBps);
        amount = released - releasedOf(c);
        (c.currentMilestone, c.previousReleasableAt) = (index + 1, since);
        c.releasedBps = releasedBps;

        // Log
        _logRelease(journal, ctx.campaignId, index, amount, released);
        if (index + 1 == c.milestoneCount) _logCompleted(journal, ctx.campaignId);
    }

    /// @notice Ends delivery; what is not released waits for refunds.
    /// @param byOrganizer Whether the organizer's account calls.
    function end(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        Context memory ctx,
        address account,
        bool byOrganizer
    ) external {
        // Check
        _checkEnd(c, milestones[c.currentMilestone], ctx, byOrganizer);

        // Effect
        uint96 restPledged = c.raised;
        (c.decision, c.restPledged) = (Campaigns.Decision.Terminated, restPledged);

        // Log
        _logTerminated(journal, ctx.campaignId, account, restPledged, restPledged - releasedOf(c));
    }

    /// @notice The milestone as `ICrowdfunding.milestone` shows it.
    /// @param delivering Whether the campaign is in Delivering.
    function milestoneView(
        Campaigns.Campaign storage c,
        mapping(uint8 index => Campaigns.Milestone) storage milestones,
        Context memory ctx,
        uint8 index,
        bool delivering
    ) external view returns (ICrowdfunding.MilestoneView memory v) {
        Campaigns.Milestone storage m = milestones[index];
        uint16 previousBps = index == 0 ? 0 : c.cumulativeBps(index - 1);
        uint40 since;
        (v.state, since) = stateOf(c, m, index, ctx);
        v.shareBps = c.cumulativeBps(index) - previousBps;
        v.dueDate = c.dueDate(index);
        v.attempts = m.attempts;
        v.claimedAt = m.claimedAt;
        if (m.claimedAt != 0) v.windowEndsAt = _objectionEndsAt(c, m);
        if (v.state == ICrowdfunding.MilestoneState.Stopped) v.rulingEndsAt = v.windowEndsAt + c.rulingWindow;
        v.objectors = m.objectors;
        v.objectedAmount = m.objectedAmount;
        v.objectedPools = m.objectedPools;
        if (delivering && index == c.currentMilestone) {
            v.claimBy = claimBy(c, v.state == ICrowdfunding.MilestoneState.Rejected ? since : 0);
        }
        v.tranche = _share(c, c.cumulativeBps(index)) - _share(c, previousBps);
    }

    /// @notice Booked for the organizer so far: what all milestones before the current one release.
    function releasedOf(Campaigns.Campaign storage c) internal view returns (uint96) {
        return _share(c, c.releasedBps);
    }

    /// @dev protocol.md, "Milestones": the latest of what the organizer had to wait for, and 30 days.
    /// @param rejectedAt Instant of the current milestone's last rejection; 0 if it is not rejected.
    function claimBy(Campaigns.Campaign storage c, uint40 rejectedAt)
        internal
        view
        returns (uint40)
    {
        uint40 from = c.dueDate(c.currentMilestone);
        uint40 pledgingEndsAt = c.pledgingEndsAt();
        if (pledgingEndsAt > from) from = pledgingEndsAt;
        if (c.previousReleasableAt > from) from = c.previousReleasableAt;
        if (rejectedAt > from) from = rejectedAt;
        return from + Campaigns.CLAIM_DURATION;
    }

    /// @return state Where the milestone stands now.
    /// @return since Instant it became Rejected or Releasable; 0 in other states and once the campaign is terminated.
    function stateOf(Campaigns.Campaign storage c, Campaigns.Milestone storage m, uint8 index, Context memory ctx)
        internal
        view
        returns (ICrowdfunding.MilestoneState state, uint40 since)
    {
        if (index < c.currentMilestone) return (ICrowdfunding.MilestoneState.Released, 0);
        if (m.claimedAt == 0) return (ICrowdfunding.MilestoneState.Planned, 0);
        // No other claim lets a campaign be terminated, and reservations that are freed then must not change that.
        if (c.decision == Campaigns.Decision.Terminated) return (ICrowdfunding.MilestoneState.Rejected, 0);
        if (ctx.revokedAt == 0) return _claimAt(c, m, ctx, block.timestamp);
        // What was open when the organizer's entity was revoked is rejected by that.
        (state, since) = _claimAt(c, m, ctx, ctx.revokedAt);
        if (since == 0) (state, since) = (ICrowdfunding.MilestoneState.Rejected, ctx.revokedAt);
    }

    /// @dev Where the last claim stands at an instant not before it.
    function _claimAt(Campaigns.Campaign storage c, Campaigns.Milestone storage m, Context memory ctx, uint256 instant)
        private
        view
        returns (ICrowdfunding.MilestoneState, uint40 since)
    {
        uint40 objectionEndsAt = _objectionEndsAt(c, m);
        if (instant < objectionEndsAt) return (ICrowdfunding.MilestoneState.Claimed, 0);
        if (m.ruling != Campaigns.Ruling.None) {
            bool rejected = m.ruling == Campaigns.Ruling.Reject;
            return (
                rejected ? ICrowdfunding.MilestoneState.Rejected : ICrowdfunding.MilestoneState.Releasable,
                objectionEndsAt + m.ruledAfter
            );
        }
        bool byMoney = _isMajorityOfMoney(c, m, ctx);
        if (!byMoney && m.objectedPools == 0 && !_isFifthOfMembers(c, m)) {
            return (ICrowdfunding.MilestoneState.Releasable, objectionEndsAt);
        }
        uint40 rulingEndsAt = objectionEndsAt + c.rulingWindow;
        if (instant < rulingEndsAt) return (ICrowdfunding.MilestoneState.Stopped, 0);
        return (
            byMoney || _isMajorityOfMembers(c, m)
                ? ICrowdfunding.MilestoneState.Rejected
                : ICrowdfunding.MilestoneState.Releasable,
            rulingEndsAt
        );
    }

    /// @dev 2 * objected > pledged + reserved, which are final in Delivering.
    function _isMajorityOfMoney(Campaigns.Campaign storage c, Campaigns.Milestone storage m, Context memory ctx)
        private
        view
        returns (bool)
    {
        (uint256 objected, uint8 objectedPools) = (m.objectedAmount, m.objectedPools);
        if (objected == 0 && objectedPools == 0) return false;
        uint256 total = c.raised;
        if (c.pools != 0) {
            uint96[3] memory reserved = ctx.matchFunding.reservationsOf(ctx.campaignId);
            for (uint256 i; i < reserved.length; ++i) {
                total += reserved[i];
                if (objectedPools & (1 << i) != 0) objected += reserved[i];
            }
        }
        return 2 * objected > total;
    }

    /// @dev At least two object, and they are at least a fifth of all counted members.
    function _isFifthOfMembers(Campaigns.Campaign storage c, Campaigns.Milestone storage m)
        private
        view
        returns (bool)
    {
        return m.objectors >= MIN_OBJECTORS && 5 * uint256(m.objectors) >= c.members;
    }

    /// @dev At least two object, and they are more than half of all counted members.
    function _isMajorityOfMembers(Campaigns.Campaign storage c, Campaigns.Milestone storage m)
        private
        view
        returns (bool)
    {
        return m.objectors >= MIN_OBJECTORS && 2 * uint256(m.objectors) > c.members;
    }

    /// @dev floor(raised * bps / 10,000). Differences of cumulative shares telescope, so that the last milestone
    /// releases exactly the rest.
    function _share(Campaigns.Campaign storage c, uint16 bps) private view returns (uint96) {
        return uint96(uint256(c.raised) * bps / Campaigns.BPS);
    }

    function _objectionEndsAt(Campaigns.Campaign storage c, Campaigns.Milestone storage m)
        private
        view
        returns (uint40)
    {
        return m.claimedAt + c.objectionWindow;
    }

    /// @dev No claim may be open or releasable.
    /// @return state Planned or Rejected.
    /// @return claimBy_ End of the time for a new claim.
    function _checkNoClaim(
        Campaigns.Campaign storage c,
        Campaigns.Milestone storage m,
        uint8 index,
        Context memory ctx
    ) private view returns (ICrowdfunding.MilestoneState state, uint40 claimBy_) {
        uint40 since;
        (state, since) = stateOf(c, m, index, ctx);
        require(
            state == ICrowdfunding.MilestoneState.Planned || state == ICrowdfunding.MilestoneState.Rejected,
            ICrowdfunding.Crowdfunding_WrongMilestoneState(ctx.campaignId, index, state)
        );
        claimBy_ = claimBy(c, since);
    }

    function _checkClaim(
        Campaigns.Campaign storage c,
        Campaigns.Milestone storage m,
        uint8 index,
        Context memory ctx
    ) private view returns (ICrowdfunding.MilestoneState state) {
        uint40 claimBy_;
        (state, claimBy_) = _checkNoClaim(c, m, index, ctx);
        require(
            m.attempts < MAX_ATTEMPTS,
            ICrowdfunding.Crowdfunding_NoAttemptLeft(ctx.campaignId, index, m.attempts)
        );
        require(
            block.timestamp < claimBy_,
            ICrowdfunding.Crowdfunding_ClaimTooLate(ctx.campaignId, index, claimBy_)
        );
    }

    function _checkEnd(
        Campaigns.Campaign storage c,
        Campaigns.Milestone storage m,
        Context memory ctx,
        bool byOrganizer
    ) private view {
        (, uint40 claimBy_) = _checkNoClaim(c, m, c.currentMilestone, ctx);
        require(
            byOrganizer || ctx.revokedAt != 0 || m.attempts == MAX_ATTEMPTS || block.timestamp >= claimBy_,
            ICrowdfunding.Crowdfunding_TerminateTooEarly(ctx.campaignId, claimBy_)
        );
    }

    function _checkPresent(
        Campaigns.Campaign storage c,
        Campaigns.Milestone storage m,
        Context memory ctx,
        uint8 index,
        uint8 attempt,
        ICrowdfunding.MilestoneState needed
    ) private view {
        require(
            index == c.currentMilestone && attempt == m.attempts && attempt != 0,
            ICrowdfunding.Crowdfunding_NotPresentClaim(ctx.campaignId, index, attempt)
        );
        (ICrowdfunding.MilestoneState state,) = stateOf(c, m, index, ctx);
        require(
            state == needed, ICrowdfunding.Crowdfunding_WrongMilestoneState(ctx.campaignId, index, state)
        );
    }

    /// @return added Whether this is a pledge that did not object to the claim yet.
    function _objectForPledge(
        Campaigns.Milestone storage m,
        ICrowdfunding.Pledge storage p,
        Objection memory by
    ) private returns (bool added) {
        uint40 bit = uint40(1) << (MAX_ATTEMPTS * by.index + by.attempt - 1);
        if (p.amount == 0 || p.objections & bit != 0) return false;

        p.objections |= bit;
        m.objectedAmount += p.amount;
        if (p.memberId != 0) ++m.objectors;
        return true;
    }

    /// @param pools Bit set of their places.
    /// @return added Whether there are pools among them that did not object to the claim yet.
    function _objectForPools(Campaigns.Milestone storage m, uint8 pools) private returns (bool added) {
        uint8 objected = m.objectedPools;
        if (objected | pools == objected) return false;

        m.objectedPools = objected | pools;
        return true;
    }

    /// @return Bit set of the places of the pools whose manager this account acts for.
    function _managedBy(Context memory ctx, address account) private view returns (uint8) {
        uint32 entityId = ctx.registry.entityOf(account);
        return entityId == 0 ? 0 : ctx.matchFunding.managedBy(ctx.campaignId, entityId);
    }

    function _logObjection(
        Journals.Journal storage journal,
        Campaigns.Milestone storage m,
        uint32 campaignId,
        Objection memory by
    ) private {
        (uint24 objectors, uint96 objectedAmount, uint8 objectedPools) =
            (m.objectors, m.objectedAmount, m.objectedPools);
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.MilestoneObjected.selector,
                    campaignId,
                    by.index,
                    by.account,
                    by.attempt,
                    objectors,
                    objectedAmount,
                    objectedPools
                )
            )
        );
        emit ICrowdfunding.MilestoneObjected(
            campaignId, by.index, by.account, by.attempt, objectors, objectedAmount, objectedPools
        );
    }

    function _logClaim(
        Journals.Journal storage journal,
        uint32 campaignId,
        uint8 index,
        uint8 attempt,
        bytes32 evidenceHash,
        uint40 endsAt,
        ICrowdfunding.MilestoneState oldState
    ) private {
        ICrowdfunding.MilestoneState newState = ICrowdfunding.MilestoneState.Claimed;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.MilestoneClaimed.selector,
                    campaignId,
                    index,
                    attempt,
                    evidenceHash,
                    endsAt,
                    oldState,
                    newState
                )
            )
        );
        emit ICrowdfunding.MilestoneClaimed(campaignId, index, attempt, evidenceHash, endsAt, oldState, newState);
    }

    function _logRuling(Journals.Journal storage journal, uint32 campaignId, Ruling memory r) private {
        ICrowdfunding.MilestoneState oldState = ICrowdfunding.MilestoneState.Stopped;
        ICrowdfunding.MilestoneState newState =
            r.release ? ICrowdfunding.MilestoneState.Releasable : ICrowdfunding.MilestoneState.Rejected;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.MilestoneRuled.selector,
                    campaignId,
                    r.index,
                    msg.sender,
                    r.attempt,
                    r.reason,
                    oldState,
                    newState
                )
            )
        );
        emit ICrowdfunding.MilestoneRuled(
            campaignId, r.index, msg.sender, r.attempt, r.reason, oldState, newState
        );
    }

    /// @dev Nobody rules on a campaign they have a part in, whatever the part.
    function _checkArbiter(
        Campaigns.Campaign storage c,
        mapping(uint32 memberId => address) storage countedThrough,
        Context memory ctx,
        bool backer
    ) private view {
        uint32 entityId = ctx.registry.entityOf(msg.sender);
        bool party = backer || entityId == c.organizer || msg.sender == c.payoutAccount
            || countedThrough[entityId] != address(0)
            || c.pools != 0 && ctx.matchFunding.isParty(ctx.campaignId, entityId, msg.sender);
        require(!party, ICrowdfunding.Crowdfunding_ArbiterIsParty(ctx.campaignId, msg.sender));
    }

    function _logRelease(
        Journals.Journal storage journal,
        uint32 campaignId,
        uint8 index,
        uint96 amount,
        uint96 released
    ) private {
        ICrowdfunding.MilestoneState oldState = ICrowdfunding.MilestoneState.Releasable;
        ICrowdfunding.MilestoneState newState = ICrowdfunding.MilestoneState.Released;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.MilestoneReleased.selector,
                    campaignId,
                    index,
                    amount,
                    released,
                    oldState,
                    newState
                )
            )
        );
        emit ICrowdfunding.MilestoneReleased(campaignId, index, amount, released, oldState, newState);
    }

    function _logCompleted(Journals.Journal storage journal, uint32 campaignId) private {
        ICrowdfunding.Phase oldPhase = ICrowdfunding.Phase.Delivering;
        ICrowdfunding.Phase newPhase = ICrowdfunding.Phase.Completed;
        journal.append(
            keccak256(abi.encode(ICrowdfunding.CampaignCompleted.selector, campaignId, oldPhase, newPhase))
        );
        emit ICrowdfunding.CampaignCompleted(campaignId, oldPhase, newPhase);
    }

    function _logTerminated(
        Journals.Journal storage journal,
        uint32 campaignId,
        address account,
        uint96 restPledged,
        uint96 restUnreleased
    ) private {
        ICrowdfunding.Phase oldPhase = ICrowdfunding.Phase.Delivering;
        ICrowdfunding.Phase newPhase = ICrowdfunding.Phase.Terminated;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.CampaignTerminated.selector,
                    campaignId,
                    account,
                    restPledged,
                    restUnreleased,
                    oldPhase,
                    newPhase
                )
            )
        );
        emit ICrowdfunding.CampaignTerminated(campaignId, account, restPledged, restUnreleased, oldPhase, newPhase);
    }
}
