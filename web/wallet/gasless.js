// Requests that somebody else may carry to the chain, and nobody can alter (ERC-2771, OpenZeppelin's ERC2771Forwarder).

import { encodeCall, read, standard } from "./abi.js";
import { domainOf, sign } from "./typed.js";

/** @typedef {import("./discover.js").Provider} Provider */
/** @typedef {{url: string, forwarder: string}} Relay */
/** @typedef {Awaited<ReturnType<typeof signRequest>>} Request */

const NONCES = standard("0x7ecebe00", "address", "uint256");
const FIELDS = {
  from: "address",
  to: "address",
  value: "uint256",
  gas: "uint256",
  nonce: "uint256",
  deadline: "uint48",
  data: "bytes",
};
/** `ERC2771Forwarder.execute`: anybody may carry a request, its signer too. */
const EXECUTE = {
  selector: "0xdf905caf",
  inputs: [
    {
      type: "tuple",
      components: [
        { name: "from", type: "address" },
        { name: "to", type: "address" },
        { name: "value", type: "uint256" },
        { name: "gas", type: "uint256" },
        { name: "deadline", type: "uint48" },
        { name: "data", type: "bytes" },
        { name: "signature", type: "bytes" },
      ],
    },
  ],
};
/** Seconds that a request stays good. */
const VALIDITY = 3600;
const POLL = 1500;
/** Milliseconds between questions while the relay carries another act of the account: together some blocks. */
const PATIENCE = [1500, 2000, 3000, 5000, 8000, 13_000, 21_000, 34_000];
/** The same where it gives no answer. */
const AGAIN = [500, 1500, 4000, 10_000, 20_000];
/** Ends of the types of problems that another act of the same account is the cause of. */
const BUSY = ["/request-waiting", "/wrong-nonce"];
const UNDER_WAY = "eranos-relayed:";

/** The relay does not answer, or can't carry anything at present; `problem` is its own words. */
export class RelayDown extends Error {
  /** @param {object | null} [problem] */
  constructor(problem = null) {
    super("relay down");
    this.problem = problem;
  }
}

/** The relay was given a signed request, and does not say what became of it: it may still carry it. */
export class RelaySilent extends Error {}

/** The relay's own words on why it does not carry a request (RFC 9457). */
export class RelayRefused extends Error {
  /** @param {{type?: string, title?: string, detail?: string, [key: string]: unknown}} problem */
  constructor(problem) {
    super(problem.detail ?? problem.title ?? "");
    this.problem = problem;
  }
}

/** The relay carries one act of an account at a time, and is about another one. */
export class RelayBusy extends RelayRefused {
  /** @returns {string | null} id of the other one; null if it is over by now */
  get other() {
    return /** @type {string | undefined} */ (this.problem.id) ?? null;
  }
}

/**
 * @param {Provider} provider
 * @param {Relay} relay
 * @param {number} chainId
 * @param {{from: string, to: string, data: string}} call
 * @param {bigint} gas of the call itself
 * @param {number} now Unix time
 */
export async function signRequest(provider, relay, chainId, call, gas, now) {
  const domain = await domainOf(provider, relay.forwarder, chainId);
  if (!domain) throw new RelayDown();
  const nonce = await nonceOf(provider, relay, call.from);
  const message = { from: call.from, to: call.to, value: "0", gas: gas.toString(), nonce, deadline: now + VALIDITY, data: call.data };
  const signature = await sign(provider, call.from, domain, "ForwardRequest", FIELDS, message);
  const { nonce: _, ...request } = message;
  return { ...request, deadline: String(request.deadline), signature, nonce };
}

/**
 * The number of the next request of an account: once a request is carried, another one has its number.
 *
 * @param {Provider} provider
 * @param {Relay} relay
 * @param {string} account
 * @returns {Promise<bigint>}
 */
export async function nonceOf(provider, relay, account) {
  return (await read(provider, relay.forwarder, NONCES, [account]))[0];
}

/**
 * The call that carries a request.
 *
 * @param {Relay} relay
 * @param {Request} request
 * @param {string} from who pays its gas
 */
export function carrying(relay, request, from) {
  return { from, to: relay.forwarder, data: encodeCall(EXECUTE, [request]) };
}

/**
 * Whether the relay answers.
 *
 * @param {Relay} relay
 */
export async function isUp(relay) {
  try {
    return (await fetch(`${relay.url}/health`)).ok;
  } catch {
    return false;
  }
}

/**
 * Gives a request to the relay, again while nobody answers: the same request has one id, however often it comes.
 *
 * @param {Relay} relay
 * @param {Request} signed
 * @returns {Promise<string>} its id
 */
export async function relayed(relay, signed) {
  const { nonce: _, ...request } = signed;
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ request }) };
  const { id } = await insist(() => answer(relay, "/relay", options));
  try {
    localStorage.setItem(UNDER_WAY + request.from.toLowerCase(), id);
  } catch {
    // The relay itself says when it is busy.
  }
  return id;
}

/**
 * The last request that this browser gave to the relay for an account.
 *
 * @param {string} account
 * @returns {string | null}
 */
export function lastOf(account) {
  try {
    return localStorage.getItem(UNDER_WAY + account.toLowerCase());
  } catch {
    return null;
  }
}

/**
 * Waits until the relay is done with a request, or knows none such.
 *
 * @param {Relay} relay
 * @param {string} id
 * @param {() => void} tell called while it is not
 * @returns {Promise<boolean>} false if it takes too long
 */
export async function isDone(relay, id, tell) {
  for (const pause of PATIENCE) {
    if (DONE.includes(await stateOf(relay, id))) return true;
    tell();
    await rest(pause);
  }
  return DONE.includes(await stateOf(relay, id));
}

const DONE = ["mined", "refused"];

/**
 * @param {Relay} relay
 * @param {string} id
 * @returns {Promise<string>}
 */
async function stateOf(relay, id) {
  try {
    return (await answer(relay, `/relay/${encodeURIComponent(id)}`)).state;
  } catch (error) {
    if (error instanceof RelayRefused) return "refused";
    throw error;
  }
}

/**
 * Waits until the relay has sent a request, and returns the transaction that carries it; a later answer may name
 * another one, sent at a higher price.
 *
 * @param {Relay} relay
 * @param {string} id
 * @returns {Promise<string>}
 */
export async function carrierOf(relay, id) {
  for (;;) {
    const status = await insist(() => answer(relay, `/relay/${encodeURIComponent(id)}`));
    if (status.state === "refused") throw new RelayRefused(problemOf(status.reason));
    if (status.tx_hash) return status.tx_hash;
    await rest(POLL);
  }
}

/** @param {any} reason words or a problem */
export function problemOf(reason) {
  return typeof reason === "object" && reason ? reason : { detail: String(reason ?? "") };
}

/**
 * Asks again while nobody answers.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function insist(ask) {
  for (const pause of AGAIN) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RelayDown) || error.problem) throw error;
    }
    await rest(pause);
  }
  throw new RelaySilent();
}

/** @param {number} milliseconds */
function rest(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * @param {Relay} relay
 * @param {string} path
 * @param {RequestInit} [options]
 */
async function answer(relay, path, options) {
  let response;
  try {
    response = await fetch(relay.url + path, options);
  } catch {
    throw new RelayDown();
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  if (!body || response.status >= 500) throw new RelayDown(body);
  throw BUSY.some((end) => String(body.type).endsWith(end)) ? new RelayBusy(body) : new RelayRefused(body);
}
