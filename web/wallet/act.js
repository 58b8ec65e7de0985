// One contract act from a form to a final block: check, try, ask, send, follow.

import { encodeCall, read as readContract } from "./abi.js";
import { contextOf, fillIn, typed } from "./arguments.js";
import { isOn, switchTo } from "./chain.js";
import { approve, send } from "./direct.js";
import { Stop, explain } from "./errors.js";
import { Reverted, follow } from "./follow.js";
import { showFailure, showFaults, startRows, tell } from "./forms.js";
import {
  RelayBusy,
  RelayDown,
  RelayRefused,
  RelaySilent,
  carrierOf,
  carrying,
  isDone,
  isUp,
  lastOf,
  nonceOf,
  relayed,
  signRequest,
} from "./gasless.js";
import { allowanceOf, balanceOf, permitTerms, signPermit } from "./permit.js";
import { keepSealed } from "./sealed.js";
import { connect, onSession, present } from "./session.js";
import { signatureOf } from "./signed.js";
import { Refused, gasOf, reasonOf, simulate } from "./simulate.js";
import { keepDocuments, leftFor, uploadAll } from "./uploads.js";
import { read as readFields } from "./values.js";
import { money, say } from "./words.js";

/**
 * @typedef {import("./abi.js").AbiFunction} AbiFunction
 * @typedef {{item: AbiFunction, args: any[]}} Call
 * @typedef {{currency: string, spender: string, amount: any, decimals: number, symbol: string}} Permit
 * @typedef {{name: string, to: string, item: AbiFunction, args: any[], words: string, decimals: number, symbol: string}} Read
 * @typedef {{name: string, to: string, call: Call, permit_call: Call | null, permits: Permit[], reads: Read[],
 *     fields: import("./values.js").Field[], gasless: boolean, unit: import("./errors.js").Unit | null}} Spec
 * @typedef {{chain: import("./chain.js").Chain, api: string, errors: string, receipts: string, documents: string | null,
 *     relay: import("./gasless.js").Relay | null}} Page
 * @typedef {import("./session.js").Session} Session
 */

/** Seconds that a permit stays good: for one act, not for later ones. */
const VALIDITY = 3600n;
/** What a currency says when it was not allowed to move money: the permit or approval that comes next allows it. */
const NOT_ALLOWED = ["0xfb8f41b2", "0x08c379a0"]; // ERC20InsufficientAllowance, Error(string)
const TYPING = 400;
const TRIES = 2;

/**
 * @param {HTMLFormElement} form
 * @param {Spec} spec
 * @param {Page} page
 */
export function startAct(form, spec, page) {
  const act = new Act(form, spec, page);
  startRows(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act.submit();
  });
  if (!spec.reads.length) return;
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => act.showReads(), TYPING);
  };
  form.addEventListener("input", later);
  onSession(later);
}

class Act {
  /**
   * @param {HTMLFormElement} form
   * @param {Spec} spec
   * @param {Page} page
   */
  constructor(form, spec, page) {
    [this.form, this.spec, this.page] = [form, spec, page];
    this.busy = false;
    /** @type {(() => Promise<void>) | null} sends from the wallet what the relay was given and did not carry */
    this.carry = null;
    /** @type {Record<string, bigint>} what the form shows, by name */
    this.shown = {};
  }

  async submit() {
    if (this.busy) return;
    showFailure(this.form, null);
    const { values, faults } = await readFields(this.form, this.spec.fields);
    showFaults(this.form, faults);
    if (!faults.length) await this.attempt(() => this.go(values));
  }

  /** @param {() => Promise<void>} step */
  async attempt(step) {
    if (this.busy) return;
    showFailure(this.form, null);
    this.setBusy(true);
    try {
      await step();
    } catch (error) {
      tell(this.form, "");
      await this.fail(error);
    } finally {
      this.setBusy(false);
    }
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.busy = busy;
    this.form.setAttribute("aria-busy", String(busy));
    // Stays in the order of focus, so that a keyboard does not lose its place.
    this.form.querySelector("[type=submit]")?.setAttribute("aria-disabled", String(busy));
  }

  /**
   * @param {Record<string, any>} values
   * @param {number} [tries] further ones where the relay turns out to be about another act of the account
   */
  async go(values, tries = TRIES) {
    this.carry = null;
    const session = await this.session();
    const gasless = this.wantsGasless();
    if (gasless) await this.waitForRelay(lastOf(session.account));
    tell(this.form, "checking");
    const sign = (/** @type {any} */ leaf, /** @type {Record<string, any>} */ message) => {
      tell(this.form, "ask_signature", { wallet: session.wallet.info.name });
      return this.ask(signatureOf(session, this.spec.to, this.page.chain.id, leaf, message));
    };
    const context = contextOf({ account: session.account, now: await now(session), values, sign });
    await this.freshReads(session, context);
    const amounts = await this.amounts(session, context);
    await this.tryCall(session, this.spec.call, context, amounts.length > 0);
    keepSealed(context.sealed);
    if (gasless && !(await isUp(this.relay()))) throw new RelayDown();
    const call = await this.permitted(session, context, amounts, gasless);
    const uploads = [...context.uploads.values()];
    try {
      const hashNow = gasless ? await this.relayCall(session, call, uploads) : await this.sendCall(session, call);
      await this.sent(session, call, hashNow, uploads);
    } catch (error) {
      if (error instanceof RelaySilent) await keepDocuments(uploads);
      if (!(error instanceof RelayBusy) || !tries) throw error;
      // What was signed is of no use any more: the other act changes nonces, and maybe what the contract says.
      await this.waitForRelay(error.other);
      await this.go(values, tries - 1);
    }
  }

  /** @returns {Promise<Session>} with a wallet on the chain of the page */
  async session() {
    const session = await connect((key, more) => tell(this.form, key, more));
    if (!(await this.ask(isOn(session.provider, this.page.chain)))) throw new Stop("wrong_chain", { chain: this.page.chain.name });
    return session;
  }

  /**
   * Keeps the documents of an act that was sent, and follows it.
   *
   * @param {Session} session
   * @param {{from: string, to: string, data: string}} call
   * @param {() => string} hashNow
   * @param {import("./arguments.js").Upload[]} uploads
   */
  async sent(session, call, hashNow, uploads) {
    this.carry = null;
    await keepDocuments(uploads);
    await this.watch(session, call, hashNow, [...uploads.filter((one) => !one.waits), ...leftFor(call.data, uploads)]);
  }

  /**
   * Waits, in words, until the relay is done with another act of the account.
   *
   * @param {string | null} id of the other one, if there is one
   */
  async waitForRelay(id) {
    if (id && !(await isDone(this.relay(), id, () => tell(this.form, "relay_waiting")))) throw new Stop("relay_busy");
  }

  wantsGasless() {
    const way = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=way]:checked"));
    return this.spec.gasless && this.page.relay !== null && way?.value !== "direct";
  }

  /** @returns {import("./gasless.js").Relay} */
  relay() {
    if (!this.page.relay) throw new RelayDown();
    return this.page.relay;
  }

  /**
   * Reads again what the form shows, and stops if it got worse meanwhile.
   *
   * @param {Session} session
   * @param {import("./arguments.js").Context} context
   */
  async freshReads(session, context) {
    for (const one of this.spec.reads) {
      const shown = this.shown[one.name];
      const value = await this.ask(this.value(session.provider, one, context));
      context.reads[one.name] = value;
      this.showRead(one, value);
      if (shown !== undefined && value < shown) throw new Stop("quote_fell", { was: money(shown, one), now: money(value, one) });
    }
  }

  async showReads() {
    const { values, faults } = await readFields(this.form, this.spec.fields);
    const session = present();
    if (faults.length || !session || !(await isOn(session.provider, this.page.chain).catch(() => false))) return;
    const context = contextOf({ account: session.account, now: 0, values });
    for (const one of this.spec.reads) {
      const value = await this.value(session.provider, one, context).catch(() => null);
      if (value !== null) this.showRead(one, value);
    }
  }

  /**
   * @param {Read} one
   * @param {bigint} value
   */
  showRead(one, value) {
    this.shown[one.name] = value;
    const place = this.form.querySelector(`[data-read="${one.name}"]`);
    if (place) place.textContent = say(one.words, { amount: money(value, one) });
  }

  /**
   * @param {import("./discover.js").Provider} provider
   * @param {Read} one
   * @param {import("./arguments.js").Context} context
   * @returns {Promise<bigint>}
   */
  async value(provider, one, context) {
    const args = typed(one.item.inputs, await fillIn(one.args, context));
    return BigInt((await readContract(provider, one.to, one.item, args))[0]);
  }

  /**
   * What each currency has to give, after a look at whether the account has it.
   *
   * @param {Session} session
   * @param {import("./arguments.js").Context} context
   * @returns {Promise<bigint[]>}
   */
  async amounts(session, context) {
    const amounts = [];
    for (const permit of this.spec.permits) {
      const needed = BigInt(await fillIn(permit.amount, context));
      const held = await this.ask(balanceOf(session.provider, permit.currency, session.account));
      if (held < needed) throw new Stop("balance_low", { held: money(held, permit), needed: money(needed, permit) });
      amounts.push(needed);
    }
    return amounts;
  }

  /**
   * Encodes a call and hears what the contract has against it before anybody is asked to sign.
   *
   * @param {Session} session
   * @param {Call} call
   * @param {import("./arguments.js").Context} context
   * @param {boolean} [allowanceLacks]
   */
  async tryCall(session, call, context, allowanceLacks = false) {
    const data = encodeCall(call.item, typed(call.item.inputs, await fillIn(call.args, context)));
    const made = { from: session.account, to: this.spec.to, data };
    try {
      await simulate(session.provider, made);
    } catch (error) {
      const expected = allowanceLacks && error instanceof Refused && NOT_ALLOWED.includes(error.data.slice(0, 10));
      if (!expected) throw error;
    }
    return made;
  }

  /**
   * Has the exact amounts allowed, by approvals where currencies take no permits and then by permits, and returns the
   * call to send.
   *
   * @param {Session} session
   * @param {import("./arguments.js").Context} context
   * @param {bigint[]} amounts
   * @param {boolean} gasless
   */
  async permitted(session, context, amounts, gasless) {
    const { permits, permit_call: permitCall, call } = this.spec;
    const terms = await this.permitTerms(session);
    for (const [place, permit] of permits.entries()) {
      if (terms[place] || (await allowanceOf(session.provider, permit.currency, session.account, permit.spender)) >= amounts[place]) continue;
      if (gasless) throw new Stop("needs_gas", { currency: permit.symbol });
      tell(this.form, "ask_approval", { amount: money(amounts[place], permit), wallet: session.wallet.info.name });
      await this.ask(approve(session.provider, permit.currency, session.account, permit.spender, amounts[place]));
    }
    if (!permitCall || !terms.some((it) => it)) return this.tryCall(session, call, context);
    for (const [place, permit] of permits.entries()) {
      if (!terms[place]) continue;
      tell(this.form, "ask_permit", { amount: money(amounts[place], permit), wallet: session.wallet.info.name });
      const leave = { owner: session.account, spender: permit.spender, value: amounts[place], deadline: BigInt(context.now) + VALIDITY };
      context.permits[place] = await signPermit(session.provider, /** @type {any} */ (terms[place]), leave);
    }
    return this.tryCall(session, permitCall, context);
  }

  /** @param {Session} session */
  async permitTerms(session) {
    const found = [];
    for (const permit of this.spec.permit_call ? this.spec.permits : []) {
      found.push(await permitTerms(session.provider, permit.currency, this.page.chain.id, session.account));
    }
    return found;
  }

  /**
   * @param {Session} session
   * @param {{from: string, to: string, data: string}} call
   * @param {import("./arguments.js").Upload[]} uploads
   */
  async relayCall(session, call, uploads) {
    const relay = this.relay();
    const gas = await gasOf(session.provider, call);
    tell(this.form, "ask_request", { wallet: session.wallet.info.name });
    const request = await signRequest(session.provider, relay, this.page.chain.id, call, gas, await now(session));
    tell(this.form, "relaying");
    try {
      const id = await relayed(relay, request);
      let hash = await carrierOf(relay, id);
      const again = setInterval(() => carrierOf(relay, id).then((it) => (hash = it), () => clearInterval(again)), 10_000);
      return () => hash;
    } catch (error) {
      if (error instanceof RelayBusy) throw error;
      this.carry = () => this.carryRequest(request, call, uploads);
      if (error instanceof RelayRefused) await simulate(session.provider, call);
      throw error;
    }
  }

  /**
   * Sends the very request that the relay has, so that the act is done once whoever carries it.
   *
   * @param {import("./gasless.js").Request} request
   * @param {{from: string, to: string, data: string}} call what it asks for
   * @param {import("./arguments.js").Upload[]} uploads
   */
  async carryRequest(request, call, uploads) {
    const session = await this.session();
    tell(this.form, "checking");
    const next = await this.ask(nonceOf(session.provider, this.relay(), request.from));
    if (next !== request.nonce) throw new Stop("carried");
    await simulate(session.provider, call);
    const execution = carrying(this.relay(), request, session.account);
    await simulate(session.provider, execution);
    const hashNow = await this.sendCall(session, execution);
    await this.sent(session, call, hashNow, uploads);
  }

  /**
   * @param {Session} session
   * @param {{from: string, to: string, data: string}} call
   */
  async sendCall(session, call) {
    tell(this.form, "ask_transaction", { wallet: session.wallet.info.name });
    const hash = await this.ask(send(session.provider, call));
    return () => hash;
  }

  /**
   * @param {Session} session
   * @param {{from: string, to: string, data: string}} call
   * @param {() => string} hashNow
   * @param {import("./arguments.js").Upload[]} uploads
   */
  async watch(session, call, hashNow, uploads) {
    this.setBusy(false);
    let arrived = false;
    try {
      await follow(this.page.api, hashNow, session.provider, (state, block) => {
        tell(this.form, state, { block: block ?? "" });
        this.showReceipt(hashNow());
        if (block === null || arrived) return;
        arrived = true;
        this.form.dispatchEvent(new CustomEvent("acted"));
        if (this.page.documents) uploadAll(this.page.documents, uploads).catch((error) => this.fail(error));
      });
    } catch (error) {
      if (!(error instanceof Reverted)) throw error;
      await simulate(session.provider, call, error.block);
      throw new Stop("reverted");
    }
  }

  /** @param {string} hash */
  showReceipt(hash) {
    const place = /** @type {HTMLElement | null} */ (this.form.querySelector("[data-after]"));
    const link = /** @type {HTMLAnchorElement | null} */ (place?.querySelector("a[data-receipt]"));
    if (!place || !link) return;
    place.hidden = false;
    link.href = `${this.page.receipts}/${hash}`;
  }

  /** @param {any} error */
  async fail(error) {
    const { chain, errors } = this.page;
    const { carry } = this;
    const direct = carry
      ? { label: say("send_signed"), act: () => this.attempt(carry) }
      : { label: say("send_directly"), act: () => this.goDirectly() };
    const signed = carry ? [direct] : [];
    const session = present();
    const offers = {
      wrong_chain: [{ label: say("switch", { chain: chain.name }), act: () => session && this.switchChain(session) }],
      relay_down: [direct],
      relay_refused: [direct],
      relay_silent: [direct],
      relay_busy: [direct],
      needs_gas: [direct],
      rejected: signed,
      locked: signed,
      node_down: signed,
    };
    const explained = await explain(error, errors, this.spec.unit);
    showFailure(this.form, explained, offers[/** @type {"needs_gas"} */ (explained.key)] ?? []);
  }

  /** @param {Session} session */
  async switchChain(session) {
    try {
      await switchTo(session.provider, this.page.chain);
    } catch (error) {
      return this.fail(error);
    }
    return this.submit();
  }

  goDirectly() {
    const way = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=way][value=direct]"));
    if (way) way.checked = true;
    this.submit();
  }

  /**
   * @template T
   * @param {Promise<T>} promise of the wallet or its node
   * @returns {Promise<T>}
   */
  async ask(promise) {
    try {
      return await promise;
    } catch (error) {
      throw error instanceof Stop ? error : reasonOf(error);
    }
  }
}

/**
 * Unix time that is surely not before the chain's: a chain of tests may be ahead of the clock.
 *
 * @param {Session} session
 */
async function now(session) {
  const block = await session.provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] }).catch(() => null);
  return Math.max(Number(block?.timestamp ?? 0), Math.floor(Date.now() / 1000));
}
