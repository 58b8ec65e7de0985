// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Proof} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @notice Each function is one property, proved for every state, caller, argument and instant.
contract CrowdfundingProofs is Proof {
    function check_refund_pays_once(address first, address second, uint40 later) external {
        vm.assume(later >= block.timestamp);
        vm.assume(_try(first, abi.encodeCall(crowdfunding.refund, (ID, backer))));
        vm.warp(later);
        assert(!_try(second, abi.encodeCall(crowdfunding.refund, (ID, backer))));
    }

    /// @notice Out of a termination, refunds are the pledge; a refund leaves nothing to refund.
    function check_refund_goes_to_the_backer_whole(address caller) external {
        vm.assume(backer != address(crowdfunding));
        (uint256 custody, uint256 balance) = (_custody(), coin.balanceOf(backer));
        vm.assume(balance <= type(uint256).max - custody);
        uint96 pledged = crowdfunding.pledgeOf(ID, backer).amount;
        vm.assume(_try(caller, abi.encodeCall(crowdfunding.refund, (ID, backer))));
        uint256 paid = custody - _custody();
        assert(coin.balanceOf(backer) == balance + paid);
        assert(decision == TERMINATED || paid == pledged);
        assert(crowdfunding.pledgeOf(ID, backer).amount == 0);
    }
}
