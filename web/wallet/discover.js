// Wallets that announce themselves (EIP-6963). None is assumed, none is preferred.

/**
 * @typedef {{request: (call: {method: string, params?: unknown[]}) => Promise<any>}} Provider EIP-1193
 * @typedef {{info: {uuid: string, name: string, icon: string, rdns: string}, provider: Provider}} Wallet
 */

/** @type {Map<string, Wallet>} by the identity that each has for this page */
const found = new Map();

/**
 * Calls `listener` with all wallets now and whenever another one announces itself.
 *
 * @param {(wallets: Wallet[]) => void} listener
 */
export function onWallets(listener) {
  const tell = () => listener([...found.values()]);
  window.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = /** @type {CustomEvent<Wallet>} */ (event).detail;
    if (!wallet?.info?.uuid || typeof wallet.provider?.request !== "function" || found.has(wallet.info.uuid)) return;
    found.set(wallet.info.uuid, wallet);
    tell();
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  tell();
}
