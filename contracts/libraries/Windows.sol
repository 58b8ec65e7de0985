// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Windows of escrows
library Windows {
    /// @dev Long enough for an arbiter to hear both, and for both to agree without one.
    uint40 internal constant RULING_WINDOW = 30 days;

    /// @notice Whether the window [since, since + duration) is over.
    function isOver(uint40 since, uint40 duration) internal view returns (bool) {
        return block.timestamp >= since + duration;
    }
}
