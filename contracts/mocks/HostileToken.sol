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

    /// @notice What is called in the middle of each transfer, if anything, and what it returned.
    address public hookTarget;
    bytes public hookData;
    bytes public hookResult;

    error HostileToken_Blocked(address account);

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

    function setHook(address target, bytes calldata data) external {
        (hookTarget, hookData) = (target, data);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !returnsFalse && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !returnsFalse && super.transferFrom(from, to, amount);
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from == address(0) || to == address(0)) return;
        require(!isBlocked[to], HostileToken_Blocked(to));
        if (fee != 0) super._update(to, address(0), fee);
        if (surcharge != 0) super._update(from, address(0), surcharge);
        if (theft != 0) super._update(to, address(0), amount + theft);
        if (hookTarget != address(0)) hookResult = hookTarget.functionCall(hookData);
    }
}
