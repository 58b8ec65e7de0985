// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";
import {Crowdfunding} from "../../contracts/Crowdfunding.sol";
import {EntityRegistry} from "../../contracts/EntityRegistry.sol";
import {InnovationCredit} from "../../contracts/InnovationCredit.sol";
import {IProBono} from "../../contracts/interfaces/IProBono.sol";
import {MatchFunding} from "../../contracts/MatchFunding.sol";
import {HostileToken} from "../../contracts/mocks/HostileToken.sol";
import {TestEuro} from "../../contracts/mocks/TestEuro.sol";
import {vm} from "./Vm.sol";

/// @title A lab with its people, as every forge test begins with
/// @notice One account plays all roles, without the delays that tests/contracts/test_authority.py is about: it acts for
/// no entity, so that no rule on conflicts of interest stands in the way.
abstract contract Stage {
    uint8 internal constant SSE = 1;
    uint8 internal constant PUBLIC_BODY = 2;
    uint8 internal constant PROVIDER = 4;
    uint8 internal constant MEMBER = 8;
    bytes32 internal constant HASH = bytes32(uint256(1));

    AccessManager public immutable authority;
    ERC2771Forwarder public immutable forwarder;
    EntityRegistry public immutable registry;
    InnovationCredit public immutable credit;
    Crowdfunding public immutable crowdfunding;
    MatchFunding public immutable matchFunding;
    /// @notice Six decimals and permit.
    TestEuro public immutable euro;
    /// @notice Eighteen decimals, no permit; behaves unless told otherwise.
    HostileToken public immutable lira;
    address internal immutable _official = vm.addr(1);

    /// @param marketplace_ One of the two contracts of the lab that hold credits for others; where none is needed, any account.
    /// @param proBono_ The other one.
    constructor(address marketplace_, address proBono_) {
        vm.warp(1_800_000_000);
        vm.label(_official, "official");
        authority = new AccessManager(_official);
        forwarder = new ERC2771Forwarder("Eranos Forwarder");
        registry = new EntityRegistry(address(authority), address(forwarder));
        credit = new InnovationCredit(
            address(authority), address(forwarder), registry, marketplace_, IProBono(proBono_)
        );
        // The two know each other from their creation on.
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        crowdfunding = new Crowdfunding(
            address(authority), address(forwarder), registry, address(credit), MatchFunding(next)
        );
        matchFunding = new MatchFunding(address(authority), address(forwarder), registry, crowdfunding);
        (euro, lira) = (new TestEuro(), new HostileToken(18));
        vm.prank(_official);
        crowdfunding.listCurrency(address(euro));
        vm.prank(_official);
        crowdfunding.listCurrency(address(lira));
    }

    /// @dev Makes `account` act for a new verified entity.
    function _verified(address account, uint8 kinds) internal returns (uint32 entityId) {
        vm.prank(account);
        entityId = registry.register(kinds, HASH);
        vm.prank(_official);
        registry.verify(entityId, kinds, type(uint40).max);
    }

    /// @dev Gives `account` an allowance and as much as it is about to pay.
    function _fund(address currency, address account, address spender, uint256 amount) internal {
        vm.prank(account);
        TestEuro(currency).approve(spender, amount);
        TestEuro(currency).faucet(account, amount);
    }
}
