// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LabContract} from "./LabContract.sol";
import {ICrowdfunding} from "./interfaces/ICrowdfunding.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IMatchFunding} from "./interfaces/IMatchFunding.sol";
import {Campaigns} from "./libraries/Campaigns.sol";
import {Currencies} from "./libraries/Currencies.sol";
import {Delivery} from "./libraries/Delivery.sol";
import {Submission} from "./libraries/Submission.sol";

/// @title Crowdfunding
/// @notice See `ICrowdfunding`.
contract Crowdfunding is LabContract, ReentrancyGuardTransient, ICrowdfunding {
    using Campaigns for Campaigns.Campaign;
    using Currencies for IERC20;

    /// @dev Kinds that may organize: SSE entity (1) and public body (2).
    uint8 private constant ORGANIZER_KINDS = 3;
    uint8 private constant MAX_DECIMALS = 18;

    IEntityRegistry public immutable registry;
    /// @notice Never listed as a currency: credits are not money.
    address public immutable credit;
    IMatchFunding public immutable matchFunding;

    uint32 public campaignCount;
    mapping(address currency => bool) public isCurrency;
    mapping(uint32 campaignId => Campaigns.Campaign) private _campaigns;
    mapping(uint32 campaignId => mapping(uint8 index => Campaigns.Milestone)) private _milestones;
    mapping(uint32 campaignId => mapping(address backer => Pledge)) private _pledges;
    mapping(uint32 campaignId => mapping(uint32 memberId => address)) public countedThrough;

    constructor(address authority_, address forwarder_, IEntityRegistry registry_, address credit_, IMatchFunding matchFunding_)
        LabContract(authority_, forwarder_)
    {
        registry = registry_;
        credit = credit_;
        matchFunding = matchFunding_;
    }

    // ---------------------------------------------------------------------------------------------- currencies

    /// @inheritdoc ICrowdfunding
    function listCurrency(address currency) external restricted {
        // Check
        require(!isCurrency[currency], Crowdfunding_CurrencyAlreadyListed(currency));
        uint8 decimals = Submission.decimalsOf(currency);
        require(
            currency != credit && decimals <= MAX_DECIMALS, Crowdfunding_CurrencyRefused(currency, decimals)
        );

        // Effect
        isCurrency[currency] = true;

        // Log
        _append(keccak256(abi.encode(CurrencyListed.selector, currency, decimals)));
        emit CurrencyListed(currency, decimals);
    }

    /// @inheritdoc ICrowdfunding
    function delistCurrency(address currency) external restricted {
        // Check
        _checkCurrency(currency);

        // Effect
        isCurrency[currency] = false;

        // Log
        _append(keccak256(abi.encode(CurrencyDelisted.selector, currency)));
        emit CurrencyDelisted(currency);
    }

    // ------------------------------------------------------------------------------------ from plan to opening

    /// @inheritdoc ICrowdfunding
    function submitCampaign(Terms calldata terms, MilestonePlan[] calldata milestones)
        external
        whenEntryOpen
        returns (uint32 campaignId)
    {
        address account = _msgSender();

        // Check
        require(
            registry.isVerified(account, ORGANIZER_KINDS), Crowdfunding_OrganizerNotVerified(account)
        );
        _checkCurrency(terms.currency);
        _checkPayoutAccount(terms.payoutAccount);

        // Effect
        campaignId = ++campaignCount;
        Submission.Submitter memory by = Submission.Submitter(campaignId, registry.entityOf(account), account);
        Submission.submit(_journal, _campaigns[campaignId], by, terms, milestones);
    }

    /// @inheritdoc ICrowdfunding
    function approveCampaign(uint32 campaignId) external restrictedInPerson {
        Campaigns.Campaign storage c = _existing(campaignId);

        // Check
        _checkPhase(campaignId, c, Phase.Submitted);
        _checkReviewer(campaignId, c);

        Submission.approve(_journal, c, campaignId);
    }

    /// @inheritdoc ICrowdfunding
    function rejectCampaign(uint32 campaignId, bytes32 reason) external restrictedInPerson {
        Campaigns.Campaign storage c = _existing(campaignId);

        // Check
        _checkPhase(campaignId, c, Phase.Submitted);
        _checkReviewer(campaignId, c);

        Submission.reject(_journal, c, campaignId, reason);
    }

    /// @inheritdoc ICrowdfunding
    function cancelCampaign(uint32 campaignId) external {
        Campaigns.Campaign storage c = _existing(campaignId);
        address account = _msgSender();

        // Check
        _checkOrganizer(campaignId, c, account);

        Submission.cancel(_journal, c, campaignId, account, _phaseOf(c));
    }

    // ------------------------------------------------------------------------------------------------- pledges

    /// @inheritdoc ICrowdfunding
    function pledge(uint32 campaignId, uint256 amount, uint256 minMatch) external whenEntryOpen nonReentrant {
        _pledge(campaignId, _msgSender(), amount, minMatch);
    }

    /// @inheritdoc ICrowdfunding
    function pledgeWithPermit(
        uint32 campaignId,
        uint256 amount,
        uint256 minMatch,
        uint256 permitDeadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external whenEntryOpen nonReentrant {
        address backer = _msgSender();
        IERC20Permit currency = IERC20Permit(_existing(campaignId).currency);
        // Whoever saw the permit in the mempool may have used it up: then the allowance is there all the same.
        // Only the currency, which never changes, has been read before this call; every check comes after it.
        // slither-disable-next-line reentrancy-no-eth
        try currency.permit(backer, address(this), amount, permitDeadline, v, r, s) {} catch {}
        _pledge(campaignId, backer, amount, minMatch);
    }

    /// @inheritdoc ICrowdfunding
    function withdrawPledge(uint32 campaignId) external nonReentrant {
        Campaigns.Campaign storage c = _existing(campaignId);
        address backer = _msgSender();
        Pledge storage p = _pledges[campaignId][backer];

        // Check
        _checkPhase(campaignId, c, Phase.Live);
        uint40 closedAt = c.deadline - c.withdrawalCutoff;
        require(block.timestamp < closedAt, Crowdfunding_WithdrawalClosed(campaignId, closedAt));
        (uint96 amount, uint32 memberId, uint88 firstMatch) = (p.amount, p.memberId, p.firstMatch);
        if (amount == 0) revert Crowdfunding_NoPledge(campaignId, backer);

        // Effect
        delete _pledges[campaignId][backer];
        uint96 raised = c.raised - amount;
        uint24 members = c.members;
        if (memberId != 0) {
            delete countedThrough[campaignId][memberId];
            --members;
        }
        (c.raised, c.members) = (raised, members);

        // Log
        _append(
            keccak256(
                abi.encode(PledgeWithdrawn.selector, campaignId, backer, memberId, amount, raised, members)
            )
        );
        emit PledgeWithdrawn(campaignId, backer, memberId, amount, raised, members);

        // Interaction
        if (c.pools != 0) matchFunding.onWithdraw(campaignId, backer, memberId == 0 ? 0 : amount, firstMatch);
        IERC20(c.currency).push(backer, amount);
    }

    /// @inheritdoc ICrowdfunding
    function refund(uint32 campaignId, address backer) external nonReentrant returns (uint256) {
        Campaigns.Campaign storage c = _existing(campaignId);

        // Check
        // Not `require`, which would ask for the phase, and thus the registry, even when all is well.
        if (!_isRefunding(c)) revert Crowdfunding_WrongPhase(campaignId, _phaseOf(c));
        uint96 pledged = _pledges[campaignId][backer].amount;
        require(pledged != 0, Crowdfunding_NoPledge(campaignId, backer));

        // Effect
        uint96 amount = _refundOf(c, pledged);
        if (c.decision == Campaigns.Decision.Terminated) c.restPledged -= pledged;
        uint96 refunded = c.refunded + amount;
        c.refunded = refunded;
        delete _pledges[campaignId][backer];

        // Log
        _append(keccak256(abi.encode(PledgeRefunded.selector, campaignId, backer, amount, refunded)));
        emit PledgeRefunded(campaignId, backer, amount, refunded);

        // Interaction
        IERC20(c.currency).push(backer, amount);
        return amount;
    }

    // ------------------------------------------------------------------------------------------------ delivery

    /// @inheritdoc ICrowdfunding
    function changePayoutAccount(uint32 campaignId, address newAccount) external {
        Campaigns.Campaign storage c = _existing(campaignId);

        // Check
        require(_msgSender() == c.payoutAccount, Crowdfunding_NotPayoutAccount(campaignId, _msgSender()));
        _checkPayoutAccount(newAccount);

        Submission.changePayoutAccount(_journal, c, campaignId, newAccount);
    }

    /// @inheritdoc ICrowdfunding
    function claimMilestone(uint32 campaignId, bytes32 evidenceHash) external {
        Campaigns.Campaign storage c = _existing(campaignId);

        // Check
        _checkOrganizer(campaignId, c, _msgSender());
        Delivery.Context memory ctx = _delivering(campaignId, c);

        Delivery.claim(_journal, c, _milestones[campaignId], ctx, evidenceHash);
    }

    /// @inheritdoc ICrowdfunding
    function object(uint32 campaignId, uint8 index, uint8 attempt) external {
        Campaigns.Campaign storage c = _existing(campaignId);
        address account = _msgSender();

        // Check
        Delivery.Context memory ctx = _delivering(campaignId, c);

        Delivery.object(
            _journal,
            c,
            _milestones[campaignId],
            _pledges[campaignId][account],
            ctx,
            Delivery.Objection(account, index, attempt)
        );
    }

    /// @inheritdoc ICrowdfunding
    function rule(uint32 campaignId, uint8 index, uint8 attempt, bool release, bytes32 reason)
        external
        restrictedInPerson
    {
        Campaigns.Campaign storage c = _existing(campaignId);

        // Check
        Delivery.Context memory ctx = _delivering(campaignId, c);

        bool backer = _pledges[campaignId][msg.sender].amount != 0;
        Delivery.Ruling memory ruling = Delivery.Ruling(index, attempt, release, backer, reason);
        Delivery.rule(
            _journal, c, _milestones[campaignId], countedThrough[campaignId], ctx, ruling
        );
    }

    /// @inheritdoc ICrowdfunding
    function terminate(uint32 campaignId) external {
        Campaigns.Campaign storage c = _existing(campaignId);
        address account = _msgSender();

        // Check
        Delivery.Context memory ctx = _delivering(campaignId, c);

        bool byOrganizer = registry.entityOf(account) == c.organizer;
        Delivery.end(_journal, c, _milestones[campaignId], ctx, account, byOrganizer);
    }

    /// @inheritdoc ICrowdfunding
    function postUpdate(uint32 campaignId, bytes32 documentHash) external {
        // Check
        _checkOrganizer(campaignId, _existing(campaignId), _msgSender());

        // Log
        _append(keccak256(abi.encode(UpdatePosted.selector, campaignId, documentHash)));
        emit UpdatePosted(campaignId, documentHash);
    }

    /// @inheritdoc ICrowdfunding
    function addPool(uint32 campaignId) external {
        require(msg.sender == address(matchFunding), Crowdfunding_NotMatchFunding(msg.sender));
        ++_existing(campaignId).pools;
    }

    /// @inheritdoc ICrowdfunding
    function releaseMilestone(uint32 campaignId) external returns (uint256) {
        return _release(campaignId, _existing(campaignId));
    }

    /// @inheritdoc ICrowdfunding
    function collect(uint32 campaignId) external nonReentrant returns (uint256) {
        return _collect(campaignId, _existing(campaignId));
    }

    /// @inheritdoc ICrowdfunding
    function releaseAndCollect(uint32 campaignId) external nonReentrant returns (uint256) {
        Campaigns.Campaign storage c = _existing(campaignId);
        _release(campaignId, c);
        return _collect(campaignId, c);
    }

    // --------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ICrowdfunding
    function campaign(uint32 campaignId) external view returns (CampaignView memory v) {
        Campaigns.Campaign storage c = _existing(campaignId);
        v.phase = _phaseOf(c);
        v.organizer = c.organizer;
        v.currency = c.currency;
        v.payoutAccount = c.payoutAccount;
        v.goal = c.goal;
        v.stretchGoal = c.stretchGoal;
        v.minPledge = c.minPledge;
        v.raised = c.raised;
        v.released = Delivery.releasedOf(c);
        v.collected = c.collected;
        v.refunded = c.refunded;
        v.submittedAt = c.submittedAt;
        v.opensAt = c.opensAt();
        v.deadline = c.deadline;
        v.pledgingEndsAt = c.pledgingEndsAt();
        v.extension = c.extension;
        v.withdrawalCutoff = c.withdrawalCutoff;
        v.objectionWindow = c.objectionWindow;
        v.rulingWindow = c.rulingWindow;
        v.members = c.members;
        v.releasedBps = c.releasedBps;
        v.pools = c.pools;
        v.milestoneCount = c.milestoneCount;
        v.currentMilestone = c.currentMilestone;
    }

    /// @inheritdoc ICrowdfunding
    function phase(uint32 campaignId) external view returns (Phase) {
        return _phaseOf(_existing(campaignId));
    }

    /// @inheritdoc ICrowdfunding
    function milestone(uint32 campaignId, uint8 index) external view returns (MilestoneView memory) {
        Campaigns.Campaign storage c = _existing(campaignId);
        require(
            index < c.milestoneCount, Crowdfunding_UnknownMilestone(campaignId, index, c.milestoneCount)
        );
        Delivery.Context memory ctx = _context(campaignId, c);
        bool delivering = c.phaseOf(ctx.revokedAt) == Phase.Delivering;
        return Delivery.milestoneView(c, _milestones[campaignId], ctx, index, delivering);
    }

    /// @inheritdoc ICrowdfunding
    function pledgeOf(uint32 campaignId, address backer) external view returns (Pledge memory) {
        return _pledges[campaignId][backer];
    }

    /// @inheritdoc ICrowdfunding
    function refundable(uint32 campaignId, address backer) external view returns (uint256) {
        uint96 pledged = _pledges[campaignId][backer].amount;
        Campaigns.Campaign storage c = _existing(campaignId);
        return pledged != 0 && _isRefunding(c) ? _refundOf(c, pledged) : 0;
    }

    /// @inheritdoc ICrowdfunding
    function quote(uint32 campaignId, address backer, uint256 amount) external view returns (uint256) {
        return matchFunding.quote(campaignId, backer, amount);
    }

    /// @inheritdoc ICrowdfunding
    function matchFacts(uint32 campaignId) external view returns (MatchFacts memory f) {
        Campaigns.Campaign storage c = _existing(campaignId);
        f.phase = _phaseOf(c);
        f.organizer = c.organizer;
        f.currency = c.currency;
        f.payoutAccount = c.payoutAccount;
        f.goal = c.goal;
        f.raised = c.raised;
        f.firstShareBps = c.cumulativeBps(0);
        f.releasedBps = c.releasedBps;
        f.currentMilestone = c.currentMilestone;
    }

    /// @inheritdoc ICrowdfunding
    function raisedOf(uint32 campaignId) external view returns (uint96) {
        return _campaigns[campaignId].raised;
    }

    // ------------------------------------------------------------------------------------------------ internal

    function _pledge(uint32 campaignId, address backer, uint256 amount, uint256 minMatch) private {
        Campaigns.Campaign storage c = _existing(campaignId);

        // Check
        uint32 entityId = registry.entityOf(backer);
        Phase phase_ = _checkPledge(campaignId, c, entityId, amount);

        // Effect
        IMatchFunding.PledgeFacts memory facts;
        (facts.backer, facts.entityId, facts.amount) = (backer, entityId, uint96(amount));
        uint96 raised = _addPledge(campaignId, c, facts);
        if (phase_ == Phase.Extension && raised == c.stretchGoal) {
            c.extensionUsed = uint24(block.timestamp - c.deadline);
            _logStretchGoal(campaignId, raised);
        }

        // Interaction
        uint256 matched = c.pools == 0 ? 0 : _match(campaignId, facts);
        if (matched < minMatch) revert Crowdfunding_MatchBelowMinimum(campaignId, minMatch, matched);
        IERC20(c.currency).pull(backer, amount);
    }

    /// @dev Calls the match of a pledge from the campaign's pools. What the first ratio pool adds is kept in the pledge's
    /// own slot, because a campaign seldom has another.
    function _match(uint32 campaignId, IMatchFunding.PledgeFacts memory facts) private returns (uint256 matched) {
        uint88 first;
        (matched, first) = matchFunding.onPledge(campaignId, facts);
        if (first != 0) _pledges[campaignId][facts.backer].firstMatch = facts.firstMatch + first;
    }

    function _checkPledge(uint32 campaignId, Campaigns.Campaign storage c, uint32 entityId, uint256 amount)
        private
        view
        returns (Phase phase_)
    {
        uint32 organizerId = c.organizer;
        (uint40 revokedAt, uint40 suspendedUntil) = registry.standingOf(organizerId);
        phase_ = c.phaseOf(revokedAt);
        if (phase_ != Phase.Live && phase_ != Phase.Extension) revert Crowdfunding_WrongPhase(campaignId, phase_);
        _checkCurrency(c.currency);
        if (block.timestamp < suspendedUntil) {
            revert Crowdfunding_OrganizerSuspended(campaignId, organizerId, suspendedUntil);
        }
        if (entityId == organizerId) revert Crowdfunding_OrganizerCannotPledge(campaignId, organizerId);

        uint256 rest = c.stretchGoal - c.raised;
        if (amount == 0) revert Crowdfunding_ZeroAmount(campaignId);
        if (amount > rest) revert Crowdfunding_PledgeAboveRest(campaignId, amount, rest);
        if (amount < c.minPledge && amount != rest) {
            revert Crowdfunding_PledgeBelowMinimum(campaignId, amount, c.minPledge);
        }
    }

    /// @dev Adds to the pledge and the total, counts the member, and completes what the pools are told.
    function _addPledge(uint32 campaignId, Campaigns.Campaign storage c, IMatchFunding.PledgeFacts memory facts)
        private
        returns (uint96 raised)
    {
        Pledge storage p = _pledges[campaignId][facts.backer];
        (uint96 held, uint32 memberId) = (p.amount, p.memberId);
        facts.firstMatch = p.firstMatch;
        if (memberId != 0) facts.countedBefore = held;

        // Effect
        raised = c.raised + facts.amount;
        c.raised = raised;
        p.amount = held + facts.amount;
        if (facts.entityId != 0 && (memberId == 0 || c.pools != 0)) {
            (memberId, facts.member) = _countMember(campaignId, c, p, facts.backer, memberId);
        }
        if (memberId != 0) facts.countedAfter = held + facts.amount;

        // Log
        _logPledge(campaignId, facts.backer, memberId, facts.amount, held + facts.amount, raised);
    }

    /// @dev A member counts once in a campaign, through the account of the first pledge made while verified.
    /// @param counted The member this pledge counts for already, 0 if none.
    /// @return memberId The member this pledge counts for now, 0 if none.
    /// @return member Whether the backer is verified now as that member.
    function _countMember(
        uint32 campaignId,
        Campaigns.Campaign storage c,
        Pledge storage p,
        address backer,
        uint32 counted
    ) private returns (uint32 memberId, bool member) {
        memberId = registry.memberIdOf(backer);
        if (counted != 0) return (counted, counted == memberId);
        if (memberId == 0 || countedThrough[campaignId][memberId] != address(0)) return (0, false);

        // Effect
        p.memberId = memberId;
        countedThrough[campaignId][memberId] = backer;
        uint24 members = c.members + 1;
        c.members = members;

        // Log
        _append(keccak256(abi.encode(MemberCounted.selector, campaignId, backer, memberId, members)));
        emit MemberCounted(campaignId, backer, memberId, members);
        return (memberId, true);
    }

    function _logPledge(
        uint32 campaignId,
        address backer,
        uint32 memberId,
        uint96 amount,
        uint96 pledged,
        uint96 raised
    ) private {
        _append(
            keccak256(abi.encode(PledgeMade.selector, campaignId, backer, memberId, amount, pledged, raised))
        );
        emit PledgeMade(campaignId, backer, memberId, amount, pledged, raised);
    }

    function _logStretchGoal(uint32 campaignId, uint96 raised) private {
        _append(
            keccak256(
                abi.encode(
                    StretchGoalReached.selector, campaignId, raised, Phase.Extension, Phase.Delivering
                )
            )
        );
        emit StretchGoalReached(campaignId, raised, Phase.Extension, Phase.Delivering);
    }

    /// @dev The pledge, or after a termination floor(pledge * restUnreleased / restPledged): both rests fall with each
    /// refund, so that the last one empties the books. What flooring leaves falls to later refunds: less than one unit
    /// for each earlier one.
    function _refundOf(Campaigns.Campaign storage c, uint96 pledged) private view returns (uint96) {
        if (c.decision != Campaigns.Decision.Terminated) return pledged;
        uint256 restUnreleased = c.raised - Delivery.releasedOf(c) - c.refunded;
        return uint96(pledged * restUnreleased / c.restPledged);
    }

    function _release(uint32 campaignId, Campaigns.Campaign storage c) private returns (uint256) {
        return Delivery.release(_journal, c, _milestones[campaignId], _delivering(campaignId, c));
    }

    function _collect(uint32 campaignId, Campaigns.Campaign storage c) private returns (uint256) {
        // Check
        uint96 collected = Delivery.releasedOf(c);
        uint96 amount = collected - c.collected;
        if (amount == 0) revert Crowdfunding_NothingToCollect(campaignId);

        // Effect
        c.collected = collected;

        // Log
        address payoutAccount = c.payoutAccount;
        _append(keccak256(abi.encode(FundsCollected.selector, campaignId, payoutAccount, amount, collected)));
        emit FundsCollected(campaignId, payoutAccount, amount, collected);

        // Interaction
        IERC20(c.currency).push(payoutAccount, amount);
        return amount;
    }

    /// @dev Reverts unless the campaign is in Delivering.
    function _delivering(uint32 campaignId, Campaigns.Campaign storage c)
        private
        view
        returns (Delivery.Context memory ctx)
    {
        ctx = _context(campaignId, c);
        Phase phase_ = c.phaseOf(ctx.revokedAt);
        if (phase_ != Phase.Delivering) revert Crowdfunding_WrongPhase(campaignId, phase_);
    }

    function _context(uint32 campaignId, Campaigns.Campaign storage c)
        private
        view
        returns (Delivery.Context memory)
    {
        // Whether the organizer is suspended does not matter here.
        // slither-disable-next-line unused-return
        (uint40 revokedAt,) = registry.standingOf(c.organizer);
        return Delivery.Context(campaignId, revokedAt, registry, matchFunding);
    }

    function _existing(uint32 campaignId) private view returns (Campaigns.Campaign storage c) {
        c = _campaigns[campaignId];
        require(c.decision != Campaigns.Decision.None, Crowdfunding_UnknownCampaign(campaignId));
    }

    function _phaseOf(Campaigns.Campaign storage c) private view returns (Phase) {
        // Whether the organizer is suspended does not matter here.
        // slither-disable-next-line unused-return
        (uint40 revokedAt,) = registry.standingOf(c.organizer);
        return c.phaseOf(revokedAt);
    }

    /// @dev Failed, Canceled or Terminated. Which of the first two does not matter here, so that most refunds need not
    /// ask the registry.
    function _isRefunding(Campaigns.Campaign storage c) private view returns (bool) {
        if (c.missedGoal()) return true;
        Phase phase_ = _phaseOf(c);
        return phase_ == Phase.Canceled || phase_ == Phase.Terminated;
    }

    function _checkPhase(uint32 campaignId, Campaigns.Campaign storage c, Phase needed) private view {
        Phase phase_ = _phaseOf(c);
        require(phase_ == needed, Crowdfunding_WrongPhase(campaignId, phase_));
    }

    function _checkCurrency(address currency) private view {
        require(isCurrency[currency], Crowdfunding_CurrencyNotListed(currency));
    }

    /// @dev Money that is paid to where the pools are could never leave again. Other accounts without a way out are
    /// refused with the rest of the terms.
    function _checkPayoutAccount(address account) private view {
        if (account == address(matchFunding)) revert Crowdfunding_InvalidPayoutAccount(account);
    }

    function _checkOrganizer(uint32 campaignId, Campaigns.Campaign storage c, address account) private view {
        require(registry.entityOf(account) == c.organizer, Crowdfunding_NotOrganizer(campaignId, account));
    }

    /// @dev Nobody reviews an own campaign, nor one that pays to them.
    function _checkReviewer(uint32 campaignId, Campaigns.Campaign storage c) private view {
        require(
            registry.entityOf(msg.sender) != c.organizer && msg.sender != c.payoutAccount,
            Crowdfunding_OwnCampaign(campaignId, msg.sender)
        );
    }
}
