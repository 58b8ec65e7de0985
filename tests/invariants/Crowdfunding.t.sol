// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {CrowdfundingChecks} from "./handlers/CrowdfundingChecks.sol";
import {CrowdfundingHandler} from "./handlers/CrowdfundingHandler.sol";
import {FuzzSelector} from "./Vm.sol";

/// @title Random acts on campaigns
contract CrowdfundingInvariants {
    CrowdfundingChecks private _lab;

    function setUp() external {
        _lab = new CrowdfundingChecks(address(1));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_lab);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_lab), crowdfundingActs());
    }

    /// @notice 1 to 8, 10, 13, 15 to 17 of README.md.
    function invariant_books() external {
        _lab.check();
    }

    /// @notice 18: what people left behind after a run comes to its end without them.
    function afterInvariant() external {
        _lab.finish();
    }
}

function crowdfundingActs() pure returns (bytes4[] memory acts) {
    bytes4[25] memory all = [
        CrowdfundingHandler.submit.selector,
        CrowdfundingHandler.approve.selector,
        CrowdfundingHandler.reject.selector,
        CrowdfundingHandler.cancel.selector,
        CrowdfundingHandler.pledge.selector,
        CrowdfundingHandler.pledgeWithPermit.selector,
        CrowdfundingHandler.withdrawPledge.selector,
        CrowdfundingHandler.refund.selector,
        CrowdfundingHandler.claim.selector,
        CrowdfundingHandler.object.selector,
        CrowdfundingHandler.rule.selector,
        CrowdfundingHandler.release.selector,
        CrowdfundingHandler.releaseAndCollect.selector,
        CrowdfundingHandler.collect.selector,
        CrowdfundingHandler.terminate.selector,
        CrowdfundingHandler.changePayoutAccount.selector,
        CrowdfundingHandler.postUpdate.selector,
        CrowdfundingHandler.donate.selector,
        CrowdfundingHandler.moveMember.selector,
        CrowdfundingHandler.revoke.selector,
        CrowdfundingHandler.suspend.selector,
        CrowdfundingHandler.changeCurrencies.selector,
        CrowdfundingHandler.changePause.selector,
        CrowdfundingHandler.warpToEdge.selector,
        CrowdfundingHandler.sleep.selector
    ];
    acts = new bytes4[](all.length);
    for (uint256 i; i < all.length; ++i) acts[i] = all[i];
}
