// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Crowdfunding} from "../../../contracts/Crowdfunding.sol";
import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IMatchFunding} from "../../../contracts/interfaces/IMatchFunding.sol";
import {vm} from "../Vm.sol";

/// @title What the proofs use of halmos
interface Svm {
    function createAddress(string calldata name) external returns (address);
    function createBytes(uint256 size, string calldata name) external returns (bytes memory);
    function createCalldata(string calldata contractName) external returns (bytes memory);
    function createUint(uint256 bits, string calldata name) external returns (uint256);
    function enableSymbolicStorage(address account) external;
}

Svm constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));

/// @title Everybody may do everything: what is proved does not rest on roles
contract NoAuthority {
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }
}

/// @title A plain currency
contract Coin is ERC20 {
    constructor() ERC20("Coin", "COIN") {}
}

/// @title A registry in any state: what it answers is what its symbolic storage holds
contract AnyRegistry {
    struct Standing {
        uint40 revokedAt;
        uint40 suspendedUntil;
    }

    mapping(address account => uint32) public entityOf;
    mapping(address account => uint32) public memberIdOf;
    mapping(address account => mapping(uint8 kinds => bool)) public isVerified;
    mapping(uint32 entityId => Standing) public standingOf;
}

/// @title Pools in any state
contract AnyPools {
    mapping(uint32 campaignId => mapping(uint32 entityId => bool)) public isParty;
    mapping(uint32 campaignId => mapping(uint32 entityId => uint8)) public managedBy;
    mapping(uint32 campaignId => uint96[3]) private _reserved;
    uint256 private _matched;
    uint88 private _firstMatch;

    function reservationsOf(uint32 campaignId) external view returns (uint96[3] memory) {
        return _reserved[campaignId];
    }

    function onPledge(uint32, IMatchFunding.PledgeFacts calldata) external view returns (uint256, uint88) {
        return (_matched, _firstMatch);
    }

    function onWithdraw(uint32, address, uint96, uint88) external {}
}

/// @title The real Crowdfunding, with its real libraries, in any state that storage can hold
/// @notice Storage, time, callers and arguments are symbolic: what holds from every state needs no history. The campaign is
/// number 1, because every id is treated alike, and its currency is a plain one.
abstract contract Proof {
    uint32 internal constant ID = 1;
    uint8 internal constant TERMINATED = 5;
    address internal constant FORWARDER = address(0xf0);
    uint256 private constant CAMPAIGNS_SLOT = 3;
    uint256 private constant MILESTONES_SLOT = 4;

    Crowdfunding internal crowdfunding;
    Coin internal coin;
    address internal backer;
    // What slot 0 of the campaign holds.
    uint96 internal raised;
    uint96 internal goal;
    uint40 internal deadline;
    uint8 internal decision;
    address internal registry;
    address internal pools;

    function setUp() public virtual {
        coin = new Coin();
        // What is read before storage is symbolic stays zero for ever: the layout is checked in a lab of its own.
        _deploy();
        _checkLayout();
        _deploy();
        svm.enableSymbolicStorage(registry);
        svm.enableSymbolicStorage(pools);
        svm.enableSymbolicStorage(address(coin));
        svm.enableSymbolicStorage(address(crowdfunding));
        vm.warp(svm.createUint(40, "now"));
        backer = svm.createAddress("backer");
        raised = uint96(svm.createUint(96, "raised"));
        goal = uint96(svm.createUint(96, "goal"));
        deadline = uint40(svm.createUint(40, "deadline"));
        decision = uint8(svm.createUint(8, "decision"));
        vm.assume(decision <= 5);
        _store(0, _slot0(raised, goal, deadline, decision, uint8(svm.createUint(8, "poolCount"))));
        _store(1, svm.createUint(96, "refunded") << 160 | uint160(address(coin)));
    }

    function _deploy() private {
        registry = address(new AnyRegistry());
        pools = address(new AnyPools());
        crowdfunding = new Crowdfunding(
            address(new NoAuthority()), FORWARDER, IEntityRegistry(registry), address(0xc0), IMatchFunding(pools)
        );
    }

    /// @dev Fails the set-up when the layout of storage is not what this file says.
    function _checkLayout() private {
        _store(0, _slot0(11, 12, 13, 2, 0));
        _store(1, uint256(14) << 160 | uint160(address(coin)));
        require(crowdfunding.raisedOf(ID) == 11 && crowdfunding.matchFacts(ID).goal == 12, "layout of slot 0");
        require(crowdfunding.matchFacts(ID).currency == address(coin), "layout of slot 1");
        _store(3, uint256(15) << 160 | uint160(FORWARDER));
        _store(4, uint256(16) << 152 | uint256(5000) << 240);
        ICrowdfunding.CampaignView memory c = crowdfunding.campaign(ID);
        require(c.refunded == 14 && c.collected == 15 && c.payoutAccount == FORWARDER, "layout of slots 1 and 3");
        require(c.withdrawalCutoff == 16 && c.releasedBps == 5000, "layout of slot 4");
    }

    function _slot0(uint256 raised_, uint256 goal_, uint256 deadline_, uint256 decision_, uint256 pools_)
        private
        pure
        returns (uint256)
    {
        return raised_ | goal_ << 96 | deadline_ << 192 | decision_ << 232 | pools_ << 240;
    }

    /// @dev The present milestone is the first, and there are no pools.
    function _storeFirstMilestone() internal {
        uint256 times = svm.createUint(152, "members, durations, milestoneCount") << 80;
        _store(4, svm.createUint(40, "submittedAt") | times | svm.createUint(16, "releasedBps") << 240);
        vm.assume(uint8(_load(0, 240)) == 0);
    }

    function _store(uint256 slot, uint256 value) internal {
        vm.store(address(crowdfunding), _campaignSlot(slot), bytes32(value));
    }

    /// @dev What a slot of the campaign holds from a bit on, to be cut to the width of the field.
    function _load(uint256 slot, uint256 bit) internal view returns (uint256) {
        return uint256(vm.load(address(crowdfunding), _campaignSlot(slot))) >> bit;
    }

    function _milestoneSlot(uint8 index) internal pure returns (bytes32) {
        return keccak256(abi.encode(index, keccak256(abi.encode(ID, MILESTONES_SLOT))));
    }

    function _campaignSlot(uint256 slot) private pure returns (bytes32) {
        return bytes32(uint256(keccak256(abi.encode(ID, CAMPAIGNS_SLOT))) + slot);
    }

    function _custody() internal view returns (uint256) {
        return coin.balanceOf(address(crowdfunding));
    }

    /// @dev Whether a call by any account goes through.
    function _try(address sender, bytes memory data) internal returns (bool done) {
        vm.prank(sender);
        (done,) = address(crowdfunding).call(data);
    }

    /// @dev Whether a call would go through; it leaves no trace.
    function _could(address sender, bytes memory data) internal returns (bool) {
        try this.attempt(sender, data) {}
        catch (bytes memory done) {
            return abi.decode(done, (bool));
        }
        return false;
    }

    /// @dev Reverts with whether the call goes through.
    function attempt(address sender, bytes calldata data) external {
        bytes memory done = abi.encode(_try(sender, data));
        assembly ("memory-safe") {
            revert(add(done, 32), mload(done))
        }
    }
}
