// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketplace} from "../../../contracts/interfaces/IMarketplace.sol";
import {_at} from "./CrowdfundingHandler.sol";
import {EscrowHandler} from "./EscrowHandler.sol";
import {vm} from "../Vm.sol";

/// @title Everything that people can do to listings and orders, with bounded choices
/// @notice Each function is one act and reverts where the contract refuses. The books kept here are made of what accounts
/// really paid and got, and states of the acts that succeeded and of the time; never of what the contract says of orders.
contract MarketplaceHandler is EscrowHandler {
    using {_at} for uint256;

    uint32 internal constant MAX_LISTINGS = 12;
    uint32 internal constant MAX_ORDERS = 64;
    uint256 internal constant PARTS = 4;
    uint40 internal constant RULING_WINDOW = 30 days;

    /// @dev What became of an order, as the acts on it tell.
    struct Books {
        address buyer;
        uint32 buyerEntity;
        uint32 listingId;
        uint32 quantity;
        IMarketplace.OrderState state; // as the last act left it
        uint256 endsAt; // of the window that the last act opened
        uint256[2] legs; // money and credits, as taken from the buyer
        uint256[PARTS] paid; // as it arrived
        uint256 sellerBps;
    }

    mapping(uint32 orderId => Books) internal _books;
    mapping(uint32 listingId => uint256) internal _listed; // units
    mapping(uint32 listingId => uint256) internal _unitsOut; // ordered, less what came back
    /// @dev What the contract must hold of each currency and of credits besides donations.
    mapping(address token => uint256) internal _held;
    mapping(address currency => uint256) internal _donated;
    uint32 internal _touched; // the order of the last act

    constructor() EscrowHandler(SSE) {
        for (uint256 i; i < 5; ++i) _list(people[i % HOSTS], i);
        for (uint256 i; i < 9; ++i) _place(people[HOSTS + i % GUESTS], 10 + i, 3);
        for (uint32 id = 6; id <= 27; ++id) _accept(id, _sellerAccount(id));
        for (uint32 id = 10; id <= 27; ++id) _handOver(id, _sellerAccount(id));
        for (uint32 id = 21; id <= 25; ++id) _dispute(id, _books[id].buyer);
        for (uint32 id = 26; id <= 27; ++id) _complete(id, _books[id].buyer);
    }

    function _escrow() internal view override returns (address) {
        return address(marketplace);
    }

    // ------------------------------------------------------------------------------------------------------- listings

    function list(uint256 seed) external {
        require(marketplace.listingCount() < MAX_LISTINGS, "enough listings");
        _list(_actor(seed, people[seed._at(1) % HOSTS]), seed);
    }

    /// @notice Pauses, resumes, or withdraws one of many.
    function changeListing(uint256 seed) external {
        uint32 id = _listing(seed, seed._at(3) % 2 == 0 ? _isActive : _isPaused);
        IMarketplace.ListingState state = marketplace.listing(id).state;
        address actor = _actor(seed, _accountOf(marketplace.listing(id).seller));
        vm.prank(actor);
        if (seed._at(4) % 8 == 0) marketplace.withdrawListing(id);
        else if (state == IMarketplace.ListingState.Paused) marketplace.resumeListing(id);
        else marketplace.pauseListing(id);
        _expect(registry.entityOf(actor) == marketplace.listing(id).seller, "46: a listing was changed by another");
        _expect(state != IMarketplace.ListingState.Withdrawn, "42: a withdrawn listing changed");
    }

    function updatePrice(uint256 seed) external {
        uint32 id = _listing(seed, _isActive);
        IMarketplace.ListingView memory l = marketplace.listing(id);
        address actor = _actor(seed, _accountOf(l.seller));
        uint96 price = l.price == 0 ? 0 : _price(seed._at(5));
        uint96 creditPrice = l.creditPrice == 0 ? 0 : _price(seed._at(6));
        vm.prank(actor);
        marketplace.updatePrice(id, price, creditPrice);
        _expect(registry.entityOf(actor) == l.seller, "46: a price was changed by another");
        bool same = price == l.price && creditPrice == l.creditPrice;
        _expect((marketplace.listing(id).termsHash == l.termsHash) == same, "45: another price, the same hash");
    }

    function changePayoutAccount(uint256 seed) external {
        uint32 id = _listing(seed, _isActive);
        address before = marketplace.listing(id).payoutAccount;
        address actor = _actor(seed, before);
        vm.prank(actor);
        marketplace.changePayoutAccount(id, vm.addr(60 + seed._at(1) % 3));
        _expect(actor == before, "46: a payout account was changed by another");
    }

    // ------------------------------------------------------------------------------------------------------- baskets

    /// @notice One to six items, seldom twenty-one.
    function placeOrders(uint256 seed) external {
        require(marketplace.orderCount() < MAX_ORDERS, "enough orders");
        bool byGuest = seed._at(2) % 4 != 0;
        address buyer = people[byGuest ? HOSTS + seed._at(1) % GUESTS : seed._at(1) % PEOPLE];
        _place(buyer, seed, seed._at(3) % 32 == 0 ? 21 : 1 + seed._at(3) % 6);
    }

    // -------------------------------------------------------------------------------------------------- acts of sellers

    function accept(uint256 seed) external {
        uint32 id = _order(seed, IMarketplace.OrderState.Placed);
        _accept(id, _actor(seed, _sellerAccount(id)));
    }

    function decline(uint256 seed) external {
        uint32 id = _order(seed, IMarketplace.OrderState.Placed);
        address actor = _actor(seed, _sellerAccount(id));
        bool legal = _stateOf(id) == IMarketplace.OrderState.Placed && _sells(id, actor);
        vm.prank(actor);
        marketplace.declineOrder(id);
        _ended(id, legal, IMarketplace.OrderState.Declined, 0);
    }

    function cancel(uint256 seed) external {
        bool early = seed._at(4) % 2 == 0;
        uint32 id = _order(seed, early ? IMarketplace.OrderState.Accepted : IMarketplace.OrderState.HandedOver);
        address actor = _actor(seed, _sellerAccount(id));
        IMarketplace.OrderState state = _stateOf(id);
        bool inTime = state == IMarketplace.OrderState.Accepted || state == IMarketplace.OrderState.HandedOver;
        bool legal = inTime && _sells(id, actor);
        vm.prank(actor);
        marketplace.cancelOrder(id);
        _ended(id, legal, IMarketplace.OrderState.Canceled, 0);
    }

    function handOver(uint256 seed) external {
        uint32 id = _order(seed, IMarketplace.OrderState.Accepted);
        _handOver(id, _actor(seed, _sellerAccount(id)));
    }

    // --------------------------------------------------------------------------------------------------- acts of buyers

    function withdraw(uint256 seed) external {
        uint32 id = _order(seed, IMarketplace.OrderState.Placed);
        address actor = _actor(seed, _books[id].buyer);
        bool legal = _stateOf(id) == IMarketplace.OrderState.Placed && actor == _books[id].buyer;
        vm.prank(actor);
        marketplace.withdrawOrder(id);
        _ended(id, legal, IMarketplace.OrderState.Withdrawn, 0);
    }

    function complete(uint256 seed) external {
        uint32 id = _order(seed, IMarketplace.OrderState.HandedOver);
        _complete(id, _actor(seed, _books[id].buyer));
    }

    function dispute(uint256 seed) external {
        uint32 id = _order(seed, IMarketplace.OrderState.HandedOver);
        _dispute(id, _actor(seed, _books[id].buyer));
    }

    // --------------------------------------------------------------------------------------- acts of both, and of others

    /// @notice Brought by anybody; what is signed decides.
    function settle(uint256 seed) external {
        IMarketplace.OrderState chosen = seed._at(4) % 2 == 0
            ? IMarketplace.OrderState.Disputed
            : seed._at(4) % 4 == 1 ? IMarketplace.OrderState.Accepted : IMarketplace.OrderState.HandedOver;
        uint32 id = _order(seed, chosen);
        (uint16 share, uint40 deadline) = (_share(seed), uint40(block.timestamp + seed._at(43) % 16));
        address[2] memory signers = [_sellerAccount(id), _books[id].buyer];
        if (signers[0] == address(0)) signers[0] = people[0];
        IMarketplace.OrderState state = _stateOf(id);
        (bytes[2] memory signatures, bool signed) = _sign(seed, marketplace, id, share, deadline, signers);
        vm.prank(_actor(seed, _stranger));
        marketplace.settle(id, share, deadline, signatures[0], signatures[1]);
        bool open = state == IMarketplace.OrderState.Accepted || state == IMarketplace.OrderState.HandedOver
            || state == IMarketplace.OrderState.Disputed;
        bool legal = open && signed && _sells(id, signers[0]) && block.timestamp < deadline;
        _ended(id, legal, IMarketplace.OrderState.Settled, share);
    }

    function rule(uint256 seed) external {
        uint32 id = _order(seed, IMarketplace.OrderState.Disputed);
        address actor = _judge(seed, _books[id].buyer);
        uint32 entityId = registry.entityOf(actor);
        bool bought = actor == _books[id].buyer || (entityId != 0 && entityId == _books[id].buyerEntity);
        bool judges = actor != _stranger && !bought && !_sells(id, actor);
        bool legal = judges && _stateOf(id) == IMarketplace.OrderState.Disputed;
        uint16 share = _share(seed);
        vm.prank(actor);
        marketplace.rule(id, share, HASH);
        _ended(id, legal, IMarketplace.OrderState.Ruled, share);
    }

    /// @notice What time has decided, carried out by anybody.
    function carryOut(uint256 seed) external {
        uint32 id = _orderThat(seed, _isDecidedByTime);
        _carryOut(id, _actor(seed, _stranger));
    }

    function void(uint256 seed) external {
        uint32 id = _orderThat(seed, _any);
        address actor = _actor(seed, seed._at(4) % 2 == 0 ? _books[id].buyer : _sellerAccount(id));
        uint256 nonce = marketplace.settlementNonce(id);
        vm.prank(actor);
        marketplace.voidSettlements(id);
        _expect(_sells(id, actor) || actor == _books[id].buyer, "46: settlements were voided by another");
        _expect(marketplace.settlementNonce(id) == nonce + 1, "46: nonce");
    }

    function payPart(uint256 seed) external {
        uint32 id = _orderThat(seed, _isOwed);
        uint256 part = seed._at(5) % PARTS;
        for (uint256 i; i < PARTS && _dueOf(id, part) == 0; ++i) part = (part + 1) % PARTS;
        uint256[PARTS] memory due;
        due[part] = _dueOf(id, part);
        uint256[PARTS] memory before = _balances(id);
        vm.prank(_actor(seed, _stranger));
        uint256 amount = marketplace.payPart(id, IMarketplace.Part(part));
        _expect(amount == due[part] && amount != 0, "40: payPart paid what was not due");
        _paid(id, before, due);
    }

    function payOrder(uint256 seed) external {
        _payOrder(_orderThat(seed, _isOwed), _actor(seed, _stranger));
    }

    /// @notice A stranger tries every act of parties and of the arbiter.
    function trespass(uint256 seed) external {
        uint32 id = _orderThat(seed, _any);
        bytes[8] memory calls = [
            abi.encodeCall(marketplace.acceptOrder, (id)),
            abi.encodeCall(marketplace.declineOrder, (id)),
            abi.encodeCall(marketplace.withdrawOrder, (id)),
            abi.encodeCall(marketplace.cancelOrder, (id)),
            abi.encodeCall(marketplace.handOver, (id, HASH)),
            abi.encodeCall(marketplace.disputeOrder, (id, HASH)),
            abi.encodeCall(marketplace.rule, (id, 5_000, HASH)),
            abi.encodeCall(marketplace.voidSettlements, (id))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(_stranger);
            (bool done,) = address(marketplace).call(calls[i]);
            _expect(!done, "46: a stranger moved an order");
        }
    }

    function donate(uint256 seed, uint64 amount) external {
        address currency = seed % 2 == 0 ? address(euro) : address(lira);
        euro.faucet(address(marketplace), currency == address(euro) ? amount : 0);
        lira.faucet(address(marketplace), currency == address(lira) ? amount : 0);
        _donated[currency] += amount;
    }

    /// @notice Lists what is not listed, else delists one call in three.
    function changeCurrencies(uint256 seed) external {
        address currency = seed._at(1) % 4 == 0 ? address(euro) : address(lira);
        if (!crowdfunding.isCurrency(address(euro))) currency = address(euro);
        if (!crowdfunding.isCurrency(address(lira))) currency = address(lira);
        bool listed = crowdfunding.isCurrency(currency);
        require(!listed || seed._at(3) % 3 == 0, "seldom delisted");
        vm.prank(_official);
        if (listed) crowdfunding.delistCurrency(currency);
        else crowdfunding.listCurrency(currency);
    }

    /// @notice Goes to the instant at which time ends a window, or a second before or after it.
    function warpToEdge(uint256 seed) external {
        uint32 id = _orderThat(seed, _isWaiting);
        uint256 edge = _books[id].endsAt;
        require(edge > block.timestamp && !_hasEnded(id), "nothing to wait for");
        uint256 instant = edge + seed._at(1) % 3 - 1;
        vm.warp(instant > block.timestamp ? instant : edge);
    }

    // ---------------------------------------------------------------------------------------------------- acts, watched

    function _list(address account, uint256 seed) private {
        IMarketplace.ListingTerms memory t;
        bool forMoney = seed._at(10) % 4 != 0;
        t.currency = !forMoney ? address(0) : seed._at(11) % 3 == 0 ? address(lira) : address(euro);
        t.price = forMoney ? _price(seed._at(12)) : 0;
        t.creditPrice = forMoney && seed._at(13) % 3 == 0 ? 0 : _price(seed._at(14));
        t.stock = uint32(seed._at(15) % 6 == 0 ? 1 + seed._at(16) % 8 : 1_000);
        t.deliveryModes = 3;
        t.acceptWindow = [uint32(10 days), 30 days][seed._at(17) % 2];
        t.deliverWindow = [uint32(5 days), 30 days, 180 days][seed._at(18) % 3];
        t.confirmWindow = [uint32(3 days), 10 days, 30 days][seed._at(19) % 3];
        (t.payoutAccount, t.descriptionHash) = (vm.addr(60 + seed._at(20) % 3), HASH);
        vm.prank(account);
        uint32 id = marketplace.list(t);
        _listed[id] = t.stock;
    }

    function _place(address buyer, uint256 seed, uint256 count) private {
        IMarketplace.Item[] memory items = new IMarketplace.Item[](count);
        uint256[3] memory sums;
        uint32 first = marketplace.orderCount() + 1;
        for (uint256 i; i < count; ++i) {
            uint32 listingId = _listing(seed._at(50 + i), _isActive);
            IMarketplace.ListingView memory l = marketplace.listing(listingId);
            uint32 quantity = uint32(1 + seed._at(80 + i) % (count > 4 ? 1 : 5));
            items[i] = IMarketplace.Item(listingId, quantity, 2, l.termsHash, HASH);
            _book(first + uint32(i), buyer, l, items[i], sums);
        }
        _pocket(buyer, sums);
        uint256[3] memory before = _custody();
        vm.prank(buyer);
        uint32 firstId = marketplace.placeOrders(items);
        _expect(firstId == first, "45: ids");
        uint256[3] memory present = _custody();
        for (uint256 i; i < 3; ++i) _expect(present[i] - before[i] == sums[i], "39: a basket took something else");
        _held[address(euro)] += sums[0];
        _held[address(lira)] += sums[1];
        _held[address(credit)] += sums[2];
        _expect(sums[2] == 0 || _isVerified(registry.entityOf(buyer), 15), "46: credits of an unverified buyer");
    }

    function _book(
        uint32 id,
        address buyer,
        IMarketplace.ListingView memory l,
        IMarketplace.Item memory item,
        uint256[3] memory sums
    ) private {
        Books storage b = _books[id];
        (b.buyer, b.buyerEntity, b.listingId, b.quantity) =
            (buyer, registry.entityOf(buyer), item.listingId, item.quantity);
        b.legs = [uint256(l.price) * item.quantity, uint256(l.creditPrice) * item.quantity];
        (b.state, b.endsAt) = (IMarketplace.OrderState.Placed, block.timestamp + l.acceptWindow);
        sums[l.currency == address(lira) ? 1 : 0] += b.legs[0];
        sums[2] += b.legs[1];
        _unitsOut[item.listingId] += item.quantity;
        _touched = id;
        bool open = l.state == IMarketplace.ListingState.Active && _isVerified(l.seller, 15)
            && (l.currency == address(0) || crowdfunding.isCurrency(l.currency)) && l.seller != b.buyerEntity
            && _unitsOut[item.listingId] <= _listed[item.listingId];
        _expect(open, "46: something was ordered that was not for sale");
    }

    /// @dev Gives a buyer exactly what a basket costs, and the allowance.
    function _pocket(address buyer, uint256[3] memory sums) private {
        _fund(address(euro), buyer, address(marketplace), sums[0]);
        _fund(address(lira), buyer, address(marketplace), sums[1]);
        uint256 has = credit.balanceOf(buyer);
        if (has < sums[2]) _issue(buyer, sums[2] - has);
    }

    function _accept(uint32 id, address actor) private {
        bool legal = _stateOf(id) == IMarketplace.OrderState.Placed && _sells(id, actor);
        vm.prank(actor);
        marketplace.acceptOrder(id);
        _stepped(id, legal, IMarketplace.OrderState.Accepted, _listingOf(id).deliverWindow);
    }

    function _handOver(uint32 id, address actor) private {
        bool legal = _stateOf(id) == IMarketplace.OrderState.Accepted && _sells(id, actor);
        vm.prank(actor);
        marketplace.handOver(id, HASH);
        _stepped(id, legal, IMarketplace.OrderState.HandedOver, _listingOf(id).confirmWindow);
    }

    function _dispute(uint32 id, address actor) private {
        bool legal = _stateOf(id) == IMarketplace.OrderState.HandedOver && actor == _books[id].buyer;
        vm.prank(actor);
        marketplace.disputeOrder(id, HASH);
        _stepped(id, legal, IMarketplace.OrderState.Disputed, RULING_WINDOW);
    }

    function _complete(uint32 id, address actor) private {
        IMarketplace.OrderState state = _stateOf(id);
        bool legal = state == IMarketplace.OrderState.HandedOver && actor == _books[id].buyer
            || state == IMarketplace.OrderState.Completed && !_hasEnded(id);
        vm.prank(actor);
        marketplace.completeOrder(id);
        _ended(id, legal, IMarketplace.OrderState.Completed, 10_000);
    }

    function _carryOut(uint32 id, address actor) internal {
        if (_stateOf(id) == IMarketplace.OrderState.Completed) return _complete(id, actor);
        bool legal = _isDecidedByTime(id);
        IMarketplace.OrderState state = _stateOf(id);
        vm.prank(actor);
        marketplace.expire(id);
        _ended(id, legal, state, 0);
    }

    function _payOrder(uint32 id, address actor) internal {
        uint256[PARTS] memory due;
        for (uint256 part; part < PARTS; ++part) due[part] = _dueOf(id, part);
        uint256[PARTS] memory before = _balances(id);
        vm.prank(actor);
        marketplace.payOrder(id);
        _paid(id, before, due);
    }

    function _stepped(uint32 id, bool legal, IMarketplace.OrderState state, uint256 window) private {
        _expect(legal, "46: an order was moved by another, or at another time");
        (_books[id].state, _books[id].endsAt) = (state, block.timestamp + window);
    }

    function _ended(uint32 id, bool legal, IMarketplace.OrderState state, uint256 sellerBps) private {
        Books storage b = _books[id];
        _expect(legal, "46: an order was ended by another, or at another time");
        bool untouched = b.state == IMarketplace.OrderState.Placed || b.state == IMarketplace.OrderState.Accepted;
        if (untouched) _unitsOut[b.listingId] -= b.quantity;
        (b.state, b.endsAt, b.sellerBps) = (state, 0, sellerBps);
    }

    function _paid(uint32 id, uint256[PARTS] memory before, uint256[PARTS] memory due) private {
        address currency = _listingOf(id).currency;
        uint256[PARTS] memory present = _balances(id);
        for (uint256 part; part < PARTS; ++part) {
            _expect(present[part] - before[part] == due[part], "47: a part did not reach its owner");
            _books[id].paid[part] += due[part];
            _held[_isMoney(part) ? currency : address(credit)] -= due[part];
        }
    }

    // ---------------------------------------------------------------------------------------------------------- books

    /// @dev The state that the last act and the time since lead to.
    function _stateOf(uint32 id) internal view returns (IMarketplace.OrderState state) {
        Books storage b = _books[id];
        state = b.state;
        if (b.endsAt == 0 || block.timestamp < b.endsAt) return state;
        if (state == IMarketplace.OrderState.Placed) return IMarketplace.OrderState.Lapsed;
        if (state == IMarketplace.OrderState.Accepted) return IMarketplace.OrderState.Undelivered;
        if (state == IMarketplace.OrderState.HandedOver) return IMarketplace.OrderState.Completed;
        return IMarketplace.OrderState.Unruled;
    }

    function _hasEnded(uint32 id) internal view returns (bool) {
        return _books[id].state >= IMarketplace.OrderState.Completed;
    }

    /// @dev A part of an ended order that has not arrived yet.
    function _dueOf(uint32 id, uint256 part) internal view returns (uint256) {
        Books storage b = _books[id];
        if (!_hasEnded(id) || b.paid[part] != 0) return 0;
        uint256 leg = b.legs[_isMoney(part) ? 0 : 1];
        uint256 sellers = leg * b.sellerBps / 10_000;
        return part < 2 ? leg - sellers : sellers;
    }

    function _isMoney(uint256 part) internal pure returns (bool) {
        return part % 2 == 0;
    }

    /// @dev Of each part's owner, in the part's token.
    function _balances(uint32 id) private view returns (uint256[PARTS] memory balances) {
        IMarketplace.ListingView memory l = _listingOf(id);
        for (uint256 part; part < PARTS; ++part) {
            address owner = part < 2 ? _books[id].buyer : l.payoutAccount;
            address token = _isMoney(part) ? l.currency : address(credit);
            balances[part] = token == address(0) ? 0 : IERC20(token).balanceOf(owner);
        }
    }

    function _custody() internal view returns (uint256[3] memory) {
        address market = address(marketplace);
        return [euro.balanceOf(market), lira.balanceOf(market), credit.balanceOf(market)];
    }

    function _listingOf(uint32 id) internal view returns (IMarketplace.ListingView memory) {
        return marketplace.listing(_books[id].listingId);
    }

    function _sellerAccount(uint32 id) internal view returns (address) {
        return _accountOf(_listingOf(id).seller);
    }

    function _sells(uint32 id, address account) internal view returns (bool) {
        return registry.entityOf(account) == _listingOf(id).seller;
    }

    // -------------------------------------------------------------------------------------------------------- choices

    /// @dev The first order from a random one on that fits; a random one if none does, and in one call of eight.
    function _orderThat(uint256 seed, function(uint32) view returns (bool) fits) internal returns (uint32 id) {
        uint32 count = marketplace.orderCount();
        id = uint32(1 + seed._at(100) % count);
        bool blindly = seed._at(101) % 8 == 0;
        for (uint32 i; i < count && !blindly && !fits(id); ++i) id = 1 + id % count;
        _touched = id;
    }

    function _order(uint256 seed, IMarketplace.OrderState state) private returns (uint32 id) {
        uint32 count = marketplace.orderCount();
        id = uint32(1 + seed._at(100) % count);
        bool blindly = seed._at(101) % 8 == 0;
        for (uint32 i; i < count && !blindly && !(_stateOf(id) == state && !_hasEnded(id)); ++i) id = 1 + id % count;
        _touched = id;
    }

    function _listing(uint256 seed, function(uint32) view returns (bool) fits) private view returns (uint32 id) {
        uint32 count = marketplace.listingCount();
        id = uint32(1 + seed._at(102) % count);
        bool blindly = seed._at(103) % 8 == 0;
        for (uint32 i; i < count && !blindly && !fits(id); ++i) id = 1 + id % count;
    }

    function _any(uint32) internal pure returns (bool) {
        return true;
    }

    function _isActive(uint32 listingId) internal view returns (bool) {
        IMarketplace.ListingView memory l = marketplace.listing(listingId);
        bool accepted = l.currency == address(0) || crowdfunding.isCurrency(l.currency);
        return l.state == IMarketplace.ListingState.Active && l.stock > 4 && accepted && _isVerified(l.seller, 15);
    }

    function _isPaused(uint32 listingId) internal view returns (bool) {
        return marketplace.listing(listingId).state == IMarketplace.ListingState.Paused;
    }

    /// @dev Not for long: who jumps far finds nothing open.
    function _isWaiting(uint32 id) internal view returns (bool) {
        return block.timestamp < _books[id].endsAt && _books[id].endsAt < block.timestamp + 6 days;
    }

    function _isDecidedByTime(uint32 id) internal view returns (bool) {
        return !_hasEnded(id) && _stateOf(id) != _books[id].state;
    }

    function _isOwed(uint32 id) internal view returns (bool) {
        for (uint256 part; part < PARTS; ++part) {
            if (_dueOf(id, part) != 0) return true;
        }
        return false;
    }

    function _price(uint256 seed) private pure returns (uint96) {
        return uint96(1 + seed._at(0) % [uint256(10), 1e6, 1e17][seed._at(1) % 3]);
    }

    /// @dev None, all, more than all, or a part.
    function _share(uint256 seed) private pure returns (uint16) {
        uint256 kind = seed._at(44) % 16;
        if (kind == 0) return 0;
        return kind == 1 ? 10_000 : kind == 2 ? 10_001 : uint16(seed._at(45) % 10_001);
    }
}
