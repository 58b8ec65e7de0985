// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IEscrow} from "../../../contracts/interfaces/IEscrow.sol";
import {AnyRegistry, svm} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @title Entities in any state
contract AnyEntities is AnyRegistry {
    mapping(address account => mapping(uint8 kinds => uint32)) public verifiedEntityOf;
    mapping(uint32 entityId => mapping(uint8 kinds => bool)) public isEntityVerified;
    mapping(uint32 entityId => IEntityRegistry.Entity) private _entities;

    function entity(uint32 entityId) external view returns (IEntityRegistry.Entity memory) {
        return _entities[entityId];
    }
}

/// @title What escrows need of the credit: no allowance is asked for, and it can be burned
contract PlainCredit is ERC20 {
    constructor() ERC20("Credit", "C") {}

    function redeem(uint256 amount) external {
        _burn(msg.sender, amount);
    }

    function allowance(address, address) public pure override returns (uint256) {
        return type(uint256).max;
    }
}

/// @title What the proofs of both escrows share: case number 1, in any state, of a contract in any state
abstract contract EscrowProof {
    uint32 internal constant ID = 1;
    address internal constant FORWARDER = address(0xf0);
    /// @dev Of the contract: authority, pause and count of cases.
    uint256 private constant FIRST_SLOT = 3;

    address internal escrow;
    address internal authority;
    AnyEntities internal registry;
    PlainCredit internal credit;

    /// @dev Any call of one of these functions, on case number 1.
    function _anyCall(string memory name, bytes4[] memory selectors) internal returns (bytes memory data) {
        data = svm.createCalldata(name);
        uint256 id;
        assembly ("memory-safe") {
            id := mload(add(data, 36))
        }
        bool found;
        for (uint256 i; i < selectors.length; ++i) {
            if (bytes4(data) == selectors[i]) found = true;
        }
        vm.assume(found && id == ID);
    }

    /// @dev A signature that is not refused for its length.
    function _anySignature(string memory name) internal returns (bytes memory) {
        return svm.createBytes(65, name);
    }

    /// @dev What both sign: contract, case, share, nonce and deadline, as docs/protocol.md says it.
    function _settlementHash(string memory name, uint16 share, uint40 deadline) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                escrow
            )
        );
        uint256 nonce = IEscrow(escrow).settlementNonce(ID);
        bytes32 typeHash = keccak256("Settlement(uint32 id,uint16 share,uint256 nonce,uint40 deadline)");
        bytes32 settlement = keccak256(abi.encode(typeHash, ID, share, nonce, deadline));
        return keccak256(abi.encodePacked("\x19\x01", domain, settlement));
    }

    /// @dev Who signed; halmos knows of `ecrecover` only that it answers equal questions equally.
    function _signer(bytes32 hash, bytes memory signature) internal pure returns (address) {
        (bytes32 r, bytes32 s, uint8 v) = (_word(signature, 32), _word(signature, 64), uint8(signature[64]));
        return ecrecover(hash, v, r, s);
    }

    function _word(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(data, offset))
        }
    }

    /// @dev Who acts for an entity; nobody if it is revoked.
    function _accountOf(uint32 entityId) internal view returns (address account) {
        account = registry.entity(entityId).account;
        if (registry.entityOf(account) != entityId) account = address(0);
    }

    /// @dev Whether a call by any account goes through.
    function _try(address sender, bytes memory data) internal returns (bool done) {
        vm.prank(sender);
        (done,) = escrow.call(data);
    }

    function _storeFirst(uint256 pause, uint256 count) internal {
        vm.store(escrow, bytes32(FIRST_SLOT), bytes32(uint160(authority) | pause << 168 | count << 216));
    }

    /// @dev The slot of a struct in a mapping of ids.
    function _slot(uint256 mappingSlot, uint256 slot) internal pure returns (bytes32) {
        return bytes32(uint256(keccak256(abi.encode(ID, mappingSlot))) + slot);
    }

    function _store(uint256 mappingSlot, uint256 slot, uint256 value) internal {
        vm.store(escrow, _slot(mappingSlot, slot), bytes32(value));
    }

    /// @dev What a slot holds from a bit on, to be cut to the width of the field.
    function _load(uint256 mappingSlot, uint256 slot, uint256 bit) internal view returns (uint256) {
        return uint256(vm.load(escrow, _slot(mappingSlot, slot))) >> bit;
    }
}
