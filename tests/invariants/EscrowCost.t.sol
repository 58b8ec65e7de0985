// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketplace} from "../../contracts/interfaces/IMarketplace.sol";
import {EscrowStage} from "./EscrowStage.sol";
import {vm} from "./Vm.sol";

/// @title What each act on an order or a redemption costs where there were many before
contract EscrowCostLab is EscrowStage {
    enum Act {
        List,
        Place,
        Accept,
        HandOver,
        Complete,
        Pay,
        Dispute,
        Rule,
        Expire,
        OfferHours,
        RequestHelp,
        AcceptHelp,
        DeliverHelp,
        ConfirmHelp,
        ExpireHelp
    }

    uint256 public constant ACTS = 15;
    address private immutable _seller = vm.addr(10);
    address private immutable _buyer = vm.addr(20);
    address private immutable _helper = vm.addr(30);
    uint32 private _listing;
    uint256[ACTS] private _gas;

    constructor() {
        _verified(_seller, SSE | PROVIDER);
        _verified(_buyer, SSE);
        _verified(_helper, PROVIDER);
        _issue(_buyer, 1_000 * HOUR);
        // What follows finds counters, allowances and balances that are not new.
        _listing = _list();
        vm.prank(_seller);
        proBono.offerHours(1_000, _until(), HASH);
        _grow(1);
    }

    /// @notice Gas of each act, from a cold start, after `count` orders and as many redemptions, which have ended.
    function measure(uint256 count) external returns (uint256[ACTS] memory) {
        _grow(count - marketplace.orderCount());
        _call(Act.List, _seller, address(marketplace), abi.encodeCall(marketplace.list, (_terms())));
        (uint32 done, uint32 ruled, uint32 lapsed) = _order();
        _measureOrders(done, ruled);
        _measureHelp();
        vm.warp(block.timestamp + 40 days);
        _call(Act.Expire, _buyer, address(marketplace), abi.encodeCall(marketplace.expire, (lapsed)));
        _call(Act.ExpireHelp, _buyer, address(proBono), abi.encodeCall(proBono.expire, (proBono.redemptionCount())));
        return _gas;
    }

    function _measureOrders(uint32 done, uint32 ruled) private {
        address market = address(marketplace);
        _call(Act.Accept, _seller, market, abi.encodeCall(marketplace.acceptOrder, (done)));
        _call(Act.HandOver, _seller, market, abi.encodeCall(marketplace.handOver, (done, HASH)));
        _call(Act.Complete, _buyer, market, abi.encodeCall(marketplace.completeOrder, (done)));
        _call(Act.Pay, _buyer, market, abi.encodeCall(marketplace.payOrder, (done)));
        vm.prank(_seller);
        marketplace.acceptOrder(ruled);
        vm.prank(_seller);
        marketplace.handOver(ruled, HASH);
        _call(Act.Dispute, _buyer, market, abi.encodeCall(marketplace.disputeOrder, (ruled, HASH)));
        _call(Act.Rule, _official, market, abi.encodeCall(marketplace.rule, (ruled, 5_000, HASH)));
    }

    function _measureHelp() private {
        address help = address(proBono);
        _call(Act.OfferHours, _helper, help, abi.encodeCall(proBono.offerHours, (1, _until(), HASH)));
        uint40 start = uint40(block.timestamp + 1 hours);
        bytes memory request = abi.encodeCall(proBono.requestHelp, (2, HOUR, start, start + 1 days, HASH));
        _call(Act.RequestHelp, _buyer, help, request);
        uint32 id = proBono.redemptionCount();
        _call(Act.AcceptHelp, _seller, help, abi.encodeCall(proBono.acceptHelp, (id)));
        vm.prank(_buyer);
        proBono.requestHelp(2, HOUR, start, start + 1 days, HASH);
        vm.warp(start);
        _call(Act.DeliverHelp, _seller, help, abi.encodeCall(proBono.deliverHelp, (id, 1, HASH, HASH)));
        _call(Act.ConfirmHelp, _buyer, help, abi.encodeCall(proBono.confirmHelp, (id)));
    }

    /// @dev Three orders, the first of which is measured.
    function _order() private returns (uint32 done, uint32 ruled, uint32 lapsed) {
        IMarketplace.Item[] memory basket = _basket();
        _fund(address(euro), _buyer, address(marketplace), 1_000);
        done = marketplace.orderCount() + 1;
        _call(Act.Place, _buyer, address(marketplace), abi.encodeCall(marketplace.placeOrders, (basket)));
        vm.prank(_buyer);
        ruled = marketplace.placeOrders(basket);
        vm.prank(_buyer);
        lapsed = marketplace.placeOrders(basket);
    }

    /// @dev Orders and redemptions that were given up.
    function _grow(uint256 count) private {
        IMarketplace.Item[] memory basket = _basket();
        _fund(address(euro), _buyer, address(marketplace), 100 * count);
        uint40 start = uint40(block.timestamp + 1 hours);
        for (uint256 i; i < count; ++i) {
            vm.prank(_buyer);
            uint32 orderId = marketplace.placeOrders(basket);
            vm.prank(_buyer);
            marketplace.withdrawOrder(orderId);
            marketplace.payOrder(orderId);
            vm.prank(_buyer);
            uint32 redemptionId = proBono.requestHelp(2, HOUR, start, start + 1 days, HASH);
            vm.prank(_buyer);
            proBono.withdrawHelp(redemptionId);
        }
    }

    /// @dev Every account and slot is cold, as in a transaction of its own.
    function _call(Act act, address sender, address target, bytes memory data) private {
        vm.cool(address(marketplace));
        vm.cool(address(proBono));
        vm.cool(address(credit));
        vm.cool(address(registry));
        vm.cool(address(crowdfunding));
        vm.cool(address(euro));
        vm.prank(sender);
        (bool done,) = target.call(data);
        require(done, "the act was refused");
        _gas[uint256(act)] = vm.lastCallGas().gasTotalUsed;
    }

    function _list() private returns (uint32) {
        vm.prank(_seller);
        return marketplace.list(_terms());
    }

    function _terms() private view returns (IMarketplace.ListingTerms memory t) {
        (t.currency, t.price, t.creditPrice, t.stock, t.deliveryModes) = (address(euro), 100, 100, 1_000_000, 1);
        (t.acceptWindow, t.deliverWindow, t.confirmWindow) = (30 days, 30 days, 30 days);
        (t.payoutAccount, t.descriptionHash) = (vm.addr(2), HASH);
    }

    function _basket() private view returns (IMarketplace.Item[] memory items) {
        items = new IMarketplace.Item[](1);
        items[0] = IMarketplace.Item(_listing, 1, 1, marketplace.listing(_listing).termsHash, HASH);
    }

    function _until() private view returns (uint40) {
        return uint40((block.timestamp / WEEK + 40) * WEEK);
    }
}

/// @title Nobody pays for others: costs do not grow with the number of orders and redemptions
contract EscrowCostTest {
    event Measured(string act, uint256 after2, uint256 after1000, uint256 after10000);

    function test_costs_after_2_1000_and_10000_orders_and_redemptions_are_equal() external {
        uint256[15] memory few = _measure(2);
        uint256[15] memory thousand = _measure(1_000);
        uint256[15] memory tenThousand = _measure(10_000);
        string[15] memory names = [
            "list",
            "placeOrders",
            "acceptOrder",
            "handOver",
            "completeOrder",
            "payOrder",
            "disputeOrder",
            "rule",
            "expire of an order",
            "offerHours",
            "requestHelp",
            "acceptHelp",
            "deliverHelp",
            "confirmHelp",
            "expire of a redemption"
        ];
        for (uint256 i; i < 15; ++i) emit Measured(names[i], few[i], thousand[i], tenThousand[i]);
        for (uint256 i; i < 15; ++i) {
            require(few[i] > 15_000, names[i]);
            require(few[i] == thousand[i] && few[i] == tenThousand[i], names[i]);
        }
    }

    /// @dev In a lab of its own, of which only the number of orders and redemptions differs.
    function _measure(uint256 count) private returns (uint256[15] memory) {
        return new EscrowCostLab().measure(count);
    }
}
