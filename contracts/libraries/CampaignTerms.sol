// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../interfaces/ICrowdfunding.sol";
import {Campaigns} from "./Campaigns.sol";

/// @title The bounds of a campaign's terms
library CampaignTerms {
    /// @dev Long enough to prepare an opening, short enough that reviewed facts still hold.
    uint256 private constant MAX_OPENING_DELAY = 90 days;
    uint256 private constant MIN_LIVE = 1 days;
    uint256 private constant MAX_LIVE = 90 days;
    uint256 private constant MAX_EXTENSION = 60 days;
    uint256 private constant MIN_WITHDRAWAL_CUTOFF = 1 days;
    uint256 private constant MIN_OBJECTION_WINDOW = 3 days;
    uint256 private constant MAX_OBJECTION_WINDOW = 30 days;
    uint256 private constant MIN_RULING_WINDOW = 7 days;
    uint256 private constant MAX_RULING_WINDOW = 60 days;
    uint256 private constant MAX_DELIVERY = 3 * 365 days;

    /// @notice Reverts with the name of the first term out of bounds. The currency is checked elsewhere.
    function check(ICrowdfunding.Terms calldata t) internal view {
        checkPayoutAccount(t.payoutAccount, t.currency);

        _within("goal", t.goal, 1, type(uint96).max);
        _within("stretchGoal", t.stretchGoal, t.goal, type(uint96).max);
        _within("minPledge", t.minPledge, 0, t.goal);

        _within("opensAt", t.opensAt, block.timestamp + 1, block.timestamp + MAX_OPENING_DELAY);
        _within("deadline", t.deadline, t.opensAt + MIN_LIVE, t.opensAt + MAX_LIVE);
        _within("extension", t.extension, 0, MAX_EXTENSION);

        uint256 live = t.deadline - t.opensAt;
        uint256 tenth = live / 10;
        _within(
            "withdrawalCutoff",
            t.withdrawalCutoff,
            tenth > MIN_WITHDRAWAL_CUTOFF ? tenth : MIN_WITHDRAWAL_CUTOFF,
            live / 2
        );
        _within("objectionWindow", t.objectionWindow, MIN_OBJECTION_WINDOW, MAX_OBJECTION_WINDOW);
        _within("rulingWindow", t.rulingWindow, MIN_RULING_WINDOW, MAX_RULING_WINDOW);
    }

    /// @notice Reverts for an account from which money could never come out again.
    function checkPayoutAccount(address account, address currency) internal view {
        require(
            account != address(0) && account != address(this) && account != currency,
            ICrowdfunding.Crowdfunding_InvalidPayoutAccount(account)
        );
    }

    /// @notice Reverts with the name of the first milestone term out of bounds.
    function checkPlan(ICrowdfunding.MilestonePlan[] calldata plan, uint40 deadline) internal pure {
        _within("milestones", plan.length, 1, Campaigns.MAX_MILESTONES);
        uint256 total;
        uint256 earliest = deadline;
        for (uint256 i; i < plan.length; ++i) {
            _within("dueDate", plan[i].dueDate, earliest, deadline + MAX_DELIVERY);
            _within("shareBps", plan[i].shareBps, 1, Campaigns.BPS);
            earliest = uint256(plan[i].dueDate) + 1;
            total += plan[i].shareBps;
        }
        _within("shareBpsTotal", total, Campaigns.BPS, Campaigns.BPS);
    }

    function _within(bytes32 term, uint256 value, uint256 min, uint256 max) private pure {
        require(
            min <= value && value <= max, ICrowdfunding.Crowdfunding_TermOutOfBounds(term, value, min, max)
        );
    }
}
