// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {AnyRegistry, Proof, svm} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @notice Over a whole life releases and refunds never exceed pledges: each act, and time, leads from sound books to sound books.
/// The README says what is sound, and why that is enough.
/// @dev The present milestone is the first, and there are no pools. What is sound is computed without a branch, of which each
/// would double the states to look at; 1 is true.
contract LifeProofs is Proof {
    uint256 private constant BPS = 10_000;
    uint256 private constant APPROVED = 2;
    uint256 private constant CANCELED = 4;

    struct Books {
        uint256 decision;
        uint256 raised;
        uint256 goal;
        uint256 refunded;
        uint256 restPledged;
        uint256 releasedBps;
        uint256 pledged;
        uint256 deadline;
        uint256 pledgingEndsAt;
    }

    /// @dev What all backers but one have pledged.
    uint256 private _others;
    /// @dev One of these.
    address private _other;

    function setUp() public override {
        super.setUp();
        _storeFirstMilestone();
        // A plan releases no more than all there is, and nobody is revoked in the future.
        vm.assume(uint16(_load(6, 0)) <= BPS && _revokedAt() <= block.timestamp);
        (_others, _other) = (svm.createUint(96, "others"), svm.createAddress("other backer"));
        // The contract pledges to none of its campaigns.
        vm.assume(_other != backer && backer != address(crowdfunding));
        vm.assume(decision != 0);
    }

    function check_life__pledge(uint256 amount) external {
        // The forwarder speaks for others.
        vm.assume(backer != FORWARDER);
        vm.assume(coin.allowance(backer, address(crowdfunding)) == type(uint256).max);
        _storeApproved();
        _keepsSound(backer, abi.encodeCall(crowdfunding.pledge, (ID, amount, 0)), amount, 0);
    }

    function check_life__withdrawPledge() external {
        vm.assume(backer != FORWARDER);
        _storeApproved();
        uint256 pledged = crowdfunding.pledgeOf(ID, backer).amount;
        _keepsSound(backer, abi.encodeCall(crowdfunding.withdrawPledge, (ID)), 0, pledged);
    }

    function check_life__refund(address caller) external {
        vm.assume(decision != TERMINATED);
        uint256 pledged = crowdfunding.pledgeOf(ID, backer).amount;
        _keepsSound(caller, abi.encodeCall(crowdfunding.refund, (ID, backer)), 0, pledged);
    }

    function check_life__refund_after_termination(address caller) external {
        vm.assume(decision == TERMINATED);
        Books memory b = _books();
        // What check_refund_after_termination_within_pledge_and_rest proves of the formula.
        uint256 amount;
        unchecked {
            uint256 rest = b.raised - _released(b) - b.refunded;
            amount = _product(b.pledged, rest) / b.restPledged;
            vm.assume(amount <= b.pledged && amount <= rest && rest - amount <= b.restPledged - b.pledged);
        }
        _keepsSound(caller, abi.encodeCall(crowdfunding.refund, (ID, backer)), 0, amount);
    }

    function check_life__releaseMilestone(address caller) external {
        _storeApproved();
        _keepsSound(caller, abi.encodeCall(crowdfunding.releaseMilestone, (ID)), 0, 0);
    }

    /// @dev Of a campaign in which nothing is claimed yet.
    function check_life__terminate(address caller) external {
        _storeApproved();
        vm.store(address(crowdfunding), _milestoneSlot(0), 0);
        _keepsSound(caller, abi.encodeCall(crowdfunding.terminate, (ID)), 0, 0);
    }

    function check_life__cancelCampaign(address caller) external {
        _keepsSound(caller, abi.encodeCall(crowdfunding.cancelCampaign, (ID)), 0, 0);
    }

    function check_life__approveCampaign(address caller) external {
        _keepsSound(caller, abi.encodeCall(crowdfunding.approveCampaign, (ID)), 0, 0);
    }

    function check_life__rejectCampaign(address caller, bytes32 reason) external {
        _keepsSound(caller, abi.encodeCall(crowdfunding.rejectCampaign, (ID, reason)), 0, 0);
    }

    /// @notice Time alone, in which the organizer may be revoked, once.
    function check_life__time(uint40 later, uint40 revokedAt) external view {
        vm.assume(later >= block.timestamp);
        uint256 before = _revokedAt();
        bool revokedNow = before == 0 && revokedAt >= block.timestamp && revokedAt <= later;
        vm.assume(revokedAt == before || revokedNow);
        Books memory b = _books();
        vm.assume(_isSound(b, before, block.timestamp) == 1);
        assert(_isSound(b, revokedAt, later) == 1);
    }

    /// @notice What `_isSound` says of the phase is what the contract says.
    function check_life_phases_are_those_of_the_contract() external view {
        Books memory b = _books();
        ICrowdfunding.Phase phase = crowdfunding.phase(ID);
        vm.assume(decision == APPROVED);
        bool refunding = phase == ICrowdfunding.Phase.Failed || phase == ICrowdfunding.Phase.Canceled;
        bool delivering = phase == ICrowdfunding.Phase.Delivering || phase == ICrowdfunding.Phase.Completed;
        assert(refunding == (_isRefunding(b, _revokedAt(), block.timestamp) == 1));
        assert(delivering == (_isDelivering(b, _revokedAt(), block.timestamp) == 1));
    }

    /// @notice Where books are sound, releases and refunds are within what was raised.
    function check_life_ends_within_what_was_raised() external view {
        Books memory b = _books();
        _assumeReleasedWithinRaised(b);
        vm.assume(_isSound(b, _revokedAt(), block.timestamp) == 1);
        assert(_released(b) + b.refunded <= b.raised);
    }

    /// @dev A product that the solver takes for that of the contract: it multiplies no unknowns, and must be told that the
    /// order does not matter. By a call of its own, which the compiler does not see through.
    function times(uint256 a, uint256 b) external pure returns (uint256) {
        unchecked {
            return a * b;
        }
    }

    /// @dev a * b, of which the solver is told that it is b * a.
    function _product(uint256 a, uint256 b) private view returns (uint256 product) {
        product = this.times(a, b);
        vm.assume(product == this.times(b, a));
    }

    /// @dev No other decision is in a phase in which anybody pledges, withdraws, releases or terminates.
    function _storeApproved() private {
        _store(0, raised | uint256(goal) << 96 | uint256(deadline) << 192 | APPROVED << 232);
    }

    /// @dev Custody changes by exactly what is said, and nobody else's pledge.
    function _keepsSound(address caller, bytes memory data, uint256 gain, uint256 loss) private {
        Books memory b = _books();
        uint256 revokedAt = _revokedAt();
        _assumeReleasedWithinRaised(b);
        vm.assume(_isSound(b, revokedAt, block.timestamp) == 1);
        uint256 pledgedByOther = crowdfunding.pledgeOf(ID, _other).amount;
        uint256 custody = _custody();
        vm.assume(_try(caller, data));
        unchecked {
            custody = custody + gain - loss;
        }
        uint256 kept = _eq(crowdfunding.pledgeOf(ID, _other).amount, pledgedByOther) & _eq(_custody(), custody);
        assert(_isSound(_books(), revokedAt, block.timestamp) & kept == 1);
    }

    /// @dev floor(raised * bps / 10,000) <= raised for bps <= 10,000: solvers can not divide numbers of this size.
    function _assumeReleasedWithinRaised(Books memory b) private view {
        vm.assume(_released(b) <= b.raised);
    }

    function _isSound(Books memory b, uint256 revokedAt, uint256 instant) private view returns (uint256) {
        unchecked {
            uint256 pledges = b.pledged + _others;
            uint256 terminated = _eq(b.decision, TERMINATED);
            uint256 begun = terminated | _eq(b.decision, APPROVED) | _eq(b.decision, CANCELED);
            uint256 before = _eq(pledges + b.refunded, b.raised);
            before &= _eq(b.refunded, 0) | _isRefunding(b, revokedAt, instant);
            before &= _eq(b.releasedBps, 0) | _isDelivering(b, revokedAt, instant);
            uint256 gone = _released(b) + b.refunded;
            uint256 afterwards = _eq(pledges, b.restPledged) & _le(gone, b.raised) & _le(b.raised - gone, b.restPledged);
            return _le(b.releasedBps, BPS) & (begun | _eq(b.raised, 0)) & (terminated & afterwards | _not(terminated) & before);
        }
    }

    /// @dev Whether an approved or canceled campaign is Failed or Canceled.
    function _isRefunding(Books memory b, uint256 revokedAt, uint256 instant) private pure returns (uint256) {
        uint256 missed = _not(_le(b.goal, b.raised)) & _le(b.deadline, instant);
        return _eq(b.decision, CANCELED) | _eq(b.decision, APPROVED) & (missed | _isRevokedEarly(b, revokedAt));
    }

    /// @dev Whether a campaign is Delivering or Completed.
    function _isDelivering(Books memory b, uint256 revokedAt, uint256 instant) private pure returns (uint256) {
        uint256 ended = _le(b.goal, b.raised) & _le(b.pledgingEndsAt, instant);
        return _eq(b.decision, APPROVED) & ended & _not(_isRevokedEarly(b, revokedAt));
    }

    function _isRevokedEarly(Books memory b, uint256 revokedAt) private pure returns (uint256) {
        return _not(_eq(revokedAt, 0)) & _not(_le(b.pledgingEndsAt, revokedAt));
    }

    function _books() private view returns (Books memory b) {
        b.decision = uint8(_load(0, 232));
        b.raised = uint96(_load(0, 0));
        b.goal = uint96(_load(0, 96));
        b.refunded = _load(1, 160);
        b.restPledged = uint96(_load(5, 0));
        b.releasedBps = _load(4, 240);
        b.pledged = crowdfunding.pledgeOf(ID, backer).amount;
        b.deadline = uint40(_load(0, 192));
        unchecked {
            uint256 reached = _eq(b.raised, uint96(_load(2, 0)));
            uint256 extension = _if(reached, uint24(_load(4, 128))) | _if(_not(reached), uint24(_load(4, 104)));
            b.pledgingEndsAt = b.deadline + _if(_le(b.goal, b.raised), extension);
        }
    }

    function _released(Books memory b) private view returns (uint256) {
        return _product(b.raised, b.releasedBps) / BPS;
    }

    function _revokedAt() private view returns (uint256) {
        (uint40 revokedAt,) = AnyRegistry(registry).standingOf(uint32(_load(2, 192)));
        return revokedAt;
    }

    function _eq(uint256 a, uint256 b) private pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := eq(a, b)
        }
    }

    function _le(uint256 a, uint256 b) private pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := iszero(gt(a, b))
        }
    }

    /// @return The value if the condition is 1, else 0.
    function _if(uint256 condition, uint256 value) private pure returns (uint256) {
        unchecked {
            return value & (0 - condition);
        }
    }

    function _not(uint256 a) private pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := iszero(a)
        }
    }
}
