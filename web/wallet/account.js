// Pages that show what concerns one account: which one stands in their address, so that they are read without a wallet.
// With a wallet, its account is put there.

import { onSession } from "./session.js";

/** What a person does in the form of an act. */
const BEGINNINGS = ["input", "submit"];

export function startAccount() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-account]"));
  if (!form) return;
  const shown = (form.dataset.account ?? "").toLowerCase();
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("account"));
  const other = /** @type {HTMLElement | null} */ (form.querySelector("[data-other]"));
  let begun = false;
  for (const name of BEGINNINGS) {
    document.addEventListener(name, ({ target }) => (begun ||= Boolean(/** @type {Element} */ (target).closest("form[data-act]"))), true);
  }
  onSession((session) => {
    if (other) other.hidden = !session || !shown || session.account.toLowerCase() === shown;
    if (!session || session.account.toLowerCase() === shown) return;
    input.value = session.account;
    // Going to the page of the account would throw away what was typed for an act, and leave one that is being sent.
    if (!shown && !begun) form.requestSubmit();
  });
}
