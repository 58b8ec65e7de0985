// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketplace} from "../interfaces/IMarketplace.sol";
import {Splits} from "./Splits.sol";
import {Windows} from "./Windows.sol";

/// @title What is stored of listings and orders, an order's state computed from that and the time, and its books
library Orders {
    /// @dev An order touches slot 0 for its stock, and reads the others.
    struct Listing {
        // slot 0
        uint32 seller;
        uint32 stock;
        IMarketplace.ListingState state;
        uint8 deliveryModes;
        uint24 acceptWindow; // seconds, like the next two
        uint24 deliverWindow;
        uint24 confirmWindow;
        // slot 1
        address currency;
        uint96 price;
        // slot 2
        address payoutAccount;
        uint96 creditPrice;
        // slot 3
        bytes32 fixedTermsHash;
    }

    /// @dev Two slots, the first of which is all that acts on the order change.
    struct Order {
        // slot 0
        address buyer;
        uint32 listingId;
        IMarketplace.OrderState state; // as the last act left it
        uint40 since; // of the last act that opened a window
        uint16 sellerBps; // of both legs, once it has ended
        // slot 1
        uint96 money;
        uint96 credits;
        uint24 quantity;
        uint8 paid; // bit 1 << part
        uint32 buyerEntity; // for which the buyer acted; 0 if for none
    }

    /// @notice What the buyer saw: the terms that never change, and the prices.
    function termsHash(Listing storage l) internal view returns (bytes32) {
        return keccak256(abi.encode(l.fixedTermsHash, l.price, l.creditPrice));
    }

    /// @notice The state now.
    function stateOf(Order storage o, Listing storage l) internal view returns (IMarketplace.OrderState state) {
        state = o.state;
        if (state == IMarketplace.OrderState.Placed) {
            if (Windows.isOver(o.since, l.acceptWindow)) return IMarketplace.OrderState.Lapsed;
        } else if (state == IMarketplace.OrderState.Accepted) {
            if (Windows.isOver(o.since, l.deliverWindow)) return IMarketplace.OrderState.Undelivered;
        } else if (state == IMarketplace.OrderState.HandedOver) {
            if (Windows.isOver(o.since, l.confirmWindow)) return IMarketplace.OrderState.Completed;
        } else if (state == IMarketplace.OrderState.Disputed) {
            if (Windows.isOver(o.since, Windows.RULING_WINDOW)) return IMarketplace.OrderState.Unruled;
        }
    }

    /// @notice Whether its legs can be paid out.
    function hasEnded(Order storage o) internal view returns (bool) {
        return o.state >= IMarketplace.OrderState.Completed;
    }

    /// @notice End of the present window; 0 once it has ended.
    function windowEndsAt(Order storage o, Listing storage l) internal view returns (uint40) {
        IMarketplace.OrderState state = o.state;
        if (state == IMarketplace.OrderState.Placed) return o.since + l.acceptWindow;
        if (state == IMarketplace.OrderState.Accepted) return o.since + l.deliverWindow;
        if (state == IMarketplace.OrderState.HandedOver) return o.since + l.confirmWindow;
        return state == IMarketplace.OrderState.Disputed ? o.since + Windows.RULING_WINDOW : 0;
    }

    /// @notice What a part of an ended order is and is not paid yet; 0 before its end.
    function due(Order storage o, IMarketplace.Part part) internal view returns (uint256) {
        if (!hasEnded(o) || o.paid & bitOf(part) != 0) return 0;
        bool money = part == IMarketplace.Part.BuyerMoney || part == IMarketplace.Part.SellerMoney;
        bool buyers = part == IMarketplace.Part.BuyerMoney || part == IMarketplace.Part.BuyerCredits;
        uint256 leg = money ? o.money : o.credits;
        return buyers ? Splits.restOf(leg, o.sellerBps) : Splits.partDown(leg, o.sellerBps);
    }

    function bitOf(IMarketplace.Part part) internal pure returns (uint8) {
        return uint8(1) << uint8(part);
    }
}
