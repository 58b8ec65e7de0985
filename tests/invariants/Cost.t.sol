// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ICrowdfunding} from "../../contracts/interfaces/ICrowdfunding.sol";
import {IMatchFunding} from "../../contracts/interfaces/IMatchFunding.sol";
import {Stage} from "./Stage.sol";
import {vm} from "./Vm.sol";

/// @title What each act costs in a campaign with many backers
contract CostLab is Stage {
    enum Act {
        Pledge,
        SecondPledge,
        Withdraw,
        Claim,
        Object,
        Release,
        Collect,
        ReleaseMatch,
        Refund,
        Terminate,
        RefundAfterTermination,
        Settle
    }

    uint256 public constant ACTS = 12;
    address private immutable _organizer = vm.addr(10);
    address private immutable _town = vm.addr(30);
    uint256[ACTS] private _gas;

    constructor() Stage(address(1), address(1)) {
        _verified(_organizer, SSE);
        _verified(_town, PUBLIC_BODY);
    }

    /// @notice Gas of each act, from a cold start, in campaigns that `backers` accounts have backed.
    function measure(uint256 backers) external returns (uint256[ACTS] memory) {
        (uint32 good, uint32 failed) = (_campaign(uint96(backers)), _campaign(type(uint96).max));
        uint32 poolId = _match(good);
        vm.warp(crowdfunding.campaign(good).opensAt);
        for (uint160 i; i < backers; ++i) {
            _pledge(good, address(0x100000 + i));
            _pledge(failed, address(0x100000 + i));
        }
        (address first, address late) = (address(0x100000), vm.addr(50));
        _fund(address(euro), late, address(crowdfunding), 1000);
        _call(Act.Pledge, late, address(crowdfunding), abi.encodeCall(crowdfunding.pledge, (good, 3, 0)));
        _call(Act.SecondPledge, late, address(crowdfunding), abi.encodeCall(crowdfunding.pledge, (good, 3, 0)));
        _call(Act.Withdraw, late, address(crowdfunding), abi.encodeCall(crowdfunding.withdrawPledge, (good)));

        vm.warp(crowdfunding.campaign(good).deadline);
        _call(Act.Refund, late, address(crowdfunding), abi.encodeCall(crowdfunding.refund, (failed, first)));
        _call(Act.Claim, _organizer, address(crowdfunding), abi.encodeCall(crowdfunding.claimMilestone, (good, HASH)));
        // With a single backer, the objection of that backer stops the milestone; the official lets it pass.
        _call(Act.Object, first, address(crowdfunding), abi.encodeCall(crowdfunding.object, (good, 0, 1)));
        vm.warp(block.timestamp + 3 days);
        if (crowdfunding.milestone(good, 0).state == ICrowdfunding.MilestoneState.Stopped) {
            vm.prank(_official);
            crowdfunding.rule(good, 0, 1, true, HASH);
        }
        _call(Act.Release, late, address(crowdfunding), abi.encodeCall(crowdfunding.releaseMilestone, (good)));
        _call(Act.Collect, late, address(crowdfunding), abi.encodeCall(crowdfunding.collect, (good)));
        _call(Act.ReleaseMatch, late, address(matchFunding), abi.encodeCall(matchFunding.releaseMatch, (poolId, good)));
        _call(Act.Terminate, _organizer, address(crowdfunding), abi.encodeCall(crowdfunding.terminate, (good)));
        bytes memory refund = abi.encodeCall(crowdfunding.refund, (good, first));
        _call(Act.RefundAfterTermination, late, address(crowdfunding), refund);
        _call(Act.Settle, late, address(matchFunding), abi.encodeCall(matchFunding.settleReservation, (poolId, good)));
        return _gas;
    }

    /// @dev Every account and slot is cold, as in a transaction of its own.
    function _call(Act act, address sender, address target, bytes memory data) private {
        vm.cool(address(crowdfunding));
        vm.cool(address(matchFunding));
        vm.cool(address(registry));
        vm.cool(address(euro));
        vm.prank(sender);
        (bool done,) = target.call(data);
        require(done, "the act was refused");
        _gas[uint256(act)] = vm.lastCallGas().gasTotalUsed;
    }

    function _pledge(uint32 id, address backer) private {
        _fund(address(euro), backer, address(crowdfunding), 10);
        vm.prank(backer);
        crowdfunding.pledge(id, 10, 0);
    }

    function _campaign(uint96 goal) private returns (uint32 id) {
        ICrowdfunding.Terms memory t;
        (t.payoutAccount, t.currency, t.goal, t.stretchGoal) = (vm.addr(2), address(euro), goal, type(uint96).max);
        (t.opensAt, t.deadline) = (uint40(block.timestamp + 1), uint40(block.timestamp + 1 + 20 days));
        (t.withdrawalCutoff, t.objectionWindow, t.rulingWindow) = (2 days, 3 days, 7 days);
        ICrowdfunding.MilestonePlan[] memory plan = new ICrowdfunding.MilestonePlan[](2);
        plan[0] = ICrowdfunding.MilestonePlan(5_000, t.deadline, HASH);
        plan[1] = ICrowdfunding.MilestonePlan(5_000, t.deadline + 10 days, HASH);
        vm.prank(_organizer);
        id = crowdfunding.submitCampaign(t, plan);
        vm.prank(_official);
        crowdfunding.approveCampaign(id);
    }

    /// @dev A pool that doubles every pledge.
    function _match(uint32 id) private returns (uint32 poolId) {
        IMatchFunding.PoolTerms memory t;
        (t.currency, t.opensAt, t.endsAt) = (address(euro), uint40(block.timestamp), uint40(block.timestamp + 90 days));
        (t.maxFirstTrancheBps, t.campaignCap, t.ratioBps) = (10_000, 1e20, 10_000);
        vm.prank(_town);
        poolId = matchFunding.openPool(t);
        _fund(address(euro), _town, address(matchFunding), 1e20);
        vm.prank(_town);
        matchFunding.fundPool(poolId, 1e20);
        vm.prank(_organizer);
        matchFunding.requestPool(id, poolId);
        vm.prank(_town);
        matchFunding.enrol(poolId, id);
    }
}

/// @title Nobody pays for others: costs do not grow with the number of backers
contract CostTest {
    event Measured(string act, uint256 with1, uint256 with1000, uint256 with10000);

    function test_costs_with_1_1000_and_10000_backers_are_equal() external {
        CostLab lab = new CostLab();
        // The first measurement also pays for the libraries' cold code.
        lab.measure(1);
        uint256[12] memory one = lab.measure(1);
        uint256[12] memory thousand = lab.measure(1_000);
        uint256[12] memory tenThousand = lab.measure(10_000);
        string[12] memory names = [
            "pledge",
            "second pledge",
            "withdrawPledge",
            "claimMilestone",
            "object",
            "releaseMilestone",
            "collect",
            "releaseMatch",
            "refund",
            "terminate",
            "refund after a termination",
            "settleReservation"
        ];
        for (uint256 i; i < 12; ++i) {
            emit Measured(names[i], one[i], thousand[i], tenThousand[i]);
        }
        for (uint256 i; i < 12; ++i) {
            require(one[i] > 20_000, names[i]);
            require(one[i] == thousand[i] && one[i] == tenThousand[i], names[i]);
        }
    }
}
