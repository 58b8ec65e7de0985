// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {AnyRegistry, Proof} from "./Proof.sol";
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

    function check_refund_only_after_failure_cancellation_and_termination(address caller) external {
        vm.assume(_could(caller, abi.encodeCall(crowdfunding.refund, (ID, backer))));
        ICrowdfunding.Phase phase = crowdfunding.phase(ID);
        assert(
            phase == ICrowdfunding.Phase.Failed || phase == ICrowdfunding.Phase.Canceled
                || phase == ICrowdfunding.Phase.Terminated
        );
    }

    function check_pledge_and_refund_never_both_callable(address caller, address other, uint256 amount, uint256 minMatch)
        external
    {
        vm.assume(_could(caller, abi.encodeCall(crowdfunding.refund, (ID, backer))));
        assert(!_try(other, abi.encodeCall(crowdfunding.pledge, (ID, amount, minMatch))));
    }

    function check_release_needs_its_window_closed(address caller) external {
        _storeFirstMilestone();
        // Nobody is revoked in the future.
        (uint40 revokedAt,) = AnyRegistry(registry).standingOf(uint32(_load(2, 192)));
        vm.assume(revokedAt <= block.timestamp);
        uint40 claimedAt = uint40(uint256(vm.load(address(crowdfunding), _milestoneSlot(0))));
        uint24 window = uint24(_load(4, 176));
        vm.assume(_try(caller, abi.encodeCall(crowdfunding.releaseMilestone, (ID))));
        assert(claimedAt != 0);
        assert(block.timestamp >= uint256(claimedAt) + window);
    }

    function check_withdrawal_is_the_pledge_before_the_cutoff() external {
        // The forwarder speaks for others.
        vm.assume(backer != address(crowdfunding) && backer != FORWARDER);
        (uint256 custody, uint256 balance) = (_custody(), coin.balanceOf(backer));
        vm.assume(balance <= type(uint256).max - custody);
        uint96 pledged = crowdfunding.pledgeOf(ID, backer).amount;
        vm.assume(_try(backer, abi.encodeCall(crowdfunding.withdrawPledge, (ID))));
        assert(_custody() == custody - pledged);
        assert(coin.balanceOf(backer) == balance + pledged);
        assert(block.timestamp < uint256(deadline) - uint24(_load(4, 152)));
    }

    /// @notice A collection pays what is released and not collected, to the payout account.
    function check_collect_pays_no_more_than_is_released(address caller) external {
        address payout = address(uint160(_load(3, 0)));
        vm.assume(payout != address(crowdfunding));
        (uint256 custody, uint256 balance) = (_custody(), coin.balanceOf(payout));
        vm.assume(balance <= type(uint256).max - custody);
        (uint96 before, uint16 bps) = (uint96(_load(3, 160)), uint16(_load(4, 240)));
        uint96 released = uint96(uint256(raised) * bps / 10_000);
        vm.assume(_try(caller, abi.encodeCall(crowdfunding.collect, (ID))));
        uint256 paid = custody - _custody();
        assert(before + paid == released);
        assert(coin.balanceOf(payout) == balance + paid);
        assert(uint96(_load(3, 160)) == released);
    }

    /// @notice The last refund of a termination leaves nothing that is neither released nor refunded.
    function check_last_refund_of_a_termination_empties_the_books(address caller, uint8 raised_, uint8 refunded_) external {
        _store(0, raised_ | uint256(TERMINATED) << 232);
        _store(1, uint256(refunded_) << 160 | uint160(address(coin)));
        vm.assume(crowdfunding.pledgeOf(ID, backer).amount == uint96(_load(5, 0)));
        uint96 released = uint96(uint256(raised_) * uint16(_load(4, 240)) / 10_000);
        vm.assume(_try(caller, abi.encodeCall(crowdfunding.refund, (ID, backer))));
        assert(released + uint96(_load(1, 160)) == raised_);
        assert(uint96(_load(5, 0)) == 0);
    }
}
