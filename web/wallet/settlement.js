// The page of a settlement: one side signs and hands a link over, the other opens it, signs as well and sends.

import "./wallet.js";
import { contextOf, fillIn } from "./arguments.js";
import { isOn } from "./chain.js";
import { Stop, explain } from "./errors.js";
import { showFailure, showFaults, tell } from "./forms.js";
import { linkOf, minuteOf, offeredIn, shareOf } from "./offered.js";
import { connect, onSession, present } from "./session.js";
import { signatureOf } from "./signed.js";
import { read } from "./values.js";
import { json } from "./words.js";

/** Fields that are signed. */
const TERMS = ["share", "deadline"];

const section = /** @type {HTMLElement | null} */ (document.querySelector("[data-settlement]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector(`form[data-act="${section?.dataset.settlement}"]`));
if (section && form) {
  const spec = /** @type {import("./act.js").Spec} */ (json(String(section.dataset.settlement)));
  open(section, form);
  onSession(() => refresh(section, form, spec));
  // A link to the page that is open already changes nothing but what stands behind its #.
  addEventListener("hashchange", () => {
    open(section, form);
    refresh(section, form, spec);
  });
  form.addEventListener("input", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).dataset.name ?? "";
    if (TERMS.includes(name)) forget(section, form);
    refresh(section, form, spec);
  });
  let busy = false;
  section.querySelector("[data-offer]")?.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    await offer(section, form, spec, json("wallet-page")).finally(() => (busy = false));
    refresh(section, form, spec);
  });
}

/** @param {HTMLElement} section */
function sidesOf(section) {
  return String(section.dataset.sides).split(" ");
}

/**
 * Fills in what the other side signed.
 *
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 */
function open(section, form) {
  if (!location.hash.includes("=")) return;
  section.dataset.opened = "";
  const found = offeredIn(location.hash, sidesOf(section));
  if (!found) return show(section, "broken");
  if (found.nonce !== section.dataset.nonce) return show(section, "stale");
  put(form, "share", shareOf(found.share, Number(section.dataset.decimals)));
  put(form, "deadline", minuteOf(found.deadline));
  for (const [side, signature] of Object.entries(found.signatures)) put(form, side, signature);
  section.dataset.opened = Object.keys(found.signatures).length > 1 ? "both" : Object.keys(found.signatures)[0];
  show(section, section.dataset.opened);
}

/**
 * Offers to send to whom it is of use: to the other side of who signed first, and to anybody once both signed.
 *
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 * @param {import("./act.js").Spec} spec
 */
function refresh(section, form, spec) {
  const own = leafOf(spec, present()?.account)?.name;
  const signed = sidesOf(section).filter((side) => /** @type {HTMLInputElement | null} */ (form.querySelector(`[data-name="${side}"]`))?.value);
  const isOwn = signed.length === 1 && signed[0] === own;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-send]"))) part.hidden = !signed.length || isOwn;
  const { opened } = section.dataset;
  if (opened) show(section, opened === own ? "own" : opened);
}

/**
 * What an account signs; undefined if it is that of neither side.
 *
 * @param {import("./act.js").Spec} spec
 * @param {string} [account]
 */
function leafOf(spec, account) {
  return spec.call.args.find((it) => it.$ === "signed" && it.account.toLowerCase() === account?.toLowerCase());
}

/**
 * Empties what was signed for other terms than those that are typed now.
 *
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 */
function forget(section, form) {
  for (const side of sidesOf(section)) put(form, side, "");
  section.dataset.opened = "";
  show(section, "");
}

/**
 * Has what was typed signed by the wallet, and makes a link for the other side.
 *
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 * @param {import("./act.js").Spec} spec
 * @param {import("./act.js").Page} page
 */
async function offer(section, form, spec, page) {
  showFailure(form, null);
  const { values, faults } = await read(form, spec.fields);
  showFaults(form, faults);
  if (faults.length) return;
  try {
    const session = await connect((key, more) => tell(form, key, more));
    if (!(await isOn(session.provider, page.chain))) throw new Stop("wrong_chain", { chain: page.chain.name });
    const leaf = leafOf(spec, session.account);
    if (!leaf) throw new Stop("not_party");
    tell(form, "ask_signature", { wallet: session.wallet.info.name });
    const message = await fillIn(leaf.message, contextOf({ account: session.account, now: 0, values }));
    const signature = await signatureOf(session, spec.to, page.chain.id, leaf, message);
    put(form, leaf.name, signature);
    const terms = { share: String(message.share), deadline: String(message.deadline), nonce: String(message.nonce) };
    handOver(section, linkOf({ ...terms, signatures: { [leaf.name]: signature } }));
  } catch (error) {
    showFailure(form, await explain(error, page.errors, null));
  } finally {
    tell(form, "");
  }
}

/**
 * @param {HTMLElement} section
 * @param {string} fragment
 */
function handOver(section, fragment) {
  section.dataset.opened = "";
  show(section, "link");
  const link = /** @type {HTMLInputElement | null} */ (section.querySelector("[data-link]"));
  if (!link) return;
  link.value = `${location.origin}${section.dataset.path}${fragment}`;
  link.focus();
  link.select();
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function put(form, name, value) {
  const input = /** @type {HTMLInputElement | null} */ (form.querySelector(`[data-name="${name}"]`));
  if (input) input.value = value;
}

/**
 * @param {HTMLElement} section
 * @param {string} name
 */
function show(section, name) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("[data-say]"))) part.hidden = part.dataset.say !== name;
}
