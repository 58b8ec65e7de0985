// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {InnovationCredit} from "../../../contracts/InnovationCredit.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IProBono} from "../../../contracts/interfaces/IProBono.sol";
import {AnyRegistry, NoAuthority, svm} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @title Hours in any number
contract AnyCapacity {
    uint256 public capacity;
}

/// @notice The real InnovationCredit in any state.
contract InnovationCreditProofs {
    address private constant FORWARDER = address(0xf0);
    address private constant MARKETPLACE = address(0xa0);

    InnovationCredit private _credit;
    AnyRegistry private _registry;
    address private _proBono;

    function setUp() external {
        (_registry, _proBono) = (new AnyRegistry(), address(new AnyCapacity()));
        _credit = new InnovationCredit(
            address(new NoAuthority()),
            FORWARDER,
            IEntityRegistry(address(_registry)),
            MARKETPLACE,
            IProBono(_proBono)
        );
        svm.enableSymbolicStorage(address(_registry));
        svm.enableSymbolicStorage(_proBono);
        svm.enableSymbolicStorage(address(_credit));
        vm.warp(svm.createUint(40, "now"));
    }

    function check_supply_within_capacity_at_an_issue(address caller, uint32 programmeId, address to, uint256 amount)
        external
    {
        vm.assume(_try(caller, abi.encodeCall(_credit.issue, (programmeId, to, amount, 0))));
        assert(_credit.totalSupply() <= AnyCapacity(_proBono).capacity());
    }

    function check_escrows_can_always_give_back(bool market, address to, uint256 amount) external {
        address escrow = market ? MARKETPLACE : _proBono;
        vm.assume(to != address(0) && amount <= _credit.balanceOf(escrow));
        (uint48 sequence,) = _credit.journal();
        vm.assume(sequence < type(uint48).max);
        assert(_try(escrow, abi.encodeCall(_credit.transfer, (to, amount))));
    }

    function check_credits_reach_only_the_verified_by_transfer(address caller, address to, uint256 amount) external {
        // The forwarder speaks for others, and the escrows never sign.
        vm.assume(caller != FORWARDER);
        vm.assume(caller != MARKETPLACE && caller != _proBono);
        vm.assume(_try(caller, abi.encodeCall(_credit.transfer, (to, amount))));
        // The escrows get credits only by taking them.
        assert(to != MARKETPLACE && to != _proBono && _registry.isVerified(to, 15));
    }

    function _try(address sender, bytes memory data) private returns (bool done) {
        vm.prank(sender);
        (done,) = address(_credit).call(data);
    }
}
