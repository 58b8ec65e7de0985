// What stays between two people goes from one to the other behind the # of a link, which no server gets to see.

/**
 * @param {string} text
 * @returns {string} letters that a link takes
 */
export function packed(text) {
  const bytes = [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join("");
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * @param {string} letters
 * @returns {string | null} null if nobody packed them so
 */
export function unpacked(letters) {
  try {
    const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * @param {string} hash of this page's address, with its #
 * @param {string} name
 */
export function behind(hash, name) {
  return new URLSearchParams(hash.slice(1)).get(name);
}
