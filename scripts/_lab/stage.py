"""What the chapters of the story are written in: days, scenes, and things that have an id once they are made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Final

from scripts._lab.acts import Actor
from scripts._lab.books import Books
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.documents import Library
from scripts._lab.escrow_books import EscrowBooks
from scripts._lab.wallets import Cast, Wallet

EURO: Final = 10**6
CREDIT: Final = 10**18


@dataclass(frozen=True)
class Scene:
    """Something that happens on a day; days count from the present, those before it are negative."""

    day: float
    title: str
    act: Callable[[], object]


@dataclass(frozen=True)
class Thing:
    """Something that a contract gives an id when it is made in the story.

    Attributes:
        contract: Where it is kept.
        counter: The contract's view of the highest id.
        name: Ours, among things of this kind.
    """

    contract: str
    counter: str
    name: str


entity = partial(Thing, "EntityRegistry", "entityCount")
programme = partial(Thing, "InnovationCredit", "programmeCount")
campaign = partial(Thing, "Crowdfunding", "campaignCount")
pool = partial(Thing, "MatchFunding", "poolCount")
listing = partial(Thing, "Marketplace", "listingCount")
order = partial(Thing, "Marketplace", "orderCount")
offer = partial(Thing, "ProBono", "offerCount")
redemption = partial(Thing, "ProBono", "redemptionCount")


@dataclass
class Stage:
    """Everything the chapters use."""

    actor: Actor
    library: Library
    books: Books
    escrows: EscrowBooks
    cast: Cast
    scenes: list[Scene] = field(default_factory=list)
    ids: dict[Thing, int] = field(default_factory=dict)

    def at(self, day: float) -> int:
        """Returns the Unix time of a day."""
        return self.actor.clock.at(day)

    def on(self, day: float, title: str, act: Callable[[], object]) -> None:
        """Puts a scene on a day."""
        self.scenes.append(Scene(day, title, act))

    def act(
        self,
        day: float,
        title: str,
        wallet: Wallet,
        contract: str,
        function: str,
        *arguments: Any,
        makes: Thing | None = None,
    ) -> None:
        """Puts a scene of one act on a day; a thing among the arguments is its id then."""

        def act() -> None:
            self.do(wallet, contract, function, *arguments)
            if makes is not None:
                self.remember(makes)

        self.on(day, title + way(wallet), act)

    def announced(
        self,
        day: float,
        days_ahead: int,
        title: str,
        wallet: Wallet,
        contract: str,
        function: str,
        *arguments: Any,
        makes: Thing | None = None,
    ) -> None:
        """Puts a delayed act of a role on a day, and its announcement `days_ahead` days before, the role's delay."""

        def announce() -> None:
            target = self.actor.contracts[contract]
            data = bytes.fromhex(target.encode(function, *self._known(arguments))[2:])
            self.actor.do(wallet, "AccessManager", "schedule", target.address, data, 0)

        self.on(day - days_ahead - 0.1, f"announced: {title}", announce)
        self.act(day, title, wallet, contract, function, *arguments, makes=makes)

    def settle(self, day: float, title: str, case: Thing, share: int, signers: tuple[Wallet, Wallet]) -> None:
        """Puts the end of a case in escrow on a day, as both parties sign it; the relayer brings the signatures."""

        def act() -> None:
            signed = self.actor.settlement(case.contract, self.ids[case], share, signers)
            self.do(self.cast.relayer, case.contract, "settle", *signed)

        self.on(day, title, act)

    def do(self, wallet: Wallet, contract: str, function: str, *arguments: Any) -> None:
        """Acts now; a thing among the arguments is its id."""
        self.actor.do(wallet, contract, function, *self._known(arguments))

    def fail(self, wallet: Wallet, error: str, contract: str, function: str, *arguments: Any) -> None:
        """Acts now, and must be refused with an error of this name; a thing among the arguments is its id."""
        self.actor.fail(wallet, error, contract, function, *self._known(arguments))

    def approve(self, wallet: Wallet, spender: str, units: int) -> None:
        """Lets a contract take test euros."""
        self.actor.do(wallet, TEST_CURRENCY, "approve", self.address(spender), units)

    def remember(self, thing: Thing) -> None:
        """Notes that a thing is the one made last."""
        self.ids[thing] = self.ask(thing.contract, thing.counter)

    def ask(self, contract: str, function: str, *arguments: Any) -> Any:
        """Asks a view function now; a thing among the arguments is its id."""
        return self.actor.contracts[contract].ask(self.actor.rpc, function, *self._known(arguments))

    def address(self, contract: str) -> str:
        """Returns where a contract is."""
        return self.actor.contracts[contract].address

    def play(self, tell: Callable[[str], None]) -> None:
        """Plays all scenes in the order of their days."""
        for scene in sorted(self.scenes, key=lambda scene: scene.day):
            self.actor.clock.go_to(scene.day)
            tell(f"day {scene.day:7.2f}  {scene.title}")
            scene.act()

    def _known(self, arguments: tuple[Any, ...]) -> list[Any]:
        return [self.ids[argument] if isinstance(argument, Thing) else argument for argument in arguments]


def way(wallet: Wallet) -> str:
    """Returns how the acts of a wallet come to the chain, in words that end a title."""
    return "" if wallet.has_ether else " through the relayer"


def euros(amount: str) -> int:
    """Returns an amount of euros in base units, exactly."""
    return _base_units(amount, "six", EURO)


def hours(amount: str) -> int:
    """Returns credits for an amount of hours in base units, exactly."""
    return _base_units(amount, "eighteen", CREDIT)


def _base_units(amount: str, decimals: str, one: int) -> int:
    units = Fraction(amount) * one
    if units.denominator != 1:
        message = f"{amount} has more than {decimals} decimals"
        raise ValueError(message)
    return int(units)
