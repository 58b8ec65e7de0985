"""What the lab is made of: its money, its entities and members, and what befell some of them."""

from scripts._lab.clock import FIRST_DAY
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.documents import salted_profile
from scripts._lab.stage import EURO, Stage, entity, euros, programme
from scripts._lab.wallets import Wallet

VERIFIED_DAYS = 730

SSE, PUBLIC_BODY, PROVIDER, MEMBER = 1, 2, 4, 8


def money(stage: Stage) -> None:
    """The treasurer lists the test currency, everybody takes some, somebody leaves some."""
    cast, currency = stage.cast, stage.address(TEST_CURRENCY)
    title = "Treasurer lists the test euro"
    stage.announced(-87, 2, title, cast.treasurer, "Crowdfunding", "listCurrency", currency)
    for wallet in cast.backers():
        _take(stage, FIRST_DAY + 0.1, wallet, 5_000)
    for wallet in (cast.town, cast.region):
        _take(stage, FIRST_DAY + 0.2, wallet, 9_000)

    def donate() -> None:
        stage.books.donated[currency.lower()] += euros("25.000001")
        stage.do(cast.marco, TEST_CURRENCY, "transfer", stage.address("Crowdfunding"), euros("25.000001"))

    stage.on(-25, "Marco sends 25 euros to the contract by mistake: books do not change", donate)


def entities(stage: Stage) -> None:
    """Twelve register, eleven are verified, one is refused."""
    cast = stage.cast
    kinds = {
        "seville": SSE,
        "beitillu": PUBLIC_BODY,
        "lisbon": SSE | PROVIDER,
        "alkoura": PUBLIC_BODY | PROVIDER,
        "tunis": SSE,
        "clinic": PROVIDER,
        "bakery": SSE,
        "mirage": SSE,
        "town": PUBLIC_BODY,
        "region": PUBLIC_BODY,
        "nablus": SSE,
        "marseille": SSE,
    }
    for name, bits in kinds.items():
        wallet = getattr(cast, name)
        _register(stage, -89.5, name, wallet, bits, stage.library.profile(name))
        if name != "mirage":
            _verify(stage, -88.8, name, wallet, bits)
    _of_registrar(stage, -88.7, "refuses Mirage Yield", "refuse", "mirage", stage.library.reason("mirage"))
    profile = stage.library.profile("clinic-updated")
    title = "Athens law clinic updates its profile"
    stage.act(-84, title, cast.clinic, "EntityRegistry", "updateProfile", profile)


def people(stage: Stage) -> None:
    """Five backers become members, two of them without ether."""
    for wallet in stage.cast.members():
        _register(stage, -88.6, wallet.name, wallet, MEMBER, salted_profile(wallet.address))
        _verify(stage, -88.2, wallet.name, wallet, MEMBER)


def account_changes(stage: Stage) -> None:
    """Tunis moves to a new account; somebody asks for Lisbon's, and Lisbon objects."""
    cast = stage.cast
    title = "Tunis cooperative union proposes a new account"
    stage.act(-66, title, cast.tunis, "EntityRegistry", "proposeAccount", cast.tunis_new.address)
    stage.act(-65.5, "the new account accepts", cast.tunis_new, "EntityRegistry", "acceptAccount", entity("tunis"))
    title = "starts a recovery of Lisbon's account, on a telephone call"
    _of_registrar(stage, -62, title, "startRecovery", "lisbon", cast.caller.address)
    title = "Lisbon time bank vetoes it: it has lost no key"
    stage.act(-60.5, title, cast.lisbon, "EntityRegistry", "vetoRecovery", entity("lisbon"))


def trouble(stage: Stage) -> None:
    """One provider is suspended for some days, one entity has dissolved and is revoked."""
    cast, reason = stage.cast, stage.library.reason
    title = "suspends the law clinic for five days"
    _of_registrar(stage, -55, title, "suspend", "clinic", stage.at(-50), reason("clinic"))
    title = "Treasurer closes the bakery's programme"
    stage.announced(-70.5, 2, title, cast.treasurer, "InnovationCredit", "closeProgramme", programme("bread"))
    title, dissolved = "Registrar revokes the bakery, which has dissolved", (entity("bakery"), reason("bakery"))
    stage.announced(-70, 3, title, cast.registrar, "EntityRegistry", "revoke", *dissolved)


CHAPTERS = (money, entities, people, account_changes, trouble)


def _take(stage: Stage, day: float, wallet: Wallet, amount: int) -> None:
    """A faucet pays; anyone may call it."""
    arguments = wallet.address, amount * EURO
    title = f"{wallet.name} takes {amount:,} test euros"
    stage.act(day, title, stage.cast.relayer, TEST_CURRENCY, "faucet", *arguments)


def _register(stage: Stage, day: float, name: str, wallet: Wallet, kinds: int, profile: bytes) -> None:
    arguments = "EntityRegistry", "register", kinds, profile
    stage.act(day, f"{wallet.name} registers", wallet, *arguments, makes=entity(name))


def _verify(stage: Stage, day: float, name: str, wallet: Wallet, kinds: int) -> None:
    _of_registrar(stage, day, f"verifies {wallet.name}", "verify", name, kinds, stage.at(day + VERIFIED_DAYS))


def _of_registrar(stage: Stage, day: float, what: str, function: str, name: str, *arguments: object) -> None:
    registrar = stage.cast.registrar
    stage.act(day, f"Registrar {what}", registrar, "EntityRegistry", function, entity(name), *arguments)
