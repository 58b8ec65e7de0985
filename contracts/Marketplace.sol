// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Escrow} from "./Escrow.sol";
import {LabContract} from "./LabContract.sol";
import {ICrowdfunding} from "./interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IInnovationCredit} from "./interfaces/IInnovationCredit.sol";
import {IMarketplace} from "./interfaces/IMarketplace.sol";
import {Currencies} from "./libraries/Currencies.sol";
import {Listings} from "./libraries/Listings.sol";
import {Orders} from "./libraries/Orders.sol";
import {Splits} from "./libraries/Splits.sol";

/// @title Marketplace
/// @notice See `IMarketplace`.
contract Marketplace is Escrow, ReentrancyGuardTransient, IMarketplace {
    using Currencies for IERC20;
    using Orders for Orders.Listing;
    using Orders for Orders.Order;

    uint8 private constant ALL_KINDS = 15;
    /// @dev Bounds a basket, and what one buyer can take out of sellers' stocks without being answered.
    uint8 private constant MAX_OPEN_ORDERS = 20;

    ICrowdfunding public immutable crowdfunding;

    uint32 public listingCount;
    mapping(uint32 listingId => Orders.Listing) private _listings;
    // Filled through a storage pointer in `_place`, which the analysis does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(uint32 orderId => Orders.Order) private _orders;
    mapping(address buyer => uint8) public openOrdersOf;

    constructor(
        address authority_,
        address forwarder_,
        IEntityRegistry registry_,
        IInnovationCredit credit_,
        ICrowdfunding crowdfunding_
    ) LabContract(authority_, forwarder_) Escrow("Eranos Marketplace", registry_, credit_) {
        crowdfunding = crowdfunding_;
    }

    // ------------------------------------------------------------------------------------------------ listings

    /// @inheritdoc IMarketplace
    function list(ListingTerms calldata terms) external whenEntryOpen returns (uint32 listingId) {
        address account = _msgSender();

        // Check
        uint32 seller = registry.verifiedEntityOf(account, ALL_KINDS);
        require(seller != 0, Marketplace_NotVerified(account));
        if (terms.currency != address(0)) _checkCurrency(terms.currency);

        // Effect
        listingId = ++listingCount;
        Listings.open(_journal, _listings[listingId], Listings.Lister(listingId, seller, account), terms);
    }

    /// @inheritdoc IMarketplace
    function pauseListing(uint32 listingId) external {
        _changeListing(listingId, ListingState.Active, ListingState.Paused);
    }

    /// @inheritdoc IMarketplace
    function resumeListing(uint32 listingId) external {
        _changeListing(listingId, ListingState.Paused, ListingState.Active);
    }

    /// @inheritdoc IMarketplace
    function withdrawListing(uint32 listingId) external {
        ListingState state = _existingListing(listingId).state;
        require(state != ListingState.Withdrawn, Marketplace_WrongListingState(listingId, state));
        _changeListing(listingId, state, ListingState.Withdrawn);
    }

    /// @inheritdoc IMarketplace
    function updatePrice(uint32 listingId, uint96 price, uint96 creditPrice) external {
        Orders.Listing storage l = _existingListing(listingId);
        address account = _msgSender();

        // Check
        _checkSeller(listingId, l, account);
        require(l.state != ListingState.Withdrawn, Marketplace_WrongListingState(listingId, l.state));
        Listings.checkPrice(l.currency, price, creditPrice);

        // Effect
        (l.price, l.creditPrice) = (price, creditPrice);

        // Log
        bytes32 termsHash = l.termsHash();
        _append(
            keccak256(
                abi.encode(PriceUpdated.selector, listingId, account, price, creditPrice, termsHash)
            )
        );
        emit PriceUpdated(listingId, account, price, creditPrice, termsHash);
    }

    /// @inheritdoc IMarketplace
    function changePayoutAccount(uint32 listingId, address newAccount) external {
        Orders.Listing storage l = _existingListing(listingId);
        address oldAccount = l.payoutAccount;

        // Check
        require(_msgSender() == oldAccount, Marketplace_NotPayoutAccount(listingId, _msgSender()));
        Listings.checkPayoutAccount(newAccount, l.currency);

        // Effect
        l.payoutAccount = newAccount;

        // Log
        _append(keccak256(abi.encode(SellerPayoutChanged.selector, listingId, oldAccount, newAccount)));
        emit SellerPayoutChanged(listingId, oldAccount, newAccount);
    }

    // ------------------------------------------------------------------------------------------------- baskets

    /// @inheritdoc IMarketplace
    function placeOrders(Item[] calldata items) external whenEntryOpen nonReentrant returns (uint32) {
        return _placeAll(items, _msgSender());
    }

    /// @inheritdoc IMarketplace
    function placeOrdersWithPermits(Item[] calldata items, Permit[] calldata permits)
        external
        whenEntryOpen
        nonReentrant
        returns (uint32)
    {
        address buyer = _msgSender();
        for (uint256 i; i < permits.length; ++i) {
            Permit calldata p = permits[i];
            _checkCurrency(p.currency);
            // Whoever saw the permit in the mempool may have used it up: then the allowance is there all the same.
            try IERC20Permit(p.currency).permit(buyer, address(this), p.amount, p.deadline, p.v, p.r, p.s) {}
                catch {}
        }
        return _placeAll(items, buyer);
    }

    // -------------------------------------------------------------------------------------------------- orders

    /// @inheritdoc IMarketplace
    function acceptOrder(uint32 orderId) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        address account = _msgSender();

        // Check
        _checkSellerOf(orderId, l, account);
        _checkState(orderId, o, l, OrderState.Placed);

        // Effect
        uint40 endsAt = _advance(o, l, OrderState.Accepted);
        --openOrdersOf[o.buyer];

        // Log
        _append(
            keccak256(
                abi.encode(
                    OrderAccepted.selector, orderId, account, endsAt, OrderState.Placed, OrderState.Accepted
                )
            )
        );
        emit OrderAccepted(orderId, account, endsAt, OrderState.Placed, OrderState.Accepted);
    }

    /// @inheritdoc IMarketplace
    function declineOrder(uint32 orderId) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        address account = _msgSender();

        // Check
        _checkSellerOf(orderId, l, account);
        _checkState(orderId, o, l, OrderState.Placed);

        _end(orderId, o, l, account, 0, OrderState.Declined);
    }

    /// @inheritdoc IMarketplace
    function withdrawOrder(uint32 orderId) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        address account = _msgSender();

        // Check
        require(account == o.buyer, Escrow_NotParty(orderId, account));
        _checkState(orderId, o, l, OrderState.Placed);

        _end(orderId, o, l, account, 0, OrderState.Withdrawn);
    }

    /// @inheritdoc IMarketplace
    function cancelOrder(uint32 orderId) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        address account = _msgSender();

        // Check
        _checkSellerOf(orderId, l, account);
        OrderState state = o.stateOf(l);
        require(
            state == OrderState.Accepted || state == OrderState.HandedOver,
            Marketplace_WrongState(orderId, state)
        );

        _end(orderId, o, l, account, 0, OrderState.Canceled);
    }

    /// @inheritdoc IMarketplace
    function handOver(uint32 orderId, bytes32 evidenceHash) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        address account = _msgSender();
        (OrderState oldState, OrderState newState) = (OrderState.Accepted, OrderState.HandedOver);

        // Check
        _checkSellerOf(orderId, l, account);
        _checkState(orderId, o, l, oldState);

        // Effect
        uint40 endsAt = _advance(o, l, newState);

        // Log
        _append(
            keccak256(
                abi.encode(
                    OrderHandedOver.selector, orderId, account, evidenceHash, endsAt, oldState, newState
                )
            )
        );
        emit OrderHandedOver(orderId, account, evidenceHash, endsAt, oldState, newState);
    }

    /// @inheritdoc IMarketplace
    function completeOrder(uint32 orderId) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        address account = _msgSender();

        // Check
        OrderState state = o.stateOf(l);
        if (state == OrderState.HandedOver) require(account == o.buyer, Escrow_NotParty(orderId, account));
        else require(state == OrderState.Completed && !o.hasEnded(), Marketplace_WrongState(orderId, state));

        _end(orderId, o, l, account, Splits.BPS, OrderState.Completed);
    }

    /// @inheritdoc IMarketplace
    function disputeOrder(uint32 orderId, bytes32 reason) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        address account = _msgSender();
        (OrderState oldState, OrderState newState) = (OrderState.HandedOver, OrderState.Disputed);

        // Check
        require(account == o.buyer, Escrow_NotParty(orderId, account));
        _checkState(orderId, o, l, oldState);

        // Effect
        uint40 endsAt = _advance(o, l, newState);

        // Log
        _append(
            keccak256(
                abi.encode(OrderDisputed.selector, orderId, account, reason, endsAt, oldState, newState)
            )
        );
        emit OrderDisputed(orderId, account, reason, endsAt, oldState, newState);
    }

    /// @inheritdoc IMarketplace
    function settle(
        uint32 orderId,
        uint16 sellerBps,
        uint40 deadline,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);

        // Check
        OrderState state = o.stateOf(l);
        require(
            state == OrderState.Accepted || state == OrderState.HandedOver || state == OrderState.Disputed,
            Marketplace_WrongState(orderId, state)
        );
        _checkShare(orderId, sellerBps);
        _checkSettlement(
            Settlement(orderId, sellerBps, deadline),
            _accountOf(l.seller),
            sellerSignature,
            o.buyer,
            buyerSignature
        );

        _end(orderId, o, l, _msgSender(), sellerBps, OrderState.Settled);
    }

    /// @inheritdoc IMarketplace
    function rule(uint32 orderId, uint16 sellerBps, bytes32 reason) external restrictedInPerson {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);

        // Check
        _checkArbiter(orderId, o, l);
        _checkState(orderId, o, l, OrderState.Disputed);
        _checkShare(orderId, sellerBps);

        // Log
        _append(keccak256(abi.encode(OrderRuled.selector, orderId, msg.sender, sellerBps, reason)));
        emit OrderRuled(orderId, msg.sender, sellerBps, reason);

        _end(orderId, o, l, msg.sender, sellerBps, OrderState.Ruled);
    }

    /// @inheritdoc IMarketplace
    function expire(uint32 orderId) external {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);

        // Check
        OrderState state = o.stateOf(l);
        require(
            state > OrderState.Completed && !o.hasEnded(), Marketplace_WrongState(orderId, state)
        );

        _end(orderId, o, l, _msgSender(), 0, state);
    }

    // ------------------------------------------------------------------------------------------------ payments

    /// @inheritdoc IMarketplace
    function payPart(uint32 orderId, Part part) external nonReentrant returns (uint256 amount) {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        amount = _pay(orderId, o, l, part);
        require(amount != 0, Marketplace_NothingDue(orderId));
    }

    /// @inheritdoc IMarketplace
    function payOrder(uint32 orderId) external nonReentrant {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        uint256 paid = _pay(orderId, o, l, Part.BuyerMoney) + _pay(orderId, o, l, Part.BuyerCredits);
        paid += _pay(orderId, o, l, Part.SellerMoney) + _pay(orderId, o, l, Part.SellerCredits);
        require(paid != 0, Marketplace_NothingDue(orderId));
    }

    // --------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IMarketplace
    function orderCount() external view returns (uint32) {
        return _caseCount;
    }

    /// @inheritdoc IMarketplace
    function listing(uint32 listingId) external view returns (ListingView memory) {
        return Listings.view_(_existingListing(listingId));
    }

    /// @inheritdoc IMarketplace
    function order(uint32 orderId) external view returns (OrderView memory v) {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        v.state = o.stateOf(l);
        v.ended = o.hasEnded();
        v.listingId = o.listingId;
        v.seller = l.seller;
        v.buyer = o.buyer;
        v.quantity = o.quantity;
        v.money = o.money;
        v.credits = o.credits;
        v.sellerBps = o.sellerBps;
        v.paidParts = o.paid;
        v.windowEndsAt = o.windowEndsAt(l);
    }

    /// @inheritdoc IMarketplace
    function dueOf(uint32 orderId, Part part) external view returns (uint256) {
        (Orders.Order storage o,) = _existing(orderId);
        return o.due(part);
    }

    // ------------------------------------------------------------------------------------------------ internal

    /// @dev First every order is booked, then everything is taken: whatever a currency calls meanwhile finds the books
    /// in order. Credits of all items are taken at once.
    function _placeAll(Item[] calldata items, address buyer) private returns (uint32 firstOrderId) {
        // Check
        require(items.length != 0, Marketplace_EmptyBasket());
        uint256 open = openOrdersOf[buyer] + items.length;
        require(open <= MAX_OPEN_ORDERS, Marketplace_TooManyOrders(buyer, MAX_OPEN_ORDERS));
        uint32 entityId = registry.entityOf(buyer);

        // Effect
        firstOrderId = _caseCount + 1;
        _caseCount += uint32(items.length);
        openOrdersOf[buyer] = uint8(open);
        uint256 credits;
        for (uint256 i; i < items.length; ++i) {
            credits += _place(items[i], firstOrderId + uint32(i), buyer, entityId);
        }

        // Check
        if (credits != 0) {
            require(registry.isEntityVerified(entityId, ALL_KINDS), Marketplace_NotVerified(buyer));
        }

        // Interaction
        for (uint256 i; i < items.length; ++i) {
            uint96 money = _orders[firstOrderId + uint32(i)].money;
            if (money != 0) IERC20(_listings[items[i].listingId].currency).pull(buyer, money);
        }
        if (credits != 0) _pullCredits(buyer, credits);
    }

    /// @return credits The order's leg in credits.
    function _place(Item calldata item, uint32 orderId, address buyer, uint32 entityId)
        private
        returns (uint96 credits)
    {
        Orders.Listing storage l = _existingListing(item.listingId);

        // Check
        _checkItem(item, l, entityId);
        uint96 money = _leg(item, l.price);
        credits = _leg(item, l.creditPrice);

        // Effect
        l.stock -= item.quantity;
        Orders.Order storage o = _orders[orderId];
        (o.buyer, o.listingId, o.state, o.since) =
            (buyer, item.listingId, OrderState.Placed, uint40(block.timestamp));
        // No more than the stock, which has as many bits.
        (o.money, o.credits, o.quantity, o.buyerEntity) = (money, credits, uint24(item.quantity), entityId);

        _logOrder(item, orderId, buyer, money, credits);
    }

    function _logOrder(Item calldata item, uint32 orderId, address buyer, uint96 money, uint96 credits) private {
        (uint32 listingId, uint32 quantity) = (item.listingId, item.quantity);
        (uint8 mode, bytes32 addressHash) = (item.deliveryMode, item.addressHash);
        _append(
            keccak256(
                abi.encode(
                    OrderPlaced.selector,
                    orderId,
                    listingId,
                    buyer,
                    quantity,
                    money,
                    credits,
                    mode,
                    addressHash
                )
            )
        );
        emit OrderPlaced(orderId, listingId, buyer, quantity, money, credits, mode, addressHash);
    }

    function _checkItem(Item calldata item, Orders.Listing storage l, uint32 entityId) private view {
        uint32 listingId = item.listingId;
        ListingState state = l.state;
        require(state == ListingState.Active, Marketplace_WrongListingState(listingId, state));
        bytes32 termsHash = l.termsHash();
        require(item.termsHash == termsHash, Marketplace_TermsChanged(listingId, termsHash));
        uint32 seller = l.seller;
        require(entityId != seller, Marketplace_OwnListing(listingId, seller));
        require(
            registry.isEntityVerified(seller, ALL_KINDS), Marketplace_SellerNotVerified(listingId, seller)
        );
        address currency = l.currency;
        if (currency != address(0)) _checkCurrency(currency);
        uint32 stock = l.stock;
        require(
            item.quantity != 0 && item.quantity <= stock,
            Marketplace_NotEnoughStock(listingId, item.quantity, stock)
        );
        uint8 mode = item.deliveryMode;
        require(
            mode & l.deliveryModes != 0 && mode & (mode - 1) == 0,
            Marketplace_InvalidDeliveryMode(listingId, mode)
        );
    }

    /// @dev Every end of an order. Units that were never handed over can be sold again.
    function _end(
        uint32 orderId,
        Orders.Order storage o,
        Orders.Listing storage l,
        address account,
        uint16 sellerBps,
        OrderState newState
    ) private {
        OrderState oldState = o.state;

        // Effect
        (o.state, o.sellerBps) = (newState, sellerBps);
        if (oldState == OrderState.Placed) --openOrdersOf[o.buyer];
        uint32 stock = l.stock;
        if (oldState < OrderState.HandedOver) {
            stock += o.quantity;
            l.stock = stock;
        }

        // Log
        _append(
            keccak256(
                abi.encode(OrderEnded.selector, orderId, account, sellerBps, stock, oldState, newState)
            )
        );
        emit OrderEnded(orderId, account, sellerBps, stock, oldState, newState);
    }

    /// @return amount 0 if nothing is due.
    function _pay(uint32 orderId, Orders.Order storage o, Orders.Listing storage l, Part part)
        private
        returns (uint256 amount)
    {
        // Check
        amount = o.due(part);
        if (amount == 0) return 0;

        // Effect
        o.paid |= Orders.bitOf(part);

        // Log
        bool buyers = part == Part.BuyerMoney || part == Part.BuyerCredits;
        address receiver = buyers ? o.buyer : l.payoutAccount;
        _append(keccak256(abi.encode(PartPaid.selector, orderId, receiver, part, amount)));
        emit PartPaid(orderId, receiver, part, uint96(amount));

        // Interaction
        bool money = part == Part.BuyerMoney || part == Part.SellerMoney;
        if (money) IERC20(l.currency).push(receiver, amount);
        else _pushCredits(receiver, amount);
    }

    function _advance(Orders.Order storage o, Orders.Listing storage l, OrderState newState)
        private
        returns (uint40 endsAt)
    {
        (o.state, o.since) = (newState, uint40(block.timestamp));
        return o.windowEndsAt(l);
    }

    function _changeListing(uint32 listingId, ListingState oldState, ListingState newState) private {
        Orders.Listing storage l = _existingListing(listingId);
        address account = _msgSender();

        // Check
        _checkSeller(listingId, l, account);
        require(l.state == oldState, Marketplace_WrongListingState(listingId, l.state));

        // Effect
        l.state = newState;

        // Log
        _append(keccak256(abi.encode(ListingChanged.selector, listingId, account, oldState, newState)));
        emit ListingChanged(listingId, account, oldState, newState);
    }

    function _existingListing(uint32 listingId) private view returns (Orders.Listing storage l) {
        l = _listings[listingId];
        require(l.state != ListingState.None, Marketplace_UnknownListing(listingId));
    }

    function _existing(uint32 orderId) private view returns (Orders.Order storage o, Orders.Listing storage l) {
        o = _orders[orderId];
        require(o.state != OrderState.None, Marketplace_UnknownOrder(orderId));
        l = _listings[o.listingId];
    }

    function _isParty(uint32 orderId, address account) internal view override returns (bool) {
        (Orders.Order storage o, Orders.Listing storage l) = _existing(orderId);
        return account == o.buyer || registry.entityOf(account) == l.seller;
    }

    function _checkState(uint32 orderId, Orders.Order storage o, Orders.Listing storage l, OrderState needed)
        private
        view
    {
        OrderState state = o.stateOf(l);
        require(state == needed, Marketplace_WrongState(orderId, state));
    }

    function _checkSeller(uint32 listingId, Orders.Listing storage l, address account) private view {
        require(registry.entityOf(account) == l.seller, Marketplace_NotSeller(listingId, account));
    }

    function _checkSellerOf(uint32 orderId, Orders.Listing storage l, address account) private view {
        require(registry.entityOf(account) == l.seller, Escrow_NotParty(orderId, account));
    }

    /// @dev Nobody rules on an order that they or their entity placed, are paid for, or sell in.
    function _checkArbiter(uint32 orderId, Orders.Order storage o, Orders.Listing storage l) private view {
        uint32 entityId = registry.entityOf(msg.sender);
        bool party = msg.sender == o.buyer || msg.sender == l.payoutAccount || entityId == l.seller
            || (entityId != 0 && entityId == o.buyerEntity);
        require(!party, Escrow_ArbiterIsParty(orderId, msg.sender));
    }

    function _checkCurrency(address currency) private view {
        require(crowdfunding.isCurrency(currency), Marketplace_CurrencyNotListed(currency));
    }

    function _checkShare(uint32 orderId, uint16 sellerBps) private pure {
        require(sellerBps <= Splits.BPS, Escrow_ShareTooLarge(orderId, sellerBps, Splits.BPS));
    }

    function _leg(Item calldata item, uint96 price) private pure returns (uint96) {
        uint256 amount = uint256(price) * item.quantity;
        require(amount <= type(uint96).max, Marketplace_AmountTooLarge(item.listingId, amount));
        return uint96(amount);
    }
}
