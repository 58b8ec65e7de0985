// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {ILabContract} from "./interfaces/ILabContract.sol";
import {Journals} from "./libraries/Journals.sol";

/// @dev First base of every contract of ours, so that the journal is storage slot 0 in each of them.
abstract contract JournalSlot {
    Journals.Journal internal _journal;
}

/// @title What every contract of the lab inherits
/// @notice See `ILabContract`.
abstract contract LabContract is JournalSlot, AccessManaged, ERC2771Context, ILabContract {
    using Journals for Journals.Journal;

    /// @dev Long enough to understand an incident, too short to hold a campaign hostage.
    uint40 private constant PAUSE_DURATION = 72 hours;
    /// @dev Counted from the last pause, so that entry is open at least eleven days of any fourteen.
    uint40 private constant PAUSE_INTERVAL = 14 days;

    // These two share AccessManaged's slot, and leave room for a counter of what an entry act brings in: who asks whether
    // entry is open has then paid for reaching the counter.
    uint40 private _pausedAt;
    bool private _resumed;

    constructor(address authority_, address forwarder_) AccessManaged(authority_) ERC2771Context(forwarder_) {}

    modifier whenEntryOpen() {
        _checkEntryOpen();
        _;
    }

    /// @dev For acts of judgement: `restricted`, and by a person's own call. A call scheduled and executed through the
    /// authority would hide who rules, so that nobody could compare that person with the parties.
    modifier restrictedInPerson() {
        _checkInPerson();
        _;
    }

    /// @inheritdoc ILabContract
    function pauseEntry() external restricted {
        uint40 pausableFrom = _pausedAt + PAUSE_INTERVAL;
        require(block.timestamp >= pausableFrom, Lab_PauseTooSoon(pausableFrom));
        (_pausedAt, _resumed) = (uint40(block.timestamp), false);
        emit EntryPaused(uint40(block.timestamp) + PAUSE_DURATION);
    }

    /// @inheritdoc ILabContract
    function resumeEntry() external restricted {
        require(block.timestamp < entryPausedUntil(), Lab_NotPaused());
        _resumed = true;
        emit EntryResumed();
    }

    /// @inheritdoc ILabContract
    function entryPausedUntil() public view returns (uint40) {
        // Zero says that entry was never paused; no pause begins then.
        // slither-disable-next-line incorrect-equality
        return _pausedAt == 0 || _resumed ? 0 : _pausedAt + PAUSE_DURATION;
    }

    /// @inheritdoc IJournal
    function journal() external view returns (uint48 sequence, bytes26 digest) {
        return (_journal.sequence, _journal.digest);
    }

    /// @dev See `IJournal.journal` for what `eventHash` is.
    function _append(bytes32 eventHash) internal {
        _journal.append(eventHash);
    }

    function _checkInPerson() private {
        require(msg.sender != authority(), Lab_ActByAuthority(msg.sender));
        _checkCanCall(_msgSender(), _msgData());
    }

    function _checkEntryOpen() private view {
        uint40 until = entryPausedUntil();
        require(block.timestamp >= until, Lab_EntryPaused(until));
    }

    /// @dev Administration is direct only: a role's key signs transactions, never requests others may carry.
    function _checkCanCall(address caller, bytes calldata data) internal override {
        require(msg.sender == caller, Lab_ForwardedAdministration(caller));
        super._checkCanCall(caller, data);
    }

    function _msgSender() internal view virtual override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view virtual override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view virtual override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
