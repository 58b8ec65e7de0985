// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Campaigns} from "../../../contracts/libraries/Campaigns.sol";
import {Delivery} from "../../../contracts/libraries/Delivery.sol";
import {Pools} from "../../../contracts/libraries/Pools.sol";
import {Splits} from "../../../contracts/libraries/Splits.sol";
import {vm} from "../Vm.sol";

/// @notice Division, which solvers can only do for small numbers: by the own functions of the libraries for amounts of 8
/// bits where the divisor is 10,000; by the same formula, with the floor said by multiplication, for
/// amounts of 4 bits where the divisor is an amount too.
contract ArithmeticProofs {
    using Pools for Pools.Pool;

    /// @dev Four bits.
    uint8 private constant MASK = 15;

    Campaigns.Campaign private _campaign;
    Pools.Pool private _pool;
    Pools.Reservation private _reservation;

    /// @notice The last milestone books all that was pledged, to the unit.
    function check_last_tranche_empties_the_books(uint8 raised) external {
        assert(_released(raised, 10_000) == raised);
        assert(_released(raised, 0) == 0);
    }

    /// @notice A match is released in the same proportion, and never beyond what is reserved.
    function check_match_released_within_reserved(uint8 reserved, uint96 raised, uint16 bps, bool settled) external {
        vm.assume(bps <= 10_000);
        _reservation.reserved = reserved;
        _reservation.settled = settled;
        uint96 entitled = _pool.entitled(_reservation, raised, bps);
        assert(entitled <= reserved);
        assert(settled || uint256(entitled) * 10_000 <= uint256(reserved) * bps);
    }

    /// @notice The seller's part of a leg is rounded down, and the buyer's is all the rest.
    function check_split_within_leg(uint8 leg, uint16 bps) external pure {
        vm.assume(bps <= 10_000);
        (uint256 part, uint256 rest) = (Splits.partDown(leg, bps), Splits.restOf(leg, bps));
        assert(part + rest == leg && part <= leg);
        assert(part * 10_000 <= uint256(leg) * bps);
    }

    /// @notice A gift that is not earned pays nothing.
    function check_missed_gift_pays_nothing(uint96 reserved, uint96 raised, uint96 minRaised, uint16 bps) external {
        vm.assume(raised < minRaised);
        (_pool.kind, _pool.minRaised, _reservation.reserved) = (Pools.Kind.Gift, minRaised, reserved);
        assert(_pool.entitled(_reservation, raised, bps) == 0);
    }

    /// @notice What two accounts reclaim is together never more than what is unreserved, and less by one unit at most; it only
    /// grows with what is freed.
    /// @dev The formula of MatchFunding._reclaimable, which MatchFunding.t.sol tries on the contract itself.
    function check_reclaims_stay_within_unreserved(uint8 a, uint8 b, uint8 unreserved, uint8 partOfA, uint8 partOfB)
        external
        pure
    {
        (a, b, unreserved) = (a & MASK, b & MASK, unreserved & (2 * MASK + 1));
        uint256 funded = uint256(a) + b;
        vm.assume(a != 0 && b != 0 && unreserved <= funded);
        _assumeFloor(partOfA, unreserved, a, funded);
        _assumeFloor(partOfB, unreserved, b, funded);
        assert(partOfA <= a && partOfB <= b);
        assert(uint256(partOfA) + partOfB <= unreserved);
        assert(unreserved <= uint256(partOfA) + partOfB + 1);
    }

    /// @notice After a termination a refund is never more than the pledge or the unreleased rest, and leaves no more unreleased
    /// than there are pledges left: the next refund finds the same.
    /// @dev The formula of Crowdfunding._refundOf, which Crowdfunding.t.sol tries on the contract itself.
    function check_refund_after_termination_within_pledge_and_rest(
        uint8 pledged,
        uint8 unreleased,
        uint8 restPledged,
        uint8 amount
    ) external pure {
        (pledged, unreleased, restPledged) = (pledged & MASK, unreleased & MASK, restPledged & MASK);
        vm.assume(pledged != 0 && pledged <= restPledged && unreleased <= restPledged);
        _assumeFloor(amount, pledged, unreleased, restPledged);
        assert(amount <= pledged && amount <= unreleased);
        assert(unreleased - amount <= restPledged - pledged);
    }

    /// @dev quotient = floor(x * y / divisor), said by multiplication: solvers divide badly, and each check for overflow would
    /// divide. Nothing overflows here.
    function _assumeFloor(uint256 quotient, uint256 x, uint256 y, uint256 divisor) private pure {
        unchecked {
            vm.assume(quotient * divisor <= x * y && x * y < quotient * divisor + divisor);
        }
    }

    function _released(uint96 raised, uint16 bps) private returns (uint96) {
        (_campaign.raised, _campaign.releasedBps) = (raised, bps);
        return Delivery.releasedOf(_campaign);
    }
}
