// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IJournal} from "./IJournal.sol";

/// @title What every contract of the lab shares: authority, forwarder, pause, journal
/// @notice Roles live in one OpenZeppelin AccessManager. A pause stops entry acts only, never an exit, and ends by itself.
interface ILabContract is IJournal {
    /// @notice Entry acts are stopped until `until`. Not journaled.
    /// @param until Unix time at which the pause ends by itself.
    event EntryPaused(uint40 until);

    /// @notice Entry acts are open again before the pause would have ended. Not journaled.
    event EntryResumed();

    /// @notice An entry act was tried during a pause. `until` is the Unix time at which it ends.
    error Lab_EntryPaused(uint40 until);

    /// @notice A pause was asked for too soon after the last one. `notBefore` is a Unix time.
    error Lab_PauseTooSoon(uint40 notBefore);

    /// @notice There is no pause to end.
    error Lab_NotPaused();

    /// @notice Administration is never accepted through the forwarder; `signer` must call directly.
    error Lab_ForwardedAdministration(address signer);

    /// @notice This act needs a person's own account, not a scheduled call executed by the authority.
    error Lab_ActByAuthority(address authority);

    /// @notice Stops entry acts for 72 hours (guardian). Can't be set again until 14 days after it was set.
    function pauseEntry() external;

    /// @notice Ends a pause early (guardian). Does not shorten the 14 days.
    function resumeEntry() external;

    /// @notice Unix time until which entry acts are stopped; in the past when they are open, or 0 if the pause was ended early.
    function entryPausedUntil() external view returns (uint40);
}
