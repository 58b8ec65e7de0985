// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Journal
/// @notice A count of a contract's events and a hash chain over them, so that whoever misses an event misses the digest.
/// @dev Every event declared in the interfaces of the lab is journaled, and the credit's `Transfer`; the exceptions are
/// the two events of `ILabContract` and everything OpenZeppelin emits (docs/protocol.md, "Journal").
interface IJournal {
    /// @notice The journal as of the last event.
    /// @dev Each event sets `digest = bytes26(keccak256(abi.encode(bytes32(digest), eventHash)))` where
    /// `eventHash = keccak256(abi.encode(topic0, arg1, ..., argN))`, arguments in declared order, indexed ones included
    /// by value. Stored in storage slot 0 of each contract: `sequence` in the low 48 bits, `digest` in the rest.
    /// @return sequence Number of events so far.
    /// @return digest Leftmost 26 bytes of the hash chain; zero before the first event.
    function journal() external view returns (uint48 sequence, bytes26 digest);
}
