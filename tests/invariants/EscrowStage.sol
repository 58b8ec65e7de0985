// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IEntityRegistry} from "../../contracts/interfaces/IEntityRegistry.sol";
import {IEscrow} from "../../contracts/interfaces/IEscrow.sol";
import {Marketplace} from "../../contracts/Marketplace.sol";
import {ProBono} from "../../contracts/ProBono.sol";
import {Stage} from "./Stage.sol";
import {vm} from "./Vm.sol";

/// @title A lab with the two contracts that hold credits for others
/// @notice The town promises hours and issues credits.
abstract contract EscrowStage is Stage {
    uint256 internal constant HOUR = 1e18;
    uint256 internal constant WEEK = 1 weeks;

    Marketplace public immutable marketplace;
    ProBono public immutable proBono;
    address internal immutable _town = vm.addr(50);
    uint32 internal immutable _programme;

    /// @dev The ninth and the tenth contract that the constructors create: credits know them from their creation on.
    constructor() Stage(vm.computeCreateAddress(address(this), 9), vm.computeCreateAddress(address(this), 10)) {
        marketplace = new Marketplace(address(authority), address(forwarder), registry, credit, crowdfunding);
        proBono = new ProBono(address(authority), address(forwarder), registry, credit);
        require(credit.isLabContract(address(marketplace)) && credit.isLabContract(address(proBono)), "other addresses");
        uint32 entityId = _verified(_town, PUBLIC_BODY | PROVIDER);
        vm.prank(_official);
        _programme = credit.openProgramme(
            entityId, type(uint96).max, uint40(block.timestamp), type(uint40).max, HASH
        );
    }

    /// @dev Issues credits, after the town has promised hours anew if too few are left.
    function _issue(address to, uint256 amount) internal {
        (uint256 capacity, uint256 supply) = credit.coverage();
        if (supply + amount > capacity) {
            uint256 left = 2_000 - proBono.openHoursOf(registry.entityOf(_town));
            vm.prank(_town);
            proBono.offerHours(uint16(left), uint40((block.timestamp / WEEK + 52) * WEEK), HASH);
        }
        vm.prank(_town);
        credit.issue(_programme, to, amount, HASH);
    }

    /// @dev What the parties of a case sign.
    function _settlementDigest(IEscrow escrow, uint32 id, uint16 share, uint40 deadline)
        internal
        view
        returns (bytes32)
    {
        string memory name = address(escrow) == address(marketplace) ? "Eranos Marketplace" : "Eranos ProBono";
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                escrow
            )
        );
        bytes32 kind = keccak256("Settlement(uint32 id,uint16 share,uint256 nonce,uint40 deadline)");
        bytes32 message = keccak256(abi.encode(kind, id, share, escrow.settlementNonce(id), deadline));
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    /// @dev The account that acts for an entity now; zero for a revoked one.
    function _accountOf(uint32 entityId) internal view returns (address account) {
        account = registry.entity(entityId).account;
        if (registry.entityOf(account) != entityId) return address(0);
    }

    /// @dev From the registry's facts, not by the views that contracts ask.
    function _isVerified(uint32 entityId, uint8 kinds) internal view returns (bool) {
        if (entityId == 0) return false;
        IEntityRegistry.Entity memory e = registry.entity(entityId);
        return e.state == IEntityRegistry.EntityState.Verified && block.timestamp < e.verifiedUntil
            && block.timestamp >= e.suspendedUntil && e.kinds & kinds != 0;
    }
}
