"""The people of the local lab and their keys.

The keys come from a phrase that stands here for everyone to read: they are for local chains only. It is not the phrase
that other tools use in tests, whose accounts are watched on every public chain.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from eth_account import Account
from eth_account.signers.local import LocalAccount

PHRASE: Final = "video hurt sail material laundry speak side thought tomorrow good glide address"

Account.enable_unaudited_hdwallet_features()


@dataclass(frozen=True)
class Wallet:
    """One account.

    Attributes:
        index: Its place under the phrase, m/44'/60'/0'/0/index.
        name: What we call who holds it.
        role: What they are in the lab.
        has_ether: Whether it pays for its own gas; the others sign requests that the relayer carries.
    """

    index: int
    name: str
    role: str
    has_ether: bool = True

    @cached_property
    def account(self) -> LocalAccount:
        """The key, and what signs with it."""
        account: LocalAccount = Account.from_mnemonic(PHRASE, account_path=f"m/44'/60'/0'/0/{self.index}")
        return account

    @property
    def address(self) -> str:
        """Checksummed address."""
        return str(self.account.address)

    @property
    def key(self) -> str:
        """Private key, as hex with `0x`."""
        return "0x" + bytes(self.account.key).hex()


@dataclass(frozen=True)
class Cast:
    """Everyone in the story."""

    deployer: Wallet = Wallet(0, "Deployer", "deploys, then has no power")
    admin: Wallet = Wallet(1, "Admin", "grants and revokes roles")
    registrar: Wallet = Wallet(2, "Registrar", "verifies entities")
    reviewer: Wallet = Wallet(3, "Reviewer", "approves campaigns")
    treasurer: Wallet = Wallet(4, "Treasurer", "lists currencies, opens programmes")
    arbiter: Wallet = Wallet(5, "Arbiter", "rules on disputes")
    guardian: Wallet = Wallet(6, "Guardian", "pauses entry")
    relayer: Wallet = Wallet(7, "Relayer", "carries requests of people without ether")

    seville: Wallet = Wallet(8, "Seville shop network", "SSE entity")
    beitillu: Wallet = Wallet(9, "Beitillu council", "public body")
    lisbon: Wallet = Wallet(10, "Lisbon time bank", "SSE entity, provider")
    alkoura: Wallet = Wallet(11, "Al Koura incubator", "public body, provider")
    tunis: Wallet = Wallet(12, "Tunis cooperative union, old account", "SSE entity until its account changed")
    tunis_new: Wallet = Wallet(13, "Tunis cooperative union", "SSE entity")
    clinic: Wallet = Wallet(14, "Athens law clinic", "provider")
    bakery: Wallet = Wallet(15, "La Espiga bakery", "SSE entity, revoked")
    mirage: Wallet = Wallet(16, "Mirage Yield", "refused entity")

    carmen: Wallet = Wallet(17, "Carmen", "backer, member")
    tiago: Wallet = Wallet(18, "Tiago", "backer, member")
    eleni: Wallet = Wallet(19, "Eleni", "backer, member")
    nadia: Wallet = Wallet(20, "Nadia", "backer, member", has_ether=False)
    yusra: Wallet = Wallet(21, "Yusra", "backer, member", has_ether=False)
    rana: Wallet = Wallet(22, "Rana", "backer", has_ether=False)
    pierre: Wallet = Wallet(23, "Pierre", "backer")
    marco: Wallet = Wallet(24, "Marco", "backer")

    seville_purse: Wallet = Wallet(25, "Seville purse", "first payout account of the shops")
    seville_bank: Wallet = Wallet(26, "Seville cooperative bank", "payout account of the shops")
    caller: Wallet = Wallet(27, "Unknown caller", "asked for an account that is not theirs")

    town: Wallet = Wallet(28, "Seville city council", "public body, manages and funds pools")
    region: Wallet = Wallet(29, "Andalusia region", "public body, manages and funds pools")
    nablus: Wallet = Wallet(30, "Nablus soap works", "SSE entity, sells", has_ether=False)
    marseille: Wallet = Wallet(31, "Marseille bicycle workshop", "SSE entity, sells")

    def everyone(self) -> list[Wallet]:
        """Returns all wallets by index."""
        return [getattr(self, name) for name in self.__dataclass_fields__]

    def backers(self) -> list[Wallet]:
        """Returns those who pledge."""
        return [wallet for wallet in self.everyone() if wallet.role.startswith("backer")]

    def members(self) -> list[Wallet]:
        """Returns the natural persons who register."""
        return [wallet for wallet in self.backers() if wallet.role.endswith("member")]
