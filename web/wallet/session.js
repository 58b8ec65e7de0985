// The wallet and the account that this page works with: chosen by the person, kept until the tab is closed.

import { codeOf } from "./chain.js";
import { onWallets } from "./discover.js";
import { Stop, short } from "./errors.js";
import { say } from "./words.js";

/**
 * @typedef {import("./discover.js").Wallet} Wallet
 * @typedef {{wallet: Wallet, provider: import("./discover.js").Provider, account: string}} Session
 */

const KEPT = "eranos-wallet";
/** Wallets announce themselves as soon as they are asked; an extension may still be starting. */
const GRACE = 500;

/** @type {Session | null} */
let session = null;
/** @type {Wallet[]} */
let wallets = [];
/** @type {WeakMap<Wallet, HTMLLIElement>} */
const items = new WeakMap();
/** @type {((wallet: Wallet) => void) | null} waits for a choice */
let chosen = null;
/** @type {Set<(session: Session | null) => void>} */
const listeners = new Set();

/** Fills the wallet box of the page. */
export function startSession() {
  const box = document.getElementById("wallet");
  if (!box) return;
  onWallets((found) => {
    wallets = found;
    list(box);
    const kept = found.find((wallet) => wallet.info.uuid === sessionStorage.getItem(KEPT) || wallet.info.rdns === sessionStorage.getItem(KEPT));
    if (kept && !session) resume(box, kept);
  });
  setTimeout(() => list(box), GRACE);
  box.querySelector("[data-leave]")?.addEventListener("click", () => {
    sessionStorage.removeItem(KEPT);
    become(box, null);
  });
}

/** @returns {Session | null} */
export function present() {
  return session;
}

/** @param {(session: Session | null) => void} listener */
export function onSession(listener) {
  listeners.add(listener);
  listener(session);
}

/**
 * Returns the wallet to work with, asking the person which one, and the wallet for its account.
 *
 * @param {(key: string, values?: Record<string, string>) => void} tell
 * @returns {Promise<Session>}
 */
export async function connect(tell) {
  const box = /** @type {HTMLElement} */ (document.getElementById("wallet"));
  if (session) return checked(box, session);
  if (!wallets.length) {
    openWithout(box);
    throw new Stop("no_wallet");
  }
  const wallet = wallets.length === 1 ? wallets[0] : await choice(box, tell);
  tell("connecting", { wallet: wallet.info.name });
  return use(box, wallet);
}

/**
 * @param {HTMLElement} box
 * @param {Wallet} wallet
 * @returns {Promise<Session>}
 */
async function use(box, wallet) {
  const [account] = (await wallet.provider.request({ method: "eth_requestAccounts" })) ?? [];
  if (!account) throw new Stop("locked");
  sessionStorage.setItem(KEPT, wallet.info.rdns || wallet.info.uuid);
  return /** @type {Session} */ (become(box, { wallet, provider: wallet.provider, account }));
}

/**
 * The account may have changed since, and the wallet may be locked by now.
 *
 * @param {HTMLElement} box
 * @param {Session} known
 */
async function checked(box, known) {
  const [account] = (await known.provider.request({ method: "eth_accounts" })) ?? [];
  if (account && account.toLowerCase() === known.account.toLowerCase()) return known;
  become(box, null);
  return use(box, known.wallet);
}

/**
 * @param {HTMLElement} box
 * @param {Wallet} wallet
 */
async function resume(box, wallet) {
  const [account] = (await wallet.provider.request({ method: "eth_accounts" }).catch(() => [])) ?? [];
  if (account && !session) become(box, { wallet, provider: wallet.provider, account });
}

/**
 * @param {HTMLElement} box
 * @param {Session | null} next
 */
function become(box, next) {
  session = next;
  const now = /** @type {HTMLElement} */ (box.querySelector("[data-wallet-now]"));
  now.textContent = next ? say("connected", { wallet: next.wallet.info.name, account: short(next.account) }) : "";
  const leave = /** @type {HTMLElement} */ (box.querySelector("[data-leave]"));
  const pressed = document.activeElement?.closest("[data-leave], [data-wallet-list]");
  leave.hidden = !next;
  list(box);
  // The button that was pressed is gone; what takes it back stands in its place.
  if (pressed) (next ? leave : box.querySelector("button"))?.focus();
  for (const listener of listeners) listener(session);
  return session;
}

/** @param {HTMLElement} box */
function list(box) {
  const place = /** @type {HTMLElement} */ (box.querySelector("[data-wallet-list]"));
  const shown = session ? [] : wallets.map((wallet) => itemOf(box, wallet));
  // What stays is not touched: it may have the focus while another wallet announces itself.
  for (const old of [...place.children]) if (!shown.includes(/** @type {HTMLLIElement} */ (old))) old.remove();
  place.append(...shown.slice(place.children.length));
  const without = /** @type {HTMLDetailsElement} */ (box.querySelector("[data-no-wallet]"));
  without.hidden = wallets.length > 0;
  box.dataset.wallets = String(wallets.length);
}

/**
 * @param {HTMLElement} box
 * @param {Wallet} wallet
 */
function itemOf(box, wallet) {
  const item = items.get(wallet) ?? document.createElement("li");
  if (!items.has(wallet)) item.append(button(box, wallet));
  items.set(wallet, item);
  return item;
}

/**
 * @param {HTMLElement} box
 * @param {Wallet} wallet
 */
function button(box, wallet) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button secondary";
  if (/^data:image\//.test(wallet.info.icon ?? "")) {
    const icon = document.createElement("img");
    [icon.src, icon.alt, icon.width, icon.height] = [wallet.info.icon, "", 24, 24];
    made.append(icon);
  }
  made.append(say("use", { wallet: wallet.info.name }));
  made.addEventListener("click", () => (chosen ? chosen(wallet) : use(box, wallet).catch((error) => refused(box, error))));
  return made;
}

/**
 * @param {HTMLElement} box
 * @param {any} error
 */
function refused(box, error) {
  const key = error instanceof Stop ? error.key : codeOf(error) === 4001 ? "rejected" : "locked";
  const now = /** @type {HTMLElement} */ (box.querySelector("[data-wallet-now]"));
  now.textContent = `${say(`${key}_what`)} ${say(`${key}_next`)}`;
}

/**
 * @param {HTMLElement} box
 * @param {(key: string) => void} tell
 * @returns {Promise<Wallet>}
 */
function choice(box, tell) {
  tell("choose");
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  box.querySelector("button")?.focus();
  return new Promise((resolve) => {
    chosen = (wallet) => {
      chosen = null;
      before?.focus();
      resolve(wallet);
    };
  });
}

/** @param {HTMLElement} box */
function openWithout(box) {
  const without = /** @type {HTMLDetailsElement} */ (box.querySelector("[data-no-wallet]"));
  without.hidden = false;
  without.open = true;
}
