// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Marketplace} from "../../../contracts/Marketplace.sol";
import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IInnovationCredit} from "../../../contracts/interfaces/IInnovationCredit.sol";
import {IMarketplace} from "../../../contracts/interfaces/IMarketplace.sol";
import {AnyEntities, EscrowProof, PlainCredit} from "./Escrow.sol";
import {Coin, NoAuthority, svm} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @title Currencies, listed or not
contract AnyCurrencies {
    mapping(address currency => bool) public isCurrency;
}

/// @notice The real Marketplace with an order and its listing in any state.
contract MarketplaceProofs is EscrowProof {
    uint256 private constant LISTINGS_SLOT = 6;
    uint256 private constant ORDERS_SLOT = 7;
    uint256 private constant BPS = 10_000;
    uint256 private constant FIRST_FINAL = uint256(IMarketplace.OrderState.Completed);

    Marketplace private _market;
    Coin private _coin;
    address private _buyer;
    address private _payout;
    uint256 private _money;
    uint256 private _credits;
    uint256 private _sellerBps;

    function setUp() external {
        _coin = new Coin();
        // What is read before storage is symbolic stays zero for ever: the layout is checked in a lab of its own.
        _deploy();
        _checkLayout();
        address currencies = _deploy();
        svm.enableSymbolicStorage(currencies);
        svm.enableSymbolicStorage(address(registry));
        svm.enableSymbolicStorage(address(credit));
        svm.enableSymbolicStorage(address(_coin));
        svm.enableSymbolicStorage(escrow);
        vm.warp(svm.createUint(40, "now"));

        uint256 count = svm.createUint(32, "count");
        vm.assume(count >= ID);
        _storeFirst(svm.createUint(48, "pausedAt, resumed"), count);
        _storeOrder();
        _storeListing();
    }

    /// @notice Both legs go out whole, each part to its side, and only once.
    function check_order_pays_out_what_came_in(address caller, address again) external {
        _store(ORDERS_SLOT, 1, _money | _credits << 96);
        (uint256 money, uint256 credits) = _custody();
        vm.assume(_try(caller, abi.encodeCall(_market.payOrder, (ID))));
        (uint256 moneyLeft, uint256 creditsLeft) = _custody();
        assert(_state() >= FIRST_FINAL);
        assert(moneyLeft == money - _money && creditsLeft == credits - _credits);
        assert(!_try(again, abi.encodeCall(_market.payOrder, (ID))));
    }

    function check_part_is_paid_once_to_its_side(address caller, uint8 part, address again) external {
        vm.assume(part <= uint8(IMarketplace.Part.SellerCredits));
        (bool buyers, bool inMoney) = (part < 2, part % 2 == 0);
        address receiver = buyers ? _buyer : _payout;
        uint256 balance = inMoney ? _coin.balanceOf(receiver) : credit.balanceOf(receiver);
        vm.assume(balance < type(uint128).max && receiver != escrow);
        uint256 leg = inMoney ? _money : _credits;
        uint256 ofSeller = leg * _sellerBps / BPS;
        vm.assume(_try(caller, abi.encodeCall(_market.payPart, (ID, IMarketplace.Part(part)))));
        uint256 present = inMoney ? _coin.balanceOf(receiver) : credit.balanceOf(receiver);
        assert(present == balance + (buyers ? leg - ofSeller : ofSeller));
        assert(!_try(again, abi.encodeCall(_market.payPart, (ID, IMarketplace.Part(part)))));
    }

    function check_order_books_what_comes_in(IMarketplace.Item calldata item) external {
        vm.assume(_buyer != FORWARDER && item.listingId == ID);
        (uint256 money, uint256 credits) = _custody();
        vm.assume(money < type(uint128).max && credits < type(uint128).max);
        uint256 id = _market.orderCount() + 1;
        vm.assume(id < type(uint32).max);
        IMarketplace.Item[] memory items = new IMarketplace.Item[](1);
        items[0] = item;
        vm.assume(_try(_buyer, abi.encodeCall(_market.placeOrders, (items))));
        (uint256 moneyNow, uint256 creditsNow) = _custody();
        bytes32 slot = keccak256(abi.encode(id, ORDERS_SLOT));
        uint256 legs = uint256(vm.load(escrow, bytes32(uint256(slot) + 1)));
        assert(moneyNow == money + uint96(legs) && creditsNow == credits + uint96(legs >> 96));
        assert(address(uint160(uint256(vm.load(escrow, slot)))) == _buyer);
    }

    function check_final_order_is_never_left(address caller) external {
        vm.assume(_state() >= FIRST_FINAL);
        assert(!_try(caller, _anyCall("Marketplace", _acts(true))));
    }

    /// @notice Out of the parties, the clock and an arbiter: what needs no signatures of both.
    function check_stranger_moves_no_order(address caller) external {
        vm.assume(caller != FORWARDER && caller != _buyer);
        vm.assume(registry.entityOf(caller) != uint32(_load(LISTINGS_SLOT, 0, 0)));
        bytes memory data = _anyCall("Marketplace", _acts(false));
        // What time has decided, anybody may carry out.
        vm.assume(uint256(_market.order(ID).state) < FIRST_FINAL);
        assert(!_try(caller, data));
    }

    /// @notice Both accounts without code have signed this order, share, nonce and deadline, for this contract; it pays nothing, and
    /// the legs wait to be paid in that share.
    function check_settlement_of_an_order_needs_both_signatures(address caller, uint16 sellerBps, uint40 deadline) external {
        (bytes memory first, bytes memory second) = (_anySignature("first"), _anySignature("second"));
        address seller = _accountOf(uint32(_load(LISTINGS_SLOT, 0, 0)));
        vm.assume(seller.code.length == 0 && _buyer.code.length == 0);
        bytes32 hash = _settlementHash("Eranos Marketplace", sellerBps, deadline);
        (uint256 money, uint256 credits) = _custody();
        uint256 legs = _load(ORDERS_SLOT, 1, 0);
        vm.assume(_state() < FIRST_FINAL);
        vm.assume(_try(caller, abi.encodeCall(_market.settle, (ID, sellerBps, deadline, first, second))));
        assert(seller != address(0) && _signer(hash, first) == seller && _signer(hash, second) == _buyer);
        assert(block.timestamp < deadline && _state() == uint256(IMarketplace.OrderState.Settled));
        assert(uint16(_load(ORDERS_SLOT, 0, 240)) == sellerBps && sellerBps <= BPS);
        (uint256 moneyNow, uint256 creditsNow) = _custody();
        assert(moneyNow == money && creditsNow == credits && _load(ORDERS_SLOT, 1, 0) == legs);
    }

    function check_arbiter_is_no_party_of_the_order(address caller, uint16 sellerBps) external {
        uint32 entityId = registry.entityOf(caller);
        vm.assume(_try(caller, abi.encodeCall(_market.rule, (ID, sellerBps, 0))));
        assert(entityId != uint32(_load(LISTINGS_SLOT, 0, 0)));
        assert(entityId == 0 || entityId != uint32(_load(ORDERS_SLOT, 1, 224)));
        assert(caller != _buyer && caller != _payout);
        assert(uint16(_load(ORDERS_SLOT, 0, 240)) == sellerBps && sellerBps <= BPS);
    }

    /// @notice Out of a settlement: an act moves the order, and neither money nor credits, nor what it holds.
    function check_acts_on_orders_pay_nothing(address caller) external {
        (uint256 money, uint256 credits) = _custody();
        uint256 legs = _load(ORDERS_SLOT, 1, 0);
        vm.assume(_state() < FIRST_FINAL);
        vm.assume(_try(caller, _anyCall("Marketplace", _acts(false))));
        (uint256 moneyNow, uint256 creditsNow) = _custody();
        assert(moneyNow == money && creditsNow == credits && _load(ORDERS_SLOT, 1, 0) == legs);
        // All to one side.
        uint256 sellerBps = uint16(_load(ORDERS_SLOT, 0, 240));
        assert(_state() < FIRST_FINAL || sellerBps == (_state() == FIRST_FINAL ? BPS : 0));
    }

    /// @param all The two that need no party as well.
    function _acts(bool all) private view returns (bytes4[] memory acts) {
        acts = new bytes4[](all ? 10 : 8);
        acts[0] = _market.acceptOrder.selector;
        acts[1] = _market.declineOrder.selector;
        acts[2] = _market.withdrawOrder.selector;
        acts[3] = _market.cancelOrder.selector;
        acts[4] = _market.handOver.selector;
        acts[5] = _market.completeOrder.selector;
        acts[6] = _market.disputeOrder.selector;
        acts[7] = _market.expire.selector;
        if (!all) return acts;
        acts[8] = _market.settle.selector;
        acts[9] = _market.rule.selector;
    }

    function _custody() private view returns (uint256 money, uint256 credits) {
        return (_coin.balanceOf(escrow), credit.balanceOf(escrow));
    }

    function _state() private view returns (uint256) {
        return uint8(_load(ORDERS_SLOT, 0, 192));
    }

    function _storeOrder() private {
        _buyer = svm.createAddress("buyer");
        uint256 state = svm.createUint(8, "state");
        vm.assume(state != 0 && state <= uint256(IMarketplace.OrderState.Unruled));
        _sellerBps = svm.createUint(16, "sellerBps");
        vm.assume(_sellerBps <= BPS);
        uint256 since = svm.createUint(40, "since");
        _store(ORDERS_SLOT, 0, uint160(_buyer) | uint256(ID) << 160 | state << 192 | since << 200 | _sellerBps << 240);
        (_money, _credits) = (svm.createUint(96, "money"), svm.createUint(96, "credits"));
        _store(ORDERS_SLOT, 1, _money | _credits << 96 | svm.createUint(64, "quantity, paid, buyerEntity") << 192);
        vm.assume(_buyer != escrow && _buyer != address(0));
    }

    function _storeListing() private {
        uint256 state = svm.createUint(8, "listing state");
        vm.assume(state != 0 && state <= uint256(IMarketplace.ListingState.Withdrawn));
        uint256 rest = svm.createUint(80, "deliveryModes, windows");
        _store(LISTINGS_SLOT, 0, svm.createUint(64, "seller, stock") | state << 64 | rest << 72);
        _store(LISTINGS_SLOT, 1, uint160(address(_coin)) | svm.createUint(96, "price") << 160);
        _payout = svm.createAddress("payout");
        // Refused by the listing.
        vm.assume(_payout != escrow && _payout != address(0));
        _store(LISTINGS_SLOT, 2, uint160(_payout) | svm.createUint(96, "creditPrice") << 160);
    }

    function _deploy() private returns (address currencies) {
        (authority, registry, credit) = (address(new NoAuthority()), new AnyEntities(), new PlainCredit());
        currencies = address(new AnyCurrencies());
        _market = new Marketplace(
            authority,
            FORWARDER,
            IEntityRegistry(address(registry)),
            IInnovationCredit(address(credit)),
            ICrowdfunding(currencies)
        );
        escrow = address(_market);
    }

    /// @dev Fails the set-up when the layout of storage is not what this file says.
    function _checkLayout() private {
        _storeFirst(11, 12);
        require(_market.orderCount() == 12 && _market.authority() == authority, "layout of the first slot");
        require(_market.entryPausedUntil() == 11 + 72 hours, "layout of the pause");
        uint256 state = uint256(IMarketplace.OrderState.Settled);
        _store(ORDERS_SLOT, 0, uint160(FORWARDER) | uint256(ID) << 160 | state << 192 | uint256(14) << 240);
        _store(ORDERS_SLOT, 1, 15 | uint256(16) << 96 | uint256(17) << 192 | uint256(18) << 216);
        _store(LISTINGS_SLOT, 0, 19 | uint256(20) << 32 | uint256(1) << 64 | uint256(21) << 72 | uint256(22) << 80);
        _store(LISTINGS_SLOT, 1, uint160(address(_coin)) | uint256(23) << 160);
        _store(LISTINGS_SLOT, 2, uint160(FORWARDER) | uint256(24) << 160);
        IMarketplace.OrderView memory o = _market.order(ID);
        require(o.buyer == FORWARDER && o.listingId == ID && o.sellerBps == 14, "layout of an order");
        require(o.state == IMarketplace.OrderState.Settled && o.seller == 19, "layout of an order's state");
        require(o.money == 15 && o.credits == 16 && o.quantity == 17 && o.paidParts == 18, "layout of the legs");
        IMarketplace.ListingView memory l = _market.listing(ID);
        require(l.stock == 20 && l.acceptWindow == 22 && l.currency == address(_coin), "layout of a listing");
        require(l.price == 23 && l.creditPrice == 24 && l.payoutAccount == FORWARDER, "layout of its prices");
    }
}
