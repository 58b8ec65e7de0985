"""Pages for people: rendered on the server, complete without JavaScript, the wallet added on top.

How to add a page:

1. Words: everything a person reads is an English msgid: `{% trans %}...{% endtrans %}` or `_("...")` in a template,
   `visit.words.gettext("...")` in a view, `N_("...")` in a table of words (`web.words`). Then `make messages`.
2. View: a plain `def` in `web/<subject>.py` with `router = APIRouter()`, at a path below `/{language}`:

       @router.get("/{language}/campaigns/{campaign_id}")
       def show_campaign(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
           with visit.open() as mirror:
               found = find_campaign(mirror, campaign_id)
               return visit.page("campaigns/one.html", found=found, now=mirror.now)

   It asks the query functions of `api` inside `visit.open()`, which is one view of the mirror, and never HTTP. Pages
   are kept by block: a page depends on its address, its language and the block; the clock is the block's. Problems of
   the API (`UNKNOWN_CAMPAIGN`, `INVALID_CURSOR` ...) become pages by themselves: see `web.problems`.
3. Add the router's module to `PAGES` in `web/app.py`, and its line in header or footer to `web/navigation.py`.
4. Template: `web/templates/<subject>/<page>.html` extends `base.html` and fills `title` (without the lab's name),
   perhaps `description` and `preview`, and `main`, whose first element is the one `<h1>`. Macros are imported by
   `{% import "macros/facts.html" as facts %}` (`states`, `lists`, `proofs` are its neighbours). Functions everywhere:
   `money(amount, unit)`, `number(n)`, `percent(part, whole)`, `moment(time)`, `day(time)`, `relative(time, now)`,
   `duration(seconds)`, `address(text)`, `digest(text)`, `territory(code)`, `word(table, key)`, `prose(text)`,
   `link("/campaigns")` (adds the language), `asset("eranos.css")`, `script_json(value)`; `block_time` is now.
5. Text of strangers goes into `<bdi>` or an element with `dir="auto"`; paragraphs of theirs through `prose`.
6. Style: tokens in `web/styles/1-tokens.css`, what all pages share in `2-base.css` and `3-parts.css`, a subject's own
   in `web/styles/5-<subject>.css`. Logical properties only, no style attribute, no colour that is not a token.
7. Pictures: `web/pictures/<what>.py`, a pure function that returns SVG with `<title>` and `<desc>`; a table or text
   stands beside it. A picture without letters that reads from left to right has the class `mirrored`.
8. Scripts: modules in `web/wallet/`; one that a page loads by itself is added to `BUNDLES` in the Makefile and named
   by `asset("built/NAME.js")` in the block `scripts`.
9. Tests: `tests/web/test_<subject>.py` with the fixture `pages`; add the address to `tests/web/site.py`, and every
   test that holds for all pages (languages, well-formed, one h1, landmarks, hostile text, sizes) runs on it.
"""
