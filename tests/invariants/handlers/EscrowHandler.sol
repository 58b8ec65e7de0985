// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IEscrow} from "../../../contracts/interfaces/IEscrow.sol";
import {ILabContract} from "../../../contracts/interfaces/ILabContract.sol";
import {_at} from "./CrowdfundingHandler.sol";
import {EscrowStage} from "../EscrowStage.sol";
import {vm} from "../Vm.sol";

/// @title The people of an escrow, and what happens to them whatever it holds
/// @notice Three accounts act for hosts (who sell, or help), three for guests (who buy, or ask for help), four for nobody,
/// until entities move from one account to another. An act is done by whom it belongs to, and in one call of eight by
/// anybody: that it succeeds for others is what must never be. All of them may rule as arbiters, except where they are parties.
abstract contract EscrowHandler is EscrowStage {
    using {_at} for uint256;

    uint256 internal constant HOSTS = 3;
    uint256 internal constant GUESTS = 3;
    uint256 internal constant PEOPLE = 10;
    uint64 private constant ADMIN = 0;
    uint8 private immutable _hostKinds;

    address[] public people;
    mapping(address account => uint256) internal _keyOf;
    address internal immutable _stranger = vm.addr(3);
    /// @notice What this contract saw that must never be; empty if all is well.
    string public violation;

    constructor(uint8 hostKinds) {
        _hostKinds = hostKinds;
        for (uint256 i; i < PEOPLE; ++i) {
            people.push(vm.addr(10 + i));
            _keyOf[people[i]] = 10 + i;
            if (i < HOSTS + GUESTS) _verified(people[i], _kindsOf(i));
            if (i < HOSTS + GUESTS) _issue(people[i], 200 * HOUR);
            vm.prank(_official);
            authority.grantRole(ADMIN, people[i], 0);
        }
    }

    /// @dev Which contract is tried.
    function _escrow() internal view virtual returns (address);

    // ------------------------------------------------------------------------------------------------------ entities

    /// @notice Moves an entity to an account that acts for none.
    function moveEntity(uint256 seed) external {
        address from = people[seed._at(1) % PEOPLE];
        for (uint256 i; i < PEOPLE && registry.entityOf(from) == 0; ++i) from = people[(seed._at(1) + i) % PEOPLE];
        address to = people[seed._at(2) % PEOPLE];
        for (uint256 i; i < PEOPLE && registry.entityOf(to) != 0; ++i) to = people[(seed._at(2) + i) % PEOPLE];
        uint32 entityId = registry.entityOf(from);
        vm.prank(from);
        registry.proposeAccount(to);
        vm.prank(to);
        registry.acceptAccount(entityId);
    }

    /// @notice Revokes an entity, whose account then registers anew.
    function revoke(uint256 seed) external {
        require(seed._at(3) % 3 == 0, "few are revoked");
        uint256 i = seed._at(1) % PEOPLE;
        while (registry.entityOf(people[i]) == 0) i = (i + 1) % PEOPLE;
        uint32 entityId = registry.entityOf(people[i]);
        uint8 kinds = registry.entity(entityId).kinds;
        vm.prank(_official);
        registry.revoke(entityId, HASH);
        _verified(people[i], kinds);
    }

    function suspend(uint256 seed) external {
        require(seed._at(3) % 3 == 0, "few are suspended");
        uint256 i = seed._at(1) % PEOPLE;
        while (registry.entityOf(people[i]) == 0) i = (i + 1) % PEOPLE;
        uint32 entityId = registry.entityOf(people[i]);
        vm.prank(_official);
        registry.suspend(entityId, uint40(block.timestamp + 1 days), HASH);
    }

    /// @notice Sends credits to the escrow, which are of no case.
    function sendCredits(uint256 seed, uint256 amount) external {
        address giver = people[seed % PEOPLE];
        amount %= credit.balanceOf(giver) + 1;
        vm.prank(giver);
        (bool done,) = address(credit).call(abi.encodeCall(credit.transfer, (_escrow(), amount)));
        _expect(!done, "34: credits were sent to an escrow");
    }

    /// @notice Ends the pause of the escrow, else pauses in one call of three.
    function changePause(uint256 seed) external {
        ILabContract escrow = ILabContract(_escrow());
        bool paused = block.timestamp < escrow.entryPausedUntil();
        require(paused || seed._at(3) % 3 == 0, "seldom paused");
        vm.prank(_official);
        if (paused) escrow.resumeEntry();
        else escrow.pauseEntry();
    }

    function sleep(uint32 duration) external {
        vm.warp(block.timestamp + 1 + duration % 12 hours);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev Seldom anybody else, the official and a stranger included.
    function _actor(uint256 seed, address rightful) internal view returns (address) {
        if (seed._at(40) % 8 != 0 && rightful != address(0)) return rightful;
        uint256 who = seed._at(41) % (PEOPLE + 2);
        return who < PEOPLE ? people[who] : who == PEOPLE ? _official : _stranger;
    }

    /// @dev Who rules: the official, one of the people, or who has paid.
    function _judge(uint256 seed, address payer) internal view returns (address) {
        if (seed._at(46) % 2 == 0) return _official;
        return _actor(seed, seed._at(46) % 4 == 1 ? payer : people[seed._at(47) % PEOPLE]);
    }

    /// @dev Signatures of a settlement, in one call of eight not quite of it, and whether they are of these words.
    function _sign(uint256 seed, IEscrow escrow, uint32 id, uint16 share, uint40 deadline, address[2] memory signers)
        internal
        returns (bytes[2] memory signatures, bool signed)
    {
        uint256 flaw = seed._at(42) % 32;
        bytes32 digest = _settlementDigest(
            escrow, flaw == 0 ? id + 1 : id, flaw == 1 ? share + 1 : share, flaw == 2 ? deadline + 1 : deadline
        );
        if (flaw == 3) {
            vm.prank(signers[0]);
            escrow.voidSettlements(id);
        }
        signed = flaw > 3;
        for (uint256 i; i < 2; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[signers[i]], digest);
            signatures[i] = abi.encodePacked(r, s, v);
        }
    }

    /// @dev Hosts, guests and nobody, by place among the people.
    function _kindsOf(uint256 i) internal view returns (uint8) {
        return i < HOSTS ? _hostKinds : SSE;
    }

    function _violated(string memory what) internal {
        violation = what;
    }

    /// @dev Notes what must hold when an act has succeeded.
    function _expect(bool holds, string memory what) internal {
        if (!holds) _violated(what);
    }
}
