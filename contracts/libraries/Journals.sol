// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title The journal's arithmetic
/// @notice See `IJournal` for the formula.
library Journals {
    /// @dev One slot: `sequence` in the low 48 bits, `digest` above it.
    struct Journal {
        uint48 sequence;
        bytes26 digest;
    }

    /// @notice Takes one more event into the journal; to be called right before its `emit`.
    /// @param eventHash keccak256(abi.encode(topic0, arg1, ..., argN)).
    function append(Journal storage self, bytes32 eventHash) internal {
        bytes26 digest = bytes26(keccak256(abi.encode(bytes32(self.digest), eventHash)));
        (self.sequence, self.digest) = (self.sequence + 1, digest);
    }
}
