// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {LabContract} from "./LabContract.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";

/// @title EntityRegistry
/// @notice See `IEntityRegistry`.
contract EntityRegistry is LabContract, IEntityRegistry {
    uint8 private constant MEMBER = 8;
    uint8 private constant ALL_KINDS = 15;

    uint40 private constant MIN_SUSPENSION = 1 days;
    uint40 private constant MAX_SUSPENSION = 60 days;
    uint40 private constant SUSPENSION_PERIOD = 180 days;
    uint40 private constant VETO_WINDOW = 30 days;
    uint40 private constant VETO_BAR = 90 days;

    /// @dev [from, until) in which an entity was or is suspended.
    struct Suspension {
        uint40 from;
        uint40 until;
    }

    uint32 public entityCount;
    mapping(address account => uint32) public entityOf;
    mapping(uint32 entityId => Entity) private _entities;
    mapping(uint32 entityId => address) public proposedAccountOf;
    mapping(uint32 entityId => Recovery) private _recoveries;
    // Filled through a storage pointer in `suspend`, which the analysis does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(uint32 entityId => Suspension[]) private _suspensions;

    constructor(address authority_, address forwarder_) LabContract(authority_, forwarder_) {}

    /// @inheritdoc IEntityRegistry
    function register(uint8 kinds, bytes32 profileHash) external whenEntryOpen returns (uint32 entityId) {
        address account = _msgSender();

        // Check
        _checkKinds(kinds);
        _checkFree(account);

        // Effect
        entityId = ++entityCount;
        entityOf[account] = entityId;
        Entity storage e = _entities[entityId];
        (e.account, e.kinds, e.state) = (account, kinds, EntityState.Registered);

        // Log
        _append(
            keccak256(
                abi.encode(
                    EntityRegistered.selector,
                    entityId,
                    account,
                    kinds,
                    profileHash,
                    EntityState.None,
                    EntityState.Registered
                )
            )
        );
        emit EntityRegistered(entityId, account, kinds, profileHash, EntityState.None, EntityState.Registered);
    }

    /// @inheritdoc IEntityRegistry
    function verify(uint32 entityId, uint8 kinds, uint40 expiresAt) external restrictedInPerson {
        Entity storage e = _existing(entityId);
        EntityState oldState = e.state;

        // Check
        _checkNotOwn(entityId);
        require(
            oldState == EntityState.Registered || oldState == EntityState.Verified,
            EntityRegistry_WrongState(entityId, oldState)
        );
        _checkKinds(kinds);
        require(expiresAt > block.timestamp, EntityRegistry_ExpiryInPast(entityId, expiresAt));

        // Effect
        (e.kinds, e.state, e.verifiedUntil) = (kinds, EntityState.Verified, expiresAt);

        // Log
        _append(
            keccak256(
                abi.encode(EntityVerified.selector, entityId, kinds, expiresAt, oldState, EntityState.Verified)
            )
        );
        emit EntityVerified(entityId, kinds, expiresAt, oldState, EntityState.Verified);
    }

    /// @inheritdoc IEntityRegistry
    function refuse(uint32 entityId, bytes32 reason) external restrictedInPerson {
        Entity storage e = _existing(entityId);

        // Check
        _checkNotOwn(entityId);
        _checkState(entityId, e, EntityState.Registered);

        // Effect
        e.state = EntityState.Refused;
        delete entityOf[e.account];

        // Log
        _append(
            keccak256(
                abi.encode(
                    EntityRefused.selector, entityId, reason, EntityState.Registered, EntityState.Refused
                )
            )
        );
        emit EntityRefused(entityId, reason, EntityState.Registered, EntityState.Refused);
    }

    /// @inheritdoc IEntityRegistry
    function suspend(uint32 entityId, uint40 until, bytes32 reason) external restrictedInPerson {
        Entity storage e = _existing(entityId);
        uint40 oldSuspendedUntil = e.suspendedUntil;

        // Check
        _checkNotOwn(entityId);
        _checkState(entityId, e, EntityState.Verified);
        uint40 earliest = uint40(block.timestamp) + MIN_SUSPENSION;
        if (oldSuspendedUntil > earliest) earliest = oldSuspendedUntil;
        require(until >= earliest, EntityRegistry_SuspensionTooShort(entityId, until, earliest));

        // Effect
        Suspension[] storage suspensions = _suspensions[entityId];
        if (oldSuspendedUntil > block.timestamp) suspensions[suspensions.length - 1].until = until;
        else suspensions.push(Suspension(uint40(block.timestamp), until));
        e.suspendedUntil = until;

        // Check
        uint256 suspended = _suspendedBefore(suspensions, until);
        require(
            suspended <= MAX_SUSPENSION, EntityRegistry_SuspensionTooLong(entityId, suspended, MAX_SUSPENSION)
        );

        // Log
        _append(keccak256(abi.encode(EntitySuspended.selector, entityId, oldSuspendedUntil, until, reason)));
        emit EntitySuspended(entityId, oldSuspendedUntil, until, reason);
    }

    /// @inheritdoc IEntityRegistry
    function revoke(uint32 entityId, bytes32 reason) external restrictedInPerson {
        Entity storage e = _existing(entityId);

        // Check
        _checkNotOwn(entityId);
        _checkState(entityId, e, EntityState.Verified);

        // Effect
        uint40 revokedAt = uint40(block.timestamp);
        (e.state, e.verifiedUntil) = (EntityState.Revoked, revokedAt);
        delete entityOf[e.account];

        // Log
        _append(
            keccak256(
                abi.encode(
                    EntityRevoked.selector,
                    entityId,
                    revokedAt,
                    reason,
                    EntityState.Verified,
                    EntityState.Revoked
                )
            )
        );
        emit EntityRevoked(entityId, revokedAt, reason, EntityState.Verified, EntityState.Revoked);
    }

    /// @inheritdoc IEntityRegistry
    function updateProfile(bytes32 profileHash) external {
        uint32 entityId = _callersEntity();
        _append(keccak256(abi.encode(ProfileUpdated.selector, entityId, profileHash)));
        emit ProfileUpdated(entityId, profileHash);
    }

    /// @inheritdoc IEntityRegistry
    function proposeAccount(address newAccount) external {
        uint32 entityId = _callersEntity();

        // Check
        if (newAccount != address(0)) _checkFree(newAccount);

        // Effect
        proposedAccountOf[entityId] = newAccount;

        // Log
        address account = _msgSender();
        _append(keccak256(abi.encode(AccountProposed.selector, entityId, account, newAccount)));
        emit AccountProposed(entityId, account, newAccount);
    }

    /// @inheritdoc IEntityRegistry
    function acceptAccount(uint32 entityId) external {
        Entity storage e = _existing(entityId);
        address newAccount = _msgSender();

        // Check
        require(proposedAccountOf[entityId] == newAccount, EntityRegistry_NotProposed(entityId, newAccount));
        _checkLive(entityId, e);
        _checkFree(newAccount);

        _changeAccount(entityId, e, newAccount);
    }

    /// @inheritdoc IEntityRegistry
    function startRecovery(uint32 entityId, address newAccount) external restrictedInPerson {
        Entity storage e = _existing(entityId);
        Recovery storage r = _recoveries[entityId];

        // Check
        _checkNotOwn(entityId);
        require(newAccount != msg.sender, EntityRegistry_OwnEntity(entityId, msg.sender));
        require(newAccount != address(0), EntityRegistry_InvalidAccount(newAccount));
        _checkLive(entityId, e);
        _checkFree(newAccount);
        require(
            block.timestamp >= r.barredUntil, EntityRegistry_RecoveryBarred(entityId, r.barredUntil)
        );

        // Effect
        uint40 finishableAt = uint40(block.timestamp) + VETO_WINDOW;
        (r.account, r.finishableAt) = (newAccount, finishableAt);

        // Log
        _append(keccak256(abi.encode(RecoveryStarted.selector, entityId, e.account, newAccount, finishableAt)));
        emit RecoveryStarted(entityId, e.account, newAccount, finishableAt);
    }

    /// @inheritdoc IEntityRegistry
    function vetoRecovery(uint32 entityId) external {
        Entity storage e = _existing(entityId);
        Recovery storage r = _recoveries[entityId];
        address account = _msgSender();

        // Check
        require(e.account == account, EntityRegistry_NotEntityAccount(entityId, account));
        address newAccount = r.account;
        require(newAccount != address(0), EntityRegistry_NoRecovery(entityId));
        require(block.timestamp < r.finishableAt, EntityRegistry_VetoTooLate(entityId, r.finishableAt));

        // Effect
        uint40 barredUntil = uint40(block.timestamp) + VETO_BAR;
        (r.account, r.finishableAt, r.barredUntil) = (address(0), 0, barredUntil);

        // Log
        _append(keccak256(abi.encode(RecoveryVetoed.selector, entityId, account, newAccount, barredUntil)));
        emit RecoveryVetoed(entityId, account, newAccount, barredUntil);
    }

    /// @inheritdoc IEntityRegistry
    function finishRecovery(uint32 entityId) external {
        Entity storage e = _existing(entityId);
        Recovery storage r = _recoveries[entityId];

        // Check
        address newAccount = r.account;
        require(newAccount != address(0), EntityRegistry_NoRecovery(entityId));
        require(
            block.timestamp >= r.finishableAt, EntityRegistry_RecoveryNotFinishable(entityId, r.finishableAt)
        );
        _checkLive(entityId, e);
        _checkFree(newAccount);

        _changeAccount(entityId, e, newAccount);
    }

    /// @inheritdoc IEntityRegistry
    function entity(uint32 entityId) external view returns (Entity memory) {
        return _existing(entityId);
    }

    /// @inheritdoc IEntityRegistry
    function standingOf(uint32 entityId) external view returns (uint40 revokedAt, uint40 suspendedUntil) {
        Entity storage e = _entities[entityId];
        return (e.state == EntityState.Revoked ? e.verifiedUntil : 0, e.suspendedUntil);
    }

    /// @inheritdoc IEntityRegistry
    function recovery(uint32 entityId) external view returns (Recovery memory) {
        return _recoveries[entityId];
    }

    /// @inheritdoc IEntityRegistry
    function isVerified(address account, uint8 kind) external view returns (bool) {
        Entity memory e = _entities[entityOf[account]];
        return _isVerified(e) && e.kinds & kind != 0;
    }

    /// @inheritdoc IEntityRegistry
    function verifiedEntityOf(address account, uint8 kind) external view returns (uint32) {
        uint32 entityId = entityOf[account];
        Entity memory e = _entities[entityId];
        return _isVerified(e) && e.kinds & kind != 0 ? entityId : 0;
    }

    /// @inheritdoc IEntityRegistry
    function isEntityVerified(uint32 entityId, uint8 kind) external view returns (bool) {
        Entity memory e = _entities[entityId];
        return _isVerified(e) && e.kinds & kind != 0;
    }

    /// @inheritdoc IEntityRegistry
    function memberIdOf(address account) external view returns (uint32) {
        uint32 entityId = entityOf[account];
        if (entityId == 0) return 0;
        Entity memory e = _entities[entityId];
        return _isVerified(e) && e.kinds == MEMBER ? entityId : 0;
    }

    /// @dev The old account keeps what it pledged and holds; a pending proposal or recovery ends with the change.
    function _changeAccount(uint32 entityId, Entity storage e, address newAccount) private {
        address oldAccount = e.account;

        // Effect
        delete entityOf[oldAccount];
        entityOf[newAccount] = entityId;
        e.account = newAccount;
        delete proposedAccountOf[entityId];
        (_recoveries[entityId].account, _recoveries[entityId].finishableAt) = (address(0), 0);

        // Log
        _append(keccak256(abi.encode(AccountChanged.selector, entityId, oldAccount, newAccount)));
        emit AccountChanged(entityId, oldAccount, newAccount);
    }

    /// @dev Seconds suspended in the 180 days that end at `until`, the end of the last suspension. No other window of
    /// 180 days can hold more: moving it later inside the last suspension only gains. Each suspension lasts at least a
    /// day and none overlap, so that the loop sees 61 at most before the total is refused.
    function _suspendedBefore(Suspension[] storage suspensions, uint40 until) private view returns (uint256 total) {
        uint40 start = until - SUSPENSION_PERIOD;
        for (uint256 i = suspensions.length; i != 0; --i) {
            Suspension memory s = suspensions[i - 1];
            if (s.until <= start) break;
            total += s.until - (s.from > start ? s.from : start);
        }
    }

    function _isVerified(Entity memory e) private view returns (bool) {
        return e.state == EntityState.Verified && block.timestamp < e.verifiedUntil
            && block.timestamp >= e.suspendedUntil;
    }

    function _existing(uint32 entityId) private view returns (Entity storage e) {
        e = _entities[entityId];
        require(e.state != EntityState.None, EntityRegistry_UnknownEntity(entityId));
    }

    function _callersEntity() private view returns (uint32 entityId) {
        address account = _msgSender();
        entityId = entityOf[account];
        require(entityId != 0, EntityRegistry_NoEntity(account));
    }

    function _checkKinds(uint8 kinds) private pure {
        bool valid = kinds == MEMBER || (kinds != 0 && kinds & MEMBER == 0 && kinds <= ALL_KINDS);
        require(valid, EntityRegistry_InvalidKinds(kinds));
    }

    function _checkFree(address account) private view {
        uint32 entityId = entityOf[account];
        require(entityId == 0, EntityRegistry_AccountTaken(account, entityId));
    }

    function _checkNotOwn(uint32 entityId) private view {
        require(entityOf[msg.sender] != entityId, EntityRegistry_OwnEntity(entityId, msg.sender));
    }

    function _checkState(uint32 entityId, Entity storage e, EntityState needed) private view {
        require(e.state == needed, EntityRegistry_WrongState(entityId, e.state));
    }

    function _checkLive(uint32 entityId, Entity storage e) private view {
        require(
            e.state == EntityState.Registered || e.state == EntityState.Verified,
            EntityRegistry_WrongState(entityId, e.state)
        );
    }
}
