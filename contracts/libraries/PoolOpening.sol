// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICrowdfunding} from "../interfaces/ICrowdfunding.sol";
import {IMatchFunding} from "../interfaces/IMatchFunding.sol";
import {Journals} from "./Journals.sol";
import {Pools} from "./Pools.sol";

/// @title How pools open, and money and campaigns come in
/// @notice Deployed on its own and linked, because one contract would be too large. Who may do it, and in which
/// currency, is checked there.
library PoolOpening {
    using Journals for Journals.Journal;

    /// @dev Public money is budgeted for a year or two; what waits longer should go back.
    uint256 private constant MAX_WINDOW = 2 * 365 days;

    /// @dev Who opens what under which id.
    struct Opener {
        uint32 poolId;
        uint32 manager;
        address account;
    }

    /// @dev Who pays into what.
    struct Funder {
        uint32 poolId;
        uint32 funder;
        address account;
    }

    /// @notice Checks the terms, stores and logs them.
    function open(
        Journals.Journal storage journal,
        Pools.Pool storage p,
        Opener memory by,
        IMatchFunding.PoolTerms calldata terms
    ) external {
        // Check
        _check(terms);

        // Effect
        _store(p, by.manager, terms);

        // Log
        journal.append(
            keccak256(abi.encode(IMatchFunding.PoolOpened.selector, by.poolId, by.manager, by.account, terms))
        );
        emit IMatchFunding.PoolOpened(by.poolId, by.manager, by.account, terms);
    }

    /// @notice Books and logs what the caller then takes in.
    /// @param f Of the account.
    function fund(
        Journals.Journal storage journal,
        Pools.Pool storage p,
        Pools.Funding storage f,
        Funder memory by,
        uint96 amount
    ) external {
        // Effect
        uint96 fundedByAccount = f.funded + amount;
        uint96 funded = p.funded + amount;
        (f.funded, p.funded) = (fundedByAccount, funded);
        p.unreserved += amount;

        // Log
        journal.append(
            keccak256(
                abi.encode(
                    IMatchFunding.PoolFunded.selector,
                    by.poolId,
                    by.funder,
                    by.account,
                    amount,
                    fundedByAccount,
                    funded
                )
            )
        );
        emit IMatchFunding.PoolFunded(by.poolId, by.funder, by.account, amount, fundedByAccount, funded);
    }

    /// @notice The pool as `IMatchFunding.pool` shows it.
    function view_(Pools.Pool storage p) external view returns (IMatchFunding.PoolView memory v) {
        bool gift = p.kind == Pools.Kind.Gift;
        v.terms.currency = p.currency;
        v.terms.opensAt = p.opensAt;
        v.terms.endsAt = p.endsAt;
        v.terms.rule = gift ? IMatchFunding.Rule.ThresholdGift : IMatchFunding.Rule.CappedRatio;
        v.terms.maxFirstTrancheBps = p.maxFirstTrancheBps;
        v.terms.campaignCap = p.campaignCap;
        v.terms.ratioBps = p.ratioBps;
        v.terms.membersOnly = p.kind == Pools.Kind.RatioForMembers;
        v.terms.memberCap = p.memberCap;
        v.terms.minRaised = p.minRaised;
        v.terms.minMemberPledge = p.minMemberPledge;
        v.terms.minMembers = p.minMembers;
        v.manager = p.manager;
        v.funded = p.funded;
        v.reserved = p.funded - p.unreserved;
        v.paid = p.paid;
        v.reclaimed = p.reclaimed;
        v.openReservations = p.openReservations;
    }

    /// @notice Reverts unless the pool's terms let it match the campaign.
    /// @param isFunder Whether an entity paid into the pool.
    function checkCampaign(
        Pools.Pool storage p,
        mapping(uint32 entityId => bool) storage isFunder,
        uint32 poolId,
        uint32 campaignId,
        ICrowdfunding.MatchFacts memory c
    ) external view {
        if (p.kind == Pools.Kind.Gift) {
            if (c.phase != ICrowdfunding.Phase.Approved) {
                revert IMatchFunding.MatchFunding_WrongPhase(campaignId, uint8(c.phase));
            }
            if (p.minRaised < c.goal) {
                revert IMatchFunding.MatchFunding_GiftBelowGoal(poolId, campaignId, p.minRaised, c.goal);
            }
        } else {
            _checkBeforeEnd(campaignId, c.phase);
        }
        if (c.currency != p.currency) {
            revert IMatchFunding.MatchFunding_CurrencyDiffers(poolId, campaignId, p.currency, c.currency);
        }
        if (c.firstShareBps > p.maxFirstTrancheBps) {
            revert IMatchFunding.MatchFunding_FirstTrancheTooLarge(
                poolId, campaignId, c.firstShareBps, p.maxFirstTrancheBps
            );
        }
        if (c.organizer == p.manager || isFunder[c.organizer]) {
            revert IMatchFunding.MatchFunding_OwnCampaign(poolId, campaignId, c.organizer);
        }
    }

    /// @notice Stores and logs that the organizer asked for the pool.
    function request(
        Journals.Journal storage journal,
        Pools.Reservation storage r,
        uint32 poolId,
        uint32 campaignId,
        address account,
        ICrowdfunding.Phase phase
    ) external {
        // Check
        _checkBeforeEnd(campaignId, phase);
        require(!r.requested, IMatchFunding.MatchFunding_AlreadyRequested(poolId, campaignId));

        // Effect
        r.requested = true;

        // Log
        journal.append(
            keccak256(abi.encode(IMatchFunding.PoolRequested.selector, poolId, campaignId, account))
        );
        emit IMatchFunding.PoolRequested(poolId, campaignId, account);
    }

    function _checkBeforeEnd(uint32 campaignId, ICrowdfunding.Phase phase) private pure {
        require(
            ICrowdfunding.Phase.Approved <= phase && phase <= ICrowdfunding.Phase.Extension,
            IMatchFunding.MatchFunding_WrongPhase(campaignId, uint8(phase))
        );
    }

    function _store(Pools.Pool storage p, uint32 manager, IMatchFunding.PoolTerms calldata t) private {
        Pools.Kind kind = t.rule == IMatchFunding.Rule.ThresholdGift
            ? Pools.Kind.Gift
            : t.membersOnly ? Pools.Kind.RatioForMembers : Pools.Kind.RatioForAll;
        (p.campaignCap, p.endsAt, p.ratioBps, p.kind) = (t.campaignCap, t.endsAt, t.ratioBps, kind);
        (p.memberCap, p.manager, p.maxFirstTrancheBps) = (t.memberCap, manager, t.maxFirstTrancheBps);
        (p.currency, p.opensAt, p.minMembers) = (t.currency, t.opensAt, t.minMembers);
        (p.minRaised, p.minMemberPledge) = (t.minRaised, t.minMemberPledge);
    }

    /// @dev Reverts with the name of the first term out of bounds.
    function _check(IMatchFunding.PoolTerms calldata t) private view {
        _within("endsAt", t.endsAt, Math.max(block.timestamp, t.opensAt) + 1, t.opensAt + MAX_WINDOW);
        _within("maxFirstTrancheBps", t.maxFirstTrancheBps, 1, Pools.BPS);
        _within("campaignCap", t.campaignCap, 1, type(uint96).max);
        if (t.rule == IMatchFunding.Rule.CappedRatio) _checkRatio(t);
        else _checkGift(t);
    }

    function _checkRatio(IMatchFunding.PoolTerms calldata t) private pure {
        _within("ratioBps", t.ratioBps, 1, type(uint16).max);
        _within("memberCap", t.memberCap, t.membersOnly ? 1 : 0, t.membersOnly ? t.campaignCap : 0);
        _within("minRaised", t.minRaised, 0, 0);
        _within("minMembers", t.minMembers, 0, 0);
        _within("minMemberPledge", t.minMemberPledge, 0, 0);
    }

    function _checkGift(IMatchFunding.PoolTerms calldata t) private pure {
        _within("ratioBps", t.ratioBps, 0, 0);
        _within("membersOnly", t.membersOnly ? 1 : 0, 0, 0);
        _within("memberCap", t.memberCap, 0, 0);
        _within("minRaised", t.minRaised, 1, type(uint96).max);
        bool counts = t.minMembers != 0;
        _within("minMemberPledge", t.minMemberPledge, counts ? 1 : 0, counts ? type(uint96).max : 0);
    }

    function _within(bytes32 term, uint256 value, uint256 min, uint256 max) private pure {
        require(min <= value && value <= max, IMatchFunding.MatchFunding_TermOutOfBounds(term, value, min, max));
    }
}
