// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ILabContract} from "./ILabContract.sol";

/// @title InnovationCredit
/// @notice Credits of the lab: 1 credit (1e18 base units) is 1 hour of pro-bono help. Issued by programmes, earned or
/// granted, never bought and never cashed out. They circulate only among verified accounts and contracts of the lab. No
/// issue lifts their supply above what providers have promised at that moment; promises that end later only stop new issues.
/// @dev ERC-20 and ERC-2612. `Transfer` is journaled; `Approval` is not. Always: issued = totalSupply + redeemed.
interface IInnovationCredit is ILabContract {
    /// @notice A source of credits: one entity may issue up to `cap` in [startsAt, endsAt).
    struct Programme {
        uint32 issuer; // entity id
        uint40 startsAt;
        uint40 endsAt;
        bool closed;
        uint96 cap; // base units
        uint96 issued; // base units
    }

    /// @notice The treasurer opened a programme. `purposeHash` is the SHA-256 of its purpose document.
    event ProgrammeOpened(
        uint32 indexed programmeId,
        uint32 indexed issuer,
        uint96 cap,
        uint40 startsAt,
        uint40 endsAt,
        bytes32 purposeHash
    );

    /// @notice The treasurer closed a programme for good; `issued` is its final total in base units.
    event ProgrammeClosed(uint32 indexed programmeId, uint96 issued);

    /// @notice Credits were issued. `evidenceHash` is the SHA-256 of why; `issued` is the programme's new total.
    event CreditIssued(
        uint32 indexed programmeId, address indexed to, uint32 indexed issuer, uint96 amount, uint96 issued, bytes32 evidenceHash
    );

    /// @notice No programme has this id.
    error InnovationCredit_UnknownProgramme(uint32 programmeId);

    /// @notice The entity is not verified, so that no programme can be opened for it.
    error InnovationCredit_InvalidIssuer(uint32 entityId);

    /// @notice A programme needs a cap.
    error InnovationCredit_ZeroCap();

    /// @notice A programme must end after it starts, and in the future.
    error InnovationCredit_InvalidWindow(uint40 startsAt, uint40 endsAt);

    /// @notice The programme is closed.
    error InnovationCredit_ProgrammeClosed(uint32 programmeId);

    /// @notice Only the verified issuer entity's account may issue.
    error InnovationCredit_NotIssuer(uint32 programmeId, address account);

    /// @notice The programme issues in [startsAt, endsAt) only.
    error InnovationCredit_OutsideWindow(uint32 programmeId, uint40 startsAt, uint40 endsAt);

    /// @notice Nobody issues credits to itself.
    error InnovationCredit_SelfIssue(uint32 programmeId, address account);

    /// @notice Nothing was asked for.
    error InnovationCredit_ZeroAmount();

    /// @notice Only `left` base units of the programme's cap are left.
    error InnovationCredit_AboveCap(uint32 programmeId, uint256 amount, uint256 left);

    /// @notice The supply may be at most what promised hours can back now: `capacity`.
    error InnovationCredit_AboveCapacity(uint256 amount, uint256 supply, uint256 capacity);

    /// @notice Only ProBono redeems credits.
    error InnovationCredit_NotRedeemer(address account);

    /// @notice Credits go only to verified accounts and contracts of the lab.
    error InnovationCredit_RecipientNotVerified(address to);

    /// @notice The lab's escrows take credits themselves, for an order or for help. What is sent there would be lost.
    error InnovationCredit_SentToEscrow(address to);

    /// @notice Opens a programme (treasurer; entry act).
    /// @param issuerEntity Verified entity that may issue.
    /// @param cap Most that may ever be issued, in base units.
    /// @return programmeId Id of the new programme.
    function openProgramme(uint32 issuerEntity, uint96 cap, uint40 startsAt, uint40 endsAt, bytes32 purposeHash)
        external
        returns (uint32 programmeId);

    /// @notice Closes a programme for good (treasurer). Credits issued stay what they are.
    function closeProgramme(uint32 programmeId) external;

    /// @notice Issues credits (the issuer's account; entry act), never to itself.
    /// @param amount Base units; at most what the cap leaves, and what promised hours can back beside the supply.
    /// @param evidenceHash SHA-256 of the evidence for which they are granted.
    function issue(uint32 programmeId, address to, uint256 amount, bytes32 evidenceHash) external;

    /// @notice Burns credits that ProBono holds, for hours that were given (ProBono).
    function redeem(uint256 amount) external;

    /// @notice What promised hours can back, and what there is, in base units; coverage is capacity / supply.
    function coverage() external view returns (uint256 capacity, uint256 supply);

    /// @notice Credits redeemed ever, in base units: issued by all programmes less the supply.
    function redeemed() external view returns (uint256);

    /// @notice Number of programmes ever opened, which is also the highest id.
    function programmeCount() external view returns (uint32);

    /// @notice The programme; reverts if there is none with this id.
    function programme(uint32 programmeId) external view returns (Programme memory);

    /// @notice Whether `account` is a contract of the lab that may hold credits. Fixed at deployment.
    function isLabContract(address account) external view returns (bool);
}
