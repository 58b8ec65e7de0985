// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A currency that behaves until it is told how to misbehave
/// @notice For tests only. Without permit, with as many decimals as asked.
contract HostileToken is ERC20 {
    using Address for address;

    uint8 private immutable _decimals;

    /// @notice Base units of each transfer that do not arrive.
    uint256 public fee;
    /// @notice Base units that each transfer costs its sender on top of the amount.
    uint256 public surcharge;
    /// @notice Base units that each transfer takes from its recipient, who should have been given something.
    uint256 public theft;
    /// @notice Whether transfers return false and move nothing.
    bool public returnsFalse;
    mapping(address account => bool) public isBlocked;
    /// @notice Whether no transfer is possible.
    bool public paused;
    /// @notice Whether transfers of nothing revert.
    bool public revertsOnZero;
    /// @notice Bytes that a transfer which went well returns: 32, none, or far too many.
    uint256 public answerLength = 32;

    /// @notice What is called in the middle of each transfer, if anything, and what it returned.
    address public hookTarget;
    bytes public hookData;
    bytes public hookResult;

    error HostileToken_Blocked(address account);
    error HostileToken_Paused();
    error HostileToken_ZeroAmount();

    constructor(uint8 decimals_) ERC20("Hostile Token", "HOST") {
        _decimals = decimals_;
    }

    function faucet(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Takes from an account without a transfer, as a token that rebases does.
    function shrink(address account, uint256 amount) external {
        _burn(account, amount);
    }

    function setFee(uint256 amount) external {
        fee = amount;
    }

    function setSurcharge(uint256 amount) external {
        surcharge = amount;
    }

    function setTheft(uint256 amount) external {
        theft = amount;
    }

    function setReturnsFalse(bool value) external {
        returnsFalse = value;
    }

    function setBlocked(address account, bool value) external {
        isBlocked[account] = value;
    }

    function setPaused(bool value) external {
        paused = value;
    }

    function setRevertsOnZero(bool value) external {
        revertsOnZero = value;
    }

    function setAnswerLength(uint256 length) external {
        answerLength = length;
    }

    function setHook(address target, bytes calldata data) external {
        (hookTarget, hookData) = (target, data);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (returnsFalse) return false;
        super.transfer(to, amount);
        _answer();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (returnsFalse) return false;
        super.transferFrom(from, to, amount);
        _answer();
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from == address(0) || to == address(0)) return;
        require(!paused, HostileToken_Paused());
        require(!revertsOnZero || amount != 0, HostileToken_ZeroAmount());
        require(!isBlocked[to], HostileToken_Blocked(to));
        if (fee != 0) super._update(to, address(0), fee);
        if (surcharge != 0) super._update(from, address(0), surcharge);
        if (theft != 0) super._update(to, address(0), amount + theft);
        address target = hookTarget;
        if (target == address(0)) return;
        // What the hook does may move this token again, without another hook.
        hookTarget = address(0);
        hookResult = target.functionCall(hookData);
        hookTarget = target;
    }

    /// @dev Ends the call with `true` in as many bytes as asked for.
    function _answer() private view {
        uint256 length = answerLength;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, 1)
            return(start, length)
        }
    }
}
