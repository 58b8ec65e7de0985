// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title A running total of hours, from which expired weeks fall as time passes them
library Capacity {
    uint256 internal constant WEEK = 1 weeks;
    /// @dev How far ahead hours may be promised; bounds every walk over weeks.
    uint256 internal constant MAX_WEEKS = 52;

    struct Hours {
        uint64 total; // of all weeks after `passedWeek`
        uint64 passedWeek; // number since 1970 of the last week whose hours have left the total
        mapping(uint256 week => uint256) ofWeek; // hours that expire when this week begins
    }

    /// @notice Lets the weeks before now pass, in which there was nothing.
    function begin(Hours storage self) internal {
        self.passedWeek = uint64(block.timestamp / WEEK);
    }

    /// @notice Hours that have not expired.
    function open(Hours storage self) internal view returns (uint256) {
        return self.total - _expired(self);
    }

    /// @notice Adds hours that expire at `until`, a multiple of a week, at most 52 weeks ahead.
    function add(Hours storage self, uint256 until, uint256 amount) internal {
        uint256 total = open(self) + amount;
        (self.total, self.passedWeek) = (uint64(total), uint64(block.timestamp / WEEK));
        self.ofWeek[until / WEEK] += amount;
    }

    /// @notice Takes hours away that were added until `until`, unless they have expired.
    function remove(Hours storage self, uint256 until, uint256 amount) internal {
        if (amount == 0 || block.timestamp >= until) return;
        uint256 total = open(self) - amount;
        (self.total, self.passedWeek) = (uint64(total), uint64(block.timestamp / WEEK));
        self.ofWeek[until / WEEK] -= amount;
    }

    /// @dev Hours in the total whose week has begun. No week later than 52 after the last one passed has any.
    function _expired(Hours storage self) private view returns (uint256 expired) {
        uint256 passed = self.passedWeek;
        uint256 last = block.timestamp / WEEK;
        if (last > passed + MAX_WEEKS) last = passed + MAX_WEEKS;
        for (uint256 week = passed + 1; week <= last; ++week) {
            expired += self.ofWeek[week];
        }
    }
}
