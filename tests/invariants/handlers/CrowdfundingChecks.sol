// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICrowdfunding} from "../../../contracts/interfaces/ICrowdfunding.sol";
import {CrowdfundingHandler} from "./CrowdfundingHandler.sol";
import {vm} from "../Vm.sol";

/// @title What must hold of campaigns after every act, and how every campaign comes to its end
/// @notice The numbers are those of tests/invariants/README.md.
contract CrowdfundingChecks is CrowdfundingHandler {
    /// @dev What one look at a campaign shows.
    struct Facts {
        uint32 id;
        ICrowdfunding.CampaignView c;
        Books books;
        ICrowdfunding.Pledge[BACKERS] pledges;
    }

    constructor(address escrow) CrowdfundingHandler(escrow) {}

    /// @notice Looks at the campaign of the last act and at custody; reverts with the number of what is broken.
    function check() external virtual {
        require(bytes(violation).length == 0, violation);
        _checkCampaign(_touched == 0 ? 1 : _touched);
        _checkCustody();
    }

    /// @notice Brings every campaign to its end by calls that anyone may make, after people have stopped to act.
    function finish() external virtual {
        _checkCampaigns();
        _finishCampaigns();
        _checkCampaigns();
        _checkCustody();
        require(_held[address(euro)] == 0 && _held[address(lira)] == 0, "18: money is stuck");
    }

    function _checkCampaigns() internal {
        uint32 count = crowdfunding.campaignCount();
        for (uint32 id = 1; id <= count; ++id) {
            _checkCampaign(id);
        }
    }

    function _checkCampaign(uint32 id) internal {
        Facts memory f = _factsOf(id);
        _checkTotals(f);
        _checkBooks(f);
        _checkEnd(f);
        _checkRefunds(f);
        _checkMembers(f);
        _checkFinality(f);
    }

    function _checkCustody() internal view {
        require(_custodyOf(address(euro)) == donated[address(euro)] + _held[address(euro)], "6: custody of euros");
        require(_custodyOf(address(lira)) == donated[address(lira)] + _held[address(lira)], "6: custody of liras");
    }

    function _checkTotals(Facts memory f) private view {
        uint256 sum;
        for (uint256 i; i < BACKERS; ++i) {
            Position memory p = _positions[f.id][backers[i]];
            require(f.pledges[i].amount == (p.isRefunded ? 0 : p.paid), "1: a pledge is not what was paid");
            sum += p.paid;
        }
        require(f.c.raised == sum, "1: raised");
    }

    function _checkBooks(Facts memory f) private pure {
        uint8 released = f.c.currentMilestone;
        uint256 bps = released == 0 ? 0 : f.books.cumulativeBps[released - 1];
        require(f.c.released == uint256(f.c.raised) * bps / 10_000, "2: released is not what the shares say");
        require(f.c.released == f.books.released, "2: released is not what was booked");
        require(f.c.refunded == f.books.refunded, "3: refunded");
        require(f.c.collected == f.books.collected, "4: collected");
        require(f.c.collected <= f.c.released && f.c.released <= f.c.raised, "4: collected <= released <= raised");
        require(f.c.raised <= f.c.stretchGoal, "4: raised <= stretch goal");
        require(uint256(f.c.released) + f.c.refunded <= f.c.raised, "4: released + refunded <= raised");
        bool both = f.c.released != 0 && f.c.refunded != 0;
        require(!both || f.c.phase == ICrowdfunding.Phase.Terminated, "5: released and refunded");
    }

    function _checkEnd(Facts memory f) private pure {
        if (f.c.phase == ICrowdfunding.Phase.Completed) require(f.c.released == f.c.raised, "7: completed");
        if (f.books.refunds != 0 && f.books.refunds == f.books.holders) {
            require(f.c.raised - f.c.released - f.c.refunded == 0, "7: all are refunded");
        }
    }

    function _checkRefunds(Facts memory f) private view {
        for (uint256 i; i < BACKERS; ++i) {
            Position memory p = _positions[f.id][backers[i]];
            require(p.refunded <= p.paid, "13: r <= p");
            if (!p.isRefunded) continue;
            uint256 part = p.paid * (f.c.raised - f.c.released);
            require(p.refunded * f.c.raised < part + BACKERS * uint256(f.c.raised), "13: dust");
            require((p.refunded + BACKERS) * f.c.raised > part, "13: less than the part");
        }
    }

    /// @dev A refund forgets the pledge, and with it the member, who stays counted.
    function _checkMembers(Facts memory f) private view {
        uint256 counted;
        for (uint256 i; i < BACKERS; ++i) {
            uint32 memberId = f.pledges[i].memberId;
            if (memberId == 0) continue;
            ++counted;
            require(crowdfunding.countedThrough(f.id, memberId) == backers[i], "8: a member counts twice");
        }
        require(f.books.refunds == 0 ? f.c.members == counted : f.c.members >= counted, "8: members");
    }

    function _checkFinality(Facts memory f) private {
        ICrowdfunding.Phase noted = _finalPhase[f.id];
        require(noted == ICrowdfunding.Phase.None || noted == f.c.phase, "10: a final phase changed");
        if (noted == ICrowdfunding.Phase.None && f.c.phase > ICrowdfunding.Phase.Delivering) {
            _finalPhase[f.id] = f.c.phase;
        }
    }

    function _factsOf(uint32 id) private view returns (Facts memory f) {
        (f.id, f.c, f.books) = (id, crowdfunding.campaign(id), _books[id]);
        for (uint256 i; i < BACKERS; ++i) {
            f.pledges[i] = crowdfunding.pledgeOf(id, backers[i]);
        }
    }

    // ---------------------------------------------------------------------------------------------------- liveness

    function _finishCampaigns() internal {
        uint32 count = crowdfunding.campaignCount();
        for (uint32 id = 1; id <= count; ++id) {
            // Each milestone takes two steps, each phase one.
            for (uint256 step; crowdfunding.phase(id) <= ICrowdfunding.Phase.Delivering; ++step) {
                require(step < 40, "18: no end");
                _stepToEnd(id, crowdfunding.campaign(id));
            }
            for (uint256 i; i < BACKERS; ++i) {
                if (_isRefunding(id, crowdfunding.campaign(id)) && _isRefundable(id, backers[i])) _refund(id, backers[i]);
            }
            ICrowdfunding.CampaignView memory c = crowdfunding.campaign(id);
            if (_isCollectable(id, c)) _collect(id);
            require(c.raised == c.released + c.refunded, "18: the books are not empty");
        }
    }

    function _stepToEnd(uint32 id, ICrowdfunding.CampaignView memory c) private {
        if (_isReleasable(id, c)) return _release(id);
        if (!_isTerminable(id, c)) return vm.warp(_nextEdge(id, c));
        vm.prank(_stranger);
        crowdfunding.terminate(id);
    }
}
