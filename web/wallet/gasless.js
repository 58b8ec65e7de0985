// Requests that somebody else may carry to the chain, and nobody can alter (ERC-2771, OpenZeppelin's ERC2771Forwarder).

import { read, standard } from "./abi.js";
import { domainOf, sign } from "./typed.js";

/** @typedef {import("./discover.js").Provider} Provider */
/** @typedef {{url: string, forwarder: string}} Relay */

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
/** Seconds that a request stays good. */
const VALIDITY = 3600;
const POLL = 1500;

export class RelayDown extends Error {}

/** The relay's own words on why it does not carry a request (RFC 9457). */
export class RelayRefused extends Error {
  /** @param {{type?: string, title?: string, detail?: string, [key: string]: unknown}} problem */
  constructor(problem) {
    super(problem.detail ?? problem.title ?? "");
    this.problem = problem;
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
  const [nonce] = await read(provider, relay.forwarder, NONCES, [call.from]);
  const message = { from: call.from, to: call.to, value: "0", gas: gas.toString(), nonce, deadline: now + VALIDITY, data: call.data };
  const signature = await sign(provider, call.from, domain, "ForwardRequest", FIELDS, message);
  const { nonce: _, ...request } = message;
  return { ...request, deadline: String(request.deadline), signature };
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
 * Gives a request to the relay.
 *
 * @param {Relay} relay
 * @param {Awaited<ReturnType<typeof signRequest>>} request
 * @returns {Promise<{id: string}>}
 */
export async function relayed(relay, request) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ request }) };
  return answer(relay, "/relay", options);
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
    const status = await answer(relay, `/relay/${encodeURIComponent(id)}`);
    if (status.state === "refused") throw new RelayRefused(problemOf(status.reason));
    if (status.tx_hash) return status.tx_hash;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

/** @param {any} reason words or a problem */
export function problemOf(reason) {
  return typeof reason === "object" && reason ? reason : { detail: String(reason ?? "") };
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
  if (!body || response.status >= 500) throw new RelayDown();
  throw new RelayRefused(body);
}
