// What changed since somebody was here last, marked. Only this browser knows when that was: it keeps, by account, the
// last event that it showed.

const KEPT = "eranos-seen-";

export function startSeen() {
  const section = /** @type {HTMLElement | null} */ (document.querySelector("[data-changes]"));
  if (!section) return;
  const items = /** @type {HTMLElement[]} */ ([...section.querySelectorAll("[data-change]")]);
  const before = lastVisit(KEPT + (section.dataset.changes ?? "").toLowerCase(), items.map(place));
  if (before === null) return;
  const changed = items.filter((item) => place(item) > before);
  for (const item of changed) {
    const badge = item.querySelector("[data-new]");
    if (badge instanceof HTMLElement) badge.hidden = false;
  }
  const note = section.querySelector("[data-changes-note]");
  if (note instanceof HTMLElement) {
    note.textContent = (changed.length ? note.dataset.words : note.dataset.none) ?? "";
    note.hidden = false;
  }
}

/** @param {HTMLElement} item */
function place(item) {
  return BigInt(item.dataset.change ?? "0");
}

/**
 * Return the last event of the visit before this one, and keep that of this one. A visit lasts as long as its tab, so
 * that marks do not vanish when a page is loaded again.
 * @param {string} name
 * @param {bigint[]} places
 * @returns {bigint | null} null at the first visit, or if this browser keeps nothing
 */
function lastVisit(name, places) {
  try {
    const before = sessionStorage.getItem(name) ?? localStorage.getItem(name);
    // Not the highest ever: blocks that a reorganization dropped would hide what came in their place.
    const newest = places.reduce((one, other) => (one > other ? one : other), 0n);
    localStorage.setItem(name, String(newest));
    if (before === null || !/^\d+$/.test(before)) return null;
    sessionStorage.setItem(name, before);
    return BigInt(before);
  } catch {
    return null;
  }
}
