// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Escrow} from "./Escrow.sol";
import {LabContract} from "./LabContract.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IInnovationCredit} from "./interfaces/IInnovationCredit.sol";
import {IProBono} from "./interfaces/IProBono.sol";
import {Capacity} from "./libraries/Capacity.sol";
import {Redemptions} from "./libraries/Redemptions.sol";

/// @title ProBono
/// @notice See `IProBono`.
contract ProBono is Escrow, IProBono {
    using Capacity for Capacity.Hours;
    using Redemptions for Redemptions.Redemption;

    uint8 private constant SSE_ENTITY = 1;
    uint8 private constant PROVIDER = 4;
    /// @dev About a person's working year: what one provider can promise without making the total a fiction.
    uint16 private constant MAX_OPEN_HOURS = 2_000;
    /// @dev Bounds the walk over a provider's offers.
    uint256 private constant MAX_OPEN_OFFERS = 20;
    /// @dev Nobody may bury providers in requests.
    uint8 private constant MAX_LIVE_REQUESTS = 10;

    Capacity.Hours private _hours;
    uint32 public offerCount;
    mapping(uint32 offerId => Offer) private _offers;
    // Filled through a storage pointer in `_remember`, which the analysis does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(uint32 provider => uint32[]) private _offersOf; // those with open hours, and some without any more
    mapping(uint32 redemptionId => Redemptions.Redemption) private _redemptions;
    mapping(uint32 redemptionId => Redemptions.Documents) private _documents;
    mapping(uint32 beneficiary => uint8) public liveRequestsOf;

    constructor(address authority_, address forwarder_, IEntityRegistry registry_, IInnovationCredit credit_)
        LabContract(authority_, forwarder_)
        Escrow("Eranos ProBono", registry_, credit_)
    {
        _hours.begin();
    }

    // -------------------------------------------------------------------------------------------------- offers

    /// @inheritdoc IProBono
    function offerHours(uint16 hoursOffered, uint40 until, bytes32 detailsHash)
        external
        whenEntryOpen
        returns (uint32 offerId)
    {
        address account = _msgSender();

        // Check
        uint32 provider = registry.verifiedEntityOf(account, PROVIDER);
        require(provider != 0, ProBono_NotProvider(account));
        uint256 left = MAX_OPEN_HOURS - openHoursOf(provider);
        require(
            hoursOffered != 0 && hoursOffered <= left, ProBono_HoursOutOfBounds(provider, hoursOffered, left)
        );
        _checkUntil(provider, until);

        // Effect
        offerId = ++offerCount;
        _offers[offerId] = Offer(provider, hoursOffered, 0, 0, until, false);
        _remember(provider, offerId);
        _hours.add(until, hoursOffered);

        // Log
        _append(
            keccak256(
                abi.encode(
                    HoursOffered.selector, offerId, provider, account, hoursOffered, until, detailsHash
                )
            )
        );
        emit HoursOffered(offerId, provider, account, hoursOffered, until, detailsHash);
    }

    /// @inheritdoc IProBono
    function closeOffer(uint32 offerId) external {
        Offer storage o = _existingOffer(offerId);
        address account = _msgSender();

        // Check
        uint32 provider = o.provider;
        require(
            registry.entityOf(account) == provider || !registry.isEntityVerified(provider, PROVIDER),
            ProBono_NotOffering(offerId, account)
        );
        require(!o.closed, ProBono_OfferClosed(offerId));

        // Effect
        uint16 removed = _freeHours(o);
        uint16 reserved = o.reserved;
        o.closed = true;
        _hours.remove(o.until, removed);

        // Log
        _append(keccak256(abi.encode(OfferClosed.selector, offerId, account, removed, reserved)));
        emit OfferClosed(offerId, account, removed, reserved);
    }

    // ------------------------------------------------------------------------------------------------ requests

    /// @inheritdoc IProBono
    function requestHelp(uint32 offerId, uint256 credits, uint40 start, uint40 deliverBy, bytes32 needHash)
        external
        whenEntryOpen
        returns (uint32 redemptionId)
    {
        address payer = _msgSender();

        // Check
        uint32 beneficiary = registry.verifiedEntityOf(payer, SSE_ENTITY);
        require(beneficiary != 0, ProBono_NotSSEEntity(payer));
        uint16 requested = _checkRequest(offerId, beneficiary, credits, start, deliverBy);
        uint8 live = liveRequestsOf[beneficiary];
        require(live < MAX_LIVE_REQUESTS, ProBono_TooManyRequests(beneficiary, MAX_LIVE_REQUESTS));

        // Effect
        redemptionId = ++_caseCount;
        liveRequestsOf[beneficiary] = live + 1;
        Redemptions.Redemption storage r = _redemptions[redemptionId];
        (r.offerId, r.beneficiary, r.requested, r.state) = (offerId, beneficiary, requested, State.Requested);
        (r.start, r.deliverBy) = (start, deliverBy);
        (r.payer, r.needTag) = (payer, Redemptions.tagOf(needHash));

        // Log
        _append(
            keccak256(
                abi.encode(
                    HelpRequested.selector,
                    redemptionId,
                    offerId,
                    beneficiary,
                    payer,
                    requested,
                    start,
                    deliverBy,
                    needHash
                )
            )
        );
        emit HelpRequested(
            redemptionId,
            offerId,
            beneficiary,
            payer,
            requested,
            start,
            deliverBy,
            needHash
        );

        // Interaction
        _pullCredits(payer, credits);
    }

    /// @inheritdoc IProBono
    function acceptHelp(uint32 redemptionId) external {
        Redemptions.Redemption storage r = _existing(redemptionId);
        uint32 offerId = r.offerId;
        Offer storage o = _offers[offerId];
        address account = _msgSender();

        // Check
        _checkActsFor(redemptionId, account, o.provider);
        require(registry.isEntityVerified(o.provider, PROVIDER), ProBono_NotProvider(account));
        _checkState(redemptionId, r, State.Requested);
        uint16 requested = r.requested;
        _checkFree(offerId, o, requested);

        // Effect
        uint16 reserved = o.reserved + requested;
        o.reserved = reserved;
        r.state = State.Accepted;
        --liveRequestsOf[r.beneficiary];

        // Log
        _append(
            keccak256(
                abi.encode(
                    HelpAccepted.selector,
                    redemptionId,
                    offerId,
                    account,
                    reserved,
                    State.Requested,
                    State.Accepted
                )
            )
        );
        emit HelpAccepted(redemptionId, offerId, account, reserved, State.Requested, State.Accepted);
    }

    /// @inheritdoc IProBono
    function declineHelp(uint32 redemptionId) external {
        Redemptions.Redemption storage r = _existing(redemptionId);
        address account = _msgSender();

        // Check
        _checkActsFor(redemptionId, account, _offers[r.offerId].provider);
        _checkState(redemptionId, r, State.Requested);

        _end(redemptionId, r, account, 0, State.Requested, State.Declined);
    }

    /// @inheritdoc IProBono
    function withdrawHelp(uint32 redemptionId) external {
        Redemptions.Redemption storage r = _existing(redemptionId);
        address account = _msgSender();

        // Check
        _checkActsFor(redemptionId, account, r.beneficiary);
        _checkState(redemptionId, r, State.Requested);

        _end(redemptionId, r, account, 0, State.Requested, State.Withdrawn);
    }

    /// @inheritdoc IProBono
    function cancelHelp(uint32 redemptionId) external {
        Redemptions.Redemption storage r = _existing(redemptionId);
        address account = _msgSender();

        // Check
        _partyOf(redemptionId, r, account);
        _checkState(redemptionId, r, State.Accepted);

        _end(redemptionId, r, account, 0, State.Accepted, State.Canceled);
    }

    // ---------------------------------------------------------------------------------------------------- help

    /// @inheritdoc IProBono
    function deliverHelp(uint32 redemptionId, uint16 hoursDelivered, bytes32 needHash, bytes32 evidenceHash)
        external
    {
        Redemptions.Redemption storage r = _existing(redemptionId);
        address account = _msgSender();

        // Check
        _checkActsFor(redemptionId, account, _offers[r.offerId].provider);
        _checkState(redemptionId, r, State.Underway);
        require(
            hoursDelivered != 0 && hoursDelivered <= r.requested,
            ProBono_HoursNotInEscrow(redemptionId, hoursDelivered, r.requested)
        );
        require(Redemptions.tagOf(needHash) == r.needTag, ProBono_OtherNeed(redemptionId, needHash));

        // Effect
        r.delivered = hoursDelivered;
        _documents[redemptionId] = Redemptions.Documents(needHash, evidenceHash);
        uint40 endsAt = _openWindow(r, State.Delivered);

        // Log
        _append(
            keccak256(
                abi.encode(
                    HelpDelivered.selector,
                    redemptionId,
                    account,
                    hoursDelivered,
                    needHash,
                    evidenceHash,
                    endsAt,
                    State.Underway,
                    State.Delivered
                )
            )
        );
        emit HelpDelivered(
            redemptionId,
            account,
            hoursDelivered,
            needHash,
            evidenceHash,
            endsAt,
            State.Underway,
            State.Delivered
        );
    }

    /// @inheritdoc IProBono
    function reportNoShow(uint32 redemptionId, bytes32 reason) external {
        Redemptions.Redemption storage r = _existing(redemptionId);
        address account = _msgSender();

        // Check
        uint32 reporter = _partyOf(redemptionId, r, account);
        _checkState(redemptionId, r, State.Underway);

        // Effect
        r.reportedByProvider = reporter != r.beneficiary;
        uint40 endsAt = _openWindow(r, State.NoShow);

        // Log
        _append(
            keccak256(
                abi.encode(
                    NoShowReported.selector,
                    redemptionId,
                    account,
                    reporter,
                    reason,
                    endsAt,
                    State.Underway,
                    State.NoShow
                )
            )
        );
        emit NoShowReported(redemptionId, account, reporter, reason, endsAt, State.Underway, State.NoShow);
    }

    /// @inheritdoc IProBono
    function confirmHelp(uint32 redemptionId) external {
        Redemptions.Redemption storage r = _existing(redemptionId);
        address account = _msgSender();

        // Check
        State state = r.stateOf();
        if (state == State.Delivered) _checkActsFor(redemptionId, account, r.beneficiary);
        else require(state == State.Confirmed && !r.hasEnded(), ProBono_WrongState(redemptionId, state));

        _end(redemptionId, r, account, r.delivered, State.Delivered, State.Confirmed);
    }

    /// @inheritdoc IProBono
    function contest(uint32 redemptionId, bytes32 reason) external {
        Redemptions.Redemption storage r = _existing(redemptionId);
        address account = _msgSender();

        // Check
        uint32 party = _partyOf(redemptionId, r, account);
        State oldState = r.stateOf();
        require(
            oldState == State.Delivered || oldState == State.NoShow,
            ProBono_WrongState(redemptionId, oldState)
        );
        // Nobody contests what the own side has said.
        bool saidByProvider = oldState == State.Delivered || r.reportedByProvider;
        require(saidByProvider == (party == r.beneficiary), Escrow_NotParty(redemptionId, account));

        // Effect
        uint40 endsAt = _openWindow(r, State.Contested);

        // Log
        _append(
            keccak256(
                abi.encode(
                    HelpContested.selector, redemptionId, account, reason, endsAt, oldState, State.Contested
                )
            )
        );
        emit HelpContested(redemptionId, account, reason, endsAt, oldState, State.Contested);
    }

    // ---------------------------------------------------------------------------------------------------- ends

    /// @inheritdoc IProBono
    function settle(
        uint32 redemptionId,
        uint16 hoursDelivered,
        uint40 deadline,
        bytes calldata providerSignature,
        bytes calldata beneficiarySignature
    ) external {
        Redemptions.Redemption storage r = _existing(redemptionId);

        // Check
        _checkState(redemptionId, r, State.Contested);
        _checkShare(redemptionId, r, hoursDelivered);
        _checkSettlement(
            Settlement(redemptionId, hoursDelivered, deadline),
            _accountOf(_offers[r.offerId].provider),
            providerSignature,
            _accountOf(r.beneficiary),
            beneficiarySignature
        );

        _end(redemptionId, r, _msgSender(), hoursDelivered, State.Contested, State.Settled);
    }

    /// @inheritdoc IProBono
    function rule(uint32 redemptionId, uint16 hoursDelivered, bytes32 reason) external restrictedInPerson {
        Redemptions.Redemption storage r = _existing(redemptionId);

        // Check
        require(
            msg.sender != r.payer && !_isParty(redemptionId, msg.sender),
            Escrow_ArbiterIsParty(redemptionId, msg.sender)
        );
        _checkState(redemptionId, r, State.Contested);
        _checkShare(redemptionId, r, hoursDelivered);

        // Log
        _append(
            keccak256(abi.encode(HelpRuled.selector, redemptionId, msg.sender, hoursDelivered, reason))
        );
        emit HelpRuled(redemptionId, msg.sender, hoursDelivered, reason);

        _end(redemptionId, r, msg.sender, hoursDelivered, State.Contested, State.Ruled);
    }

    /// @inheritdoc IProBono
    function expire(uint32 redemptionId) external {
        Redemptions.Redemption storage r = _existing(redemptionId);

        // Check
        State state = r.stateOf();
        require(
            state > State.Confirmed && !r.hasEnded(), ProBono_WrongState(redemptionId, state)
        );

        State oldState = r.state == State.Accepted ? State.Underway : r.state;
        _end(redemptionId, r, _msgSender(), 0, oldState, state);
    }

    // --------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IProBono
    function capacity() external view returns (uint256) {
        return _hours.open() * Redemptions.HOUR;
    }

    /// @inheritdoc IProBono
    function redemptionCount() external view returns (uint32) {
        return _caseCount;
    }

    /// @inheritdoc IProBono
    function openHoursOf(uint32 provider) public view returns (uint256 openHours) {
        uint32[] storage ids = _offersOf[provider];
        for (uint256 i; i < ids.length; ++i) {
            openHours += _openHours(_offers[ids[i]]);
        }
    }

    /// @inheritdoc IProBono
    function offer(uint32 offerId) external view returns (Offer memory) {
        return _existingOffer(offerId);
    }

    /// @inheritdoc IProBono
    function redemption(uint32 redemptionId) external view returns (RedemptionView memory v) {
        Redemptions.Redemption storage r = _existing(redemptionId);
        v.state = r.stateOf();
        v.ended = r.hasEnded();
        v.offerId = r.offerId;
        v.provider = _offers[r.offerId].provider;
        v.beneficiary = r.beneficiary;
        v.payer = r.payer;
        v.hoursRequested = r.requested;
        v.hoursDelivered = r.delivered;
        v.start = r.start;
        v.deliverBy = r.deliverBy;
        v.windowEndsAt = r.windowEndsAt();
        v.needHash = _documents[redemptionId].needHash;
        v.evidenceHash = _documents[redemptionId].evidenceHash;
    }

    // ------------------------------------------------------------------------------------------------ internal

    /// @return requested Hours that the credits redeem.
    function _checkRequest(
        uint32 offerId,
        uint32 beneficiary,
        uint256 credits,
        uint40 start,
        uint40 deliverBy
    ) private view returns (uint16) {
        Offer memory o = _existingOffer(offerId);
        require(beneficiary != o.provider, ProBono_OwnOffer(offerId, beneficiary));
        require(!o.closed && block.timestamp < o.until, ProBono_OfferNotOpen(offerId));
        uint256 requested = credits / Redemptions.HOUR;
        require(requested != 0 && requested * Redemptions.HOUR == credits, ProBono_NotWholeHours(credits));
        _checkFree(offerId, o, requested);
        require(
            block.timestamp < start && start < deliverBy && deliverBy <= o.until,
            ProBono_InvalidTimes(start, deliverBy, o.until)
        );
        return uint16(requested);
    }

    /// @dev Every end of a redemption: burns and attests `burned` hours, returns the others to who paid.
    function _end(
        uint32 redemptionId,
        Redemptions.Redemption storage r,
        address account,
        uint16 burned,
        State oldState,
        State newState
    ) private {
        uint16 requested = r.requested;
        uint16 returned = requested - burned;

        // Effect
        (r.state, r.delivered) = (newState, burned);
        uint32 provider;
        if (oldState == State.Requested) --liveRequestsOf[r.beneficiary];
        else provider = _free(r.offerId, requested, burned);

        // Log
        if (burned != 0) {
            _attest(redemptionId, r.beneficiary, provider, burned, returned, oldState, newState);
        } else {
            _append(
                keccak256(
                    abi.encode(CreditsReturned.selector, redemptionId, account, returned, oldState, newState)
                )
            );
            emit CreditsReturned(redemptionId, account, returned, oldState, newState);
        }

        // Interaction
        if (burned != 0) credit.redeem(burned * Redemptions.HOUR);
        if (returned != 0) _pushCredits(r.payer, returned * Redemptions.HOUR);
    }

    function _attest(
        uint32 redemptionId,
        uint32 beneficiary,
        uint32 provider,
        uint16 burned,
        uint16 returned,
        State oldState,
        State newState
    ) private {
        Redemptions.Documents memory d = _documents[redemptionId];
        _append(
            keccak256(
                abi.encode(
                    HelpAttested.selector,
                    redemptionId,
                    provider,
                    beneficiary,
                    burned,
                    returned,
                    d.needHash,
                    d.evidenceHash,
                    oldState,
                    newState
                )
            )
        );
        emit HelpAttested(
            redemptionId,
            provider,
            beneficiary,
            burned,
            returned,
            d.needHash,
            d.evidenceHash,
            oldState,
            newState
        );
    }

    /// @dev Ends a reservation, of which `burned` hours were given. What was given, and what nobody can ask for any more,
    /// is promised no longer.
    function _free(uint32 offerId, uint16 reserved, uint16 burned) private returns (uint32 provider) {
        Offer memory o = _offers[offerId];
        (o.reserved, o.confirmed) = (o.reserved - reserved, o.confirmed + burned);
        _offers[offerId] = o;
        _hours.remove(o.until, o.closed ? reserved : burned);
        return o.provider;
    }

    /// @dev Adds an offer to the provider's, and forgets those without open hours.
    function _remember(uint32 provider, uint32 offerId) private {
        uint32[] storage ids = _offersOf[provider];
        uint256 kept;
        for (uint256 i; i < ids.length; ++i) {
            if (_openHours(_offers[ids[i]]) != 0) ids[kept++] = ids[i];
        }
        require(kept < MAX_OPEN_OFFERS, ProBono_TooManyOffers(provider, MAX_OPEN_OFFERS));
        while (ids.length > kept) ids.pop();
        ids.push(offerId);
    }

    function _openWindow(Redemptions.Redemption storage r, State state) private returns (uint40 endsAt) {
        (r.state, r.since) = (state, uint40(block.timestamp));
        return r.windowEndsAt();
    }

    function _existingOffer(uint32 offerId) private view returns (Offer storage o) {
        o = _offers[offerId];
        require(o.provider != 0, ProBono_UnknownOffer(offerId));
    }

    function _existing(uint32 redemptionId) private view returns (Redemptions.Redemption storage r) {
        r = _redemptions[redemptionId];
        require(r.state != State.None, ProBono_UnknownRedemption(redemptionId));
    }

    function _freeHours(Offer memory o) private pure returns (uint16) {
        return o.closed ? 0 : o.offered - o.reserved - o.confirmed;
    }

    /// @dev Hours that the offer still promises.
    function _openHours(Offer memory o) private view returns (uint16) {
        return block.timestamp < o.until ? _freeHours(o) + o.reserved : 0;
    }

    function _isParty(uint32 redemptionId, address account) internal view override returns (bool) {
        Redemptions.Redemption storage r = _existing(redemptionId);
        uint32 entityId = registry.entityOf(account);
        return entityId == r.beneficiary || entityId == _offers[r.offerId].provider;
    }

    /// @return entityId Provider or beneficiary, whichever the account acts for.
    function _partyOf(uint32 redemptionId, Redemptions.Redemption storage r, address account)
        private
        view
        returns (uint32 entityId)
    {
        entityId = registry.entityOf(account);
        require(
            entityId == r.beneficiary || entityId == _offers[r.offerId].provider,
            Escrow_NotParty(redemptionId, account)
        );
    }

    function _checkActsFor(uint32 redemptionId, address account, uint32 entityId) private view {
        require(registry.entityOf(account) == entityId, Escrow_NotParty(redemptionId, account));
    }

    function _checkState(uint32 redemptionId, Redemptions.Redemption storage r, State needed) private view {
        State state = r.stateOf();
        require(state == needed, ProBono_WrongState(redemptionId, state));
    }

    function _checkFree(uint32 offerId, Offer memory o, uint256 needed) private pure {
        uint256 left = _freeHours(o);
        require(needed <= left, ProBono_NotEnoughHours(offerId, needed, left));
    }

    function _checkShare(uint32 redemptionId, Redemptions.Redemption storage r, uint16 share) private view {
        uint16 max = r.requested;
        require(share <= max, Escrow_ShareTooLarge(redemptionId, share, max));
    }

    function _checkUntil(uint32 provider, uint40 until) private view {
        uint40 max = uint40(block.timestamp + Capacity.MAX_WEEKS * Capacity.WEEK);
        uint40 verifiedUntil = registry.entity(provider).verifiedUntil;
        if (verifiedUntil < max) max = verifiedUntil;
        require(
            until % Capacity.WEEK == 0 && block.timestamp < until && until <= max,
            ProBono_InvalidUntil(until, max)
        );
    }
}
