// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Parting what is in escrow
library Splits {
    uint16 internal constant BPS = 10_000;

    /// @notice The other side's part, floor(amount * bps / 10,000).
    function partDown(uint256 amount, uint16 bps) internal pure returns (uint256) {
        return amount * bps / BPS;
    }

    /// @notice What that leaves to who paid: both parts sum to the amount.
    function restOf(uint256 amount, uint16 bps) internal pure returns (uint256) {
        return amount - partDown(amount, bps);
    }
}
