// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IInnovationCredit} from "../../../contracts/interfaces/IInnovationCredit.sol";
import {_at} from "./CrowdfundingHandler.sol";
import {Stage} from "../Stage.sol";
import {vm} from "../Vm.sol";

/// @title Stands for the contracts of the lab that hold credits for others: takes, gives back, redeems, and says what hours back
contract Escrow {
    uint256 public capacity = 1e29;

    function setCapacity(uint256 capacity_) external {
        capacity = capacity_;
    }

    function redeem(IInnovationCredit credit, uint256 amount) external {
        credit.redeem(amount);
    }

    function take(IERC20 credit, address from, uint256 amount) external {
        credit.transferFrom(from, address(this), amount);
    }

    function giveBack(IERC20 credit, address to, uint256 amount) external {
        credit.transfer(to, amount);
    }
}

/// @title Everything that people can do to credits, with bounded choices
/// @notice Each function is one act and reverts where the contract refuses. The ledger kept here is made of the acts that
/// succeeded.
contract InnovationCreditHandler is Stage {
    using {_at} for uint256;

    uint256 internal constant PEOPLE = 6;
    uint32 internal constant MAX_PROGRAMMES = 12;
    uint8 private constant ALL_KINDS = 15;

    Escrow public immutable escrow;
    address[] public people;
    mapping(address account => uint256) internal _keyOf;
    mapping(address account => uint256) internal _ledger;
    mapping(uint32 programmeId => uint256) internal _issued;
    mapping(uint32 programmeId => IInnovationCredit.Programme) internal _opened;
    mapping(uint32 programmeId => bool) internal _isClosed;
    uint256 internal _totalIssued;
    uint256 internal _totalRedeemed;
    /// @notice What this contract saw that must never be; empty if all is well.
    string public violation;

    constructor(Escrow escrow_) Stage(address(escrow_), address(escrow_)) {
        escrow = escrow_;
        for (uint256 i; i < PEOPLE; ++i) {
            people.push(vm.addr(40 + i));
            _keyOf[people[i]] = 40 + i;
            _verified(people[i], i % 2 == 0 ? SSE : MEMBER);
        }
        _open(1, registry.entityOf(people[0]), 1e28);
        _open(2, registry.entityOf(people[1]), 1e24);
    }

    // ---------------------------------------------------------------------------------------------------- programmes

    function openProgramme(uint256 seed, uint96 cap) external {
        require(credit.programmeCount() < MAX_PROGRAMMES, "enough programmes");
        _open(seed, registry.entityOf(people[seed._at(1) % PEOPLE]), cap);
    }

    function closeProgramme(uint256 seed) external {
        require(seed._at(3) % 4 == 0, "few are closed");
        uint32 id = _programme(seed);
        vm.prank(_official);
        credit.closeProgramme(id);
        _isClosed[id] = true;
    }

    function issue(uint256 seed, uint96 amount) external {
        uint32 id = _programme(seed);
        IInnovationCredit.Programme memory p = credit.programme(id);
        address issuer = registry.entity(p.issuer).account;
        if (seed._at(4) % 24 == 0) issuer = people[seed._at(5) % PEOPLE];
        address to = _anybody(seed._at(6));
        uint256 left = p.cap - p.issued;
        uint256 bounded = seed._at(7) % 16 == 0 ? left : seed._at(7) % 16 == 1 ? amount : amount % (left / 4 + 1);
        bool receives = _isVerified(to);
        vm.prank(issuer);
        credit.issue(id, to, bounded, HASH);

        if (to == issuer) _violated("36: issued to itself");
        if (registry.entityOf(issuer) != p.issuer || !_isVerified(issuer)) _violated("35: issued by a stranger");
        bool open = !_isClosed[id] && p.startsAt <= block.timestamp && block.timestamp < p.endsAt;
        if (!open) _violated("35: issued outside of the window");
        if (!receives) _violated("34: a stranger got credits");
        if (credit.totalSupply() > escrow.capacity()) _violated("38: supply above capacity at an issue");
        _issued[id] += bounded;
        _totalIssued += bounded;
        _ledger[to] += bounded;
    }

    // ----------------------------------------------------------------------------------------------------- transfers

    function transfer(uint256 seed) external {
        (address from, address to, uint256 amount) = _transfer(seed);
        bool receives = _isVerified(to);
        vm.prank(from);
        credit.transfer(to, amount);
        _moved(from, to, amount, receives);
    }

    function transferFrom(uint256 seed) external {
        (address from, address to, uint256 amount) = _transfer(seed);
        bool receives = _isVerified(to);
        vm.prank(from);
        credit.approve(_official, amount);
        vm.prank(_official);
        credit.transferFrom(from, to, amount);
        _moved(from, to, amount, receives);
    }

    function transferWithPermit(uint256 seed) external {
        (address from, address to, uint256 amount) = _transfer(seed);
        bool receives = _isVerified(to);
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 permit = keccak256(abi.encode(kind, from, _official, amount, credit.nonces(from), type(uint256).max));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", credit.DOMAIN_SEPARATOR(), permit));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[from], digest);
        credit.permit(from, _official, amount, type(uint256).max, v, r, s);
        vm.prank(_official);
        credit.transferFrom(from, to, amount);
        _moved(from, to, amount, receives);
    }

    /// @notice Escrow takes for an order or for help, without an allowance.
    function deposit(uint256 seed) external {
        (address from,, uint256 amount) = _transfer(seed);
        escrow.take(credit, from, amount);
        _moved(from, address(escrow), amount, true);
    }

    /// @notice Escrow gives back to anyone, whatever became of them.
    function giveBack(uint256 seed) external {
        address to = _anybody(seed);
        uint256 amount = _part(seed._at(8), _ledger[address(escrow)]);
        require(amount != 0, "nothing in escrow");
        escrow.giveBack(credit, to, amount);
        _moved(address(escrow), to, amount, true);
    }

    /// @notice Hours that were given burn credits in escrow.
    function redeem(uint256 seed) external {
        require(seed._at(9) % 2 == 0, "some are left to be given back");
        uint256 amount = _part(seed._at(8), _ledger[address(escrow)]);
        escrow.redeem(credit, amount);
        _ledger[address(escrow)] -= amount;
        _totalRedeemed += amount;
    }

    /// @notice Providers promise, or promises end: some capacity around the supply, or plenty.
    function setCapacity(uint256 seed) external {
        uint256 supply = credit.totalSupply();
        escrow.setCapacity(seed._at(1) % 16 == 0 ? supply * (seed._at(2) % 200) / 100 : supply + 1e28);
    }

    // ------------------------------------------------------------------------------------------------------ entities

    function suspend(uint256 seed) external {
        require(seed._at(3) % 2 == 0, "few are suspended");
        uint32 entityId = registry.entityOf(people[seed._at(1) % PEOPLE]);
        vm.prank(_official);
        registry.suspend(entityId, uint40(block.timestamp + 1 days), HASH);
    }

    /// @notice Revokes an entity whose account registers anew, in half of the calls at once verified.
    function revoke(uint256 seed) external {
        address account = people[seed._at(1) % PEOPLE];
        if (registry.entityOf(account) == 0) {
            _verified(account, MEMBER);
            return;
        }
        require(seed._at(3) % 2 == 0, "few are revoked");
        uint32 entityId = registry.entityOf(account);
        vm.prank(_official);
        registry.revoke(entityId, HASH);
        if (seed._at(2) % 2 == 0) _verified(account, SSE);
    }

    function changePause(uint256 seed) external {
        bool paused = block.timestamp < credit.entryPausedUntil();
        require(paused || seed._at(3) % 5 == 0, "seldom paused");
        vm.prank(_official);
        if (paused) credit.resumeEntry();
        else credit.pauseEntry();
    }

    function sleep(uint32 duration) external {
        vm.warp(block.timestamp + 1 + duration % 3 days);
    }

    // -------------------------------------------------------------------------------------------------------- checks

    /// @notice Reverts with the number of the first invariant that is broken.
    function check() external view {
        require(bytes(violation).length == 0, violation);
        (uint256 balances, uint256 issued) = (_checkBalance(address(escrow)) + _checkBalance(_stranger()), 0);
        for (uint256 i; i < PEOPLE; ++i) balances += _checkBalance(people[i]);
        for (uint32 id = 1; id <= credit.programmeCount(); ++id) issued += _checkProgramme(id);
        require(credit.totalSupply() == balances, "31: supply");
        require(issued == _totalIssued && issued == credit.totalSupply() + _totalRedeemed, "30: issued");
        require(credit.redeemed() == _totalRedeemed, "30: redeemed");
    }

    function _checkBalance(address account) private view returns (uint256 balance) {
        balance = credit.balanceOf(account);
        require(balance == _ledger[account], "32: a balance");
    }

    function _checkProgramme(uint32 id) private view returns (uint256 issued) {
        IInnovationCredit.Programme memory p = credit.programme(id);
        IInnovationCredit.Programme memory opened = _opened[id];
        require(p.issued == _issued[id] && p.issued <= p.cap, "33: issued <= cap");
        require(
            p.issuer == opened.issuer && p.cap == opened.cap && p.startsAt == opened.startsAt
                && p.endsAt == opened.endsAt && p.closed == _isClosed[id],
            "33: terms of a programme changed"
        );
        return p.issued;
    }

    // ------------------------------------------------------------------------------------------------------- choices

    function _open(uint256 seed, uint32 issuer, uint96 cap) private {
        uint40 startsAt = uint40(block.timestamp + (seed._at(2) % 4 == 0 ? 2 days : 0));
        uint40 endsAt = startsAt + [uint40(10 days), 200 days][seed._at(3) % 2];
        vm.prank(_official);
        uint32 id = credit.openProgramme(issuer, cap, startsAt, endsAt, HASH);
        _opened[id] = IInnovationCredit.Programme(issuer, startsAt, endsAt, false, cap, 0);
    }

    function _moved(address from, address to, uint256 amount, bool receives) private {
        if (!receives) _violated("34: a stranger got credits");
        _ledger[from] -= amount;
        _ledger[to] += amount;
    }

    /// @dev From somebody who has credits, if anybody has; seldom to the escrow, which must refuse.
    function _transfer(uint256 seed) private view returns (address from, address to, uint256 amount) {
        for (uint256 i; i < PEOPLE; ++i) {
            from = people[(seed._at(1) % PEOPLE + i) % PEOPLE];
            if (_ledger[from] != 0) break;
        }
        to = seed._at(2) % 16 == 1 ? address(escrow) : _anybody(seed._at(2));
        return (from, to, _part(seed._at(4), _ledger[from]));
    }

    /// @dev All, more than all, nothing, or a part.
    function _part(uint256 seed, uint256 whole) private pure returns (uint256) {
        if (seed % 8 == 0) return whole;
        if (seed % 16 == 1) return whole + 1;
        return seed._at(1) % (whole + 1);
    }

    function _programme(uint256 seed) private view returns (uint32) {
        return uint32(1 + seed._at(100) % credit.programmeCount());
    }

    /// @dev One of the people, who may have lost their verification, or seldom a stranger.
    function _anybody(uint256 seed) private pure returns (address) {
        return seed % 16 == 0 ? _stranger() : vm.addr(40 + seed._at(9) % PEOPLE);
    }

    function _stranger() private pure returns (address) {
        return vm.addr(3);
    }

    /// @dev From the registry's facts, not by the views that the credit itself asks.
    function _isVerified(address account) private view returns (bool) {
        uint32 entityId = registry.entityOf(account);
        if (entityId == 0) return false;
        IEntityRegistry.Entity memory e = registry.entity(entityId);
        return e.state == IEntityRegistry.EntityState.Verified && block.timestamp < e.verifiedUntil
            && block.timestamp >= e.suspendedUntil;
    }

    function _violated(string memory what) private {
        violation = what;
    }
}
