// Ordinary forms, with their faults in a summary that takes the focus and beside each field. Nothing typed is ever lost.

import { say } from "./words.js";

/**
 * @typedef {import("./values.js").Fault} Fault
 * @typedef {import("./errors.js").Explained} Explained
 */

/**
 * @param {HTMLFormElement} form
 * @param {Fault[]} faults none: takes away what an earlier attempt left
 */
export function showFaults(form, faults) {
  for (const place of form.querySelectorAll("[data-error-of]")) {
    place.textContent = "";
    /** @type {HTMLElement} */ (place).hidden = true;
  }
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  const summary = /** @type {HTMLElement} */ (form.querySelector("[data-summary]"));
  summary.hidden = !faults.length;
  summary.querySelector("ul")?.replaceChildren(...faults.map((fault) => link(form, fault)));
  if (faults.length) summary.focus();
}

/**
 * @param {HTMLFormElement} form
 * @param {Fault} fault
 */
function link(form, fault) {
  const input = document.getElementById(fault.id);
  input?.setAttribute("aria-invalid", "true");
  const place = /** @type {HTMLElement | null} */ (form.querySelector(`[data-error-of="${fault.id}"]`));
  if (place) {
    place.textContent = fault.message;
    place.hidden = false;
  }
  const [item, anchor] = [document.createElement("li"), document.createElement("a")];
  anchor.href = `#${fault.id}`;
  anchor.textContent = fault.message;
  anchor.addEventListener("click", (event) => {
    event.preventDefault();
    input?.focus();
  });
  item.append(anchor);
  return item;
}

/**
 * Says in the form's polite live region how far it is.
 *
 * @param {HTMLFormElement} form
 * @param {string} key of the words; also kept as `data-state` for styles
 * @param {Record<string, string | number>} [values]
 */
export function tell(form, key, values) {
  const region = /** @type {HTMLElement} */ (form.querySelector("[data-state-of]"));
  region.dataset.state = key;
  region.textContent = key ? say(key, values) : "";
}

/**
 * @param {HTMLFormElement} form
 * @param {Explained | null} explained null takes it away
 * @param {{label: string, act: () => void}[]} [offers] other ways on
 */
export function showFailure(form, explained, offers = []) {
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-failure]"));
  // Whoever took one of the offers by keyboard stands on a button that goes away.
  if (!explained && place.contains(document.activeElement)) submitOf(form)?.focus();
  place.hidden = !explained;
  place.replaceChildren();
  if (!explained) return;
  place.dataset.failure = explained.key;
  place.append(paragraph(explained.what, "what"), paragraph(explained.next, ""));
  if (explained.detail) place.append(paragraph(explained.detail, "detail"));
  place.append(...offers.map(button));
  place.focus();
}

/** @param {HTMLFormElement} form */
function submitOf(form) {
  return /** @type {HTMLElement | null} */ (form.querySelector("[type=submit]"));
}

/**
 * @param {string} text
 * @param {string} className
 */
function paragraph(text, className) {
  const made = document.createElement("p");
  made.className = className;
  made.dir = "auto";
  made.textContent = text;
  return made;
}

/** @param {{label: string, act: () => void}} offer */
function button(offer) {
  const made = document.createElement("button");
  [made.type, made.className, made.textContent] = ["button", "button secondary", offer.label];
  made.addEventListener("click", offer.act);
  return made;
}

/**
 * Lets rows be added to and taken from the groups of a form.
 *
 * @param {HTMLFormElement} form
 */
export function startRows(form) {
  for (const group of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-rows]"))) {
    const template = /** @type {HTMLTemplateElement} */ (group.querySelector("template"));
    const place = /** @type {HTMLElement} */ (group.querySelector("[data-rows-place]"));
    let count = place.children.length;
    const add = /** @type {HTMLElement | null} */ (group.querySelector("[data-add-row]"));
    add?.addEventListener("click", () => {
      if (place.children.length >= Number(group.dataset.max)) return;
      const text = template.innerHTML.replaceAll("__row__", String(count++));
      place.insertAdjacentHTML("beforeend", text);
      /** @type {HTMLElement | null} */ (place.lastElementChild?.querySelector("input, textarea, select"))?.focus();
    });
    place.addEventListener("click", (event) => {
      const row = /** @type {Element} */ (event.target).closest("[data-remove-row]")?.closest("[data-row]");
      if (!row || place.children.length <= Number(group.dataset.min)) return;
      row.remove();
      add?.focus();
    });
  }
}
