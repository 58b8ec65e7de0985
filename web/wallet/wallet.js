// What pages with acts load.

import { startAccount } from "./account.js";
import { startAct } from "./act.js";
import { startDraft } from "./draft.js";
import { startSeen } from "./seen.js";
import { startSession } from "./session.js";
import { startOutbox } from "./uploads.js";
import { addWords, json, loadWords } from "./words.js";

loadWords();
startSession();
const page = json("wallet-page");
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-act]"))) {
  const spec = json(String(form.dataset.act));
  addWords(spec.words);
  startAct(form, spec, page);
  startDraft(form);
}
startAccount();
startSeen();
startOutbox(page?.documents ?? null);
