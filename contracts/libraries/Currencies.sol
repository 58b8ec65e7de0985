// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ICrowdfunding} from "../interfaces/ICrowdfunding.sol";

/// @title Moving a currency in and out, believing only balances
library Currencies {
    using SafeERC20 for IERC20;

    /// @notice Takes `amount` from `from`; reverts unless exactly that arrived.
    function pull(IERC20 currency, address from, uint256 amount) internal {
        uint256 before = currency.balanceOf(address(this));
        // Callers name the account whose own call this is, and no other.
        // slither-disable-next-line arbitrary-send-erc20
        currency.safeTransferFrom(from, address(this), amount);
        uint256 present = currency.balanceOf(address(this));
        // A token may even take from us what it should have brought.
        uint256 received = present > before ? present - before : 0;
        // Only the currency runs between the two balances, so that nobody else can make them differ.
        // slither-disable-next-line incorrect-equality
        require(received == amount, ICrowdfunding.Crowdfunding_ReceivedDiffers(address(currency), amount, received));
    }

    /// @notice Pays `amount` to `to`; reverts if that cost this contract more, so that nobody pays for another's exit.
    /// Nothing is paid without a transfer, which a token may refuse: a refund floored to nothing must leave the books.
    function push(IERC20 currency, address to, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = currency.balanceOf(address(this));
        currency.safeTransfer(to, amount);
        uint256 present = currency.balanceOf(address(this));
        uint256 lost = before > present ? before - present : 0;
        require(lost <= amount, ICrowdfunding.Crowdfunding_PaidTooMuch(address(currency), amount, lost));
    }
}
