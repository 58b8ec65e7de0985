// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {JournalSlot, LabContract} from "./LabContract.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IInnovationCredit} from "./interfaces/IInnovationCredit.sol";

/// @title What Marketplace and ProBono share
/// @notice See `IEscrow`.
/// @dev The bases are in this order so that the counter shares a slot with the pause, and the journal is in slot 0.
abstract contract Escrow is JournalSlot, EIP712, LabContract, IEscrow {
    bytes32 private constant SETTLEMENT_TYPEHASH =
        keccak256("Settlement(uint32 id,uint16 share,uint256 nonce,uint40 deadline)");

    uint32 internal _caseCount; // orders or redemptions ever
    IEntityRegistry public immutable registry;
    IInnovationCredit public immutable credit;

    mapping(uint32 id => uint256) public settlementNonce;

    /// @dev What both parties sign, and until when it may be used.
    struct Settlement {
        uint32 id;
        uint16 share;
        uint40 deadline;
    }

    constructor(string memory name_, IEntityRegistry registry_, IInnovationCredit credit_) EIP712(name_, "1") {
        registry = registry_;
        credit = credit_;
    }

    /// @inheritdoc IEscrow
    function voidSettlements(uint32 id) external {
        address account = _msgSender();

        // Check
        require(_isParty(id, account), Escrow_NotParty(id, account));

        // Effect
        uint256 nonce = ++settlementNonce[id];

        // Log
        _append(keccak256(abi.encode(SettlementsVoided.selector, id, account, nonce)));
        emit SettlementsVoided(id, account, nonce);
    }

    /// @dev Whether `account` is who paid or acts for an entity of the case; reverts if there is no such case.
    function _isParty(uint32 id, address account) internal view virtual returns (bool);

    /// @dev Both have signed, in time. A zero signer, as of a revoked entity, has signed nothing.
    function _checkSettlement(
        Settlement memory s,
        address first,
        bytes calldata firstSignature,
        address second,
        bytes calldata secondSignature
    ) internal view {
        require(block.timestamp < s.deadline, Escrow_SettlementExpired(s.id, s.deadline));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(SETTLEMENT_TYPEHASH, s.id, s.share, settlementNonce[s.id], s.deadline))
        );
        _checkSignature(s.id, digest, first, firstSignature);
        _checkSignature(s.id, digest, second, secondSignature);
    }

    /// @dev The account that acts for an entity now; zero if none does, as for a revoked one.
    function _accountOf(uint32 entityId) internal view returns (address account) {
        account = registry.entity(entityId).account;
        if (registry.entityOf(account) != entityId) account = address(0);
    }

    /// @dev The credit is ours: it asks us for no allowance, moves exactly what it is told to, or reverts.
    function _pullCredits(address from, uint256 amount) internal {
        // Callers name the account whose own call this is, and no other.
        // slither-disable-next-line arbitrary-send-erc20
        bool moved = IERC20(address(credit)).transferFrom(from, address(this), amount);
        assert(moved);
    }

    /// @dev Never refused, whatever became of the receiver: the credit lets its escrows give back.
    function _pushCredits(address to, uint256 amount) internal {
        if (amount != 0) assert(IERC20(address(credit)).transfer(to, amount));
    }

    function _checkSignature(uint32 id, bytes32 digest, address signer, bytes calldata signature) private view {
        require(
            signer != address(0) && SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature),
            Escrow_InvalidSignature(id, signer)
        );
    }
}
