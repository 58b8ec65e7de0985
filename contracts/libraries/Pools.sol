// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title What is stored of a pool, and what it owes a campaign
library Pools {
    uint256 internal constant BPS = 10_000;

    /// @dev The rule and, for a ratio, whom it matches.
    enum Kind {
        RatioForAll,
        RatioForMembers,
        Gift
    }

    /// @dev The first slot is all that a pledge reads of a ratio pool for all, and the only one it writes.
    struct Pool {
        uint96 unreserved; // funded, less what is reserved and not freed
        uint96 campaignCap;
        uint40 endsAt;
        uint16 ratioBps;
        Kind kind;
        // slot 1
        uint96 memberCap;
        uint96 funded;
        uint32 manager;
        uint16 maxFirstTrancheBps;
        // slot 2
        address currency;
        uint40 opensAt;
        uint24 minMembers;
        uint24 openReservations; // enrolments that are not settled
        // slot 3
        uint96 minRaised;
        uint96 minMemberPledge;
        // slot 4
        uint96 paid;
        uint96 reclaimed;
        // slot 5
        uint96 finished; // funded by accounts that took their last part
    }

    /// @dev One slot.
    struct Reservation {
        uint96 reserved;
        uint96 paid;
        uint24 qualifyingMembers;
        bool requested;
        bool enrolled;
        bool settled;
    }

    struct Funding {
        uint96 funded;
        uint96 reclaimed;
        bool finished; // took its last part
    }

    /// @notice Whether the campaign gets what is reserved: always by a ratio, as of now by a gift.
    /// @param raised Pledged to the campaign.
    function isEarned(Pool storage p, Reservation storage r, uint96 raised) internal view returns (bool) {
        if (p.kind != Kind.Gift) return true;
        return raised >= p.minRaised && r.qualifyingMembers >= p.minMembers;
    }

    /// @notice What the milestones released so far entitle the campaign to: floor(reserved * releasedBps / 10,000), the
    /// formula of the pledges' own release.
    function entitled(Pool storage p, Reservation storage r, uint96 raised, uint16 releasedBps)
        internal
        view
        returns (uint96)
    {
        if (r.settled) return r.reserved;
        return isEarned(p, r, raised) ? uint96(uint256(r.reserved) * releasedBps / BPS) : 0;
    }
}
