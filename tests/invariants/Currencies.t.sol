// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICrowdfunding} from "../../contracts/interfaces/ICrowdfunding.sol";
import {IMarketplace} from "../../contracts/interfaces/IMarketplace.sol";
import {IMatchFunding} from "../../contracts/interfaces/IMatchFunding.sol";
import {Crowdfunding} from "../../contracts/Crowdfunding.sol";
import {HostileToken} from "../../contracts/mocks/HostileToken.sol";
import {EscrowStage} from "./EscrowStage.sol";
import {vm} from "./Vm.sol";

/// @dev Every act that moves a currency.
enum Act {
    Pledge,
    FundPool,
    Withdraw,
    Refund,
    Collect,
    ReleaseAndCollect,
    ReleaseMatch,
    Reclaim,
    PlaceOrder,
    PayBuyer,
    PaySeller,
    PayOrder
}

/// @title Two lives of a lab at once, one in a currency that may misbehave, one in a sound one
/// @notice Each act can be done once in each currency.
contract CurrencyStage is EscrowStage {
    uint256 public constant ACTS = 12;
    uint256 internal constant GOAL = 1e12;
    address public immutable backer = vm.addr(20);
    address public immutable town = vm.addr(30);
    address public immutable payout = vm.addr(2);
    address private immutable _organizer = vm.addr(10);
    HostileToken public immutable hostile;

    /// @dev Ids of what the acts are done with.
    struct Scene {
        uint32 live;
        uint32 canceled;
        uint32 booked; // a tranche to collect, and a match to release
        uint32 releasable;
        uint32 pool;
        uint32 endedPool;
        uint32 listing;
        uint32 ruled; // an order that owes both parties
        uint32 lapsed; // one that nobody has carried out
    }

    mapping(address currency => Scene) private _scenes;

    constructor(uint8 decimals) {
        hostile = new HostileToken(decimals);
        vm.prank(_official);
        crowdfunding.listCurrency(address(hostile));
        _verified(_organizer, SSE);
        _verified(town, PUBLIC_BODY);
        address[2] memory currencies = [address(hostile), address(euro)];
        for (uint256 i; i < 2; ++i) _open(currencies[i]);
        vm.warp(block.timestamp + 1 days);
        for (uint256 i; i < 2; ++i) _back(currencies[i]);
        vm.warp(block.timestamp + 2 days);
        for (uint256 i; i < 2; ++i) _deliver(currencies[i]);
        vm.warp(block.timestamp + 3 days);
        for (uint256 i; i < 2; ++i) {
            crowdfunding.releaseMilestone(_scenes[currencies[i]].booked);
            _fund(currencies[i], backer, address(crowdfunding), 100);
            _fund(currencies[i], town, address(matchFunding), 100);
            _fund(currencies[i], backer, address(marketplace), 100);
        }
    }

    function sceneOf(address currency) external view returns (Scene memory) {
        return _scenes[currency];
    }

    /// @return sender Who does an act.
    /// @return target Where.
    /// @return data By which call.
    function callOf(Act act, address currency) public view returns (address sender, address target, bytes memory data) {
        Scene memory s = _scenes[currency];
        (sender, target) = (backer, address(crowdfunding));
        if (act == Act.Pledge) data = abi.encodeCall(crowdfunding.pledge, (s.live, 100, 0));
        else if (act == Act.Withdraw) data = abi.encodeCall(crowdfunding.withdrawPledge, (s.live));
        else if (act == Act.Refund) data = abi.encodeCall(crowdfunding.refund, (s.canceled, backer));
        else if (act == Act.Collect) data = abi.encodeCall(crowdfunding.collect, (s.booked));
        else if (act == Act.ReleaseAndCollect) data = abi.encodeCall(crowdfunding.releaseAndCollect, (s.releasable));
        else if (act >= Act.PlaceOrder) (target, data) = (address(marketplace), _orderCall(act, s));
        else (sender, target) = (town, address(matchFunding));
        if (act == Act.FundPool) data = abi.encodeCall(matchFunding.fundPool, (s.pool, 100));
        else if (act == Act.ReleaseMatch) data = abi.encodeCall(matchFunding.releaseMatch, (s.pool, s.booked));
        else if (act == Act.Reclaim) data = abi.encodeCall(matchFunding.reclaim, (s.endedPool, town));
    }

    function attempt(Act act, address currency) public returns (bool done, bytes memory answer) {
        (address sender, address target, bytes memory data) = callOf(act, currency);
        vm.prank(sender);
        return target.call(data);
    }

    function _orderCall(Act act, Scene memory s) private view returns (bytes memory) {
        if (act == Act.PlaceOrder) return abi.encodeCall(marketplace.placeOrders, (_basket(s.listing, 1)));
        if (act == Act.PayOrder) return abi.encodeCall(marketplace.payOrder, (s.ruled));
        IMarketplace.Part part = act == Act.PayBuyer ? IMarketplace.Part.BuyerMoney : IMarketplace.Part.SellerMoney;
        return abi.encodeCall(marketplace.payPart, (s.ruled, part));
    }

    /// @notice What the contracts say and hold in a currency, as one number to compare.
    function books(address currency) external view returns (bytes32) {
        Scene memory s = _scenes[currency];
        bytes32 orders = keccak256(
            abi.encode(
                marketplace.listing(s.listing),
                marketplace.order(s.ruled),
                IERC20(currency).balanceOf(address(marketplace))
            )
        );
        return keccak256(
            abi.encode(
                orders,
                crowdfunding.campaign(s.live),
                crowdfunding.campaign(s.canceled),
                crowdfunding.campaign(s.booked),
                crowdfunding.campaign(s.releasable),
                crowdfunding.pledgeOf(s.live, backer),
                matchFunding.pool(s.pool),
                matchFunding.pool(s.endedPool),
                IERC20(currency).balanceOf(address(crowdfunding)),
                IERC20(currency).balanceOf(address(matchFunding))
            )
        );
    }

    /// @notice What the contracts hold beyond what they owe.
    function surplus(address currency) external view returns (int256[3] memory beyond) {
        Scene memory s = _scenes[currency];
        uint32[4] memory ids = [s.live, s.canceled, s.booked, s.releasable];
        beyond[0] = int256(IERC20(currency).balanceOf(address(crowdfunding)));
        for (uint256 i; i < 4; ++i) {
            ICrowdfunding.CampaignView memory c = crowdfunding.campaign(ids[i]);
            beyond[0] -= int256(uint256(c.raised) - c.collected - c.refunded);
        }
        beyond[1] = int256(IERC20(currency).balanceOf(address(matchFunding)));
        uint32[2] memory pools = [s.pool, s.endedPool];
        for (uint256 i; i < 2; ++i) {
            IMatchFunding.PoolView memory p = matchFunding.pool(pools[i]);
            beyond[1] -= int256(uint256(p.funded) - p.paid - p.reclaimed);
        }
        beyond[2] = int256(IERC20(currency).balanceOf(address(marketplace)));
        for (uint32 id = 1; id <= marketplace.orderCount(); ++id) {
            IMarketplace.OrderView memory o = marketplace.order(id);
            if (marketplace.listing(o.listingId).currency != currency) continue;
            uint256 owed = marketplace.dueOf(id, IMarketplace.Part.BuyerMoney)
                + marketplace.dueOf(id, IMarketplace.Part.SellerMoney);
            beyond[2] -= int256(o.ended ? owed : o.money);
        }
    }

    function _open(address currency) private {
        Scene storage s = _scenes[currency];
        (s.live, s.canceled) = (_campaign(currency, 40 days), _campaign(currency, 40 days));
        (s.booked, s.releasable) = (_campaign(currency, 2 days), _campaign(currency, 2 days));
        (s.pool, s.endedPool) = (_pool(currency, 60 days), _pool(currency, 2 days));
        vm.prank(_organizer);
        matchFunding.requestPool(s.booked, s.pool);
        vm.prank(town);
        matchFunding.enrol(s.pool, s.booked);
        s.listing = _list(currency, 30 days);
    }

    function _back(address currency) private {
        Scene memory s = _scenes[currency];
        _pledge(currency, s.live, 500);
        _pledge(currency, s.canceled, 500);
        _pledge(currency, s.booked, GOAL);
        _pledge(currency, s.releasable, GOAL);
        vm.prank(_organizer);
        crowdfunding.cancelCampaign(s.canceled);
        _order(currency);
    }

    /// @dev One order is disputed and ruled, another one lapses.
    function _order(address currency) private {
        Scene storage s = _scenes[currency];
        _fund(currency, backer, address(marketplace), 600);
        s.ruled = _place(_basket(s.listing, 5));
        vm.prank(_organizer);
        marketplace.acceptOrder(s.ruled);
        vm.prank(_organizer);
        marketplace.handOver(s.ruled, HASH);
        vm.prank(backer);
        marketplace.disputeOrder(s.ruled, HASH);
        vm.prank(_official);
        marketplace.rule(s.ruled, 6_000, HASH);
        s.lapsed = _place(_basket(_list(currency, 1 hours), 1));
    }

    function _place(IMarketplace.Item[] memory items) private returns (uint32) {
        vm.prank(backer);
        return marketplace.placeOrders(items);
    }

    function _list(address currency, uint32 acceptWindow) private returns (uint32) {
        IMarketplace.ListingTerms memory t;
        (t.currency, t.price, t.stock, t.deliveryModes) = (currency, 100, 10, 1);
        (t.acceptWindow, t.deliverWindow, t.confirmWindow) = (acceptWindow, 30 days, 30 days);
        t.payoutAccount = payout;
        vm.prank(_organizer);
        return marketplace.list(t);
    }

    function _basket(uint32 listingId, uint32 quantity) private view returns (IMarketplace.Item[] memory items) {
        items = new IMarketplace.Item[](1);
        items[0] = IMarketplace.Item(listingId, quantity, 1, marketplace.listing(listingId).termsHash, HASH);
    }

    function _deliver(address currency) private {
        vm.prank(_organizer);
        crowdfunding.claimMilestone(_scenes[currency].booked, HASH);
        vm.prank(_organizer);
        crowdfunding.claimMilestone(_scenes[currency].releasable, HASH);
    }

    function _pledge(address currency, uint32 id, uint256 amount) private {
        _fund(currency, backer, address(crowdfunding), amount);
        vm.prank(backer);
        crowdfunding.pledge(id, amount, 0);
    }

    function _campaign(address currency, uint40 live) private returns (uint32 id) {
        ICrowdfunding.Terms memory t;
        (t.payoutAccount, t.currency, t.goal, t.stretchGoal) = (payout, currency, uint96(GOAL), uint96(GOAL));
        (t.opensAt, t.deadline) = (uint40(block.timestamp + 1 days), uint40(block.timestamp + 1 days) + live);
        (t.withdrawalCutoff, t.objectionWindow, t.rulingWindow) = (live == 2 days ? 1 days : 4 days, 3 days, 7 days);
        ICrowdfunding.MilestonePlan[] memory plan = new ICrowdfunding.MilestonePlan[](2);
        plan[0] = ICrowdfunding.MilestonePlan(5_000, t.deadline, HASH);
        plan[1] = ICrowdfunding.MilestonePlan(5_000, t.deadline + 10 days, HASH);
        vm.prank(_organizer);
        id = crowdfunding.submitCampaign(t, plan);
        vm.prank(_official);
        crowdfunding.approveCampaign(id);
    }

    function _pool(address currency, uint40 duration) private returns (uint32 poolId) {
        IMatchFunding.PoolTerms memory t;
        (t.currency, t.opensAt, t.endsAt) = (currency, uint40(block.timestamp), uint40(block.timestamp) + duration);
        (t.maxFirstTrancheBps, t.campaignCap, t.ratioBps) = (10_000, 1e18, 10_000);
        vm.prank(town);
        poolId = matchFunding.openPool(t);
        _fund(currency, town, address(matchFunding), 2 * GOAL);
        vm.prank(town);
        matchFunding.fundPool(poolId, 2 * GOAL);
    }
}

/// @title Currencies that misbehave: each works, or is refused at the door
/// @notice A row says what a currency does and, for each act, whether it goes through all the same. What is refused
/// leaves the books as they were and goes through once the currency behaves again; the sound currency never notices.
contract CurrencyTest {
    uint256 private constant ENTRIES =
        1 << uint256(Act.Pledge) | 1 << uint256(Act.FundPool) | 1 << uint256(Act.PlaceOrder);
    uint256 private constant ALL = 4_095;
    uint256 private constant EXITS = ALL ^ ENTRIES;
    uint256 private constant OF_CROWDFUNDING = 1 << uint256(Act.Pledge) | 1 << uint256(Act.Withdraw)
        | 1 << uint256(Act.Refund) | 1 << uint256(Act.Collect) | 1 << uint256(Act.ReleaseAndCollect);
    uint256 private constant OF_POOLS =
        1 << uint256(Act.FundPool) | 1 << uint256(Act.ReleaseMatch) | 1 << uint256(Act.Reclaim);
    uint256 private constant OF_ORDERS = ALL ^ OF_CROWDFUNDING ^ OF_POOLS;

    /// @dev Pays two people, so that a hook is called twice, and the second call may be refused.
    uint256 private constant TWICE = 1 << uint256(Act.PayOrder);

    struct Row {
        string name;
        uint8 decimals;
        function(CurrencyStage) internal misbehave;
        function(CurrencyStage) internal behave;
        uint256 works; // bit set of acts
    }

    function test_every_currency_works_or_is_refused_at_the_door() external {
        Row[] memory rows = _rows();
        for (uint256 i; i < rows.length; ++i) {
            for (uint256 act; act < 12; ++act) _try(rows[i], Act(act));
        }
    }

    function test_more_than_18_decimals__are_refused_at_listing() external {
        CurrencyStage lab = new CurrencyStage(18);
        Crowdfunding crowdfunding = lab.crowdfunding();
        HostileToken token = new HostileToken(19);
        vm.prank(vm.addr(1));
        try crowdfunding.listCurrency(address(token)) {
            revert("a currency of 19 decimals was listed");
        } catch (bytes memory reason) {
            bytes memory expected = abi.encodeWithSelector(
                ICrowdfunding.Crowdfunding_CurrencyRefused.selector, address(token), uint8(19)
            );
            require(keccak256(reason) == keccak256(expected), "refused for another reason");
        }
    }

    /// @notice A token that looks into `quote` in the middle of a pledge sees the books after it.
    function test_quote_from_a_hook__is_that_after_the_act() external {
        CurrencyStage lab = new CurrencyStage(6);
        CurrencyStage.Scene memory s = lab.sceneOf(address(lab.hostile()));
        bytes memory look = abi.encodeCall(ICrowdfunding.quote, (s.live, lab.backer(), 1000));
        lab.hostile().setHook(address(lab.crowdfunding()), look);
        (bool done,) = lab.attempt(Act.Pledge, address(lab.hostile()));
        require(done, "a look in stopped a pledge");
        uint256 quoted = lab.crowdfunding().quote(s.live, lab.backer(), 1000);
        require(abi.decode(lab.hostile().hookResult(), (uint256)) == quoted, "quote in the middle of a pledge");
    }

    function _try(Row memory row, Act act) private {
        CurrencyStage lab = new CurrencyStage(row.decimals);
        (address hostile, address sound) = (address(lab.hostile()), address(lab.euro()));
        bytes32 untouched = lab.books(sound);
        row.misbehave(lab);
        (bytes32 before, int256[3] memory surplus) = (lab.books(hostile), lab.surplus(hostile));
        (bool done,) = lab.attempt(act, hostile);
        bool expected = row.works >> uint256(act) & 1 == 1;
        require(done == expected, _label(row.name, act, expected ? "was refused" : "went through"));
        require(done || lab.books(hostile) == before, _label(row.name, act, "changed the books"));
        int256[3] memory left = lab.surplus(hostile);
        for (uint256 i; i < 3; ++i) require(left[i] >= surplus[i], _label(row.name, act, "was paid by others"));
        require(lab.books(sound) == untouched, _label(row.name, act, "touched another currency"));
        (bool soundDone,) = lab.attempt(act, sound);
        require(soundDone, _label(row.name, act, "stopped another currency"));
        if (done) return;
        row.behave(lab);
        (done,) = lab.attempt(act, hostile);
        require(done, _label(row.name, act, "was lost"));
    }

    function _label(string memory name, Act act, string memory what) private pure returns (string memory) {
        string[12] memory acts = [
            "pledge",
            "fundPool",
            "withdraw",
            "refund",
            "collect",
            "releaseAndCollect",
            "releaseMatch",
            "reclaim",
            "placeOrder",
            "payPart to the buyer",
            "payPart to the seller",
            "payOrder"
        ];
        return string.concat(name, ": ", acts[uint256(act)], " ", what);
    }

    function _rows() private pure returns (Row[] memory rows) {
        rows = new Row[](27);
        rows[0] = Row("behaves", 6, _nothing, _nothing, ALL);
        rows[1] = Row("0 decimals", 0, _nothing, _nothing, ALL);
        rows[2] = Row("18 decimals", 18, _nothing, _nothing, ALL);
        rows[3] = Row("fee of the recipient", 6, _fee, _noFee, EXITS);
        rows[4] = Row("fee of the sender", 6, _surcharge, _noSurcharge, ENTRIES);
        rows[5] = Row("takes from the recipient", 6, _theft, _noTheft, EXITS);
        rows[6] = Row("returns false", 6, _returnFalse, _returnTrue, 0);
        rows[7] = Row("returns nothing", 6, _returnNothing, _returnTrue, ALL);
        rows[8] = Row("returns a megabyte", 6, _returnBomb, _returnTrue, ALL);
        rows[9] = Row("reverts with a megabyte", 6, _revertBomb, _noHook, 0);
        rows[10] = Row("reverts on zero", 6, _revertOnZero, _nothing, ALL);
        rows[11] = Row("is paused", 6, _pause, _resume, 0);
        rows[12] = Row("blocks the contracts", 6, _blockContracts, _unblock, EXITS);
        rows[13] = Row("blocks the people", 6, _blockPeople, _unblock, ENTRIES);
        rows[14] = Row("balances grow", 6, _grow, _nothing, ALL);
        rows[15] = Row("balances shrink to nothing", 6, _shrink, _grow, ENTRIES);
        rows[16] = Row("grows in the middle", 6, _growInside, _noHook, EXITS);
        rows[17] = Row("shrinks in the middle", 6, _shrinkInside, _noHook, 0);
        rows[18] = Row("re-enters crowdfunding: pledge", 6, _enterPledge, _noHook, 0);
        rows[19] = Row("re-enters crowdfunding: refund", 6, _enterRefund, _noHook, ALL ^ OF_CROWDFUNDING ^ TWICE);
        rows[20] = Row("re-enters crowdfunding: collect", 6, _enterCollect, _noHook, ALL ^ OF_CROWDFUNDING ^ TWICE);
        rows[21] = Row("re-enters pools: reclaim", 6, _enterReclaim, _noHook, ALL ^ OF_POOLS ^ TWICE);
        rows[22] = Row("re-enters pools: releaseMatch", 6, _enterReleaseMatch, _noHook, ALL ^ OF_POOLS ^ TWICE);
        rows[23] = Row("has other decimals now", 6, _changeDecimals, _nothing, ALL);
        rows[24] = Row("re-enters orders: placeOrders", 6, _enterPlaceOrder, _noHook, 0);
        rows[25] = Row("re-enters orders: payPart", 6, _enterPayBuyer, _noHook, ALL ^ OF_ORDERS);
        rows[26] = Row("re-enters orders: expire", 6, _enterExpire, _noHook, ALL ^ TWICE);
    }

    // -------------------------------------------------------------------------------------------------- mischief

    function _nothing(CurrencyStage) private pure {}

    function _fee(CurrencyStage lab) private {
        lab.hostile().setFee(1);
    }

    function _noFee(CurrencyStage lab) private {
        lab.hostile().setFee(0);
    }

    function _surcharge(CurrencyStage lab) private {
        // Those who pay in can afford it.
        lab.hostile().faucet(lab.backer(), 1);
        lab.hostile().faucet(lab.town(), 1);
        lab.hostile().setSurcharge(1);
    }

    function _noSurcharge(CurrencyStage lab) private {
        lab.hostile().setSurcharge(0);
    }

    function _theft(CurrencyStage lab) private {
        lab.hostile().setTheft(1);
        lab.hostile().faucet(lab.payout(), 1);
        lab.hostile().faucet(lab.town(), 1);
        lab.hostile().faucet(lab.backer(), 1);
    }

    function _noTheft(CurrencyStage lab) private {
        lab.hostile().setTheft(0);
    }

    function _returnFalse(CurrencyStage lab) private {
        lab.hostile().setReturnsFalse(true);
    }

    function _returnNothing(CurrencyStage lab) private {
        lab.hostile().setAnswerLength(0);
    }

    function _returnBomb(CurrencyStage lab) private {
        lab.hostile().setAnswerLength(1 << 20);
    }

    function _returnTrue(CurrencyStage lab) private {
        lab.hostile().setReturnsFalse(false);
        lab.hostile().setAnswerLength(32);
    }

    /// @dev The hook's target reverts with as much.
    function _revertBomb(CurrencyStage lab) private {
        lab.hostile().setHook(address(new Bomb()), abi.encodeCall(Bomb.explode, ()));
    }

    function _revertOnZero(CurrencyStage lab) private {
        lab.hostile().setRevertsOnZero(true);
    }

    function _pause(CurrencyStage lab) private {
        lab.hostile().setPaused(true);
    }

    function _resume(CurrencyStage lab) private {
        lab.hostile().setPaused(false);
    }

    function _blockContracts(CurrencyStage lab) private {
        for (uint256 i; i < 3; ++i) lab.hostile().setBlocked(_contracts(lab)[i], true);
    }

    function _blockPeople(CurrencyStage lab) private {
        lab.hostile().setBlocked(lab.backer(), true);
        lab.hostile().setBlocked(lab.town(), true);
        lab.hostile().setBlocked(lab.payout(), true);
    }

    function _unblock(CurrencyStage lab) private {
        address[3] memory people = [lab.backer(), lab.town(), lab.payout()];
        for (uint256 i; i < 3; ++i) {
            lab.hostile().setBlocked(people[i], false);
            lab.hostile().setBlocked(_contracts(lab)[i], false);
        }
    }

    function _grow(CurrencyStage lab) private {
        for (uint256 i; i < 3; ++i) lab.hostile().faucet(_contracts(lab)[i], 1e13);
    }

    function _shrink(CurrencyStage lab) private {
        HostileToken token = lab.hostile();
        for (uint256 i; i < 3; ++i) token.shrink(_contracts(lab)[i], token.balanceOf(_contracts(lab)[i]));
    }

    function _growInside(CurrencyStage lab) private {
        lab.hostile().setHook(address(this), abi.encodeCall(this.growAll, (lab)));
    }

    function _shrinkInside(CurrencyStage lab) private {
        lab.hostile().setHook(address(this), abi.encodeCall(this.shrinkAll, (lab)));
    }

    function growAll(CurrencyStage lab) external {
        for (uint256 i; i < 3; ++i) lab.hostile().faucet(_contracts(lab)[i], 1);
    }

    function shrinkAll(CurrencyStage lab) external {
        for (uint256 i; i < 3; ++i) lab.hostile().shrink(_contracts(lab)[i], 1);
    }

    function _enterPledge(CurrencyStage lab) private {
        _enter(lab, Act.Pledge);
    }

    function _enterRefund(CurrencyStage lab) private {
        _enter(lab, Act.Refund);
    }

    function _enterCollect(CurrencyStage lab) private {
        _enter(lab, Act.Collect);
    }

    function _enterReclaim(CurrencyStage lab) private {
        _enter(lab, Act.Reclaim);
    }

    function _enterReleaseMatch(CurrencyStage lab) private {
        _enter(lab, Act.ReleaseMatch);
    }

    function _enterPlaceOrder(CurrencyStage lab) private {
        _enter(lab, Act.PlaceOrder);
    }

    function _enterPayBuyer(CurrencyStage lab) private {
        _enter(lab, Act.PayBuyer);
    }

    function _enterExpire(CurrencyStage lab) private {
        uint32 lapsed = lab.sceneOf(address(lab.hostile())).lapsed;
        lab.hostile().setHook(address(lab.marketplace()), abi.encodeCall(IMarketplace.expire, (lapsed)));
    }

    /// @dev Those that hold currencies.
    function _contracts(CurrencyStage lab) private view returns (address[3] memory) {
        return [address(lab.crowdfunding()), address(lab.matchFunding()), address(lab.marketplace())];
    }

    function _enter(CurrencyStage lab, Act act) private {
        (, address target, bytes memory data) = lab.callOf(act, address(lab.hostile()));
        lab.hostile().setHook(target, data);
    }

    function _noHook(CurrencyStage lab) private {
        lab.hostile().setHook(address(0), "");
    }

    function _changeDecimals(CurrencyStage lab) private {
        HostileToken other = new HostileToken(30);
        vm.etch(address(lab.hostile()), address(other).code);
    }
}

/// @title Reverts with a megabyte
contract Bomb {
    function explode() external pure {
        assembly ("memory-safe") {
            revert(0, 1048576)
        }
    }
}
