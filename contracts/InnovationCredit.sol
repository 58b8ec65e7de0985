// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {LabContract} from "./LabContract.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IInnovationCredit} from "./interfaces/IInnovationCredit.sol";
import {IProBono} from "./interfaces/IProBono.sol";

/// @title InnovationCredit
/// @notice See `IInnovationCredit`.
contract InnovationCredit is LabContract, ERC20Permit, IInnovationCredit {
    uint8 private constant ALL_KINDS = 15;

    IEntityRegistry public immutable registry;
    address public immutable marketplace;
    IProBono public immutable proBono;

    uint32 public programmeCount;
    uint128 private _issued; // by all programmes
    mapping(uint32 programmeId => Programme) private _programmes;

    /// @param marketplace_ The one other contract that may hold credits for others; fixed for ever, like `proBono_`.
    /// @param proBono_ Holds credits, redeems them, and says how many its hours can back.
    constructor(
        address authority_,
        address forwarder_,
        IEntityRegistry registry_,
        address marketplace_,
        IProBono proBono_
    )
        LabContract(authority_, forwarder_)
        ERC20("Eranos Innovation Credit", "EIC")
        ERC20Permit("Eranos Innovation Credit")
    {
        registry = registry_;
        marketplace = marketplace_;
        proBono = proBono_;
    }

    /// @inheritdoc IInnovationCredit
    function openProgramme(uint32 issuerEntity, uint96 cap, uint40 startsAt, uint40 endsAt, bytes32 purposeHash)
        external
        restricted
        whenEntryOpen
        returns (uint32 programmeId)
    {
        // Check
        require(cap != 0, InnovationCredit_ZeroCap());
        require(startsAt < endsAt && block.timestamp < endsAt, InnovationCredit_InvalidWindow(startsAt, endsAt));
        address issuerAccount = registry.entity(issuerEntity).account;
        require(
            registry.entityOf(issuerAccount) == issuerEntity && registry.isVerified(issuerAccount, ALL_KINDS),
            InnovationCredit_InvalidIssuer(issuerEntity)
        );

        // Effect
        programmeId = ++programmeCount;
        _programmes[programmeId] = Programme(issuerEntity, startsAt, endsAt, false, cap, 0);

        // Log
        _append(
            keccak256(
                abi.encode(
                    ProgrammeOpened.selector, programmeId, issuerEntity, cap, startsAt, endsAt, purposeHash
                )
            )
        );
        emit ProgrammeOpened(programmeId, issuerEntity, cap, startsAt, endsAt, purposeHash);
    }

    /// @inheritdoc IInnovationCredit
    function closeProgramme(uint32 programmeId) external restricted {
        Programme storage p = _existing(programmeId);

        // Check
        require(!p.closed, InnovationCredit_ProgrammeClosed(programmeId));

        // Effect
        p.closed = true;

        // Log
        _append(keccak256(abi.encode(ProgrammeClosed.selector, programmeId, p.issued)));
        emit ProgrammeClosed(programmeId, p.issued);
    }

    /// @inheritdoc IInnovationCredit
    function issue(uint32 programmeId, address to, uint256 amount, bytes32 evidenceHash) external whenEntryOpen {
        Programme storage p = _existing(programmeId);
        address account = _msgSender();

        // Check
        require(!p.closed, InnovationCredit_ProgrammeClosed(programmeId));
        require(
            registry.entityOf(account) == p.issuer && registry.isVerified(account, ALL_KINDS),
            InnovationCredit_NotIssuer(programmeId, account)
        );
        require(
            p.startsAt <= block.timestamp && block.timestamp < p.endsAt,
            InnovationCredit_OutsideWindow(programmeId, p.startsAt, p.endsAt)
        );
        require(to != account, InnovationCredit_SelfIssue(programmeId, account));
        require(amount != 0, InnovationCredit_ZeroAmount());
        uint256 left = p.cap - p.issued;
        require(amount <= left, InnovationCredit_AboveCap(programmeId, amount, left));
        (uint256 capacity, uint256 supply) = coverage();
        require(supply + amount <= capacity, InnovationCredit_AboveCapacity(amount, supply, capacity));

        // Effect
        uint96 issued = p.issued + uint96(amount);
        p.issued = issued;
        _issued += uint128(amount);

        // Log
        _append(
            keccak256(
                abi.encode(CreditIssued.selector, programmeId, to, p.issuer, amount, issued, evidenceHash)
            )
        );
        emit CreditIssued(programmeId, to, p.issuer, uint96(amount), issued, evidenceHash);
        _mint(to, amount);
    }

    /// @inheritdoc IInnovationCredit
    function redeem(uint256 amount) external {
        // Check
        require(msg.sender == address(proBono), InnovationCredit_NotRedeemer(msg.sender));

        _burn(msg.sender, amount);
    }

    /// @inheritdoc IInnovationCredit
    function coverage() public view returns (uint256 capacity, uint256 supply) {
        return (proBono.capacity(), totalSupply());
    }

    /// @inheritdoc IInnovationCredit
    function redeemed() external view returns (uint256) {
        return _issued - totalSupply();
    }

    /// @inheritdoc IInnovationCredit
    function isLabContract(address account) public view returns (bool) {
        return account == marketplace || account == address(proBono);
    }

    /// @inheritdoc IInnovationCredit
    function programme(uint32 programmeId) external view returns (Programme memory) {
        return _existing(programmeId);
    }

    /// @dev The lab's escrows need no allowance: they take only from who calls them, and are fixed for ever. So that asking
    /// for help or ordering is one act, and one signature for a person without ether.
    function allowance(address owner, address spender) public view override returns (uint256) {
        return isLabContract(spender) ? type(uint256).max : super.allowance(owner, spender);
    }

    /// @dev The closed loop. Escrow must always be able to give back, whatever became of the receiver.
    function _update(address from, address to, uint256 value) internal override {
        if (isLabContract(to)) {
            // What an escrow didn't take for an order or for help would never come out of it again.
            require(isLabContract(from) || msg.sender == to, InnovationCredit_SentToEscrow(to));
        } else {
            require(
                isLabContract(from) || registry.isVerified(to, ALL_KINDS), InnovationCredit_RecipientNotVerified(to)
            );
        }
        _append(keccak256(abi.encode(IERC20.Transfer.selector, from, to, value)));
        super._update(from, to, value);
    }

    function _existing(uint32 programmeId) private view returns (Programme storage p) {
        p = _programmes[programmeId];
        require(p.issuer != 0, InnovationCredit_UnknownProgramme(programmeId));
    }

    function _msgSender() internal view override(Context, LabContract) returns (address) {
        return LabContract._msgSender();
    }

    function _msgData() internal view override(Context, LabContract) returns (bytes calldata) {
        return LabContract._msgData();
    }

    function _contextSuffixLength() internal view override(Context, LabContract) returns (uint256) {
        return LabContract._contextSuffixLength();
    }
}
