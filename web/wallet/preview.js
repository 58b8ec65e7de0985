// A campaign as people will see it, while its form is being filled in. What is typed is text, whatever it looks like.

import { fill, money } from "./words.js";

const WHOLE = 10_000;

const section = /** @type {HTMLElement | null} */ (document.querySelector("[data-preview-of]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector(`form[data-act="${section?.dataset.previewOf}"]`));
if (section && form) {
  const show = () => draw(section, form);
  form.addEventListener("input", show);
  form.addEventListener("click", () => setTimeout(show));
  show();
}

/**
 * @param {ParentNode} scope
 * @param {string} name
 */
function typed(scope, name) {
  return /** @type {HTMLInputElement | null} */ (scope.querySelector(`[data-name="${name}"]`))?.value.trim() ?? "";
}

/**
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 */
function draw(section, form) {
  const unit = { decimals: Number(section.dataset.decimals), symbol: section.dataset.symbol ?? "" };
  const goal = units(typed(form, "goal"), unit.decimals);
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("[data-show]"))) {
    place.textContent = typed(form, String(place.dataset.show)) || "…";
  }
  put(section, "[data-show-goal]", goal === null ? "" : fill(section.dataset.goal ?? "", { goal: money(goal, unit) }));
  const [from, to] = [time(typed(form, "opens")), time(typed(form, "deadline"))];
  put(section, "[data-show-time]", from && to ? fill(section.dataset.opens ?? "", { from, to }) : "");
  const paragraphs = typed(form, "description").split(/\n\s*\n/).filter(Boolean);
  section.querySelector("[data-show-text]")?.replaceChildren(...paragraphs.map((text) => made("p", text)));
  const rows = [...form.querySelectorAll('[data-row="milestones"]')];
  section.querySelector("[data-show-milestones]")?.replaceChildren(...rows.map((row) => milestone(section, row, goal, unit)));
  const total = rows.reduce((sum, row) => sum + (units(typed(row, "share"), 2) ?? 0n), 0n);
  put(section, "[data-show-shares]", fill(section.dataset.shares ?? "", { total: Number(total) / 100 }));
  section.dataset.complete = String(Number(total) === WHOLE);
}

/**
 * @param {HTMLElement} section
 * @param {Element} row
 * @param {bigint | null} goal
 * @param {{decimals: number, symbol: string}} unit
 */
function milestone(section, row, goal, unit) {
  const item = made("li", "");
  const share = units(typed(row, "share"), 2) ?? 0n;
  const amount = goal === null ? "…" : money((goal * share) / BigInt(WHOLE), unit);
  const says = { share: Number(share) / 100, amount, day: time(typed(row, "due")) || "…" };
  item.append(made("strong", typed(row, "name") || "…"), made("p", fill(section.dataset.due ?? "", says)));
  return item;
}

/**
 * @param {string} tag
 * @param {string} text
 */
function made(tag, text) {
  const element = document.createElement(tag);
  [element.dir, element.textContent] = ["auto", text];
  return element;
}

/**
 * @param {HTMLElement} section
 * @param {string} selector
 * @param {string} text
 */
function put(section, selector, text) {
  const place = section.querySelector(selector);
  if (place) place.textContent = text;
}

/**
 * @param {string} text
 * @param {number} decimals
 * @returns {bigint | null} null if it is no amount yet
 */
function units(text, decimals) {
  const found = /^(\d+)(?:[.,٫](\d*))?$/.exec(text.replace(/[\s'’]/g, ""));
  return found ? BigInt(found[1] + (found[2] ?? "").slice(0, decimals).padEnd(decimals, "0")) : null;
}

/** @param {string} text date, or date and time, in UTC */
function time(text) {
  const at = Date.parse(text.length === 10 ? `${text}T00:00Z` : `${text}Z`);
  if (!text || Number.isNaN(at)) return "";
  const hour = text.length > 10 ? /** @type {const} */ ({ timeStyle: "short" }) : {};
  const shown = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC", ...hour }).format(at);
  return text.length > 10 ? `${shown} UTC` : shown;
}
