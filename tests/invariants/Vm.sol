// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title What the tests use of forge's cheat codes
/// @notice https://getfoundry.sh/reference/cheatcodes/overview
interface Vm {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function assume(bool condition) external pure;
    function addr(uint256 key) external pure returns (address);
    function computeCreateAddress(address creator, uint256 nonce) external pure returns (address);
    /// @dev Makes an account and its slots cold, as at the start of a transaction.
    function cool(address account) external;
    function etch(address account, bytes calldata code) external;
    function getNonce(address account) external view returns (uint64);
    function lastCallGas() external view returns (Gas memory gas);
    function label(address account, string calldata name) external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function prank(address sender) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function store(address account, bytes32 slot, bytes32 value) external;
    function warp(uint256 timestamp) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev What `targetSelectors` returns: the functions of a contract that forge may call.
struct FuzzSelector {
    address target;
    bytes4[] selectors;
}
