// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketplace} from "../../../contracts/interfaces/IMarketplace.sol";
import {MarketplaceHandler} from "./MarketplaceHandler.sol";
import {vm} from "../Vm.sol";

/// @title What must hold of listings and orders after every act, and how every order comes to its end
/// @notice The numbers are those of tests/invariants/README.md.
contract MarketplaceChecks is MarketplaceHandler {
    /// @notice Looks at the order of the last act and at custody; reverts with the number of what is broken.
    function check() external view {
        require(bytes(violation).length == 0, violation);
        _checkOrder(_touched == 0 ? 1 : _touched);
        _checkCustody();
    }

    /// @notice Brings every order to its end by calls that anyone may make, after people have stopped to act.
    function finish() external {
        _checkAll();
        uint32 count = marketplace.orderCount();
        for (uint32 id = 1; id <= count; ++id) {
            if (!_hasEnded(id) && !_isDecidedByTime(id)) vm.warp(_books[id].endsAt);
            if (!_hasEnded(id)) _carryOut(id, _stranger);
            if (_isOwed(id)) _payOrder(id, _stranger);
        }
        _checkAll();
        require(bytes(violation).length == 0, violation);
        uint256 held = _held[address(euro)] + _held[address(lira)] + _held[address(credit)];
        require(held == 0, "49: something is stuck");
    }

    function _checkAll() private view {
        uint256 placed;
        uint32 count = marketplace.orderCount();
        for (uint32 id = 1; id <= count; ++id) {
            _checkOrder(id);
            if (_books[id].state == IMarketplace.OrderState.Placed) ++placed;
        }
        _checkStock();
        _checkOpenOrders(placed);
        _checkCustody();
    }

    function _checkOrder(uint32 id) private view {
        IMarketplace.OrderView memory v = marketplace.order(id);
        Books memory b = _books[id];
        require(v.state == _stateOf(id), "41: a state that neither an act nor time has made");
        require(v.ended == _hasEnded(id), "41: ended");
        require(v.windowEndsAt == b.endsAt, "41: window");
        require(v.buyer == b.buyer && v.listingId == b.listingId && v.quantity == b.quantity, "45: who ordered what");
        require(v.money == b.legs[0] && v.credits == b.legs[1], "45: legs");
        require(v.sellerBps == b.sellerBps, "44: the seller's part");
        _checkParts(id, v, b);
    }

    function _checkParts(uint32 id, IMarketplace.OrderView memory v, Books memory b) private view {
        uint256[2] memory sums;
        for (uint256 part; part < PARTS; ++part) {
            uint256 due = marketplace.dueOf(id, IMarketplace.Part(part));
            require(due == _dueOf(id, part), "44: due");
            require(due == 0 || b.paid[part] == 0, "40: a part is paid twice");
            require(v.ended || b.paid[part] == 0, "40: paid before the end");
            require((v.paidParts >> part & 1 == 1) == (b.paid[part] != 0), "40: which parts are paid");
            sums[part % 2] += due + b.paid[part];
        }
        if (v.ended) require(sums[0] == b.legs[0] && sums[1] == b.legs[1], "40: parts do not sum to the legs");
    }

    function _checkStock() private view {
        uint32 count = marketplace.listingCount();
        for (uint32 id = 1; id <= count; ++id) {
            require(marketplace.listing(id).stock + _unitsOut[id] == _listed[id], "43: stock");
        }
    }

    function _checkOpenOrders(uint256 placed) private view {
        uint256 sum;
        for (uint256 i; i < PEOPLE; ++i) {
            uint256 open = marketplace.openOrdersOf(people[i]);
            require(open <= 20, "48: too many open orders");
            sum += open;
        }
        require(sum == placed, "48: open orders");
    }

    function _checkCustody() private view {
        uint256[3] memory custody = _custody();
        require(custody[0] == _donated[address(euro)] + _held[address(euro)], "39: custody of euros");
        require(custody[1] == _donated[address(lira)] + _held[address(lira)], "39: custody of liras");
        require(custody[2] == _held[address(credit)], "39: custody of credits");
    }
}
