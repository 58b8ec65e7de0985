"""The form of an act on a page: what the macro draws, and what the script gets to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Protocol

import segno
from eth_utils.abi import collapse_if_tuple
from eth_utils.crypto import keccak
from markupsafe import Markup, escape

import deployments
from api import fields as api_fields
from api.database import Mirror
from deployments import Deployment, DeploymentNotFound
from web.acts.model import PROSE_LETTERS, Act, Field, Kind, Permit, Template, filled
from web.acts.texts import LANGUAGE
from web.format import Unit
from web.languages import NAMES
from web.visits import Visit
from web.wallet_words import WORDS

FORWARDER: Final = "ERC2771Forwarder"
ETHER: Final = "ETH"
SCRIPT_TYPES: Final[Mapping[Kind, str]] = {
    Kind.PROSE: "text",
    Kind.DATE: "time",
    Kind.LIST: "choice",
    Kind.HIDDEN: "choice",
}
"""Kinds that the script reads as another one."""


class Money(Unit, Protocol):
    """The currency of a page; `api.records.CurrencyUnit` is one."""

    @property
    def address(self) -> str:
        """Contract."""


@dataclass(frozen=True, slots=True)
class Form:
    """What `act_form` draws.

    Attributes:
        key: Distinguishes the forms of a page; part of every id.
        act: Its words.
        fields: As they are on this page.
        spec: For the script.
        ends_at: Unix time from which the contract refuses; None if no time ends it.
        unit: Currency of the page, if it has one.
        about: What it acts on, where a page has the same form for several; "" elsewhere.
    """

    key: str
    act: Act
    fields: Sequence[Field]
    spec: Mapping[str, Any]
    ends_at: int | None
    unit: Money | None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Makes the forms of one page.

    Attributes:
        visit: Of the person.
        deployment: Where the contracts are.
    """

    visit: Visit
    deployment: Deployment

    @classmethod
    def of(cls, visit: Visit, mirror: Mirror) -> "Desk | None":
        """Return the desk of a page; None where this server does not know where the contracts are."""
        deployment = _deployment(mirror.checkpoint.chain_id)
        return cls(visit, deployment) if deployment is not None else None

    def form(
        self,
        act: Act,
        key: str,
        given: Mapping[str, Any] | None = None,
        *,
        unit: Money | None = None,
        units: Sequence[Money] | None = None,
        ends_at: int | None = None,
        changes: Mapping[str, Mapping[str, Any]] | None = None,
        about: str = "",
    ) -> Form:
        """Return the form of an act.

        Args:
            act: Which one.
            key: Distinguishes the forms of a page.
            given: What the act's templates call `given`.
            unit: Currency of the page; amounts without a unit of their own are in it.
            units: Of each permit, where they differ.
            ends_at: Unix time from which the contract refuses; None if no time ends it.
            changes: Field name -> attributes that differ on this page, such as `least`, `value` or `choices`.
            about: What it acts on, where a page has the same form for several.
        """
        known = given or {}
        fields = [self._on_page(field, changes or {}) for field in act.fields]
        spec = {
            "name": act.function,
            "to": self._address(act.contract),
            "call": _call(act.contract, act.function, self._placed(filled(act.args, known))),
            "permit_call": _call(act.contract, act.permit_function, filled(act.permit_args, known))
            if act.permit_function
            else None,
            "permits": [
                self._permit(permit, known, units[place] if units else unit) for place, permit in enumerate(act.permits)
            ],
            "reads": [
                {
                    "name": lookup.name,
                    "to": self._address(lookup.contract),
                    **_call(lookup.contract, lookup.function, filled(lookup.args, known)),
                    "words": f"read_{lookup.name}",
                    **_unit(unit),
                }
                for lookup in act.lookups
            ],
            "fields": [self._field(field, unit) for field in fields],
            "gasless": act.gasless,
            "unit": {**_unit(unit), "address": unit.address} if unit else None,
            "words": {f"read_{lookup.name}": self.visit.words.gettext(lookup.words) for lookup in act.lookups},
        }
        return Form(key, act, fields, spec, ends_at, unit, about)

    def _on_page(self, field: Field, changes: Mapping[str, Mapping[str, Any]]) -> Field:
        """Return a field as it is on this page; languages to write in begin with that of the page."""
        inner = [self._on_page(one, {}) for one in field.fields]
        if field.name == LANGUAGE.name:
            field = replace(field, value=self.visit.language.value, choices=list(NAMES.items()))
        return replace(field, fields=inner, **changes.get(field.name, {}))

    @property
    def page(self) -> dict[str, Any]:
        """Return what every script with acts needs to know: chain, services, where things are."""
        settings, language = self.visit.request.app.state.settings, self.visit.language
        relay = {"url": settings.relay_url, "forwarder": self._address(FORWARDER)} if settings.relay_url else None
        return {
            "chain": {
                "id": self.deployment.chain_id,
                "name": settings.chain_name,
                "rpc": settings.rpc_url,
                "currency": ETHER,
            },
            "api": "",
            "errors": f"/{language}/errors.json",
            "receipts": f"/{language}/receipts",
            "documents": settings.documents_url,
            "relay": relay,
        }

    @property
    def url(self) -> str:
        """Address of the page, for a wallet's own browser."""
        url = self.visit.request.url
        query = f"?{url.query}" if url.query else ""
        return f"{self.visit.origin}{url.path}{query}"

    @property
    def picture(self) -> Markup | None:
        """The same as a picture for a telephone's camera (QR code); None of an address that is too long for one."""
        label = self.visit.words.gettext("Address of this page as a QR code")
        try:
            code = segno.make(self.url, micro=False)
        except segno.DataOverflowError:
            return None
        drawn = code.svg_inline(border=2, svgclass="qr", lineclass=None, omitsize=True)
        return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1))  # noqa: S704

    @property
    def words(self) -> dict[str, str]:
        """Return what the script says, in the language of the page."""
        return {key: self.visit.words.gettext(message) for key, message in WORDS.items()}

    def _placed(self, template: Template) -> Template:
        """Return a template with addresses in the place of contracts, and calls as scripts encode them."""
        if isinstance(template, Mapping):
            if template.get("$") == "contract":
                return self._address(template["name"])
            if template.get("$") == "call":
                return {"$": "call", **_call(template["contract"], template["function"], template["args"])}
            return {name: self._placed(part) for name, part in template.items()}
        return [self._placed(part) for part in template] if isinstance(template, list) else template

    def _address(self, contract: str) -> str:
        return self.deployment.contracts[contract].address

    def _permit(self, permit: Permit, known: Mapping[str, Any], unit: Money | None) -> dict[str, Any]:
        return {
            "currency": filled(permit.currency, known),
            "spender": self._address(permit.spender),
            "amount": filled(permit.amount, known),
            **_unit(unit),
        }

    def _field(self, field: Field, unit: Money | None) -> dict[str, Any]:
        own = {"decimals": field.decimals, "symbol": field.symbol} if field.decimals is not None else _unit(unit)
        return {
            "name": field.name,
            "type": SCRIPT_TYPES.get(field.kind, field.kind.value),
            "label": self.visit.words.gettext(field.label),
            "required": field.required,
            "min": None if field.least is None else str(field.least),
            "max": _most(field),
            **(own if field.kind is Kind.AMOUNT else {}),
            **({"bytes": field.size} if field.kind is Kind.CODE else {}),
            **({"seconds": field.seconds} if field.kind is Kind.DURATION else {}),
            **({"fields": [self._field(one, unit) for one in field.fields]} if field.kind is Kind.ROWS else {}),
        }


def _most(field: Field) -> str | None:
    most = PROSE_LETTERS if field.most is None and field.kind is Kind.PROSE else field.most
    return None if most is None else str(most)


def _unit(unit: Money | None) -> dict[str, Any]:
    if unit is None:
        return {}
    return {"decimals": unit.decimals or 0, "symbol": unit.symbol or api_fields.checksummed(unit.address)[:8]}


def _call(contract: str, function: str, args: Template) -> dict[str, Any]:
    entry = function_of(contract, function)
    item = {"selector": selector_of(entry), "inputs": entry["inputs"], "outputs": entry["outputs"]}
    return {"item": item, "args": args}


def selector_of(entry: Mapping[str, Any]) -> str:
    """Return the first four bytes of the calls of a function, as 0x text."""
    types = ",".join(collapse_if_tuple(dict(argument)) for argument in entry["inputs"])
    return "0x" + keccak(text=f"{entry['name']}({types})")[:4].hex()


@cache
def function_of(contract: str, function: str) -> Mapping[str, Any]:
    """Return the entry of a function in a contract's ABI.

    Raises:
        KeyError: It has none of this name.
    """
    for entry in deployments.abi(contract):
        if entry["type"] == "function" and entry["name"] == function:
            return {key: _lean(value) for key, value in entry.items()}
    raise KeyError(f"{contract} has no function {function}")


def _lean(entry: Any) -> Any:
    """Return an entry without the names of Solidity's own types, which no script needs."""
    if isinstance(entry, list):
        return [_lean(one) for one in entry]
    if isinstance(entry, dict):
        return {key: _lean(value) for key, value in entry.items() if key != "internalType"}
    return entry


def _deployment(chain_id: int) -> Deployment | None:
    try:
        return deployments.load(chain_id)
    except DeploymentNotFound:
        return None
