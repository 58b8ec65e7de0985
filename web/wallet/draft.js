// What is typed into a long form stays in this browser until it is sent, or thrown away.

const PREFIX = "eranos-draft:";
const TYPING = 300;

/** @typedef {{rows: Record<string, number>, values: (string | boolean | null)[]}} Draft */

/** @param {HTMLFormElement} form */
export function startDraft(form) {
  const key = form.dataset.draft;
  if (!key) return;
  const note = /** @type {HTMLElement | null} */ (form.querySelector("[data-draft-note]"));
  const kept = read(PREFIX + key);
  if (kept && restore(form, kept) && note) note.hidden = false;
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => write(PREFIX + key, form), TYPING);
  };
  form.addEventListener("input", later);
  form.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-add-row], [data-remove-row]")) later();
  });
  addEventListener("pagehide", () => timer && write(PREFIX + key, form));
  const drop = () => {
    clearTimeout(timer);
    timer = 0;
    localStorage.removeItem(PREFIX + key);
  };
  form.addEventListener("acted", drop);
  note?.querySelector("button")?.addEventListener("click", () => {
    drop();
    location.reload();
  });
}

/** @param {HTMLFormElement} form */
function inputs(form) {
  return /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[data-name]")]);
}

/** @param {HTMLFormElement} form */
function groups(form) {
  return /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-rows]")]);
}

/** @param {HTMLInputElement} input */
function isTicked(input) {
  return input.type === "checkbox" || input.type === "radio";
}

/**
 * @param {string} key
 * @param {HTMLFormElement} form
 */
function write(key, form) {
  const rows = Object.fromEntries(groups(form).map((group) => [group.dataset.rows, group.querySelectorAll("[data-row]").length]));
  const values = inputs(form).map((input) => (input.type === "file" ? null : isTicked(input) ? input.checked : input.value));
  try {
    localStorage.setItem(key, JSON.stringify({ rows, values }));
  } catch {
    // This browser keeps nothing; what was typed is on the page.
  }
}

/**
 * @param {string} key
 * @returns {Draft | null}
 */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {Draft} draft
 * @returns {boolean} false if the form has changed since
 */
function restore(form, { rows, values }) {
  for (const group of groups(form)) {
    const add = /** @type {HTMLElement | null} */ (group.querySelector("[data-add-row]"));
    const place = /** @type {HTMLElement} */ (group.querySelector("[data-rows-place]"));
    const wanted = rows[String(group.dataset.rows)] ?? 0;
    while (place.children.length > wanted) place.lastElementChild?.remove();
    for (let missing = wanted - place.children.length; missing > 0; missing--) add?.click();
  }
  const found = inputs(form);
  if (found.length !== values.length) return false;
  for (const [place, input] of found.entries()) {
    const value = values[place];
    if (typeof value === "boolean") input.checked = value;
    else if (typeof value === "string") input.value = value;
  }
  form.dispatchEvent(new Event("input"));
  return true;
}
