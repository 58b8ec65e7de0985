// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MarketplaceChecks} from "./handlers/MarketplaceChecks.sol";
import {MarketplaceHandler} from "./handlers/MarketplaceHandler.sol";
import {EscrowHandler} from "./handlers/EscrowHandler.sol";
import {FuzzSelector} from "./Vm.sol";

/// @title Random acts on listings and orders
contract MarketplaceInvariants {
    MarketplaceChecks private _lab;

    function setUp() external {
        _lab = new MarketplaceChecks();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_lab);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[28] memory all = [
            MarketplaceHandler.list.selector,
            MarketplaceHandler.changeListing.selector,
            MarketplaceHandler.updatePrice.selector,
            MarketplaceHandler.changePayoutAccount.selector,
            MarketplaceHandler.placeOrders.selector,
            MarketplaceHandler.accept.selector,
            MarketplaceHandler.decline.selector,
            MarketplaceHandler.withdraw.selector,
            MarketplaceHandler.cancel.selector,
            MarketplaceHandler.handOver.selector,
            MarketplaceHandler.complete.selector,
            MarketplaceHandler.dispute.selector,
            MarketplaceHandler.settle.selector,
            MarketplaceHandler.rule.selector,
            MarketplaceHandler.carryOut.selector,
            MarketplaceHandler.void.selector,
            MarketplaceHandler.payPart.selector,
            MarketplaceHandler.payOrder.selector,
            MarketplaceHandler.trespass.selector,
            MarketplaceHandler.donate.selector,
            MarketplaceHandler.changeCurrencies.selector,
            MarketplaceHandler.warpToEdge.selector,
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

    /// @notice 39 to 48 of README.md.
    function invariant_books() external view {
        _lab.check();
    }

    /// @notice 49: what people left behind after a run comes to its end without them.
    function afterInvariant() external {
        _lab.finish();
    }
}
