// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {AnyRegistry, Proof, svm} from "./Proof.sol";
import {vm} from "../Vm.sol";

/// @notice What an act does to the books of a campaign, and that custody falls by payments only.
/// @dev The present milestone is the first, and there are no pools.
contract BooksProofs is Proof {
    uint256 private constant SUBMITTED = 1;
    uint256 private constant APPROVED = 2;
    uint256 private constant REJECTED = 3;
    uint256 private constant CANCELED = 4;

    address private _other;

    struct Books {
        uint256 decision;
        uint256 raised;
        uint256 refunded;
        uint256 restPledged;
        uint256 releasedBps;
        uint256 goalAndDeadline;
        uint256 stretchGoalAndOrganizer;
        uint256 extension;
        uint256 pledged;
        uint256 pledgedByOther;
        uint256 custody;
    }

    function setUp() public override {
        super.setUp();
        _storeFirstMilestone();
        _other = svm.createAddress("other backer");
        vm.assume(_other != backer);
    }

    function check_books__refund(address caller) external {
        vm.assume(decision != TERMINATED);
        (Books memory before, Books memory present) = _act(caller, abi.encodeCall(crowdfunding.refund, (ID, backer)));
        assert(present.refunded == before.refunded + before.pledged && present.pledged == 0);
        (present.refunded, present.pledged) = (before.refunded, before.pledged);
        _assertSame(before, present);
    }

    function check_books__collect(address caller) external {
        (Books memory before, Books memory present) = _act(caller, abi.encodeCall(crowdfunding.collect, (ID)));
        _assertSame(before, present);
    }

    function check_books__cancelCampaign(address caller) external {
        _decides(caller, abi.encodeCall(crowdfunding.cancelCampaign, (ID)), CANCELED);
    }

    function check_books__approveCampaign(address caller) external {
        _decides(caller, abi.encodeCall(crowdfunding.approveCampaign, (ID)), APPROVED);
    }

    function check_books__rejectCampaign(address caller, bytes32 reason) external {
        _decides(caller, abi.encodeCall(crowdfunding.rejectCampaign, (ID, reason)), REJECTED);
    }

    function check_books__changePayoutAccount(address caller, address account) external {
        _leaves(caller, abi.encodeCall(crowdfunding.changePayoutAccount, (ID, account)));
    }

    /// @dev The first claim.
    function check_books__claimMilestone(address caller, bytes32 evidence) external {
        vm.store(address(crowdfunding), _milestoneSlot(0), 0);
        _leaves(caller, abi.encodeCall(crowdfunding.claimMilestone, (ID, evidence)));
    }

    /// @dev To the first claim.
    function check_books__object() external {
        // The forwarder speaks for others.
        vm.assume(backer != FORWARDER);
        _leaves(backer, abi.encodeCall(crowdfunding.object, (ID, 0, 1)));
    }

    /// @dev On the first claim, which is not ruled yet, of an organizer who is not revoked.
    function check_books__rule(address caller, bool release, bytes32 reason) external {
        uint256 claim = svm.createUint(160, "claimedAt, objectors, objectedAmount");
        vm.store(address(crowdfunding), _milestoneSlot(0), bytes32(claim | 1 << 168));
        (uint40 revokedAt,) = AnyRegistry(registry).standingOf(uint32(_load(2, 192)));
        vm.assume(revokedAt == 0);
        _leaves(caller, abi.encodeCall(crowdfunding.rule, (ID, 0, 1, release, reason)));
    }

    function check_books__addPool(address caller) external {
        _leaves(caller, abi.encodeCall(crowdfunding.addPool, (ID)));
    }

    function check_books__listCurrency(address caller, address currency) external {
        _leaves(caller, abi.encodeCall(crowdfunding.listCurrency, (currency)));
    }

    function check_phase_of_a_cancellation(address caller) external {
        vm.assume(_could(caller, abi.encodeCall(crowdfunding.cancelCampaign, (ID))));
        ICrowdfunding.Phase phase = crowdfunding.phase(ID);
        assert(phase != ICrowdfunding.Phase.Delivering && phase < ICrowdfunding.Phase.Completed);
    }

    /// @dev Only the decision changes.
    function _decides(address caller, bytes memory data, uint256 newDecision) private {
        (Books memory before, Books memory present) = _act(caller, data);
        assert(newDecision == CANCELED || before.decision == SUBMITTED);
        assert(present.decision == newDecision && present.custody == before.custody);
        present.decision = before.decision;
        _assertSame(before, present);
    }

    function _leaves(address caller, bytes memory data) private {
        (Books memory before, Books memory present) = _act(caller, data);
        assert(present.custody == before.custody);
        _assertSame(before, present);
    }

    function _act(address caller, bytes memory data) private returns (Books memory before, Books memory present) {
        before = _books();
        vm.assume(_try(caller, data));
        present = _books();
    }

    /// @dev Out of custody. One question for all: each costs the solver a look at every state.
    function _assertSame(Books memory a, Books memory b) private pure {
        uint256 faults = (a.decision ^ b.decision) | (a.raised ^ b.raised) | (a.refunded ^ b.refunded);
        faults |= (a.restPledged ^ b.restPledged) | (a.releasedBps ^ b.releasedBps);
        faults |= (a.goalAndDeadline ^ b.goalAndDeadline) | (a.extension ^ b.extension);
        faults |= a.stretchGoalAndOrganizer ^ b.stretchGoalAndOrganizer;
        faults |= (a.pledged ^ b.pledged) | (a.pledgedByOther ^ b.pledgedByOther);
        assert(faults == 0);
    }

    function _books() private view returns (Books memory b) {
        b.decision = uint8(_load(0, 232));
        b.raised = uint96(_load(0, 0));
        b.refunded = _load(1, 160);
        b.restPledged = uint96(_load(5, 0));
        b.releasedBps = _load(4, 240);
        b.goalAndDeadline = uint136(_load(0, 96));
        b.stretchGoalAndOrganizer = _load(2, 0);
        b.extension = uint48(_load(4, 104));
        b.pledged = crowdfunding.pledgeOf(ID, backer).amount;
        b.pledgedByOther = crowdfunding.pledgeOf(ID, _other).amount;
        b.custody = _custody();
    }
}
