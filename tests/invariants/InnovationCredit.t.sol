// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Escrow, InnovationCreditHandler} from "./handlers/InnovationCreditHandler.sol";
import {FuzzSelector} from "./Vm.sol";

/// @title Random acts on credits
contract InnovationCreditInvariants {
    InnovationCreditHandler private _lab;

    function setUp() external {
        _lab = new InnovationCreditHandler(new Escrow());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_lab);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[14] memory all = [
            InnovationCreditHandler.openProgramme.selector,
            InnovationCreditHandler.closeProgramme.selector,
            InnovationCreditHandler.issue.selector,
            InnovationCreditHandler.transfer.selector,
            InnovationCreditHandler.transferFrom.selector,
            InnovationCreditHandler.transferWithPermit.selector,
            InnovationCreditHandler.deposit.selector,
            InnovationCreditHandler.giveBack.selector,
            InnovationCreditHandler.redeem.selector,
            InnovationCreditHandler.setCapacity.selector,
            InnovationCreditHandler.suspend.selector,
            InnovationCreditHandler.revoke.selector,
            InnovationCreditHandler.changePause.selector,
            InnovationCreditHandler.sleep.selector
        ];
        bytes4[] memory acts = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) acts[i] = all[i];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_lab), acts);
    }

    /// @notice 30 to 36 and 38 of README.md.
    function invariant_books() external view {
        _lab.check();
    }
}
