// Pages that show what concerns one account: which one stands in their address, so that they are read without a wallet.
// With a wallet, its account is put there.

import { onSession } from "./session.js";

export function startAccount() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-account]"));
  if (!form) return;
  const shown = (form.dataset.account ?? "").toLowerCase();
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("account"));
  const other = /** @type {HTMLElement | null} */ (form.querySelector("[data-other]"));
  onSession((session) => {
    if (other) other.hidden = !session || !shown || session.account.toLowerCase() === shown;
    if (!session || session.account.toLowerCase() === shown) return;
    input.value = session.account;
    // Without an account there is nothing on the page that could be lost.
    if (!shown) form.requestSubmit();
  });
}
