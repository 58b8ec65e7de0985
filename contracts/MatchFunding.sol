// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LabContract} from "./LabContract.sol";
import {ICrowdfunding} from "./interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IMatchFunding} from "./interfaces/IMatchFunding.sol";
import {Currencies} from "./libraries/Currencies.sol";
import {PoolOpening} from "./libraries/PoolOpening.sol";
import {Pools} from "./libraries/Pools.sol";

/// @title MatchFunding
/// @notice See `IMatchFunding`.
contract MatchFunding is LabContract, ReentrancyGuardTransient, IMatchFunding {
    using Currencies for IERC20;
    using Pools for Pools.Pool;

    uint8 private constant PUBLIC_BODY = 2;
    /// @dev Bounds the loop in each pledge.
    uint256 private constant MAX_POOLS = 3;

    IEntityRegistry public immutable registry;
    ICrowdfunding public immutable crowdfunding;

    uint32 public poolCount;
    mapping(uint32 poolId => Pools.Pool) private _pools;
    mapping(uint32 poolId => mapping(uint32 campaignId => Pools.Reservation)) private _reservations;
    // Filled through a storage pointer in `_addPool`, which the analysis does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(uint32 campaignId => uint32[3]) private _poolsOf;
    mapping(uint32 poolId => mapping(uint32 campaignId => mapping(address backer => uint96))) private _matches;
    mapping(uint32 poolId => mapping(address account => Pools.Funding)) private _fundings;
    mapping(uint32 poolId => address) public firstFunder;
    /// @dev Entities that paid into the pool, and organizers it matches: nobody may be both.
    mapping(uint32 poolId => mapping(uint32 entityId => bool)) public isFunder;
    mapping(uint32 poolId => mapping(uint32 entityId => bool)) public isMatchedOrganizer;

    constructor(address authority_, address forwarder_, IEntityRegistry registry_, ICrowdfunding crowdfunding_)
        LabContract(authority_, forwarder_)
    {
        registry = registry_;
        crowdfunding = crowdfunding_;
    }

    // --------------------------------------------------------------------------------------------------- pools

    /// @inheritdoc IMatchFunding
    function openPool(PoolTerms calldata terms) external whenEntryOpen returns (uint32 poolId) {
        address account = _msgSender();

        // Check
        _checkPublicBody(account);
        _checkCurrency(terms.currency);

        // Effect
        poolId = ++poolCount;
        PoolOpening.Opener memory by = PoolOpening.Opener(poolId, registry.entityOf(account), account);
        PoolOpening.open(_journal, _pools[poolId], by, terms);
    }

    /// @inheritdoc IMatchFunding
    function fundPool(uint32 poolId, uint256 amount) external whenEntryOpen nonReentrant {
        Pools.Pool storage p = _existing(poolId);
        address account = _msgSender();

        // Check
        _checkPublicBody(account);
        _checkCurrency(p.currency);
        _checkWindow(poolId, p);
        require(amount != 0, MatchFunding_ZeroAmount(poolId));
        uint256 left = type(uint96).max - p.funded;
        require(amount <= left, MatchFunding_PoolFull(poolId, amount, left));
        uint32 funder = registry.entityOf(account);
        require(!isMatchedOrganizer[poolId][funder], MatchFunding_FunderIsOrganizer(poolId, funder));

        // Effect
        if (firstFunder[poolId] == address(0)) firstFunder[poolId] = account;
        isFunder[poolId][funder] = true;
        PoolOpening.Funder memory by = PoolOpening.Funder(poolId, funder, account);
        PoolOpening.fund(_journal, p, _fundings[poolId][account], by, uint96(amount));

        // Interaction
        IERC20(p.currency).pull(account, amount);
    }

    /// @inheritdoc IMatchFunding
    function requestPool(uint32 campaignId, uint32 poolId) external {
        _existing(poolId);
        address account = _msgSender();

        // Check
        ICrowdfunding.MatchFacts memory c = crowdfunding.matchFacts(campaignId);
        require(registry.entityOf(account) == c.organizer, MatchFunding_NotOrganizer(campaignId, account));

        PoolOpening.request(_journal, _reservations[poolId][campaignId], poolId, campaignId, account, c.phase);
    }

    /// @inheritdoc IMatchFunding
    function enrol(uint32 poolId, uint32 campaignId) external whenEntryOpen {
        Pools.Pool storage p = _existing(poolId);
        Pools.Reservation storage r = _reservations[poolId][campaignId];
        address account = _msgSender();

        // Check
        uint32 managerId = registry.entityOf(account);
        require(managerId == p.manager, MatchFunding_NotManager(poolId, account));
        _checkPublicBody(account);
        _checkWindow(poolId, p);
        require(r.requested, MatchFunding_NotRequested(poolId, campaignId));
        require(!r.enrolled, MatchFunding_AlreadyEnrolled(poolId, campaignId));
        _checkCurrency(p.currency);
        ICrowdfunding.MatchFacts memory c = crowdfunding.matchFacts(campaignId);
        PoolOpening.checkCampaign(p, isFunder[poolId], poolId, campaignId, c);

        // Effect
        (r.enrolled, isMatchedOrganizer[poolId][c.organizer]) = (true, true);
        ++p.openReservations;
        uint96 gift;
        if (p.kind == Pools.Kind.Gift) {
            gift = p.campaignCap;
            require(gift <= p.unreserved, MatchFunding_NotCovered(poolId, gift, p.unreserved));
            p.unreserved -= gift;
            r.reserved = gift;
        }
        _addPool(campaignId, poolId);

        // Log
        _append(keccak256(abi.encode(CampaignEnrolled.selector, poolId, campaignId, account, gift)));
        emit CampaignEnrolled(poolId, campaignId, account, gift);

        // Interaction
        crowdfunding.addPool(campaignId);
    }

    // ------------------------------------------------------------------------------------- called with a pledge

    /// @inheritdoc IMatchFunding
    function onPledge(uint32 campaignId, PledgeFacts memory facts)
        external
        returns (uint256 matched, uint88 firstMatch)
    {
        _checkCrowdfunding();
        uint32[3] memory pools = _poolsOf[campaignId];
        bool first = true;
        for (uint256 i; i < MAX_POOLS && pools[i] != 0; ++i) {
            uint32 poolId = pools[i];
            Pools.Pool storage p = _pools[poolId];
            if (facts.entityId != 0 && isFunder[poolId][facts.entityId]) {
                revert MatchFunding_FunderCannotPledge(poolId, campaignId, facts.backer);
            }
            if (p.kind == Pools.Kind.Gift) {
                _count(poolId, p, campaignId, facts.countedBefore, facts.countedAfter);
                continue;
            }
            uint256 amount = _quote(poolId, p, campaignId, facts, first);
            if (amount != 0) _reserve(poolId, p, campaignId, facts, uint96(amount));
            matched += amount;
            if (first) firstMatch = uint88(amount);
            else if (amount != 0) _matches[poolId][campaignId][facts.backer] += uint96(amount);
            first = false;
        }
    }

    /// @inheritdoc IMatchFunding
    function onWithdraw(uint32 campaignId, address backer, uint96 counted, uint88 firstMatch) external {
        _checkCrowdfunding();
        uint32[3] memory pools = _poolsOf[campaignId];
        bool first = true;
        for (uint256 i; i < MAX_POOLS && pools[i] != 0; ++i) {
            Pools.Pool storage p = _pools[pools[i]];
            if (p.kind == Pools.Kind.Gift) {
                _count(pools[i], p, campaignId, counted, 0);
                continue;
            }
            uint96 amount = first ? firstMatch : _matches[pools[i]][campaignId][backer];
            if (amount != 0) _return(pools[i], p, campaignId, backer, amount);
            if (!first) delete _matches[pools[i]][campaignId][backer];
            first = false;
        }
    }

    // ------------------------------------------------------------------------------------------ money goes out

    /// @inheritdoc IMatchFunding
    function releaseMatch(uint32 poolId, uint32 campaignId) external nonReentrant returns (uint256) {
        Pools.Pool storage p = _existing(poolId);
        Pools.Reservation storage r = _enrolled(poolId, campaignId);

        // Check
        ICrowdfunding.MatchFacts memory c = crowdfunding.matchFacts(campaignId);
        uint96 paid = p.entitled(r, c.raised, c.releasedBps);
        require(paid > r.paid, MatchFunding_NothingDue(poolId));

        // Effect
        uint96 amount = paid - r.paid;
        r.paid = paid;
        p.paid += amount;

        // Log
        _append(
            keccak256(
                abi.encode(
                    MatchReleased.selector, poolId, campaignId, c.payoutAccount, c.currentMilestone, amount, paid
                )
            )
        );
        emit MatchReleased(poolId, campaignId, c.payoutAccount, c.currentMilestone, amount, paid);

        // Interaction
        IERC20(p.currency).push(c.payoutAccount, amount);
        return amount;
    }

    /// @inheritdoc IMatchFunding
    function settleReservation(uint32 poolId, uint32 campaignId) external returns (uint256) {
        Pools.Pool storage p = _existing(poolId);
        Pools.Reservation storage r = _enrolled(poolId, campaignId);

        // Check
        require(!r.settled, MatchFunding_AlreadySettled(poolId, campaignId));
        ICrowdfunding.MatchFacts memory c = crowdfunding.matchFacts(campaignId);
        bool missedGift = p.kind == Pools.Kind.Gift && c.phase == ICrowdfunding.Phase.Delivering
            && !p.isEarned(r, c.raised);
        require(
            missedGift || c.phase > ICrowdfunding.Phase.Delivering,
            MatchFunding_WrongPhase(campaignId, uint8(c.phase))
        );

        // Effect
        uint96 reserved = p.entitled(r, c.raised, c.releasedBps);
        uint96 freed = r.reserved - reserved;
        (r.reserved, r.settled) = (reserved, true);
        p.unreserved += freed;
        --p.openReservations;

        // Log
        _append(keccak256(abi.encode(ReservationSettled.selector, poolId, campaignId, freed, reserved)));
        emit ReservationSettled(poolId, campaignId, freed, reserved);
        return freed;
    }

    /// @inheritdoc IMatchFunding
    function reclaim(uint32 poolId, address account) external nonReentrant returns (uint256) {
        Pools.Pool storage p = _existing(poolId);
        Pools.Funding storage f = _fundings[poolId][account];

        // Check
        require(block.timestamp >= p.endsAt, MatchFunding_WindowOpen(poolId, p.endsAt));
        uint96 amount = _reclaimable(poolId, p, account);
        bool last = f.funded != 0 && !f.finished && _isLastPart(poolId, p, account);
        require(amount != 0 || last, MatchFunding_NothingDue(poolId));

        // Effect
        if (last) (f.finished, p.finished) = (true, p.finished + f.funded);
        uint96 reclaimed = f.reclaimed + amount;
        f.reclaimed = reclaimed;
        p.reclaimed += amount;

        // Log
        _append(keccak256(abi.encode(MatchReclaimed.selector, poolId, account, amount, reclaimed)));
        emit MatchReclaimed(poolId, account, amount, reclaimed);

        // Interaction
        IERC20(p.currency).push(account, amount);
        return amount;
    }

    // --------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IMatchFunding
    function pool(uint32 poolId) external view returns (PoolView memory) {
        return PoolOpening.view_(_existing(poolId));
    }

    /// @inheritdoc IMatchFunding
    function poolsOf(uint32 campaignId) external view returns (uint32[3] memory) {
        return _poolsOf[campaignId];
    }

    /// @inheritdoc IMatchFunding
    function reservation(uint32 poolId, uint32 campaignId) external view returns (ReservationView memory v) {
        Pools.Reservation storage r = _reservations[poolId][campaignId];
        v.requested = r.requested;
        v.enrolled = r.enrolled;
        v.settled = r.settled;
        v.reserved = r.reserved;
        v.paid = r.paid;
        v.qualifyingMembers = r.qualifyingMembers;
        if (r.enrolled) v.earned = _pools[poolId].isEarned(r, crowdfunding.raisedOf(campaignId));
    }

    /// @inheritdoc IMatchFunding
    function reservationsOf(uint32 campaignId) external view returns (uint96[3] memory reserved) {
        uint32[3] memory pools = _poolsOf[campaignId];
        uint96 raised = crowdfunding.raisedOf(campaignId);
        for (uint256 i; i < MAX_POOLS && pools[i] != 0; ++i) {
            Pools.Reservation storage r = _reservations[pools[i]][campaignId];
            if (_pools[pools[i]].isEarned(r, raised)) reserved[i] = r.reserved;
        }
    }

    /// @inheritdoc IMatchFunding
    function matchOf(uint32 poolId, uint32 campaignId, address backer) external view returns (uint256) {
        ICrowdfunding.Pledge memory p = crowdfunding.pledgeOf(campaignId, backer);
        if (p.amount == 0) return 0;
        uint32[3] memory pools = _poolsOf[campaignId];
        for (uint256 i; i < MAX_POOLS && pools[i] != 0; ++i) {
            if (_pools[pools[i]].kind == Pools.Kind.Gift) continue;
            if (pools[i] == poolId) return p.firstMatch;
            break;
        }
        return _matches[poolId][campaignId][backer];
    }

    /// @inheritdoc IMatchFunding
    function quote(uint32 campaignId, address backer, uint256 amount) external view returns (uint256 matched) {
        PledgeFacts memory facts;
        facts.backer = backer;
        facts.member = _wouldCount(campaignId, backer);
        facts.amount = uint96(Math.min(amount, type(uint96).max));
        facts.firstMatch = crowdfunding.pledgeOf(campaignId, backer).firstMatch;
        uint32[3] memory pools = _poolsOf[campaignId];
        bool first = true;
        for (uint256 i; i < MAX_POOLS && pools[i] != 0; ++i) {
            Pools.Pool storage p = _pools[pools[i]];
            if (p.kind == Pools.Kind.Gift) continue;
            matched += _quote(pools[i], p, campaignId, facts, first);
            first = false;
        }
    }

    /// @inheritdoc IMatchFunding
    function managedBy(uint32 campaignId, uint32 entityId) external view returns (uint8 places) {
        uint32[3] memory pools = _poolsOf[campaignId];
        for (uint256 i; i < MAX_POOLS && pools[i] != 0; ++i) {
            if (_pools[pools[i]].manager == entityId) places |= uint8(1 << i);
        }
    }

    /// @inheritdoc IMatchFunding
    function isParty(uint32 campaignId, uint32 entityId, address account) external view returns (bool) {
        uint32[3] memory pools = _poolsOf[campaignId];
        for (uint256 i; i < MAX_POOLS && pools[i] != 0; ++i) {
            if (_pools[pools[i]].manager == entityId || isFunder[pools[i]][entityId]) return true;
            if (_fundings[pools[i]][account].funded != 0) return true;
        }
        return false;
    }

    /// @inheritdoc IMatchFunding
    function fundingOf(uint32 poolId, address account) external view returns (uint96 funded, uint96 reclaimed) {
        Pools.Funding storage f = _fundings[poolId][account];
        return (f.funded, f.reclaimed);
    }

    /// @inheritdoc IMatchFunding
    function reclaimable(uint32 poolId, address account) external view returns (uint256) {
        Pools.Pool storage p = _existing(poolId);
        return block.timestamp < p.endsAt ? 0 : _reclaimable(poolId, p, account);
    }

    // ------------------------------------------------------------------------------------------------ internal

    /// @dev min(floor(amount * ratioBps / 10,000), what each cap and the pool leave).
    /// @param first Whether it is the campaign's first ratio pool.
    function _quote(uint32 poolId, Pools.Pool storage p, uint32 campaignId, PledgeFacts memory facts, bool first)
        private
        view
        returns (uint256 amount)
    {
        if (block.timestamp >= p.endsAt) return 0;
        amount = uint256(facts.amount) * p.ratioBps / Pools.BPS;
        amount = Math.min(amount, p.unreserved);
        amount = Math.min(amount, p.campaignCap - _reservations[poolId][campaignId].reserved);
        if (first) amount = Math.min(amount, type(uint88).max - facts.firstMatch);
        if (p.kind == Pools.Kind.RatioForAll) return amount;
        if (!facts.member) return 0;
        // A member counts through one account in a campaign, so that the account's match is the member's.
        uint96 called = first ? facts.firstMatch : _matches[poolId][campaignId][facts.backer];
        return Math.min(amount, p.memberCap - called);
    }

    function _reserve(
        uint32 poolId,
        Pools.Pool storage p,
        uint32 campaignId,
        PledgeFacts memory facts,
        uint96 amount
    ) private {
        // Effect
        uint96 reserved = _reservations[poolId][campaignId].reserved + amount;
        p.unreserved -= amount;
        _reservations[poolId][campaignId].reserved = reserved;

        // Log
        _append(
            keccak256(
                abi.encode(
                    MatchReserved.selector, poolId, campaignId, facts.backer, facts.amount, amount, reserved
                )
            )
        );
        emit MatchReserved(poolId, campaignId, facts.backer, facts.amount, amount, reserved);
    }

    function _return(uint32 poolId, Pools.Pool storage p, uint32 campaignId, address backer, uint96 amount) private {
        // Effect
        uint96 reserved = _reservations[poolId][campaignId].reserved - amount;
        p.unreserved += amount;
        _reservations[poolId][campaignId].reserved = reserved;

        // Log
        _append(keccak256(abi.encode(MatchReturned.selector, poolId, campaignId, backer, amount, reserved)));
        emit MatchReturned(poolId, campaignId, backer, amount, reserved);
    }

    /// @dev Keeps count of the members who hold enough for a gift.
    function _count(uint32 poolId, Pools.Pool storage p, uint32 campaignId, uint96 before, uint96 present) private {
        uint96 threshold = p.minMemberPledge;
        if (threshold == 0 || (before >= threshold) == (present >= threshold)) return;

        // Effect
        Pools.Reservation storage r = _reservations[poolId][campaignId];
        uint24 oldMembers = r.qualifyingMembers;
        uint24 newMembers = present >= threshold ? oldMembers + 1 : oldMembers - 1;
        r.qualifyingMembers = newMembers;

        // Log
        _append(
            keccak256(
                abi.encode(QualifyingMembersChanged.selector, poolId, campaignId, oldMembers, newMembers)
            )
        );
        emit QualifyingMembersChanged(poolId, campaignId, oldMembers, newMembers);
    }

    /// @dev Whether a pledge made now would count for a member verified now.
    function _wouldCount(uint32 campaignId, address backer) private view returns (bool) {
        uint32 memberId = registry.memberIdOf(backer);
        if (memberId == 0) return false;
        uint32 counted = crowdfunding.pledgeOf(campaignId, backer).memberId;
        if (counted != 0) return counted == memberId;
        return crowdfunding.countedThrough(campaignId, memberId) == address(0);
    }

    function _addPool(uint32 campaignId, uint32 poolId) private {
        uint32[3] storage pools = _poolsOf[campaignId];
        for (uint256 i; i < MAX_POOLS; ++i) {
            if (pools[i] != 0) continue;
            pools[i] = poolId;
            return;
        }
        revert MatchFunding_TooManyPools(campaignId, MAX_POOLS);
    }

    /// @dev floor(everReclaimable * funded / total) - reclaimed. The first funding account also takes what flooring
    /// leaves, when nothing is reserved any more and every other account has had its last part.
    function _reclaimable(uint32 poolId, Pools.Pool storage p, address account) private view returns (uint96) {
        Pools.Funding storage f = _fundings[poolId][account];
        if (f.funded == 0 || f.finished) return 0;
        bool takesRest = account == firstFunder[poolId] && _isLastPart(poolId, p, account);
        if (takesRest) return p.unreserved - p.reclaimed;
        return uint96(uint256(p.unreserved) * f.funded / p.funded) - f.reclaimed;
    }

    /// @dev Whether nothing can be added to what the account may reclaim now.
    function _isLastPart(uint32 poolId, Pools.Pool storage p, address account) private view returns (bool) {
        if (p.openReservations != 0) return false;
        return account != firstFunder[poolId] || p.finished + _fundings[poolId][account].funded == p.funded;
    }

    function _existing(uint32 poolId) private view returns (Pools.Pool storage p) {
        p = _pools[poolId];
        require(p.manager != 0, MatchFunding_UnknownPool(poolId));
    }

    function _enrolled(uint32 poolId, uint32 campaignId) private view returns (Pools.Reservation storage r) {
        r = _reservations[poolId][campaignId];
        require(r.enrolled, MatchFunding_NotEnrolled(poolId, campaignId));
    }

    function _checkPublicBody(address account) private view {
        require(registry.isVerified(account, PUBLIC_BODY), MatchFunding_NotPublicBody(account));
    }

    function _checkCurrency(address currency) private view {
        require(crowdfunding.isCurrency(currency), MatchFunding_CurrencyNotListed(currency));
    }

    function _checkCrowdfunding() private view {
        require(msg.sender == address(crowdfunding), MatchFunding_NotCrowdfunding(msg.sender));
    }

    function _checkWindow(uint32 poolId, Pools.Pool storage p) private view {
        require(
            p.opensAt <= block.timestamp && block.timestamp < p.endsAt,
            MatchFunding_OutsideWindow(poolId, p.opensAt, p.endsAt)
        );
    }
}
