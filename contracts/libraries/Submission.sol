// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ICrowdfunding} from "../interfaces/ICrowdfunding.sol";
import {Campaigns} from "./Campaigns.sol";
import {CampaignTerms} from "./CampaignTerms.sol";
import {Journals} from "./Journals.sol";

/// @title From plan to opening: submitting, approving, rejecting and canceling a campaign
/// @notice Deployed on its own and linked, like `Delivery`. Who may do it, and in which currency, is checked there.
library Submission {
    using Campaigns for Campaigns.Campaign;
    using CampaignTerms for ICrowdfunding.Terms;
    using CampaignTerms for ICrowdfunding.MilestonePlan[];
    using Journals for Journals.Journal;

    /// @dev Who submits what under which id.
    struct Submitter {
        uint32 campaignId;
        uint32 organizer;
        address account;
    }

    /// @notice Checks the terms and the plan, stores and logs them.
    function submit(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        Submitter memory by,
        ICrowdfunding.Terms calldata terms,
        ICrowdfunding.MilestonePlan[] calldata plan
    ) external {
        // Check
        terms.check();
        plan.checkPlan(terms.deadline);

        // Effect
        _store(c, by.organizer, terms, uint8(plan.length));

        // Log
        _log(journal, by, terms, uint8(plan.length));
        _plan(journal, c, by.campaignId, plan);
    }

    /// @notice Stores and logs that `msg.sender` approved the campaign.
    function approve(Journals.Journal storage journal, Campaigns.Campaign storage c, uint32 campaignId) external {
        // Effect
        c.decision = Campaigns.Decision.Approved;

        // Log
        ICrowdfunding.Phase oldPhase = ICrowdfunding.Phase.Submitted;
        ICrowdfunding.Phase newPhase = ICrowdfunding.Phase.Approved;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.CampaignApproved.selector, campaignId, msg.sender, oldPhase, newPhase
                )
            )
        );
        emit ICrowdfunding.CampaignApproved(campaignId, msg.sender, oldPhase, newPhase);
    }

    /// @notice Stores and logs that `msg.sender` rejected the campaign.
    function reject(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        uint32 campaignId,
        bytes32 reason
    ) external {
        // Effect
        c.decision = Campaigns.Decision.Rejected;

        // Log
        ICrowdfunding.Phase oldPhase = ICrowdfunding.Phase.Submitted;
        ICrowdfunding.Phase newPhase = ICrowdfunding.Phase.Rejected;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.CampaignRejected.selector,
                    campaignId,
                    msg.sender,
                    reason,
                    oldPhase,
                    newPhase
                )
            )
        );
        emit ICrowdfunding.CampaignRejected(campaignId, msg.sender, reason, oldPhase, newPhase);
    }

    /// @notice Cancels a campaign that has not reached its goal.
    /// @param account Acts for the organizer.
    /// @param oldPhase Where the campaign stands.
    function cancel(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        uint32 campaignId,
        address account,
        ICrowdfunding.Phase oldPhase
    ) external {
        // Check
        require(
            oldPhase == ICrowdfunding.Phase.Submitted || oldPhase == ICrowdfunding.Phase.Approved
                || oldPhase == ICrowdfunding.Phase.Live,
            ICrowdfunding.Crowdfunding_WrongPhase(campaignId, oldPhase)
        );
        require(
            c.raised < c.goal, ICrowdfunding.Crowdfunding_GoalReached(campaignId, c.raised, c.goal)
        );

        // Effect
        c.decision = Campaigns.Decision.Canceled;

        // Log
        ICrowdfunding.Phase newPhase = ICrowdfunding.Phase.Canceled;
        journal.append(
            keccak256(
                abi.encode(ICrowdfunding.CampaignCanceled.selector, campaignId, account, oldPhase, newPhase)
            )
        );
        emit ICrowdfunding.CampaignCanceled(campaignId, account, oldPhase, newPhase);
    }

    /// @notice Names another payout account.
    function changePayoutAccount(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        uint32 campaignId,
        address newAccount
    ) external {
        // Check
        CampaignTerms.checkPayoutAccount(newAccount, c.currency);

        // Effect
        address oldAccount = c.payoutAccount;
        c.payoutAccount = newAccount;

        // Log
        journal.append(
            keccak256(
                abi.encode(ICrowdfunding.PayoutAccountChanged.selector, campaignId, oldAccount, newAccount)
            )
        );
        emit ICrowdfunding.PayoutAccountChanged(campaignId, oldAccount, newAccount);
    }

    /// @notice Decimals of a token; 255 for an address without code or a token without decimals.
    function decimalsOf(address currency) external view returns (uint8) {
        if (currency.code.length == 0) return type(uint8).max;
        try IERC20Metadata(currency).decimals() returns (uint8 decimals) {
            return decimals;
        } catch {
            return type(uint8).max;
        }
    }

    function _store(
        Campaigns.Campaign storage c,
        uint32 organizer,
        ICrowdfunding.Terms calldata t,
        uint8 milestoneCount
    ) private {
        (c.goal, c.deadline, c.decision) = (t.goal, t.deadline, Campaigns.Decision.Submitted);
        c.currency = t.currency;
        (c.stretchGoal, c.minPledge, c.organizer, c.live) =
            (t.stretchGoal, t.minPledge, organizer, uint24(t.deadline - t.opensAt));
        c.payoutAccount = t.payoutAccount;
        (c.submittedAt, c.milestoneCount) = (uint40(block.timestamp), milestoneCount);
        (c.extension, c.withdrawalCutoff) = (uint24(t.extension), uint24(t.withdrawalCutoff));
        (c.objectionWindow, c.rulingWindow) = (uint24(t.objectionWindow), uint24(t.rulingWindow));
    }

    function _plan(
        Journals.Journal storage journal,
        Campaigns.Campaign storage c,
        uint32 campaignId,
        ICrowdfunding.MilestonePlan[] calldata plan
    ) private {
        uint16 cumulativeBps;
        for (uint8 i; i < plan.length; ++i) {
            ICrowdfunding.MilestonePlan calldata m = plan[i];
            cumulativeBps += m.shareBps;
            c.setPlan(i, cumulativeBps, m.dueDate);
            journal.append(
                keccak256(
                    abi.encode(
                        ICrowdfunding.MilestonePlanned.selector,
                        campaignId,
                        i,
                        m.shareBps,
                        m.dueDate,
                        m.documentHash
                    )
                )
            );
            emit ICrowdfunding.MilestonePlanned(campaignId, i, m.shareBps, m.dueDate, m.documentHash);
        }
    }

    function _log(
        Journals.Journal storage journal,
        Submitter memory by,
        ICrowdfunding.Terms calldata terms,
        uint8 milestoneCount
    ) private {
        ICrowdfunding.Phase oldPhase = ICrowdfunding.Phase.None;
        ICrowdfunding.Phase newPhase = ICrowdfunding.Phase.Submitted;
        journal.append(
            keccak256(
                abi.encode(
                    ICrowdfunding.CampaignSubmitted.selector,
                    by.campaignId,
                    by.organizer,
                    by.account,
                    terms,
                    milestoneCount,
                    oldPhase,
                    newPhase
                )
            )
        );
        emit ICrowdfunding.CampaignSubmitted(
            by.campaignId, by.organizer, by.account, terms, milestoneCount, oldPhase, newPhase
        );
    }
}
