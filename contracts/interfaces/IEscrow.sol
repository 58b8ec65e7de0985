// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ILabContract} from "./ILabContract.sol";
import {IEntityRegistry} from "./IEntityRegistry.sol";
import {IInnovationCredit} from "./IInnovationCredit.sol";

/// @title What Marketplace and ProBono share: two parties, something in escrow, and what ends a dispute about it
/// @notice A dispute ends by a settlement that both parties signed, by a ruling, or by time, in the ruling window of
/// 30 days. A settlement names a share: basis points to the seller in Marketplace, hours of help in ProBono.
/// @dev EIP-712 type `Settlement(uint32 id,uint16 share,uint256 nonce,uint40 deadline)`; the domain names the contract.
/// Signatures are those of an account's key, or of a contract by ERC-1271.
interface IEscrow is ILabContract {
    /// @notice A party made worthless all settlements signed before; `nonce` is the one to sign from now on.
    event SettlementsVoided(uint32 indexed id, address indexed account, uint256 nonce);

    /// @notice The caller is no party, or not the one whose act this is.
    error Escrow_NotParty(uint32 id, address account);

    /// @notice The arbiter is a party: acts for one, paid, or is paid.
    error Escrow_ArbiterIsParty(uint32 id, address arbiter);

    /// @notice The settlement could be used before `deadline`.
    error Escrow_SettlementExpired(uint32 id, uint40 deadline);

    /// @notice `signer` has not signed these words with the present nonce, for this contract on this chain.
    error Escrow_InvalidSignature(uint32 id, address signer);

    /// @notice A settlement or a ruling gives more than there is.
    error Escrow_ShareTooLarge(uint32 id, uint16 share, uint16 max);

    /// @notice Makes worthless what was signed to settle a case so far (a party). Not an act on the case itself.
    /// @param id The order or redemption.
    function voidSettlements(uint32 id) external;

    /// @notice Nonce that a settlement of this case must carry.
    function settlementNonce(uint32 id) external view returns (uint256);

    /// @notice Where verification and accounts of entities are looked up.
    function registry() external view returns (IEntityRegistry);

    /// @notice The credits held in escrow.
    function credit() external view returns (IInnovationCredit);
}
