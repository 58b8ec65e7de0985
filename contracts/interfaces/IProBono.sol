// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IEscrow} from "./IEscrow.sol";

/// @title ProBono
/// @notice Providers offer hours of help, verified SSE entities redeem credits for them. Who asks for help puts the
/// credits in escrow and nothing else: no deposit. Help that was given burns one credit for each hour and leaves a proof
/// that names both; whatever else happens, the credits go back to the account that paid them in.
/// @dev 1 hour is 1 credit is 1e18 base units. Times are Unix times in seconds, windows are half open. Ids start at 1.
/// Authority follows the entity: whoever acts for provider and beneficiary now may act here. Money follows the account.
interface IProBono is IEscrow {
    /// @notice Where a redemption stands, computed from stored facts and the block time. Time alone moves Requested to
    /// Lapsed, Accepted to Underway, Underway to Expired, Delivered to Confirmed, NoShow to Missed, Contested to Unruled.
    /// What time has decided still waits for somebody to carry it out: `expire`, or `confirmHelp` for Confirmed.
    enum State {
        None, // no such redemption
        Requested, // [request, start): the provider accepts or declines
        Accepted, // until start: either party may cancel
        Underway, // accepted, [start, deliverBy): help is given, or one does not show up
        Delivered, // confirm window: the beneficiary confirms or contests
        NoShow, // confirm window: the other party may contest
        Contested, // ruling window: both sign a settlement, or an arbiter rules
        Confirmed, // final: the hours delivered are burned
        Declined, // final, like all that follow: all back, or what was settled or ruled
        Withdrawn,
        Lapsed,
        Canceled,
        Expired,
        Missed,
        Settled,
        Ruled,
        Unruled
    }

    /// @notice Hours that a provider promises until a time.
    struct Offer {
        uint32 provider; // entity id
        uint16 offered; // hours
        uint16 reserved; // hours accepted and not ended yet
        uint16 confirmed; // hours given
        uint40 until; // multiple of a week; from here on the hours back no credits any more
        bool closed; // takes no more requests; what is reserved stays promised
    }

    /// @notice A redemption as readers see it.
    struct RedemptionView {
        State state;
        bool ended; // the credits have left the escrow
        uint32 offerId;
        uint32 provider; // entity id
        uint32 beneficiary; // entity id
        address payer; // account that paid the credits in, to which they go back
        uint16 hoursRequested; // credits in escrow
        uint16 hoursDelivered; // said by the provider; once ended, what was burned
        uint40 start;
        uint40 deliverBy;
        uint40 windowEndsAt; // of the confirm or ruling window; 0 if there is none
        bytes32 needHash; // from the delivery on
        bytes32 evidenceHash; // from the delivery on
    }

    /// @notice A provider promised hours. `detailsHash` is the SHA-256 of what is offered.
    event HoursOffered(
        uint32 indexed offerId,
        uint32 indexed provider,
        address indexed account,
        uint16 hoursOffered,
        uint40 until,
        bytes32 detailsHash
    );

    /// @notice An offer takes no more requests; `hoursRemoved` are promised no more, `hoursReserved` still are.
    event OfferClosed(
        uint32 indexed offerId, address indexed account, uint16 hoursRemoved, uint16 hoursReserved
    );

    /// @notice Somebody asked for help and put credits in escrow: a redemption is Requested. `needHash` is the SHA-256 of what is needed.
    event HelpRequested(
        uint32 indexed redemptionId,
        uint32 indexed offerId,
        uint32 indexed beneficiary,
        address payer,
        uint16 hoursRequested,
        uint40 start,
        uint40 deliverBy,
        bytes32 needHash
    );

    /// @notice The provider accepted; `hoursReserved` is the new total of the offer.
    event HelpAccepted(
        uint32 indexed redemptionId,
        uint32 indexed offerId,
        address indexed account,
        uint16 hoursReserved,
        State oldState,
        State newState
    );

    /// @notice The provider says that help was given. `evidenceHash` is the SHA-256 of the evidence.
    event HelpDelivered(
        uint32 indexed redemptionId,
        address indexed account,
        uint16 hoursDelivered,
        bytes32 needHash,
        bytes32 evidenceHash,
        uint40 windowEndsAt,
        State oldState,
        State newState
    );

    /// @notice A party says that the other one did not show up. `reason` is the SHA-256 of what happened.
    event NoShowReported(
        uint32 indexed redemptionId,
        address indexed account,
        uint32 indexed reporter,
        bytes32 reason,
        uint40 windowEndsAt,
        State oldState,
        State newState
    );

    /// @notice A party contested what the other said. `reason` is the SHA-256 of why.
    event HelpContested(
        uint32 indexed redemptionId,
        address indexed account,
        bytes32 reason,
        uint40 windowEndsAt,
        State oldState,
        State newState
    );

    /// @notice An arbiter ruled; the redemption ends in the same transaction. `reason` is the SHA-256 of the reasons.
    event HelpRuled(uint32 indexed redemptionId, address indexed arbiter, uint16 hoursDelivered, bytes32 reason);

    /// @notice A redemption ended with proof of help: `provider` gave `beneficiary` this many hours, for which one credit
    /// each was burned; the credits for `hoursReturned` went back. Zero hashes if nothing was delivered before the
    /// parties settled or an arbiter ruled.
    event HelpAttested(
        uint32 indexed redemptionId,
        uint32 indexed provider,
        uint32 indexed beneficiary,
        uint16 hoursDelivered,
        uint16 hoursReturned,
        bytes32 needHash,
        bytes32 evidenceHash,
        State oldState,
        State newState
    );

    /// @notice A redemption ended without help; the credits for `hoursReturned`, which is all, went back.
    event CreditsReturned(
        uint32 indexed redemptionId,
        address indexed account,
        uint16 hoursReturned,
        State oldState,
        State newState
    );

    /// @notice No offer has this id.
    error ProBono_UnknownOffer(uint32 offerId);

    /// @notice No redemption has this id.
    error ProBono_UnknownRedemption(uint32 redemptionId);

    /// @notice The act is not possible in the redemption's state.
    error ProBono_WrongState(uint32 redemptionId, State state);

    /// @notice The account acts for no entity that is verified now as a provider.
    error ProBono_NotProvider(address account);

    /// @notice The account acts for no entity that is verified now as an SSE entity.
    error ProBono_NotSSEEntity(address account);

    /// @notice An offer is of 1 to `left` hours: a provider has at most 2,000 open.
    error ProBono_HoursOutOfBounds(uint32 provider, uint256 hoursOffered, uint256 left);

    /// @notice A provider has at most `max` offers with open hours.
    error ProBono_TooManyOffers(uint32 provider, uint256 max);

    /// @notice An offer ends at a multiple of a week, in the future, at most 52 weeks ahead and not after the provider's
    /// verification; `max` is the latest of these instants.
    error ProBono_InvalidUntil(uint40 until, uint40 max);

    /// @notice Only the provider closes an offer while its entity is verified.
    error ProBono_NotOffering(uint32 offerId, address account);

    /// @notice The offer is closed or over.
    error ProBono_OfferNotOpen(uint32 offerId);

    /// @notice The offer is closed already.
    error ProBono_OfferClosed(uint32 offerId);

    /// @notice Nobody asks itself for help.
    error ProBono_OwnOffer(uint32 offerId, uint32 entityId);

    /// @notice Credits are redeemed for whole hours, at least one.
    error ProBono_NotWholeHours(uint256 credits);

    /// @notice The offer has only `left` hours that are not reserved.
    error ProBono_NotEnoughHours(uint32 offerId, uint256 hoursRequested, uint256 left);

    /// @notice It must be: now < start < deliverBy <= the end of the offer.
    error ProBono_InvalidTimes(uint40 start, uint40 deliverBy, uint40 until);

    /// @notice An entity has at most `max` requests that nobody has answered.
    error ProBono_TooManyRequests(uint32 entityId, uint256 max);

    /// @notice The hash is not that of the need for which help was asked.
    error ProBono_OtherNeed(uint32 redemptionId, bytes32 needHash);

    /// @notice At least one hour, and at most what is in escrow, can be delivered.
    error ProBono_HoursNotInEscrow(uint32 redemptionId, uint16 hoursDelivered, uint16 hoursRequested);

    /// @notice Promises hours (a verified provider; entry act).
    /// @param hoursOffered Whole hours; at most 2,000 open for each provider, in at most 20 offers.
    /// @param until A multiple of a week (Unix time), in the future, at most 52 weeks ahead and not after the provider's
    /// verification ends.
    /// @return offerId Id of the new offer.
    function offerHours(uint16 hoursOffered, uint40 until, bytes32 detailsHash) external returns (uint32 offerId);

    /// @notice Takes an offer's unreserved hours back (the provider; anyone once the provider is not verified).
    function closeOffer(uint32 offerId) external;

    /// @notice Asks for help (a verified SSE entity other than the provider; entry act).
    /// @param credits Base units, a multiple of 1e18: one hour each.
    /// @param start From here on help may be given; the provider must accept before.
    /// @param deliverBy Help must be delivered before; at most the end of the offer.
    /// @param needHash SHA-256 of what is needed.
    /// @return redemptionId Id of the new redemption.
    function requestHelp(uint32 offerId, uint256 credits, uint40 start, uint40 deliverBy, bytes32 needHash)
        external
        returns (uint32 redemptionId);

    /// @notice Accepts a request and reserves its hours (the provider, verified now).
    function acceptHelp(uint32 redemptionId) external;

    /// @notice Declines a request (the provider); all back.
    function declineHelp(uint32 redemptionId) external;

    /// @notice Withdraws a request that nobody has answered (the beneficiary); all back.
    function withdrawHelp(uint32 redemptionId) external;

    /// @notice Cancels accepted help before it starts (either party); all back.
    function cancelHelp(uint32 redemptionId) external;

    /// @notice Says that help was given (the provider), in [start, deliverBy).
    /// @param hoursDelivered At least 1, at most the hours in escrow.
    /// @param needHash That of the request.
    /// @param evidenceHash SHA-256 of the evidence.
    function deliverHelp(uint32 redemptionId, uint16 hoursDelivered, bytes32 needHash, bytes32 evidenceHash) external;

    /// @notice Says that the other party did not show up (either party), in [start, deliverBy).
    function reportNoShow(uint32 redemptionId, bytes32 reason) external;

    /// @notice Confirms a delivery (the beneficiary within the confirm window of 14 days, anyone after it): burns the
    /// hours delivered, returns the rest, attests the help.
    function confirmHelp(uint32 redemptionId) external;

    /// @notice Contests a delivery (the beneficiary) or a no-show (the party that did not report it), within the confirm
    /// window.
    function contest(uint32 redemptionId, bytes32 reason) external;

    /// @notice Ends a contested redemption as both parties signed; anyone may bring the signatures.
    /// @param hoursDelivered Share of the settlement: hours to burn and attest, at most those in escrow.
    /// @param deadline The settlement may be used before.
    function settle(
        uint32 redemptionId,
        uint16 hoursDelivered,
        uint40 deadline,
        bytes calldata providerSignature,
        bytes calldata beneficiarySignature
    ) external;

    /// @notice Ends a contested redemption by a ruling (arbiter, no party of it).
    /// @param hoursDelivered Hours to burn and attest, at most those in escrow.
    function rule(uint32 redemptionId, uint16 hoursDelivered, bytes32 reason) external;

    /// @notice Gives all credits back where time has ended a redemption: Lapsed, Expired, Missed, Unruled. Anyone.
    function expire(uint32 redemptionId) external;

    /// @notice Credits that promised hours can back now, in base units: 1e18 for each open hour, reserved ones included.
    /// @dev Expired weeks count no more. Any act that changes the total takes them out of storage, 52 at most.
    function capacity() external view returns (uint256);

    /// @notice Hours of a provider that are promised and neither given nor taken back nor over; at most 2,000.
    function openHoursOf(uint32 provider) external view returns (uint256);

    /// @notice Requests of an entity that nobody has answered or withdrawn.
    function liveRequestsOf(uint32 beneficiary) external view returns (uint8);

    /// @notice Number of offers ever made, which is also the highest id.
    function offerCount() external view returns (uint32);

    /// @notice Number of redemptions ever requested, which is also the highest id.
    function redemptionCount() external view returns (uint32);

    /// @notice The offer; reverts if there is none with this id.
    function offer(uint32 offerId) external view returns (Offer memory);

    /// @notice The redemption now; reverts if there is none with this id.
    function redemption(uint32 redemptionId) external view returns (RedemptionView memory);
}
