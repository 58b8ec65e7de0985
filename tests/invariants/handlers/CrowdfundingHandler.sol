// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {Stage} from "../Stage.sol";
import {vm} from "../Vm.sol";

/// @title Everything that people can do to campaigns, with bounded choices
/// @notice Each function is one act. It reverts where the contract refuses, so that forge counts refusals as reverts.
/// An act looks for a campaign that may allow it; one call in eight takes any, so that refusals are tried too.
/// The books kept here are made of what accounts really paid and got, never of what the contract says.
contract CrowdfundingHandler is Stage {
    using {_at} for uint256;

    uint32 internal constant MAX_CAMPAIGNS = 13;
    uint256 internal constant ORGANIZERS = 3;
    uint256 internal constant MEMBERS = 4;
    uint256 internal constant BACKERS = 8;

    /// @dev What a campaign's money did.
    struct Books {
        uint256 paid; // by all backers, less what they withdrew
        uint256 released; // booked, as releases returned it
        uint256 collected; // what the payout account got
        uint256 refunded; // what backers got
        uint256 holders; // how many backers hold a pledge, refunded or not
        uint256 refunds; // how many
        uint16[] cumulativeBps; // of the plan that was submitted
    }

    /// @dev What one backer's money did.
    struct Position {
        uint256 paid; // less what was withdrawn
        uint256 refunded;
        bool isRefunded;
    }

    mapping(uint32 campaignId => Books) internal _books;
    mapping(uint32 campaignId => mapping(address backer => Position)) internal _positions;
    mapping(uint32 campaignId => ICrowdfunding.Phase) internal _finalPhase;
    mapping(address currency => uint256) public donated;
    /// @dev What the contract must hold of each currency besides donations.
    mapping(address currency => uint256) internal _held;
    uint32 internal _touched; // the campaign of the last act
    /// @notice What this contract saw that must never be; empty if all is well.
    string public violation;

    address[] public organizers;
    address[] public backers;
    mapping(address backer => uint256) internal _keyOf;
    address internal immutable _payout = vm.addr(2);
    address internal immutable _stranger = vm.addr(3);

    constructor(address escrow) Stage(escrow, escrow) {
        for (uint256 i; i < ORGANIZERS; ++i) {
            organizers.push(vm.addr(10 + i));
            _verified(organizers[i], SSE);
        }
        for (uint256 i; i < BACKERS; ++i) {
            backers.push(vm.addr(20 + i));
            _keyOf[backers[i]] = 20 + i;
            if (i < MEMBERS) _verified(backers[i], MEMBER);
        }
        _begin();
    }

    // ----------------------------------------------------------------------------------------- acts of organizers

    function submit(uint256 seed) external {
        require(crowdfunding.campaignCount() < MAX_CAMPAIGNS, "enough campaigns");
        _submit(organizers[seed % ORGANIZERS], seed, [uint40(2 days), 4 days, 20 days][seed._at(1) % 3]);
    }

    function cancel(uint256 seed) external {
        require(seed._at(3) % 3 != 0, "not all are canceled");
        uint32 id = _campaign(seed, _isCancelable);
        vm.prank(_organizerOf(id));
        crowdfunding.cancelCampaign(id);
    }

    function claim(uint256 seed) external {
        _claim(_campaign(seed, _isClaimable));
    }

    function postUpdate(uint256 seed) external {
        uint32 id = _campaign(seed, _any);
        vm.prank(_organizerOf(id));
        crowdfunding.postUpdate(id, HASH);
    }

    function changePayoutAccount(uint256 seed) external {
        uint32 id = _campaign(seed, _any);
        vm.prank(crowdfunding.campaign(id).payoutAccount);
        crowdfunding.changePayoutAccount(id, seed._at(1) % 2 == 0 ? _payout : _stranger);
    }

    // -------------------------------------------------------------------------------------------- acts of backers

    function pledge(uint256 seed, uint96 amount) external {
        (uint32 id, address backer,) = _aboutToPledge(seed);
        _pledge(id, backer, _boundPledge(id, seed._at(2), amount));
    }

    function pledgeWithPermit(uint256 seed, uint96 amount) external {
        (uint32 id, address backer, address currency) = _aboutToPledge(seed);
        amount = _boundPledge(id, seed._at(2), amount);
        _fund(currency, backer, address(crowdfunding), currency == address(euro) ? 0 : amount);
        if (currency == address(euro)) euro.faucet(backer, amount);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[backer], _permitDigest(backer, amount));
        vm.prank(backer);
        crowdfunding.pledgeWithPermit(id, amount, 0, type(uint256).max, v, r, s);
        _paid(id, backer, amount);
    }

    function withdrawPledge(uint256 seed) external {
        uint32 id = _campaign(seed, _isWithdrawable);
        address backer = _backer(id, seed._at(1), _holdsPledge);
        uint256 expected = _positions[id][backer].paid;
        uint256 before = _balances(id, backer);
        vm.prank(backer);
        crowdfunding.withdrawPledge(id);
        _expectExit(id, backer, before, expected, "withdrawPledge");
        _books[id].paid -= expected;
        _held[crowdfunding.campaign(id).currency] -= expected;
        --_books[id].holders;
        delete _positions[id][backer];
    }

    /// @notice One backer objects, or in most calls many do, which often stops the milestone.
    function object(uint256 seed) external {
        uint32 id = _campaign(seed, _isObjectable);
        _object(id, _backer(id, seed._at(1), _mayObject));
        for (uint256 i; i < BACKERS && seed._at(2) % 4 != 0; ++i) {
            if (seed._at(3) >> i & 1 == 0 && _mayObject(id, backers[i])) _object(id, backers[i]);
        }
    }

    // --------------------------------------------------------------------------------------------- acts of anyone

    function refund(uint256 seed) external {
        uint32 id = _campaign(seed, _isRefunding);
        _refund(id, _backer(id, seed._at(1), _isRefundable));
    }

    function release(uint256 seed) external {
        _release(_campaign(seed, _isReleasable));
    }

    function releaseAndCollect(uint256 seed) external {
        uint32 id = _campaign(seed, _isReleasable);
        if (crowdfunding.milestone(id, crowdfunding.campaign(id).currentMilestone).tranche == 0) return _release(id);
        address payout = crowdfunding.campaign(id).payoutAccount;
        uint256 before = _balances(id, payout);
        uint256 releasedBefore = crowdfunding.campaign(id).released;
        vm.prank(_stranger);
        uint256 amount = crowdfunding.releaseAndCollect(id);
        _expectExit(id, payout, before, amount, "releaseAndCollect");
        _collected(id, amount);
        _books[id].released += crowdfunding.campaign(id).released - releasedBefore;
    }

    function collect(uint256 seed) external {
        _collect(_campaign(seed, _isCollectable));
    }

    function terminate(uint256 seed) external {
        bool byOrganizer = seed._at(1) % 3 == 0;
        uint32 id = _campaign(seed, byOrganizer ? _isClaimable : _isTerminable);
        vm.prank(byOrganizer ? _organizerOf(id) : _stranger);
        crowdfunding.terminate(id);
    }

    function donate(uint256 seed, uint64 amount) external {
        address currency = seed % 2 == 0 ? address(euro) : address(lira);
        euro.faucet(address(crowdfunding), currency == address(euro) ? amount : 0);
        lira.faucet(address(crowdfunding), currency == address(lira) ? amount : 0);
        donated[currency] += amount;
    }

    // ---------------------------------------------------------------------------------------- acts of the officials

    function approve(uint256 seed) external {
        uint32 id = _campaign(seed, _isSubmitted);
        vm.prank(_official);
        crowdfunding.approveCampaign(id);
    }

    function reject(uint256 seed) external {
        uint32 id = _campaign(seed, _isSubmitted);
        vm.prank(_official);
        crowdfunding.rejectCampaign(id, HASH);
    }

    function rule(uint256 seed) external {
        uint32 id = _campaign(seed, _isStopped);
        uint8 index = crowdfunding.campaign(id).currentMilestone;
        uint8 attempt = crowdfunding.milestone(id, index).attempts;
        vm.prank(_official);
        crowdfunding.rule(id, index, attempt, seed._at(1) % 2 == 0, HASH);
    }

    /// @notice Revokes an organizer, whose account then registers anew.
    function revoke(uint256 seed) external {
        require(seed._at(3) % 3 == 0, "few are revoked");
        address organizer = organizers[seed % ORGANIZERS];
        uint32 entityId = registry.entityOf(organizer);
        vm.prank(_official);
        registry.revoke(entityId, HASH);
        _verified(organizer, SSE);
    }

    function suspend(uint256 seed) external {
        require(seed._at(3) % 3 == 0, "few are suspended");
        uint32 entityId = registry.entityOf(organizers[seed % ORGANIZERS]);
        vm.prank(_official);
        registry.suspend(entityId, uint40(block.timestamp + 1 days + seed._at(2) % 1 days), HASH);
    }

    /// @notice Moves a member to another account; the old one keeps its pledges.
    function moveMember(uint256 seed) external {
        address from = backers[seed % BACKERS];
        for (uint256 i; i < BACKERS && registry.entityOf(from) == 0; ++i) {
            from = backers[(seed + i) % BACKERS];
        }
        address to = backers[seed._at(1) % BACKERS];
        for (uint256 i; i < BACKERS && registry.entityOf(to) != 0; ++i) {
            to = backers[(seed._at(1) + i) % BACKERS];
        }
        uint32 entityId = registry.entityOf(from);
        vm.prank(from);
        registry.proposeAccount(to);
        vm.prank(to);
        registry.acceptAccount(entityId);
    }

    /// @notice Lists what is not listed, else delists one call in three.
    function changeCurrencies(uint256 seed) external {
        address currency = seed._at(1) % 4 == 0 ? address(euro) : address(lira);
        if (!crowdfunding.isCurrency(address(euro))) currency = address(euro);
        if (!crowdfunding.isCurrency(address(lira))) currency = address(lira);
        bool listed = crowdfunding.isCurrency(currency);
        require(!listed || seed._at(3) % 3 == 0, "seldom delisted");
        vm.prank(_official);
        if (listed) crowdfunding.delistCurrency(currency);
        else crowdfunding.listCurrency(currency);
    }

    /// @notice Ends the pause, else pauses in one call of three.
    function changePause(uint256 seed) external {
        bool paused = block.timestamp < crowdfunding.entryPausedUntil();
        require(paused || seed._at(3) % 3 == 0, "seldom paused");
        vm.prank(_official);
        if (paused) crowdfunding.resumeEntry();
        else crowdfunding.pauseEntry();
    }

    // --------------------------------------------------------------------------------------------------- the clock

    /// @notice Goes to the next instant at which time alone changes something for a campaign, a second before or after it.
    function warpToEdge(uint256 seed) external {
        uint32 id = _campaign(seed, seed._at(2) % 2 == 0 ? _isContested : _hasEdge);
        uint256 edge = _nextEdge(id, crowdfunding.campaign(id));
        require(edge != 0, "nothing to wait for");
        uint256 instant = edge + seed._at(1) % 3 - 1;
        vm.warp(instant > block.timestamp ? instant : edge);
    }

    function sleep(uint32 duration) external {
        vm.warp(block.timestamp + 1 + duration % 3 days);
    }

    // ----------------------------------------------------------------------------------------- acts that pay, watched

    function _claim(uint32 id) internal {
        vm.prank(_organizerOf(id));
        crowdfunding.claimMilestone(id, HASH);
    }

    function _object(uint32 id, address backer) internal {
        uint8 index = crowdfunding.campaign(id).currentMilestone;
        uint8 attempt = crowdfunding.milestone(id, index).attempts;
        vm.prank(backer);
        crowdfunding.object(id, index, attempt);
    }

    function _refund(uint32 id, address backer) internal {
        uint256 expected = crowdfunding.refundable(id, backer);
        uint256 before = _balances(id, backer);
        vm.prank(_stranger);
        uint256 amount = crowdfunding.refund(id, backer);
        _expectExit(id, backer, before, amount, "refund");
        Position storage p = _positions[id][backer];
        if (amount != expected) _violated("refundable was not exact");
        if (p.isRefunded) _violated("refunded twice");
        if (amount > p.paid) _violated("refunded more than was pledged");
        (p.refunded, p.isRefunded) = (amount, true);
        _books[id].refunded += amount;
        _held[crowdfunding.campaign(id).currency] -= amount;
        ++_books[id].refunds;
    }

    function _release(uint32 id) internal {
        ICrowdfunding.CampaignView memory c = crowdfunding.campaign(id);
        ICrowdfunding.MilestoneView memory m = crowdfunding.milestone(id, c.currentMilestone);
        uint256[2] memory before = [_custodyOf(address(euro)), _custodyOf(address(lira))];
        vm.prank(_stranger);
        _books[id].released += crowdfunding.releaseMilestone(id);
        if (m.claimedAt == 0) _violated("released without a claim");
        if (block.timestamp < m.claimedAt + c.objectionWindow) _violated("released in its window");
        if (before[0] != _custodyOf(address(euro)) || before[1] != _custodyOf(address(lira))) _violated("release paid");
    }

    function _collect(uint32 id) internal {
        address payout = crowdfunding.campaign(id).payoutAccount;
        uint256 before = _balances(id, payout);
        vm.prank(_stranger);
        uint256 amount = crowdfunding.collect(id);
        _expectExit(id, payout, before, amount, "collect");
        _collected(id, amount);
    }

    function _collected(uint32 id, uint256 amount) private {
        _books[id].collected += amount;
        _held[crowdfunding.campaign(id).currency] -= amount;
    }

    /// @dev Signs for the match that was quoted.
    function _pledge(uint32 id, address backer, uint96 amount) internal virtual {
        _fund(crowdfunding.campaign(id).currency, backer, address(crowdfunding), amount);
        uint256 minMatch = crowdfunding.quote(id, backer, amount);
        vm.prank(backer);
        crowdfunding.pledge(id, amount, minMatch);
        _paid(id, backer, amount);
    }

    function _paid(uint32 id, address backer, uint256 amount) private {
        if (_positions[id][backer].isRefunded) _violated("pledged after a refund");
        if (_positions[id][backer].paid == 0) ++_books[id].holders;
        _positions[id][backer].paid += amount;
        _books[id].paid += amount;
        _held[crowdfunding.campaign(id).currency] += amount;
    }

    function _custodyOf(address currency) internal view returns (uint256) {
        return IERC20(currency).balanceOf(address(crowdfunding));
    }

    /// @dev Balances of the contract and of an account in one word; amounts of these tests stay far below 2^128.
    function _balances(uint32 id, address account) private view returns (uint256) {
        address currency = crowdfunding.campaign(id).currency;
        return _custodyOf(currency) << 128 | IERC20(currency).balanceOf(account);
    }

    function _expectExit(uint32 id, address account, uint256 before, uint256 amount, string memory act) private {
        if (_balances(id, account) != before - (amount << 128) + amount) _violated(act);
    }

    function _violated(string memory what) internal {
        violation = what;
    }

    // ----------------------------------------------------------------------------------------------------- choices

    /// @dev A lab in full swing: three campaigns in Delivering (one stopped, two claimed, a tranche to collect), a failed
    /// one, two in Live, of which one has its goal, and two submitted ones.
    function _begin() private {
        for (uint32 id = 1; id <= 4; ++id) {
            _begin(id, 2 days);
            uint96 quarter = crowdfunding.campaign(id).goal / 4;
            for (uint256 i; i < 3; ++i) _pledge(id, backers[2 * i], quarter);
            if (id != 4) _pledge(id, backers[6], crowdfunding.campaign(id).goal - 3 * quarter);
        }
        vm.warp(crowdfunding.campaign(4).deadline);
        _begin(5, 20 days);
        _begin(6, 20 days);
        _pledge(6, backers[0], crowdfunding.campaign(6).goal);
        _claim(1);
        _claim(3);
        for (uint256 i; i < 3; ++i) _object(1, backers[2 * i]);
        vm.warp(block.timestamp + crowdfunding.campaign(1).objectionWindow);
        _release(3);
        _claim(3);
        _claim(2);
        _submit(organizers[0], 7, 4 days);
        _submit(organizers[1], 8, 4 days);
    }

    function _begin(uint32 id, uint40 live) private {
        uint256 seed = id;
        // A large goal, a low least pledge, soon, no extension, a short window, more than one milestone.
        while (
            seed._at(3) % 2 == 0 || seed._at(7) % 3 == 0 || seed._at(10) % 5 > 1 || seed._at(11) % 4 == 0
                || seed._at(13)._at(0) % 3 == 0 || seed._at(9) % 8 days > 1 days
        ) seed += 100;
        _submit(organizers[id % ORGANIZERS], seed, live);
        vm.prank(_official);
        crowdfunding.approveCampaign(id);
        _beforeLive(id);
        vm.warp(crowdfunding.campaign(id).opensAt);
    }

    /// @dev What happens to the first campaigns between approval and opening.
    function _beforeLive(uint32 id) internal virtual {}

    function _submit(address organizer, uint256 seed, uint40 live) internal {
        (ICrowdfunding.Terms memory terms, ICrowdfunding.MilestonePlan[] memory plan) = _terms(seed, live);
        vm.prank(organizer);
        uint32 id = crowdfunding.submitCampaign(terms, plan);
        uint16 cumulativeBps;
        for (uint256 i; i < plan.length; ++i) {
            cumulativeBps += plan[i].shareBps;
            _books[id].cumulativeBps.push(cumulativeBps);
        }
    }

    function _terms(uint256 seed, uint40 live)
        private
        view
        returns (ICrowdfunding.Terms memory t, ICrowdfunding.MilestonePlan[] memory plan)
    {
        t.payoutAccount = _payout;
        t.currency = seed._at(2) % 4 == 0 ? address(lira) : address(euro);
        t.goal = uint96(1 + (seed._at(3) % 2 == 0 ? seed._at(4) % 50 : seed._at(4) % 1e15));
        t.stretchGoal = t.goal + uint96(seed._at(5) % 3 == 0 ? 0 : seed._at(6) % (2 * uint256(t.goal) + 20));
        t.minPledge = uint96(seed._at(7) % 3 == 0 ? seed._at(8) % (t.goal + 1) : t.goal / 100);
        t.opensAt = uint40(block.timestamp + 1 + seed._at(9) % 8 days);
        t.deadline = t.opensAt + live;
        t.extension = [uint32(0), 0, 1, 3 days, 60 days][seed._at(10) % 5];
        t.withdrawalCutoff = live == 20 days ? 2 days : 1 days;
        t.objectionWindow = seed._at(11) % 4 == 0 ? 30 days : 3 days;
        t.rulingWindow = seed._at(12) % 4 == 0 ? 7 days : 60 days;
        plan = _plan(seed._at(13), t.deadline);
    }

    /// @dev One to three milestones, seldom twelve; due dates as early as can be, or some days later.
    function _plan(uint256 seed, uint40 deadline) private pure returns (ICrowdfunding.MilestonePlan[] memory plan) {
        uint256 count = seed._at(0) % 10 == 0 ? 12 : 1 + seed._at(0) % 3;
        plan = new ICrowdfunding.MilestonePlan[](count);
        uint16 rest = 10_000;
        for (uint256 i; i < count; ++i) {
            uint16 left = uint16(count - 1 - i);
            uint16 share = left == 0 ? rest : uint16(1 + seed._at(i + 1) % (rest - left));
            plan[i] = ICrowdfunding.MilestonePlan(share, deadline + uint40(i * (1 + seed._at(20) % 10 days)), HASH);
            rest -= share;
        }
    }

    /// @dev The rest to the goal or to the stretch goal, the least pledge, or any part of the rest.
    function _boundPledge(uint32 id, uint256 seed, uint96 amount) private view returns (uint96) {
        ICrowdfunding.CampaignView memory c = crowdfunding.campaign(id);
        uint96 rest = c.stretchGoal - c.raised;
        uint96 least = c.minPledge == 0 ? 1 : c.minPledge;
        if (rest <= least || seed % 16 == 2) return rest;
        if (seed % 4 == 0) return c.raised + least < c.goal ? c.goal - c.raised : rest;
        return seed % 4 == 1 ? least : least + amount % (rest - least + 1);
    }

    function _aboutToPledge(uint256 seed) private returns (uint32 id, address backer, address currency) {
        id = _campaign(seed, _isPledging);
        return (id, backers[seed._at(1) % BACKERS], crowdfunding.campaign(id).currency);
    }

    function _permitDigest(address backer, uint256 amount) private view returns (bytes32) {
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        uint256 nonce = euro.nonces(backer);
        bytes32 permit = keccak256(
            abi.encode(kind, backer, address(crowdfunding), amount, nonce, type(uint256).max)
        );
        return keccak256(abi.encodePacked(hex"1901", euro.DOMAIN_SEPARATOR(), permit));
    }

    /// @dev The first campaign from a random one on that fits; a random one if none does, and in one call of eight.
    function _campaign(uint256 seed, function(uint32, ICrowdfunding.CampaignView memory) view returns (bool) fits)
        internal
        returns (uint32 id)
    {
        uint32 count = crowdfunding.campaignCount();
        id = uint32(1 + seed._at(100) % count);
        bool blindly = seed._at(101) % 8 == 0;
        for (uint32 i; i < count && !blindly; ++i) {
            uint32 next = 1 + (id - 1 + i) % count;
            if (!fits(next, crowdfunding.campaign(next))) continue;
            id = next;
            break;
        }
        _touched = id;
    }

    /// @dev The first backer from a random one on that fits; a random one if none does.
    function _backer(uint32 id, uint256 seed, function(uint32, address) view returns (bool) fits)
        internal
        view
        returns (address)
    {
        for (uint256 i; i < BACKERS; ++i) {
            address backer = backers[(seed % BACKERS + i) % BACKERS];
            if (fits(id, backer)) return backer;
        }
        return backers[seed % BACKERS];
    }

    function _organizerOf(uint32 id) internal view returns (address) {
        return registry.entity(crowdfunding.campaign(id).organizer).account;
    }

    // ------------------------------------------------------------------------------------- what an act needs to be legal

    function _any(uint32, ICrowdfunding.CampaignView memory) internal pure returns (bool) {
        return true;
    }

    function _isSubmitted(uint32, ICrowdfunding.CampaignView memory c) internal pure returns (bool) {
        return c.phase == ICrowdfunding.Phase.Submitted;
    }

    function _isPledging(uint32, ICrowdfunding.CampaignView memory c) internal pure returns (bool) {
        return (c.phase == ICrowdfunding.Phase.Live || c.phase == ICrowdfunding.Phase.Extension)
            && c.raised < c.stretchGoal;
    }

    function _isCancelable(uint32, ICrowdfunding.CampaignView memory c) internal pure returns (bool) {
        return c.phase <= ICrowdfunding.Phase.Live && c.raised < c.goal;
    }

    function _isWithdrawable(uint32, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        return c.phase == ICrowdfunding.Phase.Live && c.raised != 0
            && block.timestamp < c.deadline - c.withdrawalCutoff;
    }

    function _isRefunding(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        bool refunding = c.phase == ICrowdfunding.Phase.Failed || c.phase == ICrowdfunding.Phase.Canceled
            || c.phase == ICrowdfunding.Phase.Terminated;
        return refunding && _books[id].refunds < _books[id].holders;
    }

    function _isClaimable(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        if (c.phase != ICrowdfunding.Phase.Delivering) return false;
        ICrowdfunding.MilestoneState state = crowdfunding.milestone(id, c.currentMilestone).state;
        return state == ICrowdfunding.MilestoneState.Planned || state == ICrowdfunding.MilestoneState.Rejected;
    }

    function _isClaimed(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        return _isIn(id, c, ICrowdfunding.MilestoneState.Claimed);
    }

    function _isObjectable(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        if (!_isClaimed(id, c)) return false;
        for (uint256 i; i < BACKERS; ++i) {
            if (_mayObject(id, backers[i])) return true;
        }
        return false;
    }

    function _isStopped(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        return _isIn(id, c, ICrowdfunding.MilestoneState.Stopped);
    }

    function _isReleasable(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        return _isIn(id, c, ICrowdfunding.MilestoneState.Releasable);
    }

    /// @dev Claimed, and to be stopped when its window ends.
    function _isContested(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        if (!_isClaimed(id, c)) return false;
        ICrowdfunding.MilestoneView memory m = crowdfunding.milestone(id, c.currentMilestone);
        return m.objectors >= 2 || 2 * uint256(m.objectedAmount) > c.raised;
    }

    /// @dev By anyone: `claimBy` is over, or no attempt is left, or the organizer is revoked.
    function _isTerminable(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        if (!_isClaimable(id, c)) return false;
        ICrowdfunding.MilestoneView memory m = crowdfunding.milestone(id, c.currentMilestone);
        bool revoked = registry.entity(c.organizer).state == IEntityRegistry.EntityState.Revoked;
        return revoked || m.attempts == 3 || block.timestamp >= m.claimBy;
    }

    function _isCollectable(uint32, ICrowdfunding.CampaignView memory c) internal pure returns (bool) {
        return c.released != c.collected;
    }

    function _hasEdge(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (bool) {
        return _nextEdge(id, c) != 0;
    }

    function _holdsPledge(uint32 id, address backer) internal view returns (bool) {
        return _positions[id][backer].paid != 0;
    }

    function _isRefundable(uint32 id, address backer) internal view returns (bool) {
        return _holdsPledge(id, backer) && !_positions[id][backer].isRefunded;
    }

    function _mayObject(uint32 id, address backer) internal view returns (bool) {
        if (!_holdsPledge(id, backer)) return false;
        uint8 index = crowdfunding.campaign(id).currentMilestone;
        uint8 attempt = crowdfunding.milestone(id, index).attempts;
        return crowdfunding.pledgeOf(id, backer).objections >> (3 * index + attempt - 1) & 1 == 0;
    }

    function _isIn(uint32 id, ICrowdfunding.CampaignView memory c, ICrowdfunding.MilestoneState state)
        private
        view
        returns (bool)
    {
        if (c.phase != ICrowdfunding.Phase.Delivering) return false;
        return crowdfunding.milestone(id, c.currentMilestone).state == state;
    }

    /// @dev The first instant after now at which time alone changes what is legal; 0 if there is none.
    function _nextEdge(uint32 id, ICrowdfunding.CampaignView memory c) internal view returns (uint256 edge) {
        if (c.phase > ICrowdfunding.Phase.Delivering) return 0;
        edge = _earlier(edge, c.opensAt);
        edge = _earlier(edge, c.submittedAt + 30 days);
        edge = _earlier(edge, c.deadline - c.withdrawalCutoff);
        edge = _earlier(edge, c.deadline);
        edge = _earlier(edge, c.pledgingEndsAt);
        if (c.phase != ICrowdfunding.Phase.Delivering) return edge;
        ICrowdfunding.MilestoneView memory m = crowdfunding.milestone(id, c.currentMilestone);
        edge = _earlier(edge, m.windowEndsAt);
        edge = _earlier(edge, m.rulingEndsAt);
        bool waits = m.state == ICrowdfunding.MilestoneState.Planned || m.state == ICrowdfunding.MilestoneState.Rejected;
        return waits ? _earlier(edge, m.claimBy) : edge;
    }

    function _earlier(uint256 edge, uint256 candidate) private view returns (uint256) {
        if (candidate <= block.timestamp) return edge;
        return edge == 0 || candidate < edge ? candidate : edge;
    }
}

/// @dev The i-th number drawn from a seed.
function _at(uint256 seed, uint256 i) pure returns (uint256) {
    return uint256(keccak256(abi.encode(seed, i)));
}
