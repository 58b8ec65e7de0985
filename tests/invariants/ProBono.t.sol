// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {EscrowHandler} from "./handlers/EscrowHandler.sol";
import {ProBonoChecks} from "./handlers/ProBonoChecks.sol";
import {ProBonoHandler} from "./handlers/ProBonoHandler.sol";
import {FuzzSelector} from "./Vm.sol";

/// @title Random acts on offers of hours and redemptions
contract ProBonoInvariants {
    ProBonoChecks private _lab;

    function setUp() external {
        _lab = new ProBonoChecks();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_lab);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[24] memory all = [
            ProBonoHandler.offerHours.selector,
            ProBonoHandler.closeOffer.selector,
            ProBonoHandler.issue.selector,
            ProBonoHandler.requestHelp.selector,
            ProBonoHandler.withdraw.selector,
            ProBonoHandler.confirm.selector,
            ProBonoHandler.accept.selector,
            ProBonoHandler.decline.selector,
            ProBonoHandler.deliver.selector,
            ProBonoHandler.cancel.selector,
            ProBonoHandler.reportNoShow.selector,
            ProBonoHandler.contest.selector,
            ProBonoHandler.settle.selector,
            ProBonoHandler.rule.selector,
            ProBonoHandler.carryOut.selector,
            ProBonoHandler.void.selector,
            ProBonoHandler.trespass.selector,
            ProBonoHandler.warpToEdge.selector,
            EscrowHandler.sendCredits.selector,
            EscrowHandler.moveEntity.selector,
            EscrowHandler.revoke.selector,
            EscrowHandler.suspend.selector,
            EscrowHandler.changePause.selector,
            EscrowHandler.sleep.selector
        ];
        bytes4[] memory acts = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) acts[i] = all[i];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_lab), acts);
    }

    /// @notice 38 and 50 to 58 of README.md.
    function invariant_books() external view {
        _lab.check();
    }

    /// @notice 59: what people left behind after a run comes to its end without them.
    function afterInvariant() external {
        _lab.finish();
    }
}
