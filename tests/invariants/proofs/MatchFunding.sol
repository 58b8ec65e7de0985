// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {MatchFunding} from "../../../contracts/MatchFunding.sol";
import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IMatchFunding} from "../../../contracts/interfaces/IMatchFunding.sol";
import {AnyRegistry, Coin, NoAuthority, svm} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @title A Crowdfunding in any state
contract AnyCrowdfunding {
    mapping(address currency => bool) public isCurrency;
    mapping(uint32 campaignId => uint96) public raisedOf;
    mapping(uint32 campaignId => mapping(uint32 memberId => address)) public countedThrough;
    mapping(uint32 campaignId => ICrowdfunding.MatchFacts) private _facts;
    mapping(uint32 campaignId => mapping(address backer => ICrowdfunding.Pledge)) private _pledges;

    function matchFacts(uint32 campaignId) external view returns (ICrowdfunding.MatchFacts memory) {
        return _facts[campaignId];
    }

    function pledgeOf(uint32 campaignId, address backer) external view returns (ICrowdfunding.Pledge memory) {
        return _pledges[campaignId][backer];
    }

    function addPool(uint32) external {}
}

/// @notice The real MatchFunding in any state in which unreserved + all reservations = funded for pool 1. One campaign is looked
/// at, the reservations for all others are together `others`: an act touches at most one.
contract MatchFundingProofs {
    uint32 private constant POOL = 1;
    uint32 private constant CAMPAIGN = 1;
    uint256 private constant POOLS_SLOT = 2;
    uint256 private constant RESERVATIONS_SLOT = 3;
    uint256 private constant POOLS_OF_SLOT = 4;

    MatchFunding private _pools;
    Coin private _coin;
    address private _crowdfunding;
    uint256 private _others;
    uint256 private _paid;

    function setUp() external {
        _coin = new Coin();
        // What is read before storage is symbolic stays zero for ever: the layout is checked in a lab of its own.
        _deploy();
        _checkLayout();
        address registry = _deploy();
        svm.enableSymbolicStorage(registry);
        svm.enableSymbolicStorage(_crowdfunding);
        svm.enableSymbolicStorage(address(_coin));
        svm.enableSymbolicStorage(address(_pools));
        vm.warp(svm.createUint(40, "now"));

        uint256 unreserved = svm.createUint(96, "unreserved");
        uint256 reserved = svm.createUint(96, "reserved");
        _others = svm.createUint(96, "others");
        uint256 funded = unreserved + reserved + _others;
        vm.assume(funded <= type(uint96).max);
        uint256 kind = svm.createUint(8, "kind");
        vm.assume(kind <= 2);
        uint256 rest = svm.createUint(152, "campaignCap, endsAt, ratioBps");
        _store(_poolSlot(0), unreserved | rest << 96 | kind << 248);
        uint256 manager = svm.createUint(48, "manager, maxFirstTrancheBps");
        vm.assume(uint32(manager) != 0);
        _store(_poolSlot(1), svm.createUint(96, "memberCap") | funded << 96 | manager << 192);
        _store(_poolSlot(2), uint160(address(_coin)) | svm.createUint(88, "opensAt, minMembers, open") << 160);
        _store(_reservationSlot(), reserved | svm.createUint(96, "paid") << 96 | svm.createUint(48, "state") << 192);
        // The pool is the only one of the campaign.
        _store(keccak256(abi.encode(CAMPAIGN, POOLS_OF_SLOT)), POOL);
    }

    function check_reserved_and_custody__fundPool(address caller, uint256 amount) external {
        _keeps(caller, abi.encodeCall(_pools.fundPool, (POOL, amount)));
    }

    function check_reserved_and_custody__enrol(address caller) external {
        // A campaign without a pool; a reservation begins with nothing.
        _store(keccak256(abi.encode(CAMPAIGN, POOLS_OF_SLOT)), 0);
        vm.assume(_pools.reservation(POOL, CAMPAIGN).reserved == 0);
        _keeps(caller, abi.encodeCall(_pools.enrol, (POOL, CAMPAIGN)));
    }

    function check_reserved_and_custody__onPledge(IMatchFunding.PledgeFacts calldata facts) external {
        _keeps(_crowdfunding, abi.encodeCall(_pools.onPledge, (CAMPAIGN, facts)));
    }

    function check_reserved_and_custody__onWithdraw(address backer, uint96 counted, uint88 first) external {
        _keeps(_crowdfunding, abi.encodeCall(_pools.onWithdraw, (CAMPAIGN, backer, counted, first)));
    }

    function check_reserved__releaseMatch(address caller) external {
        _afterwards(caller, abi.encodeCall(_pools.releaseMatch, (POOL, CAMPAIGN)));
    }

    function check_release_pays_what_is_due_to_the_payout_account(address caller) external {
        address payout = AnyCrowdfunding(_crowdfunding).matchFacts(CAMPAIGN).payoutAccount;
        uint256 paid = uint96(uint256(vm.load(address(_pools), _reservationSlot())) >> 96);
        _pays(caller, abi.encodeCall(_pools.releaseMatch, (POOL, CAMPAIGN)), payout);
        assert(_paid == uint96(uint256(vm.load(address(_pools), _reservationSlot())) >> 96) - paid);
        assert(_paid != 0);
    }

    function check_reserved_and_custody__settleReservation(address caller) external {
        _keeps(caller, abi.encodeCall(_pools.settleReservation, (POOL, CAMPAIGN)));
    }

    function check_reserved__reclaim(address caller, address account) external {
        _afterwards(caller, abi.encodeCall(_pools.reclaim, (POOL, account)));
    }

    function check_reclaim_pays_what_is_booked_to_the_funder(address caller, address account) external {
        (, uint96 reclaimed) = _pools.fundingOf(POOL, account);
        _pays(caller, abi.encodeCall(_pools.reclaim, (POOL, account)), account);
        (, uint96 present) = _pools.fundingOf(POOL, account);
        assert(_paid == present - reclaimed);
    }

    function check_only_crowdfunding_calls_and_returns_matches(address caller, IMatchFunding.PledgeFacts calldata facts)
        external
    {
        vm.assume(caller != _crowdfunding);
        assert(!_try(caller, abi.encodeCall(_pools.onPledge, (CAMPAIGN, facts))));
        assert(!_try(caller, abi.encodeCall(_pools.onWithdraw, (CAMPAIGN, facts.backer, 0, 0))));
    }

    function check_reclaim_waits_for_the_end_of_the_window(address caller, address account) external {
        uint256 endsAt = uint40(uint256(vm.load(address(_pools), _poolSlot(0))) >> 192);
        vm.assume(_try(caller, abi.encodeCall(_pools.reclaim, (POOL, account))));
        assert(block.timestamp >= endsAt);
    }

    /// @dev What an act pays is what custody falls by, and what the receiver gets.
    function _pays(address caller, bytes memory data, address receiver) private {
        vm.assume(receiver != address(_pools));
        (uint256 custody, uint256 balance) = (_custody(), _coin.balanceOf(receiver));
        vm.assume(balance <= type(uint256).max - custody);
        vm.assume(_try(caller, data));
        _paid = custody - _custody();
        assert(_coin.balanceOf(receiver) == balance + _paid);
    }

    function _custody() private view returns (uint256) {
        return _coin.balanceOf(address(_pools));
    }

    /// @dev Custody does not fall either.
    function _keeps(address caller, bytes memory data) private {
        uint256 custody = _custody();
        _afterwards(caller, data);
        assert(_custody() >= custody);
    }

    /// @dev After the act: unreserved + reservation + others = funded again, so that reserved never exceeds funded.
    function _afterwards(address caller, bytes memory data) private {
        vm.assume(_try(caller, data));
        uint256 slot0 = uint256(vm.load(address(_pools), _poolSlot(0)));
        uint256 slot1 = uint256(vm.load(address(_pools), _poolSlot(1)));
        uint256 reservation = uint256(vm.load(address(_pools), _reservationSlot()));
        assert(uint256(uint96(slot0)) + uint96(reservation) + _others == uint96(slot1 >> 96));
    }

    function _try(address sender, bytes memory data) private returns (bool done) {
        vm.prank(sender);
        (done,) = address(_pools).call(data);
    }

    function _deploy() private returns (address registry) {
        registry = address(new AnyRegistry());
        _crowdfunding = address(new AnyCrowdfunding());
        _pools = new MatchFunding(
            address(new NoAuthority()), address(0xf0), IEntityRegistry(registry), ICrowdfunding(_crowdfunding)
        );
    }

    /// @dev Fails the set-up when the layout of storage is not what this file says.
    function _checkLayout() private {
        _store(_poolSlot(0), 11 | 12 << 96 | 13 << 192);
        _store(_poolSlot(1), 14 | 15 << 96 | 16 << 192);
        _store(_poolSlot(2), uint160(address(_coin)));
        _store(_reservationSlot(), 17);
        _store(keccak256(abi.encode(CAMPAIGN, POOLS_OF_SLOT)), 18);
        IMatchFunding.PoolView memory p = _pools.pool(POOL);
        require(p.funded == 15 && p.reserved == 4 && p.manager == 16, "layout of a pool");
        require(p.terms.endsAt == 13 && p.terms.currency == address(_coin), "layout of a pool's terms");
        require(_pools.reservation(POOL, CAMPAIGN).reserved == 17, "layout of a reservation");
        require(_pools.poolsOf(CAMPAIGN)[0] == 18, "layout of the pools of a campaign");
    }

    function _poolSlot(uint256 slot) private pure returns (bytes32) {
        return bytes32(uint256(keccak256(abi.encode(POOL, POOLS_SLOT))) + slot);
    }

    function _reservationSlot() private pure returns (bytes32) {
        return keccak256(abi.encode(CAMPAIGN, keccak256(abi.encode(POOL, RESERVATIONS_SLOT))));
    }

    function _store(bytes32 slot, uint256 value) private {
        vm.store(address(_pools), slot, bytes32(value));
    }
}
