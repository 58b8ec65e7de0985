// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {IMatchFunding} from "../../../contracts/interfaces/IMatchFunding.sol";
import {CrowdfundingChecks} from "./CrowdfundingChecks.sol";
import {_at} from "./CrowdfundingHandler.sol";
import {vm} from "../Vm.sol";

/// @title Everything that people can do to pools, on top of what they can do to campaigns
/// @notice The first campaigns have pools of all three kinds; every pledge signs for the match that was quoted.
contract MatchFundingHandler is CrowdfundingChecks {
    using {_at} for uint256;

    uint32 internal constant MAX_POOLS = 8;
    uint256 internal constant TOWNS = 3;

    /// @dev What a pool's money did, as balances tell.
    struct PoolBooks {
        uint256 funded;
        uint256 paid;
        uint256 reclaimed;
    }

    /// @dev A campaign that a pool matches.
    struct Match {
        uint32 poolId;
        uint32 campaignId;
    }

    mapping(uint32 poolId => PoolBooks) internal _pools;
    mapping(uint32 poolId => mapping(address town => PoolBooks)) internal _fundings;
    mapping(uint32 poolId => address) internal _firstFunder;
    mapping(uint32 poolId => mapping(uint32 campaignId => uint256)) internal _paidTo;
    /// @dev What MatchFunding must hold of each currency besides donations.
    mapping(address currency => uint256) internal _heldByPools;
    mapping(address currency => uint256) internal _donatedToPools;
    Match[] internal _matches;
    uint32 internal _touchedPool; // the pool of the last act

    address[] public towns;

    constructor(address escrow) CrowdfundingChecks(escrow) {
        for (uint256 i; i < 2; ++i) {
            _submit(organizers[i], 9 + i, 20 days);
            uint32 id = crowdfunding.campaignCount();
            vm.prank(_official);
            crowdfunding.approveCampaign(id);
        }
    }

    // ------------------------------------------------------------------------------------------------ acts of towns

    function openPool(uint256 seed) external {
        require(matchFunding.poolCount() < MAX_POOLS, "enough pools");
        _openPool(seed, towns[seed._at(1) % TOWNS], [uint40(2 days), 10 days, 100 days][seed._at(2) % 3]);
    }

    function fundPool(uint256 seed, uint64 amount) external {
        uint32 poolId = _pool(seed, _isOpen);
        _fundPool(poolId, towns[seed._at(1) % TOWNS], seed._at(2) % 2 == 0 ? amount : amount % 100);
    }

    /// @notice Enrols a campaign, which asks first if it did not.
    function enrol(uint256 seed) external {
        (uint32 poolId, uint32 id) = _couple(seed);
        if (!_hasAsked(poolId, id) && seed._at(107) % 8 != 0) _request(poolId, id);
        _enrol(poolId, id);
    }

    function objectAsManager(uint256 seed) external {
        uint32 id = _campaign(seed, _isObjectableByPool);
        uint32[3] memory pools = matchFunding.poolsOf(id);
        uint8 objected = crowdfunding.milestone(id, crowdfunding.campaign(id).currentMilestone).objectedPools;
        uint256 place;
        while (place < 2 && objected >> place & 1 == 1) ++place;
        _object(id, registry.entity(matchFunding.pool(pools[place]).manager).account);
    }

    // -------------------------------------------------------------------------------------------- acts of organizers

    function requestPool(uint256 seed) external {
        uint32 poolId = _pool(seed, _isOpen);
        uint32 id = _campaign(seed, _isBeforeDelivery);
        uint32 count = crowdfunding.campaignCount();
        for (uint32 i; i < count && (!_couldMatch(poolId, id) || _hasAsked(poolId, id)); ++i) {
            id = 1 + id % count;
        }
        _request(poolId, id);
    }

    // ------------------------------------------------------------------------------------------------ acts of anyone

    function releaseMatch(uint256 seed) external {
        (uint32 poolId, uint32 id) = _match(seed, _isDue);
        _releaseMatch(poolId, id);
    }

    function settle(uint256 seed) external {
        (uint32 poolId, uint32 id) = _match(seed, _isToSettle);
        _settle(poolId, id);
    }

    function reclaim(uint256 seed) external {
        uint32 poolId = _pool(seed, _hasReclaimable);
        for (uint256 i; i < TOWNS; ++i) {
            address town = towns[(seed._at(1) % TOWNS + i) % TOWNS];
            if (i < TOWNS - 1 && matchFunding.reclaimable(poolId, town) == 0) continue;
            return _reclaim(poolId, town);
        }
    }

    function donateToPools(uint256 seed, uint64 amount) external {
        address currency = seed % 2 == 0 ? address(euro) : address(lira);
        euro.faucet(address(matchFunding), currency == address(euro) ? amount : 0);
        lira.faucet(address(matchFunding), currency == address(lira) ? amount : 0);
        _donatedToPools[currency] += amount;
    }

    // -------------------------------------------------------------------------------------------------- acts, watched

    function _openPool(uint256 seed, address town, uint40 duration) internal returns (uint32 poolId) {
        IMatchFunding.PoolTerms memory t;
        t.currency = seed._at(3) % 4 == 0 ? address(lira) : address(euro);
        (t.opensAt, t.endsAt) = (uint40(block.timestamp), uint40(block.timestamp) + duration);
        t.maxFirstTrancheBps = seed._at(4) % 4 == 0 ? 5_000 : 10_000;
        t.campaignCap = uint96(1 + (seed._at(5) % 3 == 0 ? seed._at(6) % 100 : seed._at(6) % 1e15));
        if (seed._at(7) % 3 == 0) {
            t.rule = IMatchFunding.Rule.ThresholdGift;
            t.minRaised = 1e15;
            t.minMembers = uint24(seed._at(8) % 4);
            t.minMemberPledge = t.minMembers == 0 ? 0 : uint96(1 + seed._at(9) % 1e14);
        } else {
            t.ratioBps = [uint16(1), 5_000, 10_000, 65_535][seed._at(8) % 4];
            t.membersOnly = seed._at(9) % 2 == 0;
            t.memberCap = t.membersOnly ? uint96(1 + seed._at(10) % t.campaignCap) : 0;
        }
        vm.prank(town);
        poolId = matchFunding.openPool(t);
        _touchedPool = poolId;
    }

    function _fundPool(uint32 poolId, address town, uint256 amount) internal {
        address currency = matchFunding.pool(poolId).terms.currency;
        _fund(currency, town, address(matchFunding), amount);
        vm.prank(town);
        matchFunding.fundPool(poolId, amount);
        if (_pools[poolId].funded == 0) _firstFunder[poolId] = town;
        _pools[poolId].funded += amount;
        _fundings[poolId][town].funded += amount;
        _heldByPools[currency] += amount;
    }

    function _request(uint32 poolId, uint32 id) internal {
        vm.prank(_organizerOf(id));
        matchFunding.requestPool(id, poolId);
    }

    function _enrol(uint32 poolId, uint32 id) internal {
        address manager = registry.entity(matchFunding.pool(poolId).manager).account;
        vm.prank(manager);
        matchFunding.enrol(poolId, id);
        _matches.push(Match(poolId, id));
        _touchedPool = poolId;
    }

    function _releaseMatch(uint32 poolId, uint32 id) internal {
        ICrowdfunding.CampaignView memory c = crowdfunding.campaign(id);
        uint256 before = _poolBalances(c.currency, c.payoutAccount);
        vm.prank(_stranger);
        uint256 amount = matchFunding.releaseMatch(poolId, id);
        _expectPayment(c.currency, c.payoutAccount, before, amount, "releaseMatch");
        if (c.released == 0) _violated("a match was released before any milestone");
        _pools[poolId].paid += amount;
        _paidTo[poolId][id] += amount;
        _heldByPools[c.currency] -= amount;
    }

    function _settle(uint32 poolId, uint32 id) internal {
        IMatchFunding.ReservationView memory r = matchFunding.reservation(poolId, id);
        ICrowdfunding.Phase phase = crowdfunding.phase(id);
        vm.prank(_stranger);
        uint256 freed = matchFunding.settleReservation(poolId, id);
        bool missed = phase == ICrowdfunding.Phase.Delivering && !r.earned;
        if (phase <= ICrowdfunding.Phase.Delivering && !missed) _violated("settled too early");
        if (r.reserved - freed < r.paid) _violated("what was paid was freed");
    }

    function _reclaim(uint32 poolId, address town) internal {
        IMatchFunding.PoolTerms memory terms = matchFunding.pool(poolId).terms;
        uint256 expected = matchFunding.reclaimable(poolId, town);
        uint256 before = _poolBalances(terms.currency, town);
        vm.prank(_stranger);
        uint256 amount = matchFunding.reclaim(poolId, town);
        _expectPayment(terms.currency, town, before, amount, "reclaim");
        if (amount != expected) _violated("reclaimable was not exact");
        if (block.timestamp < terms.endsAt) _violated("reclaimed in the window");
        _pools[poolId].reclaimed += amount;
        _fundings[poolId][town].reclaimed += amount;
        _heldByPools[terms.currency] -= amount;
    }

    function _pledge(uint32 id, address backer, uint96 amount) internal override {
        uint256 quoted = crowdfunding.quote(id, backer, amount);
        uint256 before = _matchOf(id, backer);
        super._pledge(id, backer, amount);
        if (_matchOf(id, backer) != before + quoted) _violated("a quote was not kept");
    }

    /// @dev All pools that the first campaigns need, one of each kind; they last long enough for the rest to happen.
    function _beforeLive(uint32 id) internal override {
        if (towns.length == 0) {
            for (uint256 i; i < TOWNS; ++i) {
                towns.push(vm.addr(30 + i));
                _verified(towns[i], PUBLIC_BODY);
            }
        }
        if (id == 1 || id == 5) {
            for (uint32 kind; kind < 3; ++kind) _beginPool(kind, id);
        }
        address currency = crowdfunding.campaign(id).currency;
        for (uint32 poolId = 1; poolId <= matchFunding.poolCount(); ++poolId) {
            IMatchFunding.PoolTerms memory t = matchFunding.pool(poolId).terms;
            if (t.currency != currency || block.timestamp >= t.endsAt || matchFunding.poolsOf(id)[2] != 0) continue;
            _request(poolId, id);
            _enrol(poolId, id);
        }
    }

    /// @param kind 0 for all, 1 for members, 2 a gift.
    function _beginPool(uint32 kind, uint256 seed) private {
        while (
            seed._at(3) % 4 == 0 || seed._at(4) % 4 == 0 || seed._at(5) % 3 == 0
                || (kind == 2) != (seed._at(7) % 3 == 0) || (kind == 1) != (seed._at(9) % 2 == 0)
                || seed._at(8) % 4 == 0
        ) seed += 100;
        uint32 poolId = _openPool(seed, towns[kind], [uint40(9 days), 20 days, 40 days][kind]);
        for (uint256 i; i < TOWNS; ++i) _fundPool(poolId, towns[(kind + i) % TOWNS], 1e16 + i);
    }

    // ------------------------------------------------------------------------------------------------------ choices

    /// @dev The first pool from a random one on that fits; a random one if none does, and in one call of eight.
    function _pool(uint256 seed, function(uint32) view returns (bool) fits) internal returns (uint32 poolId) {
        uint32 count = matchFunding.poolCount();
        poolId = uint32(1 + seed._at(102) % count);
        bool blindly = seed._at(103) % 8 == 0;
        for (uint32 i; i < count && !blindly && !fits(poolId); ++i) {
            poolId = 1 + poolId % count;
        }
        _touchedPool = poolId;
    }

    /// @dev The same for the campaigns that pools match.
    function _match(uint256 seed, function(uint32, uint32) view returns (bool) fits)
        internal
        returns (uint32 poolId, uint32 id)
    {
        uint256 start = seed._at(104);
        bool blindly = seed._at(105) % 8 == 0;
        for (uint256 i; i < _matches.length; ++i) {
            Match memory m = _matches[(start % _matches.length + i) % _matches.length];
            (poolId, id) = (m.poolId, m.campaignId);
            if (blindly || fits(poolId, id)) break;
        }
        (_touchedPool, _touched) = (poolId, id);
    }

    /// @dev A pool and a campaign that it may match, after the organizer asked; any if there is none.
    function _couple(uint256 seed) private returns (uint32 poolId, uint32 id) {
        uint32 count = crowdfunding.campaignCount();
        poolId = _pool(seed, _isOpen);
        for (uint32 i; i < matchFunding.poolCount(); ++i) {
            for (uint32 k; k < count; ++k) {
                id = uint32(1 + (seed._at(106) % count + k) % count);
                if (_couldMatch(poolId, id)) return (poolId, id);
            }
            poolId = 1 + poolId % matchFunding.poolCount();
        }
    }

    function _isOpen(uint32 poolId) internal view returns (bool) {
        return block.timestamp < matchFunding.pool(poolId).terms.endsAt;
    }

    function _hasReclaimable(uint32 poolId) internal view returns (bool) {
        for (uint256 i; i < TOWNS; ++i) {
            if (matchFunding.reclaimable(poolId, towns[i]) != 0) return true;
        }
        return false;
    }

    function _isDue(uint32 poolId, uint32 id) internal view returns (bool) {
        IMatchFunding.ReservationView memory r = matchFunding.reservation(poolId, id);
        uint256 bps = r.settled ? 10_000 : crowdfunding.campaign(id).releasedBps;
        return r.earned && r.reserved * bps / 10_000 > r.paid;
    }

    function _isToSettle(uint32 poolId, uint32 id) internal view returns (bool) {
        IMatchFunding.ReservationView memory r = matchFunding.reservation(poolId, id);
        ICrowdfunding.Phase phase = crowdfunding.phase(id);
        if (r.settled) return false;
        return phase > ICrowdfunding.Phase.Delivering || (phase == ICrowdfunding.Phase.Delivering && !r.earned);
    }

    /// @dev Whether the manager may enrol the campaign once it asked.
    function _couldMatch(uint32 poolId, uint32 id) private view returns (bool) {
        ICrowdfunding.CampaignView memory c = crowdfunding.campaign(id);
        IMatchFunding.PoolTerms memory t = matchFunding.pool(poolId).terms;
        bool gift = t.rule == IMatchFunding.Rule.ThresholdGift;
        return (gift ? c.phase == ICrowdfunding.Phase.Approved : _isBeforeDelivery(id, c)) && c.pools < 3
            && c.currency == t.currency && block.timestamp < t.endsAt
            && _books[id].cumulativeBps[0] <= t.maxFirstTrancheBps && !matchFunding.reservation(poolId, id).enrolled;
    }

    function _hasAsked(uint32 poolId, uint32 id) private view returns (bool) {
        return matchFunding.reservation(poolId, id).requested;
    }

    function _isBeforeDelivery(uint32, ICrowdfunding.CampaignView memory c) internal pure returns (bool) {
        return ICrowdfunding.Phase.Approved <= c.phase && c.phase <= ICrowdfunding.Phase.Extension;
    }

    function _isObjectableByPool(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        if (c.pools == 0 || !_isClaimed(id, c)) return false;
        return crowdfunding.milestone(id, c.currentMilestone).objectedPools + 1 < 1 << c.pools;
    }

    /// @dev What a backer's pledge called from all pools of the campaign.
    function _matchOf(uint32 id, address backer) internal view returns (uint256 matched) {
        uint32[3] memory pools = matchFunding.poolsOf(id);
        for (uint256 i; i < 3; ++i) {
            if (pools[i] != 0) matched += matchFunding.matchOf(pools[i], id, backer);
        }
    }

    function _poolBalances(address currency, address account) private view returns (uint256) {
        return IERC20(currency).balanceOf(address(matchFunding)) << 128 | IERC20(currency).balanceOf(account);
    }

    function _expectPayment(address currency, address account, uint256 before, uint256 amount, string memory act)
        private
    {
        if (_poolBalances(currency, account) != before - (amount << 128) + amount) _violated(act);
    }
}
