// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ILabContract} from "./ILabContract.sol";

/// @title EntityRegistry
/// @notice Who takes part: stable ids for social and solidarity economy (SSE) entities, public bodies, providers and
/// members, whose accounts can change. Authority follows the entity, money follows the account: no act of this
/// contract moves a payout account, a pledge or a balance.
/// @dev Kinds are a bit set: 1 SSE entity, 2 public body, 4 provider, 8 member (a natural person; excludes the others).
/// Entity ids start at 1; 0 is none. All times are Unix times in seconds, windows are half open.
interface IEntityRegistry is ILabContract {
    /// @notice Stored state of an entity. Time alone changes none of these; verification and suspension end by time.
    enum EntityState {
        None, // no such entity
        Registered, // waits for the registrar
        Verified, // verified once; whether it still is depends on `verifiedUntil` and `suspendedUntil`
        Refused, // final
        Revoked // final
    }

    /// @notice One slot a reader needs to know who an entity is and whether it may act.
    struct Entity {
        address account; // acts for the entity now
        uint8 kinds; // bit set, see above
        EntityState state;
        uint40 verifiedUntil; // end of the verification; for a revoked entity the instant of its revocation
        uint40 suspendedUntil; // end of the last suspension; 0 if there was none
    }

    /// @notice A pending recovery of an entity whose key is lost.
    struct Recovery {
        address account; // account that takes over; zero if no recovery is pending
        uint40 finishableAt; // from here on anyone may finish it
        uint40 barredUntil; // a veto bars new recoveries until then
    }

    /// @notice An account registered as a new entity. `profileHash` is the SHA-256 of its profile document.
    event EntityRegistered(
        uint32 indexed entityId,
        address indexed account,
        uint8 kinds,
        bytes32 profileHash,
        EntityState oldState,
        EntityState newState
    );

    /// @notice The registrar verified an entity, or renewed its verification, as `kinds` until `verifiedUntil`.
    event EntityVerified(
        uint32 indexed entityId, uint8 kinds, uint40 verifiedUntil, EntityState oldState, EntityState newState
    );

    /// @notice The registrar refused a registration. `reason` is the SHA-256 of the reasons given.
    event EntityRefused(uint32 indexed entityId, bytes32 reason, EntityState oldState, EntityState newState);

    /// @notice The registrar suspended a verified entity from `oldSuspendedUntil` or now, until `suspendedUntil`.
    event EntitySuspended(uint32 indexed entityId, uint40 oldSuspendedUntil, uint40 suspendedUntil, bytes32 reason);

    /// @notice The registrar revoked an entity at `revokedAt`; its account is free again.
    event EntityRevoked(
        uint32 indexed entityId, uint40 revokedAt, bytes32 reason, EntityState oldState, EntityState newState
    );

    /// @notice The entity points to another profile document.
    event ProfileUpdated(uint32 indexed entityId, bytes32 profileHash);

    /// @notice The entity proposed `proposedAccount` as its next account; zero withdraws the proposal.
    event AccountProposed(uint32 indexed entityId, address indexed account, address indexed proposedAccount);

    /// @notice Another account acts for the entity from now on, by its own acceptance or by a finished recovery.
    event AccountChanged(uint32 indexed entityId, address indexed oldAccount, address indexed newAccount);

    /// @notice The registrar started a recovery; the present account may veto it before `finishableAt`.
    event RecoveryStarted(
        uint32 indexed entityId, address indexed account, address indexed newAccount, uint40 finishableAt
    );

    /// @notice The present account vetoed a recovery; no new one may start before `barredUntil`.
    event RecoveryVetoed(uint32 indexed entityId, address indexed account, address indexed newAccount, uint40 barredUntil);

    /// @notice No entity has this id.
    error EntityRegistry_UnknownEntity(uint32 entityId);

    /// @notice The bit set of kinds is empty, has unknown bits, or combines member with another kind.
    error EntityRegistry_InvalidKinds(uint8 kinds);

    /// @notice The account already acts for the live entity `entityId`.
    error EntityRegistry_AccountTaken(address account, uint32 entityId);

    /// @notice The account acts for no live entity.
    error EntityRegistry_NoEntity(address account);

    /// @notice The act is not possible in the entity's state.
    error EntityRegistry_WrongState(uint32 entityId, EntityState state);

    /// @notice A verification must end in the future.
    error EntityRegistry_ExpiryInPast(uint32 entityId, uint40 expiresAt);

    /// @notice A suspension must last at least one day from now and may not end before a running one does.
    error EntityRegistry_SuspensionTooShort(uint32 entityId, uint40 until, uint40 earliest);

    /// @notice More than 60 of the 180 days before `until` would be suspended. Both in seconds.
    error EntityRegistry_SuspensionTooLong(uint32 entityId, uint256 suspendedSeconds, uint256 maxSeconds);

    /// @notice The registrar acts for the entity concerned, or would become its account.
    error EntityRegistry_OwnEntity(uint32 entityId, address registrar);

    /// @notice `account` was not proposed as the entity's next account.
    error EntityRegistry_NotProposed(uint32 entityId, address account);

    /// @notice The zero address can't become an entity's account.
    error EntityRegistry_InvalidAccount(address account);

    /// @notice A veto bars recoveries of this entity until `barredUntil`.
    error EntityRegistry_RecoveryBarred(uint32 entityId, uint40 barredUntil);

    /// @notice No recovery of this entity is pending.
    error EntityRegistry_NoRecovery(uint32 entityId);

    /// @notice The recovery may be vetoed until, and finished from, `finishableAt`.
    error EntityRegistry_RecoveryNotFinishable(uint32 entityId, uint40 finishableAt);

    /// @notice The time for a veto ended at `finishableAt`.
    error EntityRegistry_VetoTooLate(uint32 entityId, uint40 finishableAt);

    /// @notice Only the entity's present account may do this.
    error EntityRegistry_NotEntityAccount(uint32 entityId, address account);

    /// @notice Registers the caller as a new entity (entry act).
    /// @param kinds Bit set of the kinds applied for.
    /// @param profileHash SHA-256 of the profile document.
    /// @return entityId Id of the new entity, stable for ever.
    function register(uint8 kinds, bytes32 profileHash) external returns (uint32 entityId);

    /// @notice Verifies an entity, or renews and corrects its verification (registrar). Does not lift a suspension.
    /// @param kinds Bit set the registrar verified; may differ from what was applied for.
    /// @param expiresAt End of the verification, in the future.
    function verify(uint32 entityId, uint8 kinds, uint40 expiresAt) external;

    /// @notice Refuses a registration for good (registrar). The account may register again.
    function refuse(uint32 entityId, bytes32 reason) external;

    /// @notice Suspends a verified entity (registrar): at least one day, at most 60 of any 180 days; ends by itself.
    /// @dev A running suspension can be made longer, not shorter. Each counts in full against the 60 days.
    function suspend(uint32 entityId, uint40 until, bytes32 reason) external;

    /// @notice Revokes a verified entity for good (registrar, after a delay). The account may register again.
    function revoke(uint32 entityId, bytes32 reason) external;

    /// @notice Points the caller's entity to another profile document.
    function updateProfile(bytes32 profileHash) external;

    /// @notice Proposes `newAccount` as the next account of the caller's entity; zero withdraws a proposal.
    function proposeAccount(address newAccount) external;

    /// @notice The proposed account takes over the entity.
    function acceptAccount(uint32 entityId) external;

    /// @notice Starts a recovery of an entity whose key is lost (registrar); replaces a pending one and its clock.
    function startRecovery(uint32 entityId, address newAccount) external;

    /// @notice The entity's present account stops a pending recovery and bars new ones for 90 days.
    function vetoRecovery(uint32 entityId) external;

    /// @notice Completes a recovery nobody vetoed for 30 days. Anyone may call.
    function finishRecovery(uint32 entityId) external;

    /// @notice Number of entities ever registered, which is also the highest id.
    function entityCount() external view returns (uint32);

    /// @notice Id of the live (registered or verified) entity that `account` acts for, or 0.
    function entityOf(address account) external view returns (uint32);

    /// @notice The entity; reverts if there is none with this id.
    function entity(uint32 entityId) external view returns (Entity memory);

    /// @notice What an entity's campaigns ask of it; all zero if there is none with this id.
    /// @return revokedAt Instant of its revocation; 0 if it is not revoked.
    /// @return suspendedUntil End of the last suspension; 0 if there was none.
    function standingOf(uint32 entityId) external view returns (uint40 revokedAt, uint40 suspendedUntil);

    /// @notice The entity's recovery; all zero if there never was one.
    function recovery(uint32 entityId) external view returns (Recovery memory);

    /// @notice Account proposed as the entity's next one, or zero.
    function proposedAccountOf(uint32 entityId) external view returns (address);

    /// @notice Whether `account` acts for an entity verified now as at least one of the kinds in `kind`.
    function isVerified(address account, uint8 kind) external view returns (bool);

    /// @notice Id of the entity `account` acts for, or 0 if it is not verified now as at least one of the kinds in `kind`.
    function verifiedEntityOf(address account, uint8 kind) external view returns (uint32);

    /// @notice Whether an entity is verified now as at least one of the kinds in `kind`; false if there is no such entity.
    function isEntityVerified(uint32 entityId, uint8 kind) external view returns (bool);

    /// @notice Id of the member `account` acts for, or 0 if it is not a member verified now. Reads two slots at most.
    function memberIdOf(address account) external view returns (uint32);
}
