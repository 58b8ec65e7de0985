// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {CrowdfundingHandler} from "./handlers/CrowdfundingHandler.sol";
import {MatchFundingChecks} from "./handlers/MatchFundingChecks.sol";
import {MatchFundingHandler} from "./handlers/MatchFundingHandler.sol";
import {FuzzSelector} from "./Vm.sol";

/// @title Random acts on pools and on the campaigns they match
contract MatchFundingInvariants {
    MatchFundingChecks private _lab;

    function setUp() external {
        _lab = new MatchFundingChecks(address(1));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_lab);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_lab), matchFundingActs());
    }

    /// @notice 19 to 28 of README.md, and those of campaigns.
    function invariant_books() external {
        _lab.check();
    }

    /// @notice 18 and 29: what people left behind after a run comes to its end without them.
    function afterInvariant() external {
        _lab.finish();
    }
}

function matchFundingActs() pure returns (bytes4[] memory acts) {
    bytes4[24] memory all = [
        MatchFundingHandler.openPool.selector,
        MatchFundingHandler.fundPool.selector,
        MatchFundingHandler.requestPool.selector,
        MatchFundingHandler.enrol.selector,
        MatchFundingHandler.objectAsManager.selector,
        MatchFundingHandler.releaseMatch.selector,
        MatchFundingHandler.settle.selector,
        MatchFundingHandler.reclaim.selector,
        MatchFundingHandler.donateToPools.selector,
        CrowdfundingHandler.submit.selector,
        CrowdfundingHandler.approve.selector,
        CrowdfundingHandler.cancel.selector,
        CrowdfundingHandler.pledge.selector,
        CrowdfundingHandler.withdrawPledge.selector,
        CrowdfundingHandler.refund.selector,
        CrowdfundingHandler.claim.selector,
        CrowdfundingHandler.object.selector,
        CrowdfundingHandler.rule.selector,
        CrowdfundingHandler.release.selector,
        CrowdfundingHandler.terminate.selector,
        CrowdfundingHandler.moveMember.selector,
        CrowdfundingHandler.revoke.selector,
        CrowdfundingHandler.warpToEdge.selector,
        CrowdfundingHandler.sleep.selector
    ];
    acts = new bytes4[](all.length);
    for (uint256 i; i < all.length; ++i) acts[i] = all[i];
}
