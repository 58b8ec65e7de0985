// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProBono} from "../interfaces/IProBono.sol";
import {Windows} from "./Windows.sol";

/// @title What is stored of a redemption, and its state computed from that and the time
library Redemptions {
    /// @dev Base units of the credit that one hour of help redeems.
    uint256 internal constant HOUR = 1e18;
    /// @dev Enough to look at what was delivered, and to hear of a no-show.
    uint40 internal constant CONFIRM_WINDOW = 14 days;

    /// @dev Two slots. Most acts touch the first one only.
    struct Redemption {
        // slot 0
        uint32 offerId;
        uint32 beneficiary;
        uint16 requested; // hours in escrow
        uint16 delivered; // hours
        IProBono.State state; // as the last act left it
        bool reportedByProvider; // the no-show
        uint40 start;
        uint40 deliverBy;
        uint40 since; // of the last act that opened a window
        // slot 1
        address payer;
        bytes12 needTag; // see `tagOf`
    }

    /// @dev Filled by the delivery.
    struct Documents {
        bytes32 needHash;
        bytes32 evidenceHash;
    }

    /// @notice Enough to recognize the hash of a need by. Not its own first bytes: whoever delivers is free to make up the
    /// others, as no document needs to stand behind a hash here.
    function tagOf(bytes32 needHash) internal pure returns (bytes12) {
        return bytes12(keccak256(abi.encode(needHash)));
    }

    /// @notice The state now.
    function stateOf(Redemption storage r) internal view returns (IProBono.State state) {
        state = r.state;
        if (state == IProBono.State.Requested) {
            if (block.timestamp >= r.start) return IProBono.State.Lapsed;
        } else if (state == IProBono.State.Accepted) {
            if (block.timestamp >= r.deliverBy) return IProBono.State.Expired;
            if (block.timestamp >= r.start) return IProBono.State.Underway;
        } else if (state == IProBono.State.Delivered) {
            if (Windows.isOver(r.since, CONFIRM_WINDOW)) return IProBono.State.Confirmed;
        } else if (state == IProBono.State.NoShow) {
            if (Windows.isOver(r.since, CONFIRM_WINDOW)) return IProBono.State.Missed;
        } else if (state == IProBono.State.Contested) {
            if (Windows.isOver(r.since, Windows.RULING_WINDOW)) return IProBono.State.Unruled;
        }
    }

    /// @notice Whether the credits have left the escrow.
    function hasEnded(Redemption storage r) internal view returns (bool) {
        return r.state >= IProBono.State.Confirmed;
    }

    /// @notice End of the present window; 0 if none runs.
    function windowEndsAt(Redemption storage r) internal view returns (uint40) {
        IProBono.State state = r.state;
        if (state == IProBono.State.Contested) return r.since + Windows.RULING_WINDOW;
        bool confirming = state == IProBono.State.Delivered || state == IProBono.State.NoShow;
        return confirming ? r.since + CONFIRM_WINDOW : 0;
    }
}
