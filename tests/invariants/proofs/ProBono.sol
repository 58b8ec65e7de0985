// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ProBono} from "../../../contracts/ProBono.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IInnovationCredit} from "../../../contracts/interfaces/IInnovationCredit.sol";
import {IProBono} from "../../../contracts/interfaces/IProBono.sol";
import {AnyEntities, EscrowProof, PlainCredit} from "./Escrow.sol";
import {NoAuthority, svm} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @notice The real ProBono with a redemption in any state. Its offer's weeks are over: the walk over weeks is not looked at.
contract ProBonoProofs is EscrowProof {
    uint256 private constant OFFERS_SLOT = 8;
    uint256 private constant REDEMPTIONS_SLOT = 10;
    uint256 private constant HOUR = 1e18;
    uint256 private constant FIRST_FINAL = uint256(IProBono.State.Confirmed);

    ProBono private _proBono;
    address private _payer;
    uint16 private _requested;

    function setUp() external {
        // What is read before storage is symbolic stays zero for ever: the layout is checked in a lab of its own.
        _deploy();
        _checkLayout();
        _deploy();
        svm.enableSymbolicStorage(address(registry));
        svm.enableSymbolicStorage(address(credit));
        svm.enableSymbolicStorage(escrow);
        vm.warp(svm.createUint(40, "now"));

        uint256 count = svm.createUint(32, "count");
        vm.assume(count >= ID);
        _storeFirst(svm.createUint(48, "pausedAt, resumed"), count);
        _requested = uint16(svm.createUint(16, "requested"));
        uint256 state = svm.createUint(8, "state");
        vm.assume(state != 0 && state <= uint256(IProBono.State.Unruled));
        uint256 ids = ID | svm.createUint(32, "beneficiary") << 32;
        uint256 rest = svm.createUint(16, "delivered") << 80 | svm.createUint(1, "reportedByProvider") << 104;
        uint256 times = svm.createUint(120, "start, deliverBy, since");
        _store(REDEMPTIONS_SLOT, 0, ids | uint256(_requested) << 64 | rest | state << 96 | times << 112);
        _payer = svm.createAddress("payer");
        _store(REDEMPTIONS_SLOT, 1, uint160(_payer) | svm.createUint(96, "needTag") << 160);
        _store(OFFERS_SLOT, 0, svm.createUint(80, "provider, hours") | svm.createUint(1, "closed") << 120);
    }

    function check_redemption_pays_out_what_came_in__declineHelp(address caller) external {
        _ends(caller, abi.encodeCall(_proBono.declineHelp, (ID)));
        assert(_burned() == 0);
    }

    function check_redemption_pays_out_what_came_in__withdrawHelp(address caller) external {
        _ends(caller, abi.encodeCall(_proBono.withdrawHelp, (ID)));
        assert(_burned() == 0);
    }

    function check_redemption_pays_out_what_came_in__cancelHelp(address caller) external {
        _ends(caller, abi.encodeCall(_proBono.cancelHelp, (ID)));
        assert(_burned() == 0);
    }

    function check_redemption_pays_out_what_came_in__confirmHelp(address caller) external {
        uint16 delivered = _burned();
        _ends(caller, abi.encodeCall(_proBono.confirmHelp, (ID)));
        assert(_burned() == delivered);
    }

    function check_redemption_pays_out_what_came_in__expire(address caller) external {
        _ends(caller, abi.encodeCall(_proBono.expire, (ID)));
        assert(_burned() == 0);
    }

    function check_redemption_pays_out_what_came_in__rule(address caller, uint16 delivered, bytes32 reason) external {
        _ends(caller, abi.encodeCall(_proBono.rule, (ID, delivered, reason)));
        assert(_burned() == delivered);
    }

    function check_redemption_pays_out_what_came_in__settle(address caller, uint16 delivered, uint40 deadline) external {
        _ends(caller, _settlement(delivered, deadline, _anySignature("first"), _anySignature("second")));
        assert(_burned() == delivered);
    }

    /// @notice Both accounts without code have signed this redemption, share, nonce and deadline, for this contract.
    function check_settlement_of_a_redemption_needs_both_signatures(address caller, uint16 delivered, uint40 deadline)
        external
    {
        (bytes memory first, bytes memory second) = (_anySignature("first"), _anySignature("second"));
        address provider = _accountOf(uint32(_load(OFFERS_SLOT, 0, 0)));
        address beneficiary = _accountOf(uint32(_load(REDEMPTIONS_SLOT, 0, 32)));
        vm.assume(provider.code.length == 0 && beneficiary.code.length == 0);
        bytes32 hash = _settlementHash("Eranos ProBono", delivered, deadline);
        vm.assume(_try(caller, _settlement(delivered, deadline, first, second)));
        assert(provider != address(0) && _signer(hash, first) == provider);
        assert(beneficiary != address(0) && _signer(hash, second) == beneficiary);
        assert(block.timestamp < deadline);
    }

    /// @notice What comes in is what is booked.
    function check_request_brings_in_what_is_booked(uint32 offerId, uint256 credits, uint40 start, uint40 deliverBy)
        external
    {
        vm.assume(_payer != FORWARDER && _payer != escrow);
        (uint256 custody, uint256 id) = (credit.balanceOf(escrow), _proBono.redemptionCount() + 1);
        vm.assume(id < type(uint32).max && custody <= type(uint256).max - credits);
        vm.assume(_try(_payer, abi.encodeCall(_proBono.requestHelp, (offerId, credits, start, deliverBy, 0))));
        assert(credit.balanceOf(escrow) == custody + credits);
        bytes32 slot = keccak256(abi.encode(id, REDEMPTIONS_SLOT));
        assert(uint16(uint256(vm.load(escrow, slot)) >> 64) * HOUR == credits);
        assert(address(uint160(uint256(vm.load(escrow, bytes32(uint256(slot) + 1))))) == _payer);
    }

    function check_final_redemption_is_never_left(address caller) external {
        vm.assume(_state() >= FIRST_FINAL);
        assert(!_try(caller, _anyCall("ProBono", _acts(true))));
    }

    /// @notice Out of the parties, the clock and an arbiter: what needs no signatures of both.
    function check_stranger_moves_no_redemption(address caller) external {
        vm.assume(caller != FORWARDER);
        uint32 entityId = registry.entityOf(caller);
        vm.assume(entityId != uint32(_load(REDEMPTIONS_SLOT, 0, 32)) && entityId != uint32(_load(OFFERS_SLOT, 0, 0)));
        bytes memory data = _anyCall("ProBono", _acts(false));
        // What time has decided, anybody may carry out.
        vm.assume(uint256(_proBono.redemption(ID).state) < FIRST_FINAL);
        assert(!_try(caller, data));
    }

    function check_arbiter_is_no_party_of_the_redemption(address caller, uint16 delivered) external {
        uint32 entityId = registry.entityOf(caller);
        vm.assume(_try(caller, abi.encodeCall(_proBono.rule, (ID, delivered, 0))));
        assert(entityId != uint32(_load(REDEMPTIONS_SLOT, 0, 32)) && entityId != uint32(_load(OFFERS_SLOT, 0, 0)));
        assert(caller != _payer);
    }

    function _settlement(uint16 delivered, uint40 deadline, bytes memory first, bytes memory second)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(_proBono.settle, (ID, delivered, deadline, first, second));
    }

    /// @dev The redemption was not over, and is; custody falls by what was requested, of which the payer gets what is not burned.
    function _ends(address caller, bytes memory data) private {
        vm.assume(_payer != escrow && _payer != address(0));
        (uint256 custody, uint256 balance) = (credit.balanceOf(escrow), credit.balanceOf(_payer));
        uint256 supply = credit.totalSupply();
        vm.assume(custody <= supply && balance <= supply - custody);
        uint256 oldState = _state();
        vm.assume(_try(caller, data));
        assert(oldState < FIRST_FINAL && _state() >= FIRST_FINAL);
        assert(_burned() <= _requested);
        // Both are hours of 16 bits, as in the contract: solvers find products of equal factors equal.
        (uint256 burned, uint256 returned) = (_burned() * HOUR, (_requested - _burned()) * HOUR);
        assert(credit.balanceOf(escrow) == custody - burned - returned);
        assert(credit.balanceOf(_payer) == balance + returned);
        assert(credit.totalSupply() == supply - burned);
    }

    /// @param all The two that need no party as well.
    function _acts(bool all) private view returns (bytes4[] memory acts) {
        acts = new bytes4[](all ? 11 : 9);
        acts[0] = _proBono.acceptHelp.selector;
        acts[1] = _proBono.declineHelp.selector;
        acts[2] = _proBono.withdrawHelp.selector;
        acts[3] = _proBono.cancelHelp.selector;
        acts[4] = _proBono.deliverHelp.selector;
        acts[5] = _proBono.reportNoShow.selector;
        acts[6] = _proBono.confirmHelp.selector;
        acts[7] = _proBono.contest.selector;
        acts[8] = _proBono.expire.selector;
        if (!all) return acts;
        acts[9] = _proBono.settle.selector;
        acts[10] = _proBono.rule.selector;
    }

    function _burned() private view returns (uint16) {
        return uint16(_load(REDEMPTIONS_SLOT, 0, 80));
    }

    function _state() private view returns (uint256) {
        return uint8(_load(REDEMPTIONS_SLOT, 0, 96));
    }

    function _deploy() private {
        (authority, registry, credit) = (address(new NoAuthority()), new AnyEntities(), new PlainCredit());
        _proBono = new ProBono(
            authority, FORWARDER, IEntityRegistry(address(registry)), IInnovationCredit(address(credit))
        );
        escrow = address(_proBono);
    }

    /// @dev Fails the set-up when the layout of storage is not what this file says.
    function _checkLayout() private {
        _storeFirst(11, 12);
        require(_proBono.redemptionCount() == 12 && _proBono.authority() == authority, "layout of the first slot");
        require(_proBono.entryPausedUntil() == 11 + 72 hours, "layout of the pause");
        uint256 hours_ = uint256(13) << 64 | uint256(14) << 80 | uint256(IProBono.State.Settled) << 96;
        _store(REDEMPTIONS_SLOT, 0, ID | uint256(15) << 32 | hours_ | uint256(16) << 112 | uint256(17) << 152);
        _store(REDEMPTIONS_SLOT, 1, uint160(FORWARDER));
        _store(OFFERS_SLOT, 0, 18 | uint256(1) << 120);
        IProBono.RedemptionView memory r = _proBono.redemption(ID);
        require(r.beneficiary == 15 && r.hoursRequested == 13 && r.hoursDelivered == 14, "layout of a redemption");
        require(r.state == IProBono.State.Settled && r.start == 16 && r.deliverBy == 17, "layout of its times");
        require(r.payer == FORWARDER && r.provider == 18 && _proBono.offer(ID).closed, "layout of an offer");
    }
}
