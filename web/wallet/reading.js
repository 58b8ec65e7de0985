// What reading pages gain by a script: the theme switch, relative times that stay true, and hashes that copy whole.
// Loaded before the page is drawn, so that a chosen theme does not flash; everything else waits for the document.

const THEME = "eranos-theme";
const MINUTE = 60_000;
const UNITS = /** @type {const} */ ([
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]);
const root = document.documentElement;

/** @returns {string | null} What the reader chose before; null if nothing, or if this browser keeps nothing. */
function chosen() {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
}

/** @param {string} theme */
function keep(theme) {
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // The choice then holds for this page.
  }
}

/** @param {string | null} theme */
function apply(theme) {
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** @param {HTMLButtonElement} button */
function offerThemes(button) {
  const show = () => {
    button.textContent = (isDark() ? button.dataset.light : button.dataset.dark) ?? "";
  };
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    apply(theme);
    keep(theme);
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
  button.hidden = false;
}

/**
 * Count from the time of the page's block, not by this machine's clock, which may be another than the chain's.
 * @param {Iterable<HTMLTimeElement>} times
 * @param {number} now Unix time
 */
function tellTimes(times, now) {
  const words = new Intl.RelativeTimeFormat(root.lang, { numeric: "always" });
  for (const time of times) {
    const seconds = Date.parse(time.dateTime) / 1000 - now;
    const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each * 1.5) ?? ["minute", 60];
    time.textContent = words.format(Math.round(seconds / length), unit);
  }
}

// Who copies a shortened address or hash alone gets all of it.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  const node = selection?.anchorNode;
  const holder = (node instanceof Element ? node : node?.parentElement)?.closest("[data-whole]");
  if (!(holder instanceof HTMLElement) || !selection || !holder.contains(selection.focusNode)) return;
  event.clipboardData?.setData("text/plain", holder.dataset.whole ?? "");
  event.preventDefault();
});

apply(chosen());
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    if (button instanceof HTMLButtonElement) offerThemes(button);
  }
  for (const menu of document.querySelectorAll("details[data-menu]")) {
    menu.addEventListener("keydown", (event) => {
      if (!(event instanceof KeyboardEvent) || event.key !== "Escape") return;
      menu.removeAttribute("open");
      menu.querySelector("summary")?.focus();
    });
    // Without a target the focus may have gone nowhere, as in browsers that give links none when they are pressed.
    menu.addEventListener("focusout", (event) => {
      const target = event instanceof FocusEvent ? event.relatedTarget : null;
      if (target instanceof Node && !menu.contains(target)) menu.removeAttribute("open");
    });
  }
  /** @type {NodeListOf<HTMLTimeElement>} */
  const times = document.querySelectorAll("time[data-relative]");
  const start = Number(root.dataset.now) - performance.now() / 1000;
  if (times.length && start) setInterval(() => tellTimes(times, start + performance.now() / 1000), MINUTE);
});
