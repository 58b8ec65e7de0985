// The wallets of the local lab, in the browser: keys that everybody knows, for the local chain only. They announce
// themselves as any wallet does (EIP-6963), sign without asking, and send through the local node.

import { createWalletClient, http, numberToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { json } from "./words.js";

/** @typedef {{name: string, key: `0x${string}`}} TestWallet */

const CHOSEN = "eranos-test-wallet";
const UNSUPPORTED = 4200;

/** @type {{chain_id: number, rpc: string, wallets: TestWallet[]} | null} */
const lab = json("test-wallets");

/** @param {TestWallet} wallet */
function providerOf(wallet) {
  const account = privateKeyToAccount(wallet.key);
  const chainId = numberToHex(lab?.chain_id ?? 0);
  /** @type {Record<string, (params: any[]) => any>} */
  const own = {
    eth_accounts: () => [account.address],
    eth_requestAccounts: () => [account.address],
    eth_chainId: () => chainId,
    wallet_switchEthereumChain: () => null,
    eth_signTypedData_v4: ([, text]) => account.signTypedData(withoutDomainType(JSON.parse(text))),
    eth_sendTransaction: ([call]) => send(account, call),
  };
  return {
    /** @param {{method: string, params?: any[]}} call */
    request: async ({ method, params = [] }) => {
      if (own[method]) return own[method](params);
      if (/^eth_sign|^personal_|^wallet_/.test(method)) throw Object.assign(new Error(method), { code: UNSUPPORTED });
      return ask(method, params);
    },
  };
}

/** @param {any} typed viem derives the type of the domain itself */
function withoutDomainType(typed) {
  const { EIP712Domain: _, ...types } = typed.types;
  return { ...typed, types };
}

/**
 * @param {ReturnType<typeof privateKeyToAccount>} account
 * @param {{to: `0x${string}`, data: `0x${string}`}} call
 */
function send(account, { to, data }) {
  const chain = { id: lab?.chain_id ?? 0, name: "local", nativeCurrency: { name: "ETH", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [lab?.rpc ?? ""] } } };
  return createWalletClient({ account, chain, transport: http(lab?.rpc) }).sendTransaction({ to, data });
}

/**
 * @param {string} method
 * @param {any[]} params
 */
async function ask(method, params) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(lab?.rpc ?? "", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const answer = await response.json();
  if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.result;
}

/** @param {TestWallet} wallet */
function announce(wallet) {
  const info = { uuid: `eranos-${wallet.name}`, name: wallet.name, icon: "", rdns: `org.eranos.test.${wallet.name}` };
  const detail = Object.freeze({ info, provider: providerOf(wallet) });
  const tell = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", tell);
  tell();
}

const chosen = lab?.wallets.find((wallet) => wallet.name === localStorage.getItem(CHOSEN));
if (chosen) announce(chosen);
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-test-wallet]"))) {
  const name = String(button.dataset.testWallet);
  button.setAttribute("aria-pressed", String(name === chosen?.name));
  button.addEventListener("click", () => {
    localStorage.setItem(CHOSEN, name);
    sessionStorage.clear();
    location.reload();
  });
}
