// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IMarketplace} from "../interfaces/IMarketplace.sol";
import {Journals} from "./Journals.sol";
import {Orders} from "./Orders.sol";

/// @title Listing something, and the bounds of its terms
/// @notice Deployed on its own and linked, because one contract would be too large. Who may list, and in which currency,
/// is checked there.
library Listings {
    using Journals for Journals.Journal;
    using Orders for Orders.Listing;

    /// @dev Who lists what under which id.
    struct Lister {
        uint32 listingId;
        uint32 seller;
        address account;
    }

    uint256 private constant MIN_ACCEPT = 1 hours;
    uint256 private constant MAX_ACCEPT = 30 days;
    uint256 private constant MIN_DELIVER = 1 hours;
    uint256 private constant MAX_DELIVER = 180 days;
    /// @dev A buyer needs time to look.
    uint256 private constant MIN_CONFIRM = 3 days;
    uint256 private constant MAX_CONFIRM = 30 days;
    /// @dev Leaves room in an order for the entity that bought.
    uint256 private constant MAX_STOCK = type(uint24).max;
    /// @dev Pickup 1, shipping 2, on site 4, online 8.
    uint256 private constant ALL_MODES = 15;

    /// @notice Checks the terms, stores and logs them.
    function open(
        Journals.Journal storage journal,
        Orders.Listing storage l,
        Lister memory by,
        IMarketplace.ListingTerms calldata terms
    ) external {
        // Check
        _check(terms);

        // Effect
        (l.seller, l.stock, l.state, l.deliveryModes) =
            (by.seller, terms.stock, IMarketplace.ListingState.Active, terms.deliveryModes);
        (l.acceptWindow, l.deliverWindow, l.confirmWindow) =
            (uint24(terms.acceptWindow), uint24(terms.deliverWindow), uint24(terms.confirmWindow));
        (l.currency, l.price) = (terms.currency, terms.price);
        (l.payoutAccount, l.creditPrice) = (terms.payoutAccount, terms.creditPrice);
        l.fixedTermsHash = _fixedTermsHash(by.listingId, terms);

        // Log
        bytes32 termsHash = l.termsHash();
        journal.append(
            keccak256(
                abi.encode(
                    IMarketplace.Listed.selector, by.listingId, by.seller, by.account, terms, termsHash
                )
            )
        );
        emit IMarketplace.Listed(by.listingId, by.seller, by.account, terms, termsHash);
    }

    /// @notice The listing as `IMarketplace.listing` shows it.
    function view_(Orders.Listing storage l) external view returns (IMarketplace.ListingView memory v) {
        v.state = l.state;
        v.seller = l.seller;
        v.currency = l.currency;
        v.price = l.price;
        v.creditPrice = l.creditPrice;
        v.stock = l.stock;
        v.deliveryModes = l.deliveryModes;
        v.acceptWindow = l.acceptWindow;
        v.deliverWindow = l.deliverWindow;
        v.confirmWindow = l.confirmWindow;
        v.payoutAccount = l.payoutAccount;
        v.termsHash = l.termsHash();
    }

    /// @notice A price in money needs a currency and the other way round, and nothing is free.
    function checkPrice(address currency, uint96 price, uint96 creditPrice) internal pure {
        require(
            (currency == address(0)) == (price == 0) && (price != 0 || creditPrice != 0),
            IMarketplace.Marketplace_InvalidPrice(currency, price, creditPrice)
        );
    }

    /// @notice Reverts for an account from which money could never come out again.
    function checkPayoutAccount(address account, address currency) internal view {
        require(
            account != address(0) && account != address(this) && account != currency,
            IMarketplace.Marketplace_InvalidPayoutAccount(account)
        );
    }

    /// @dev Reverts with the name of the first term out of bounds.
    function _check(IMarketplace.ListingTerms calldata t) private view {
        checkPrice(t.currency, t.price, t.creditPrice);
        checkPayoutAccount(t.payoutAccount, t.currency);
        _within("stock", t.stock, 1, MAX_STOCK);
        _within("deliveryModes", t.deliveryModes, 1, ALL_MODES);
        _within("acceptWindow", t.acceptWindow, MIN_ACCEPT, MAX_ACCEPT);
        _within("deliverWindow", t.deliverWindow, MIN_DELIVER, MAX_DELIVER);
        _within("confirmWindow", t.confirmWindow, MIN_CONFIRM, MAX_CONFIRM);
    }

    /// @dev Everything but the prices, the stock, and where the seller is paid, which is no buyer's concern.
    function _fixedTermsHash(uint32 listingId, IMarketplace.ListingTerms calldata t) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                listingId,
                t.currency,
                t.deliveryModes,
                t.acceptWindow,
                t.deliverWindow,
                t.confirmWindow,
                t.descriptionHash
            )
        );
    }

    function _within(bytes32 term, uint256 value, uint256 min, uint256 max) private pure {
        require(
            min <= value && value <= max, IMarketplace.Marketplace_TermOutOfBounds(term, value, min, max)
        );
    }
}
