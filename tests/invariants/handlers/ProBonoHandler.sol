// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IProBono} from "../../../contracts/interfaces/IProBono.sol";
import {_at} from "./CrowdfundingHandler.sol";
import {EscrowHandler} from "./EscrowHandler.sol";
import {vm} from "../Vm.sol";

/// @title Everything that people can do to offers of hours and to redemptions, with bounded choices
/// @notice Each function is one act and reverts where the contract refuses. The books kept here are made of the acts that
/// succeeded, of the time, and of what accounts really paid and got; never of what the contract says of redemptions.
contract ProBonoHandler is EscrowHandler {
    using {_at} for uint256;

    uint32 internal constant MAX_OFFERS = 24;
    uint32 internal constant MAX_REDEMPTIONS = 64;
    uint40 internal constant CONFIRM_WINDOW = 14 days;
    uint40 internal constant RULING_WINDOW = 30 days;

    /// @dev What became of a redemption, as the acts on it tell. Times of the protocol, hours of help.
    struct Books {
        uint32 offerId;
        uint32 beneficiary;
        address payer;
        uint16 requested;
        uint16 delivered; // said by the provider, or in the end decided
        bool reportedByProvider;
        IProBono.State state; // as the last act left it
        uint40 start;
        uint40 deliverBy;
        uint40 endsAt; // of the window that the last act opened
    }

    mapping(uint32 redemptionId => Books) internal _books;
    mapping(uint32 offerId => IProBono.Offer) internal _offers;
    uint256 internal _held; // hours that the contract must hold credits for
    uint256 internal _burned; // hours
    uint256 internal _issued; // base units of the credit
    uint32 internal _touched; // the redemption of the last act

    constructor() EscrowHandler(SSE | PROVIDER) {
        for (uint32 id = 1; id <= proBono.offerCount(); ++id) _offers[id] = proBono.offer(id);
        _issued = credit.totalSupply();
        for (uint256 i; i < 6; ++i) _offer(people[i % HOSTS], i, uint16(20 + 60 * i));
        _requestMany(21);
        for (uint32 id = 1; id <= 21; ++id) _accept(id, _providerAccount(id));
        vm.warp(block.timestamp + 4 days);
        _requestMany(12);
        for (uint32 id = 28; id <= 33; ++id) _accept(id, _providerAccount(id));
        // What is Underway still.
        for (uint32 id = 8; id <= 21; ++id) {
            if (_stateOf(id) != IProBono.State.Underway) continue;
            if (id < 18) _deliver(id, _providerAccount(id), 2);
            else _report(id, _providerAccount(id));
            if (id < 14) _contest(id, _beneficiaryAccount(id));
        }
    }

    function _requestMany(uint256 count) private {
        for (uint256 i; i < count; ++i) _request(people[HOSTS + i % GUESTS], uint32(2 + i % 6), i);
    }

    function _escrow() internal view override returns (address) {
        return address(proBono);
    }

    // --------------------------------------------------------------------------------------------------------- offers

    function offerHours(uint256 seed) external {
        require(proBono.offerCount() < MAX_OFFERS, "enough offers");
        uint16 amount = uint16(seed._at(5) % 16 == 0 ? 2_001 : 1 + seed._at(6) % [uint256(8), 100, 1_000][seed._at(7) % 3]);
        _offer(_actor(seed, people[seed._at(1) % HOSTS]), seed, amount);
    }

    function closeOffer(uint256 seed) external {
        require(seed._at(3) % 2 == 0, "few are closed");
        uint32 id = _offerFor(seed);
        IProBono.Offer storage o = _offers[id];
        address actor = _actor(seed, seed._at(4) % 4 == 0 ? _stranger : _accountOf(o.provider));
        bool legal = registry.entityOf(actor) == o.provider || !_isVerified(o.provider, PROVIDER);
        vm.prank(actor);
        proBono.closeOffer(id);
        _expect(legal && !o.closed, "57: an offer was closed by another, or twice");
        o.closed = true;
    }

    /// @notice Issues credits: as many as capacity allows, one too many, or some.
    function issue(uint256 seed) external {
        (uint256 capacity, uint256 supply) = (_capacity(), credit.totalSupply());
        uint256 free = supply < capacity ? capacity - supply : 0;
        uint256 kind = seed._at(5) % 8;
        uint256 amount = kind == 0 ? free + 1 : kind == 1 ? free : seed._at(6) % (20 * HOUR);
        vm.prank(_town);
        credit.issue(_programme, people[HOSTS + seed._at(1) % GUESTS], amount, HASH);
        _issued += amount;
        _expect(credit.totalSupply() <= _capacity(), "38: supply above capacity at an issue");
    }

    // ------------------------------------------------------------------------------------------- acts of beneficiaries

    function requestHelp(uint256 seed) external {
        require(proBono.redemptionCount() < MAX_REDEMPTIONS, "enough redemptions");
        address payer = _actor(seed, people[HOSTS + seed._at(1) % GUESTS]);
        _request(payer, _offerFor(seed), seed);
        for (uint256 i; i < seed._at(2) % 3; ++i) _request(payer, _offerFor(seed._at(60 + i)), seed._at(70 + i));
    }

    function withdraw(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Requested);
        address actor = _actor(seed, _beneficiaryAccount(id));
        bool legal = _stateOf(id) == IProBono.State.Requested && _isBeneficiary(id, actor);
        uint256 before = credit.balanceOf(_books[id].payer);
        vm.prank(actor);
        proBono.withdrawHelp(id);
        _ended(id, legal, IProBono.State.Withdrawn, 0, before);
    }

    function confirm(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Delivered);
        _confirm(id, _actor(seed, _beneficiaryAccount(id)));
    }

    // ----------------------------------------------------------------------------------------------- acts of providers

    function accept(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Requested);
        _accept(id, _actor(seed, _providerAccount(id)));
    }

    function decline(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Requested);
        address actor = _actor(seed, _providerAccount(id));
        bool legal = _stateOf(id) == IProBono.State.Requested && _provides(id, actor);
        uint256 before = credit.balanceOf(_books[id].payer);
        vm.prank(actor);
        proBono.declineHelp(id);
        _ended(id, legal, IProBono.State.Declined, 0, before);
    }

    function deliver(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Underway);
        _deliver(id, _actor(seed, _providerAccount(id)), uint16(1 + seed._at(5) % 6));
    }

    // --------------------------------------------------------------------------------------- acts of both, and of others

    function cancel(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Accepted);
        address actor = _actor(seed, _eitherAccount(seed, id));
        bool legal = _stateOf(id) == IProBono.State.Accepted && _isParty(id, actor);
        uint256 before = credit.balanceOf(_books[id].payer);
        vm.prank(actor);
        proBono.cancelHelp(id);
        _ended(id, legal, IProBono.State.Canceled, 0, before);
    }

    function reportNoShow(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Underway);
        _report(id, _actor(seed, _eitherAccount(seed, id)));
    }

    function contest(uint256 seed) external {
        uint32 id = _redemption(seed, seed._at(5) % 2 == 0 ? IProBono.State.Delivered : IProBono.State.NoShow);
        address other = _books[id].reportedByProvider ? _beneficiaryAccount(id) : _providerAccount(id);
        _contest(id, _actor(seed, _stateOf(id) == IProBono.State.NoShow ? other : _beneficiaryAccount(id)));
    }

    /// @notice Brought by anybody; what is signed decides.
    function settle(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Contested);
        (uint16 share, uint40 deadline) = (_share(id, seed), uint40(block.timestamp + seed._at(43) % 16));
        address[2] memory signers = [_providerAccount(id), _beneficiaryAccount(id)];
        bool live = signers[0] != address(0) && signers[1] != address(0);
        for (uint256 i; i < 2; ++i) {
            if (signers[i] == address(0)) signers[i] = people[i];
        }
        bool open = _stateOf(id) == IProBono.State.Contested;
        uint256 before = credit.balanceOf(_books[id].payer);
        (bytes[2] memory signatures, bool signed) = _sign(seed, proBono, id, share, deadline, signers);
        vm.prank(_actor(seed, _stranger));
        proBono.settle(id, share, deadline, signatures[0], signatures[1]);
        bool legal = open && live && signed && block.timestamp < deadline;
        _ended(id, legal, IProBono.State.Settled, share, before);
    }

    function rule(uint256 seed) external {
        uint32 id = _redemption(seed, IProBono.State.Contested);
        address actor = _judge(seed, _books[id].payer);
        bool judges = actor != _stranger && actor != _books[id].payer && !_isParty(id, actor);
        bool legal = judges && _stateOf(id) == IProBono.State.Contested;
        uint16 share = _share(id, seed);
        uint256 before = credit.balanceOf(_books[id].payer);
        vm.prank(actor);
        proBono.rule(id, share, HASH);
        _ended(id, legal, IProBono.State.Ruled, share, before);
    }

    /// @notice What time has decided, carried out by anybody.
    function carryOut(uint256 seed) external {
        uint32 id = _redemptionThat(seed, _isDecidedByTime);
        _carryOut(id, _actor(seed, _stranger));
    }

    function void(uint256 seed) external {
        uint32 id = _redemptionThat(seed, _any);
        address actor = _actor(seed, _eitherAccount(seed, id));
        vm.prank(actor);
        proBono.voidSettlements(id);
        _expect(_isParty(id, actor), "57: settlements were voided by another");
    }

    /// @notice A stranger tries every act of parties and of the arbiter.
    function trespass(uint256 seed) external {
        uint32 id = _redemptionThat(seed, _any);
        bytes[9] memory calls = [
            abi.encodeCall(proBono.acceptHelp, (id)),
            abi.encodeCall(proBono.declineHelp, (id)),
            abi.encodeCall(proBono.withdrawHelp, (id)),
            abi.encodeCall(proBono.cancelHelp, (id)),
            abi.encodeCall(proBono.deliverHelp, (id, 1, HASH, HASH)),
            abi.encodeCall(proBono.reportNoShow, (id, HASH)),
            abi.encodeCall(proBono.contest, (id, HASH)),
            abi.encodeCall(proBono.rule, (id, 1, HASH)),
            abi.encodeCall(proBono.voidSettlements, (id))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(_stranger);
            (bool done,) = address(proBono).call(calls[i]);
            _expect(!done, "57: a stranger moved a redemption");
        }
    }

    /// @notice Goes to the instant at which time changes a state, or a second before or after it; seldom to an offer's end.
    function warpToEdge(uint256 seed) external {
        uint256 edge = _edgeOf(_redemptionThat(seed, _isWaiting));
        if (seed._at(3) % 16 == 0) edge = _offers[_offerFor(seed)].until;
        require(edge > block.timestamp, "nothing to wait for");
        uint256 instant = edge + seed._at(1) % 3 - 1;
        vm.warp(instant > block.timestamp ? instant : edge);
    }

    // ---------------------------------------------------------------------------------------------------- acts, watched

    function _offer(address account, uint256 seed, uint16 amount) private {
        uint256 weeksAhead = [uint256(2), 5, 20, 52][seed._at(20) % 4];
        uint40 until = uint40((block.timestamp / WEEK + weeksAhead) * WEEK);
        uint32 provider = registry.entityOf(account);
        uint256 open = _openHoursOf(provider);
        vm.prank(account);
        uint32 id = proBono.offerHours(amount, until, HASH);
        _expect(_isVerified(provider, PROVIDER), "57: hours of an unverified provider");
        _expect(open + amount <= 2_000, "54: too many open hours");
        _offers[id] = IProBono.Offer(provider, amount, 0, 0, until, false);
    }

    function _request(address payer, uint32 offerId, uint256 seed) private {
        IProBono.Offer memory o = _offers[offerId];
        uint16 requested = uint16(1 + seed._at(21) % 5);
        uint40 start = uint40(block.timestamp + 1 + seed._at(22) % 4 days);
        uint40 deliverBy = start + uint40(1 + seed._at(23) % 25 days);
        if (deliverBy > o.until && start < o.until) deliverBy = o.until;
        uint32 beneficiary = registry.entityOf(payer);
        uint256 before = credit.balanceOf(payer);
        vm.prank(payer);
        uint32 id = proBono.requestHelp(offerId, requested * HOUR, start, deliverBy, HASH);
        _expect(before - credit.balanceOf(payer) == requested * HOUR, "50: a request took something else");
        bool open = !o.closed && block.timestamp < o.until && requested <= o.offered - o.reserved - o.confirmed;
        bool legal = _isVerified(beneficiary, SSE) && beneficiary != o.provider;
        _expect(open && legal, "57: a request that nobody could make");
        _expect(block.timestamp < start && start < deliverBy && deliverBy <= o.until, "57: times of a request");
        Books storage b = _books[id];
        (b.offerId, b.beneficiary, b.payer, b.requested) = (offerId, beneficiary, payer, requested);
        (b.state, b.start, b.deliverBy) = (IProBono.State.Requested, start, deliverBy);
        _held += requested;
        _touched = id;
    }

    function _accept(uint32 id, address actor) private {
        IProBono.Offer storage o = _offers[_books[id].offerId];
        bool legal = _stateOf(id) == IProBono.State.Requested && _provides(id, actor);
        vm.prank(actor);
        proBono.acceptHelp(id);
        _expect(_isVerified(o.provider, PROVIDER), "57: accepted by an unverified provider");
        o.reserved += _books[id].requested;
        _stepped(id, legal, IProBono.State.Accepted, 0);
    }

    function _deliver(uint32 id, address actor, uint16 given) private {
        if (given > _books[id].requested && id % 4 != 0) given = _books[id].requested;
        bool legal = _stateOf(id) == IProBono.State.Underway && _provides(id, actor);
        vm.prank(actor);
        proBono.deliverHelp(id, given, HASH, HASH);
        _expect(given <= _books[id].requested, "51: more was delivered than is in escrow");
        _books[id].delivered = given;
        _stepped(id, legal, IProBono.State.Delivered, CONFIRM_WINDOW);
    }

    function _report(uint32 id, address actor) private {
        bool legal = _stateOf(id) == IProBono.State.Underway && _isParty(id, actor);
        vm.prank(actor);
        proBono.reportNoShow(id, HASH);
        _books[id].reportedByProvider = _provides(id, actor);
        _stepped(id, legal, IProBono.State.NoShow, CONFIRM_WINDOW);
    }

    function _contest(uint32 id, address actor) private {
        IProBono.State state = _stateOf(id);
        bool saidByProvider = state == IProBono.State.Delivered || _books[id].reportedByProvider;
        bool open = state == IProBono.State.Delivered || state == IProBono.State.NoShow;
        bool legal = open && (saidByProvider ? _isBeneficiary(id, actor) : _provides(id, actor));
        vm.prank(actor);
        proBono.contest(id, HASH);
        _stepped(id, legal, IProBono.State.Contested, RULING_WINDOW);
    }

    function _confirm(uint32 id, address actor) private {
        IProBono.State state = _stateOf(id);
        bool legal = state == IProBono.State.Delivered && _isBeneficiary(id, actor)
            || state == IProBono.State.Confirmed && !_hasEnded(id);
        uint256 before = credit.balanceOf(_books[id].payer);
        vm.prank(actor);
        proBono.confirmHelp(id);
        _ended(id, legal, IProBono.State.Confirmed, _books[id].delivered, before);
    }

    function _carryOut(uint32 id, address actor) internal {
        IProBono.State state = _stateOf(id);
        if (state == IProBono.State.Confirmed) return _confirm(id, actor);
        bool legal = _isDecidedByTime(id);
        uint256 before = credit.balanceOf(_books[id].payer);
        vm.prank(actor);
        proBono.expire(id);
        _ended(id, legal, state, 0, before);
    }

    function _stepped(uint32 id, bool legal, IProBono.State state, uint40 window) private {
        _expect(legal, "57: a redemption was moved by another, or at another time");
        (_books[id].state, _books[id].endsAt) = (state, window == 0 ? 0 : uint40(block.timestamp) + window);
    }

    /// @param before What who paid had before the act.
    function _ended(uint32 id, bool legal, IProBono.State state, uint16 given, uint256 before) private {
        Books storage b = _books[id];
        _expect(legal, "57: a redemption was ended by another, or at another time");
        uint256 returned = (b.requested - given) * HOUR;
        _expect(credit.balanceOf(b.payer) - before == returned, "51: what was not burned did not come back");
        if (b.state != IProBono.State.Requested) {
            _offers[b.offerId].reserved -= b.requested;
            _offers[b.offerId].confirmed += given;
        }
        (b.state, b.endsAt, b.delivered) = (state, 0, given);
        _held -= b.requested;
        _burned += given;
    }

    // ---------------------------------------------------------------------------------------------------------- books

    /// @dev The state that the last act and the time since lead to.
    function _stateOf(uint32 id) internal view returns (IProBono.State state) {
        Books storage b = _books[id];
        state = b.state;
        if (state == IProBono.State.Requested) return block.timestamp < b.start ? state : IProBono.State.Lapsed;
        if (state == IProBono.State.Accepted) {
            if (block.timestamp >= b.deliverBy) return IProBono.State.Expired;
            return block.timestamp < b.start ? state : IProBono.State.Underway;
        }
        if (b.endsAt == 0 || block.timestamp < b.endsAt) return state;
        if (state == IProBono.State.Delivered) return IProBono.State.Confirmed;
        return state == IProBono.State.NoShow ? IProBono.State.Missed : IProBono.State.Unruled;
    }

    function _hasEnded(uint32 id) internal view returns (bool) {
        return _books[id].state >= IProBono.State.Confirmed;
    }

    /// @dev The next instant at which time changes the state; 0 if none does.
    function _edgeOf(uint32 id) internal view returns (uint256) {
        Books storage b = _books[id];
        IProBono.State state = _stateOf(id);
        if (state == IProBono.State.Requested || state == IProBono.State.Accepted) return b.start;
        return state == IProBono.State.Underway ? b.deliverBy : b.endsAt;
    }

    /// @dev Base units of the credit that all open hours back, offer by offer.
    function _capacity() internal view returns (uint256 sum) {
        for (uint32 id = 1; id <= proBono.offerCount(); ++id) sum += _openHours(id) * HOUR;
    }

    function _openHoursOf(uint32 provider) internal view returns (uint256 sum) {
        for (uint32 id = 1; id <= proBono.offerCount(); ++id) {
            if (_offers[id].provider == provider) sum += _openHours(id);
        }
    }

    function _openHours(uint32 offerId) private view returns (uint256) {
        IProBono.Offer storage o = _offers[offerId];
        if (block.timestamp >= o.until) return 0;
        return o.closed ? o.reserved : o.offered - o.confirmed;
    }

    function _providerAccount(uint32 id) internal view returns (address) {
        return _accountOf(_offers[_books[id].offerId].provider);
    }

    function _beneficiaryAccount(uint32 id) internal view returns (address) {
        return _accountOf(_books[id].beneficiary);
    }

    function _eitherAccount(uint256 seed, uint32 id) private view returns (address) {
        return seed._at(4) % 2 == 0 ? _providerAccount(id) : _beneficiaryAccount(id);
    }

    function _provides(uint32 id, address account) internal view returns (bool) {
        return registry.entityOf(account) == _offers[_books[id].offerId].provider;
    }

    function _isBeneficiary(uint32 id, address account) internal view returns (bool) {
        return registry.entityOf(account) == _books[id].beneficiary;
    }

    function _isParty(uint32 id, address account) internal view returns (bool) {
        return _provides(id, account) || _isBeneficiary(id, account);
    }

    // -------------------------------------------------------------------------------------------------------- choices

    /// @dev The first redemption from a random one on that fits; a random one if none does, and in one call of eight.
    function _redemptionThat(uint256 seed, function(uint32) view returns (bool) fits) internal returns (uint32 id) {
        uint32 count = proBono.redemptionCount();
        id = uint32(1 + seed._at(100) % count);
        bool blindly = seed._at(101) % 8 == 0;
        for (uint32 i; i < count && !blindly && !fits(id); ++i) id = 1 + id % count;
        _touched = id;
    }

    function _redemption(uint256 seed, IProBono.State state) private returns (uint32 id) {
        uint32 count = proBono.redemptionCount();
        id = uint32(1 + seed._at(100) % count);
        bool blindly = seed._at(101) % 8 == 0;
        for (uint32 i; i < count && !blindly && !(_stateOf(id) == state && !_hasEnded(id)); ++i) id = 1 + id % count;
        _touched = id;
    }

    /// @dev One with free hours that a live provider can give; any in one call of eight.
    function _offerFor(uint256 seed) private view returns (uint32 id) {
        uint32 count = proBono.offerCount();
        id = uint32(1 + seed._at(102) % count);
        bool blindly = seed._at(103) % 8 == 0;
        for (uint32 i; i < count && !blindly; ++i) {
            IProBono.Offer storage o = _offers[id];
            bool free = !o.closed && o.offered - o.reserved - o.confirmed > 5;
            bool hosted = id > 1 && _isVerified(o.provider, PROVIDER);
            if (free && hosted && block.timestamp + 4 days < o.until) return id;
            id = 1 + id % count;
        }
    }

    function _any(uint32) internal pure returns (bool) {
        return true;
    }

    /// @dev Not for long: who jumps far finds nothing open.
    function _isWaiting(uint32 id) internal view returns (bool) {
        return block.timestamp < _edgeOf(id) && _edgeOf(id) < block.timestamp + 4 days;
    }

    function _isDecidedByTime(uint32 id) internal view returns (bool) {
        return !_hasEnded(id) && _stateOf(id) >= IProBono.State.Confirmed;
    }

    /// @dev None, all, more than all, or a part.
    function _share(uint32 id, uint256 seed) private view returns (uint16) {
                uint256 requested = _books[id].requested;
        return uint16(seed._at(45) % 16 == 0 ? requested + 1 : seed._at(44) % (requested + 1));
    }
}
