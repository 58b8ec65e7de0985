// The chain that the wallet is on must be ours before anything is signed: a signature names it.

/** @typedef {import("./discover.js").Provider} Provider */
/** @typedef {{id: number, name: string, rpc: string | null, currency: string}} Chain */

const UNKNOWN_CHAIN = 4902;

/**
 * @param {Provider} provider
 * @param {Chain} chain
 */
export async function isOn(provider, chain) {
  return Number(await provider.request({ method: "eth_chainId" })) === chain.id;
}

/**
 * Asks the wallet to go to our chain, and to learn it where it does not know it.
 *
 * @param {Provider} provider
 * @param {Chain} chain
 */
export async function switchTo(provider, chain) {
  const chainId = `0x${chain.id.toString(16)}`;
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
  } catch (error) {
    if (codeOf(error) !== UNKNOWN_CHAIN || !chain.rpc) throw error;
    const nativeCurrency = { name: chain.currency, symbol: chain.currency, decimals: 18 };
    const params = [{ chainId, chainName: chain.name, rpcUrls: [chain.rpc], nativeCurrency }];
    await provider.request({ method: "wallet_addEthereumChain", params });
  }
}

/** @param {any} error as wallets throw it, some of them around that of another library */
export function codeOf(error) {
  return error?.data?.originalError?.code ?? error?.code;
}
