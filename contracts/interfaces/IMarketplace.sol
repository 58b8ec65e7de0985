// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "./ICrowdfunding.sol";
import {IEscrow} from "./IEscrow.sol";

/// @title Marketplace
/// @notice Verified entities list goods and services for money, for credits, or for both. A basket orders from several
/// sellers at once; each item is an order of its own, with two legs in escrow: money of the listing's currency, and
/// credits. A refund mirrors what was paid, leg by leg, to the account that paid.
/// @dev Amounts are base units, below 2^96. Times are Unix times in seconds, durations are seconds, windows are half open.
/// Ids start at 1. What `ICrowdfunding` assumes about currencies holds here too; its list is the one that counts.
interface IMarketplace is IEscrow {
    /// @notice Stored state of a listing; time alone changes none.
    enum ListingState {
        None, // no such listing
        Active,
        Paused, // takes no orders until it is resumed
        Withdrawn // final
    }

    /// @notice Where an order stands, computed from stored facts and the block time. Time alone moves Placed to Lapsed,
    /// Accepted to Undelivered, HandedOver to Completed, Disputed to Unruled. What time has decided still waits for somebody
    /// to carry it out: `expire`, or `completeOrder` for Completed.
    enum OrderState {
        None, // no such order
        Placed, // accept window: the seller accepts or declines, the buyer may withdraw
        Accepted, // deliver window: the seller hands over
        HandedOver, // confirm window: the buyer completes or disputes
        Disputed, // ruling window: both sign a settlement, or an arbiter rules
        Completed, // final: both legs are the seller's
        Declined, // final, like all that follow: both legs are the buyer's, or parted as settled or ruled
        Withdrawn,
        Lapsed,
        Canceled,
        Undelivered,
        Settled,
        Ruled,
        Unruled
    }

    /// @notice One payment that an ended order may owe.
    enum Part {
        BuyerMoney,
        BuyerCredits,
        SellerMoney,
        SellerCredits
    }

    /// @notice What is offered. Only the prices and the payout account change later, and the stock with each order.
    struct ListingTerms {
        address currency; // listed ERC-20; zero if there is no price in money
        uint96 price; // of one unit, in base units of the currency
        uint96 creditPrice; // of one unit, in base units of the credit; one of the two prices is above zero
        uint32 stock; // units, > 0, below 2^24
        uint8 deliveryModes; // bit set, > 0: pickup 1, shipping 2, on site 4, online 8
        uint32 acceptWindow; // 1 hour to 30 days
        uint32 deliverWindow; // 1 hour to 180 days
        uint32 confirmWindow; // 3 to 30 days
        address payoutAccount; // where the seller is paid; only this account can name another
        bytes32 descriptionHash; // SHA-256 of the description document
    }

    /// @notice One item of a basket.
    struct Item {
        uint32 listingId;
        uint32 quantity;
        uint8 deliveryMode; // one bit of the listing's
        bytes32 termsHash; // that of the terms the buyer saw
        bytes32 addressHash; // salted hash of where to deliver; zero if nowhere
    }

    /// @notice An ERC-2612 permit of exactly `amount` of a currency, signed by the buyer.
    struct Permit {
        address currency;
        uint256 amount;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice A listing as readers see it.
    struct ListingView {
        ListingState state;
        uint32 seller; // entity id
        address currency;
        uint96 price;
        uint96 creditPrice;
        uint32 stock; // units left
        uint8 deliveryModes;
        uint32 acceptWindow;
        uint32 deliverWindow;
        uint32 confirmWindow;
        address payoutAccount;
        bytes32 termsHash; // to be named by an order
    }

    /// @notice An order as readers see it.
    struct OrderView {
        OrderState state;
        bool ended; // its legs can be paid out
        uint32 listingId;
        uint32 seller; // entity id
        address buyer;
        uint32 quantity;
        uint96 money; // leg in the listing's currency
        uint96 credits; // leg in credits
        uint16 sellerBps; // part of both legs that is the seller's, once it has ended
        uint8 paidParts; // bit 1 << part for each part paid
        uint40 windowEndsAt; // 0 once it has ended
    }

    /// @notice An entity listed something. `termsHash` is what orders have to name.
    event Listed(
        uint32 indexed listingId, uint32 indexed seller, address indexed account, ListingTerms terms, bytes32 termsHash
    );

    /// @notice The seller paused, resumed or withdrew a listing.
    event ListingChanged(
        uint32 indexed listingId, address indexed account, ListingState oldState, ListingState newState
    );

    /// @notice The seller changed the prices; orders have to name another hash from now on.
    event PriceUpdated(
        uint32 indexed listingId, address indexed account, uint96 price, uint96 creditPrice, bytes32 termsHash
    );

    /// @notice The payout account of a listing named another one.
    event SellerPayoutChanged(
        uint32 indexed listingId, address indexed oldAccount, address indexed newAccount
    );

    /// @notice An order was placed, and its legs are in escrow. `addressHash` is a salted hash.
    event OrderPlaced(
        uint32 indexed orderId,
        uint32 indexed listingId,
        address indexed buyer,
        uint32 quantity,
        uint96 money,
        uint96 credits,
        uint8 deliveryMode,
        bytes32 addressHash
    );

    /// @notice The seller accepted; it has to hand over before `windowEndsAt`.
    event OrderAccepted(
        uint32 indexed orderId, address indexed account, uint40 windowEndsAt, OrderState oldState, OrderState newState
    );

    /// @notice The seller handed over; `evidenceHash` is the SHA-256 of evidence, or zero.
    event OrderHandedOver(
        uint32 indexed orderId,
        address indexed account,
        bytes32 evidenceHash,
        uint40 windowEndsAt,
        OrderState oldState,
        OrderState newState
    );

    /// @notice The buyer disputed what was handed over. `reason` is the SHA-256 of why.
    event OrderDisputed(
        uint32 indexed orderId,
        address indexed account,
        bytes32 reason,
        uint40 windowEndsAt,
        OrderState oldState,
        OrderState newState
    );

    /// @notice An arbiter ruled; the order ends in the same transaction. `reason` is the SHA-256 of the reasons.
    event OrderRuled(uint32 indexed orderId, address indexed arbiter, uint16 sellerBps, bytes32 reason);

    /// @notice An order ended: `sellerBps` of both legs are the seller's, the rest the buyer's.
    /// @param stock Units left of the listing, with those that came back.
    event OrderEnded(
        uint32 indexed orderId,
        address indexed account,
        uint16 sellerBps,
        uint32 stock,
        OrderState oldState,
        OrderState newState
    );

    /// @notice A part of an ended order was paid.
    event PartPaid(uint32 indexed orderId, address indexed receiver, Part part, uint96 amount);

    /// @notice No listing has this id.
    error Marketplace_UnknownListing(uint32 listingId);

    /// @notice No order has this id.
    error Marketplace_UnknownOrder(uint32 orderId);

    /// @notice The act is not possible in the listing's state.
    error Marketplace_WrongListingState(uint32 listingId, ListingState state);

    /// @notice The act is not possible in the order's state.
    error Marketplace_WrongState(uint32 orderId, OrderState state);

    /// @notice The account acts for no verified entity; a seller must, and a buyer who pays credits.
    error Marketplace_NotVerified(address account);

    /// @notice The seller's entity is not verified now, so that nobody can order.
    error Marketplace_SellerNotVerified(uint32 listingId, uint32 seller);

    /// @notice The account does not act for the listing's seller.
    error Marketplace_NotSeller(uint32 listingId, address account);

    /// @notice The currency is not on Crowdfunding's list, or no longer.
    error Marketplace_CurrencyNotListed(address currency);

    /// @notice A price in money needs a currency and the other way round; one price must be above zero.
    error Marketplace_InvalidPrice(address currency, uint256 price, uint256 creditPrice);

    /// @notice A term lies outside [min, max]. `term` is its name in ASCII.
    error Marketplace_TermOutOfBounds(bytes32 term, uint256 value, uint256 min, uint256 max);

    /// @notice Zero, this contract and the currency can't be a payout account.
    error Marketplace_InvalidPayoutAccount(address account);

    /// @notice Only the present payout account may name another.
    error Marketplace_NotPayoutAccount(uint32 listingId, address account);

    /// @notice A basket has at least one item.
    error Marketplace_EmptyBasket();

    /// @notice The terms are not those that the buyer saw; `termsHash` is that of the present ones.
    error Marketplace_TermsChanged(uint32 listingId, bytes32 termsHash);

    /// @notice Only `left` units are left, those taken by earlier items of the basket deducted. None can't be ordered.
    error Marketplace_NotEnoughStock(uint32 listingId, uint32 quantity, uint32 left);

    /// @notice An order names exactly one of the listing's delivery modes.
    error Marketplace_InvalidDeliveryMode(uint32 listingId, uint8 deliveryMode);

    /// @notice Nobody orders from itself.
    error Marketplace_OwnListing(uint32 listingId, uint32 seller);

    /// @notice A leg must be below 2^96 base units.
    error Marketplace_AmountTooLarge(uint32 listingId, uint256 amount);

    /// @notice A buyer has at most `max` orders that no seller has answered.
    error Marketplace_TooManyOrders(address buyer, uint256 max);

    /// @notice The part is nothing, or paid, or the order has not ended.
    error Marketplace_NothingDue(uint32 orderId);

    /// @notice Lists something (a verified entity; entry act).
    /// @return listingId Id of the new listing.
    function list(ListingTerms calldata terms) external returns (uint32 listingId);

    /// @notice Stops new orders for a while (the seller).
    function pauseListing(uint32 listingId) external;

    /// @notice Takes orders again (the seller).
    function resumeListing(uint32 listingId) external;

    /// @notice Takes no orders any more, for good (the seller). Orders that are open stay what they are.
    function withdrawListing(uint32 listingId) external;

    /// @notice Changes the prices (the seller). Orders placed keep theirs.
    function updatePrice(uint32 listingId, uint96 price, uint96 creditPrice) external;

    /// @notice Names another account where the seller of a listing is paid (the present one).
    function changePayoutAccount(uint32 listingId, address newAccount) external;

    /// @notice Orders all items or none (entry act). Money needs allowances for this contract; credits need none, but a
    /// buyer who is verified.
    /// @return firstOrderId Id of the first item's order; the others follow.
    function placeOrders(Item[] calldata items) external returns (uint32 firstOrderId);

    /// @notice The same, with permits of money (entry act). A permit that fails is ignored; the order then needs the
    /// allowance.
    function placeOrdersWithPermits(Item[] calldata items, Permit[] calldata permits)
        external
        returns (uint32 firstOrderId);

    /// @notice Accepts an order (the seller).
    function acceptOrder(uint32 orderId) external;

    /// @notice Declines an order (the seller); all back.
    function declineOrder(uint32 orderId) external;

    /// @notice Withdraws an order that the seller has not answered (the buyer); all back.
    function withdrawOrder(uint32 orderId) external;

    /// @notice Cancels an accepted order, also once handed over (the seller); all back.
    function cancelOrder(uint32 orderId) external;

    /// @notice Says that an order was handed over (the seller).
    function handOver(uint32 orderId, bytes32 evidenceHash) external;

    /// @notice Completes an order (the buyer within the confirm window, anyone after it): all is the seller's.
    function completeOrder(uint32 orderId) external;

    /// @notice Disputes what was handed over (the buyer), within the confirm window.
    function disputeOrder(uint32 orderId, bytes32 reason) external;

    /// @notice Ends an accepted, handed over or disputed order as both signed; anyone may bring the signatures.
    /// @param sellerBps Share of the settlement: basis points of both legs that are the seller's.
    /// @param deadline The settlement may be used before.
    function settle(
        uint32 orderId,
        uint16 sellerBps,
        uint40 deadline,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external;

    /// @notice Ends a disputed order by a ruling (arbiter, no party of it).
    function rule(uint32 orderId, uint16 sellerBps, bytes32 reason) external;

    /// @notice Gives both legs back where time has ended an order: Lapsed, Undelivered, Unruled. Anyone.
    function expire(uint32 orderId) external;

    /// @notice Pays one part of an ended order to whom it belongs. Anyone; no deadline.
    /// @return amount What was paid, in base units.
    function payPart(uint32 orderId, Part part) external returns (uint256 amount);

    /// @notice Pays every part of an ended order that is due. Anyone. If one can't be paid, `payPart` pays the others.
    function payOrder(uint32 orderId) external;

    /// @notice Where currencies are listed.
    function crowdfunding() external view returns (ICrowdfunding);

    /// @notice Number of listings ever made, which is also the highest id.
    function listingCount() external view returns (uint32);

    /// @notice Number of orders ever placed, which is also the highest id.
    function orderCount() external view returns (uint32);

    /// @notice Orders of a buyer that no seller has answered.
    function openOrdersOf(address buyer) external view returns (uint8);

    /// @notice The listing; reverts if there is none with this id.
    function listing(uint32 listingId) external view returns (ListingView memory);

    /// @notice The order now; reverts if there is none with this id.
    function order(uint32 orderId) external view returns (OrderView memory);

    /// @notice What `payPart` would pay now, in base units.
    function dueOf(uint32 orderId, Part part) external view returns (uint256);
}
