// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProBono} from "../../../contracts/interfaces/IProBono.sol";
import {ProBonoHandler} from "./ProBonoHandler.sol";
import {vm} from "../Vm.sol";

/// @title What must hold of offers and redemptions after every act, and how every redemption comes to its end
/// @notice The numbers are those of tests/invariants/README.md.
contract ProBonoChecks is ProBonoHandler {
    /// @notice Looks at the redemption of the last act, its offer, and custody; reverts with the number of what is broken.
    function check() external view {
        require(bytes(violation).length == 0, violation);
        uint32 id = _touched == 0 ? 1 : _touched;
        _checkRedemption(id);
        _checkOffer(_books[id].offerId);
        _checkCredits();
    }

    /// @notice Brings every redemption to its end by calls that anyone may make, after people have stopped to act.
    function finish() external {
        _checkAll();
        uint32 count = proBono.redemptionCount();
        for (uint32 id = 1; id <= count; ++id) {
            // Accepted help has two instants to wait for, everything else one.
            for (uint256 step; !_hasEnded(id) && !_isDecidedByTime(id); ++step) {
                require(step < 2, "59: no end");
                vm.warp(_edgeOf(id));
            }
            if (!_hasEnded(id)) _carryOut(id, _stranger);
        }
        _checkAll();
        require(bytes(violation).length == 0, violation);
        require(_held == 0, "59: credits are stuck");
        vm.warp(block.timestamp + 53 weeks);
        require(proBono.capacity() == 0 && _capacity() == 0, "53: promises without end");
    }

    function _checkAll() private view {
        uint32 count = proBono.redemptionCount();
        uint256 requested;
        for (uint32 id = 1; id <= count; ++id) {
            _checkRedemption(id);
            if (_books[id].state == IProBono.State.Requested) ++requested;
        }
        for (uint32 id = 1; id <= proBono.offerCount(); ++id) _checkOffer(id);
        _checkRequests(requested);
        _checkCredits();
    }

    function _checkRedemption(uint32 id) private view {
        IProBono.RedemptionView memory v = proBono.redemption(id);
        Books memory b = _books[id];
        require(v.state == _stateOf(id) && v.ended == _hasEnded(id), "52: a state that neither an act nor time has made");
        require(v.windowEndsAt == b.endsAt, "52: window");
        require(v.offerId == b.offerId && v.beneficiary == b.beneficiary, "58: who asked whom");
        require(v.payer == b.payer && v.hoursRequested == b.requested, "58: who paid what");
        require(v.start == b.start && v.deliverBy == b.deliverBy, "58: times");
        require(v.hoursDelivered == b.delivered && b.delivered <= b.requested, "51: hours delivered");
    }

    function _checkOffer(uint32 id) private view {
        IProBono.Offer memory o = proBono.offer(id);
        IProBono.Offer memory b = _offers[id];
        require(o.reserved == b.reserved && o.confirmed == b.confirmed, "55: hours taken");
        require(o.reserved + o.confirmed <= o.offered, "55: more hours taken than offered");
        require(keccak256(abi.encode(o)) == keccak256(abi.encode(b)), "55: an offer changed");
        require(proBono.openHoursOf(o.provider) == _openHoursOf(o.provider), "54: open hours");
        require(proBono.openHoursOf(o.provider) <= 2_000, "54: too many open hours");
    }

    function _checkRequests(uint256 requested) private view {
        uint256 sum;
        for (uint32 id = 1; id <= registry.entityCount(); ++id) {
            uint256 live = proBono.liveRequestsOf(id);
            require(live <= 10, "56: too many requests");
            sum += live;
        }
        require(sum == requested, "56: live requests");
    }

    function _checkCredits() private view {
        require(credit.balanceOf(address(proBono)) == _held * HOUR, "50: custody");
        require(credit.redeemed() == _burned * HOUR, "51: redeemed");
        require(credit.totalSupply() + _burned * HOUR == _issued, "51: issued = supply + redeemed");
        require(proBono.capacity() == _capacity(), "53: capacity");
    }
}
