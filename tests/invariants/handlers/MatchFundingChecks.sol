// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {IMatchFunding} from "../../../contracts/interfaces/IMatchFunding.sol";
import {MatchFundingHandler} from "./MatchFundingHandler.sol";
import {vm} from "../Vm.sol";

/// @title What must hold of pools after every act, and how every pool comes to its end
/// @notice The numbers are those of tests/invariants/README.md.
contract MatchFundingChecks is MatchFundingHandler {
    constructor(address escrow) MatchFundingHandler(escrow) {}

    /// @notice Looks at the pool and the campaign of the last act and at custody.
    function check() external override {
        require(bytes(violation).length == 0, violation);
        uint32 id = _touched == 0 ? 1 : _touched;
        _checkCampaign(id);
        _checkMatches(id);
        _checkPool(_touchedPool == 0 ? 1 : _touchedPool);
        _checkCustody();
        _checkPoolCustody();
    }

    /// @notice Brings every campaign and every pool to its end by calls that anyone may make.
    function finish() external override {
        _checkAll();
        _finishCampaigns();
        for (uint256 i; i < _matches.length; ++i) {
            (uint32 poolId, uint32 id) = (_matches[i].poolId, _matches[i].campaignId);
            if (!matchFunding.reservation(poolId, id).settled) _settle(poolId, id);
            if (_isDue(poolId, id)) _releaseMatch(poolId, id);
        }
        for (uint32 poolId = 1; poolId <= matchFunding.poolCount(); ++poolId) _finishPool(poolId);
        _checkAll();
        require(_held[address(euro)] == 0 && _held[address(lira)] == 0, "18: pledges are stuck");
        require(_heldByPools[address(euro)] == 0 && _heldByPools[address(lira)] == 0, "29: public money is stuck");
    }

    /// @dev In any order: the first account to fund takes what flooring leaves, so that it may have to come twice.
    function _finishPool(uint32 poolId) private {
        uint40 endsAt = matchFunding.pool(poolId).terms.endsAt;
        if (block.timestamp < endsAt) vm.warp(endsAt);
        for (uint256 i; i < 2 * TOWNS; ++i) {
            address town = towns[i % TOWNS];
            if (matchFunding.reclaimable(poolId, town) != 0) _reclaim(poolId, town);
            // An account whose part is nothing also says that it is done.
            else try matchFunding.reclaim(poolId, town) {} catch {}
        }
    }

    function _checkAll() private {
        require(bytes(violation).length == 0, violation);
        _checkCampaigns();
        for (uint32 id = 1; id <= crowdfunding.campaignCount(); ++id) _checkMatches(id);
        for (uint32 poolId = 1; poolId <= matchFunding.poolCount(); ++poolId) {
            _checkPool(poolId);
            _checkReservations(poolId);
        }
        _checkCustody();
        _checkPoolCustody();
    }

    function _checkPool(uint32 poolId) private view {
        IMatchFunding.PoolView memory p = matchFunding.pool(poolId);
        PoolBooks memory books = _pools[poolId];
        require(p.funded == books.funded, "20: funded");
        require(p.paid == books.paid && p.reclaimed == books.reclaimed, "21: paid and reclaimed");
        require(p.paid <= p.reserved && p.reserved <= p.funded, "22: paid <= reserved <= funded");
        require(uint256(p.reclaimed) + p.reserved <= p.funded, "22: a reservation was reclaimed");
        _checkFunders(poolId, p.funded, p.funded - p.reserved);
    }

    function _checkFunders(uint32 poolId, uint256 funded, uint256 unreserved) private view {
        uint256 sum;
        for (uint256 i; i < TOWNS; ++i) {
            PoolBooks memory books = _fundings[poolId][towns[i]];
            (uint96 paidIn, uint96 reclaimed) = matchFunding.fundingOf(poolId, towns[i]);
            require(paidIn == books.funded && reclaimed == books.reclaimed, "20: funding of an account");
            uint256 dust = towns[i] == _firstFunder[poolId] ? TOWNS - 1 : 0;
            bool fair = paidIn == 0 ? reclaimed == 0 : reclaimed <= unreserved * paidIn / funded + dust;
            require(fair, "23: more than the part");
            sum += paidIn;
        }
        require(sum == funded, "20: funded by all");
    }

    /// @dev Of all campaigns of a pool; the pools of one campaign are looked at after each act.
    function _checkReservations(uint32 poolId) private view {
        (uint256 reserved, uint256 open) = (0, 0);
        for (uint256 i; i < _matches.length; ++i) {
            if (_matches[i].poolId != poolId) continue;
            IMatchFunding.ReservationView memory r = matchFunding.reservation(poolId, _matches[i].campaignId);
            reserved += r.reserved;
            if (!r.settled) ++open;
        }
        IMatchFunding.PoolView memory p = matchFunding.pool(poolId);
        require(p.reserved == reserved, "24: reserved is not the sum of reservations");
        require(p.openReservations == open, "24: open reservations");
    }

    function _checkMatches(uint32 id) private view {
        ICrowdfunding.CampaignView memory c = crowdfunding.campaign(id);
        uint32[3] memory pools = matchFunding.poolsOf(id);
        uint256 count;
        for (uint256 i; i < 3; ++i) {
            if (pools[i] == 0) continue;
            ++count;
            _checkMatch(pools[i], id, c);
        }
        require(c.pools == count, "24: number of pools");
    }

    function _checkMatch(uint32 poolId, uint32 id, ICrowdfunding.CampaignView memory c) private view {
        IMatchFunding.PoolTerms memory t = matchFunding.pool(poolId).terms;
        IMatchFunding.ReservationView memory r = matchFunding.reservation(poolId, id);
        require(r.enrolled, "24: a pool that is not enrolled");
        require(r.reserved <= t.campaignCap, "25: the campaign's cap");
        require(r.paid == _paidTo[poolId][id], "21: paid to the campaign");
        uint256 due = r.settled ? r.reserved : r.earned ? uint256(r.reserved) * c.releasedBps / 10_000 : 0;
        require(r.paid <= due, "26: more than the milestones released");
        if (t.rule == IMatchFunding.Rule.CappedRatio) _checkRatio(poolId, id, t, r);
        else _checkGift(poolId, id, t, r);
    }

    function _checkRatio(
        uint32 poolId,
        uint32 id,
        IMatchFunding.PoolTerms memory t,
        IMatchFunding.ReservationView memory r
    ) private view {
        uint256 sum;
        for (uint256 i; i < BACKERS; ++i) {
            uint256 matched = matchFunding.matchOf(poolId, id, backers[i]);
            sum += matched;
            uint256 paid = _positions[id][backers[i]].paid;
            require(matched <= paid * t.ratioBps / 10_000, "25: more than the ratio");
            if (!t.membersOnly) continue;
            bool counted = crowdfunding.pledgeOf(id, backers[i]).memberId != 0 || _positions[id][backers[i]].isRefunded;
            require(matched <= (counted ? t.memberCap : 0), "25: the member's cap");
        }
        // Refunds forget what pledges called, and settling frees what is not due.
        if (r.settled) require(r.reserved <= t.campaignCap, "27: settled above the cap");
        else if (_books[id].refunds == 0) require(r.reserved == sum, "27: reserved is not what pledges called");
    }

    function _checkGift(
        uint32 poolId,
        uint32 id,
        IMatchFunding.PoolTerms memory t,
        IMatchFunding.ReservationView memory r
    ) private view {
        require(r.settled || r.reserved == t.campaignCap, "27: a gift is set aside whole");
        uint256 qualifying;
        for (uint256 i; i < BACKERS; ++i) {
            ICrowdfunding.Pledge memory p = crowdfunding.pledgeOf(id, backers[i]);
            if (p.memberId != 0 && p.amount >= t.minMemberPledge && t.minMemberPledge != 0) ++qualifying;
        }
        // Refunds forget the pledges; the count stays what it was at the end of pledging.
        if (_books[id].refunds == 0) require(r.qualifyingMembers == qualifying, "28: members who qualify");
        bool reached = crowdfunding.campaign(id).raised >= t.minRaised && r.qualifyingMembers >= t.minMembers;
        require(r.earned == reached, "28: earned");
        require(reached || matchFunding.reservation(poolId, id).paid == 0, "28: a missed gift was paid");
    }

    function _checkPoolCustody() private view {
        for (uint256 i; i < 2; ++i) {
            address currency = i == 0 ? address(euro) : address(lira);
            uint256 held = _donatedToPools[currency] + _heldByPools[currency];
            require(IERC20(currency).balanceOf(address(matchFunding)) == held, "19: custody of pools");
        }
    }
}
