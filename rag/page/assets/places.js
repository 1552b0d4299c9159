// The page's address. It names the conversation (?c=ID), or an article with its quotes
// (?a=ID&at=START-END&v=VERSION), and the tab or its view (?tab=NAME), so that Back, Forward, a reload and a
// link lead to what was seen. Runs together with kept.js and drawer.js.
//
// An entry of the browser's history also holds what no other browser can use: with an article, the
// conversation it was opened from (`c`) and its turn, and whether the entry lies `over` the one that
// closing the article goes back to. An entry that was left by a click holds how far down the view was
// (`y`), and what was clicked in which turn (`from`), for the way back.

const PARTS = ["c", "tab", "a", "at", "v"];
const NOWHERE = { c: null, tab: null, a: null, at: null, v: null, turn: null };
const PATIENCE = 10_000; // milliseconds to wait for an answer of the program

let here = null; // the place in the address; null until what the address names is opened
let newest = 0; // counts the places to go to; of several at once, only the last is gone to
let going = Promise.resolve();
let leaving = false; // whether an answer is being stopped because another place is gone to
let closing = null; // the reader that is closed because another place is gone to
let listed = null; // id of the article that was opened in the list of articles
let seen = {}; // where the view was at the last click, and what of a turn was clicked
let busy = false; // whether the person has done anything since going back
const chosen = []; // tabs that were opened here and not told of by the page's library yet

// --- the address --------------------------------------------------------------------------------

const own = () => window.history.state?.citedRag ?? {};

function placeInAddress() {
  const given = new URL(window.location).searchParams;
  const { c = null, turn = null } = own();
  const named = Object.fromEntries(PARTS.map((name) => [name, given.get(name)]));
  return { ...NOWHERE, ...named, c: named.c ?? c, turn };
}

function addressOf(place) {
  const url = new URL(window.location); // What is not ours in it stays, such as the language.
  ["q", ...PARTS].forEach((name) => url.searchParams.delete(name));
  for (const name of PARTS) {
    // A colleague who gets an article's address has none of our conversations.
    if (place[name] && !(name === "c" && place.a)) url.searchParams.set(name, place[name]);
  }
  return url;
}

function record(place, { replace = false, over = false } = {}) {
  here = place;
  const state = { citedRag: { c: place.c, turn: place.turn, over } };
  if (replace) {
    window.history.replaceState(state, "", addressOf(place));
    return;
  }
  window.history.replaceState({ citedRag: { ...own(), ...seen } }, "");
  // A setting of the entry that is left: the browser knows only where its view was after the click.
  window.history.scrollRestoration = "manual";
  window.history.pushState(state, "", addressOf(place));
  window.history.scrollRestoration = "auto";
}

const hrefOf = (id) => addressOf({ ...NOWHERE, c: id }).href;

// The conversation on the page has an id now, if the browser could keep it.
function address(isKept) {
  if (leaving) return; // The address is that of the next conversation already.
  const { over = false } = own();
  const place = { ...NOWHERE, ...here, c: isKept ? page.kept : null };
  // A link's question is asked once: reloading the page, or copying its address, asks nothing.
  record(place, { replace: true, over });
}

// The language that a reader chose stays in the address.
page.speak = (language) => {
  const url = new URL(window.location);
  url.searchParams.set("lang", language);
  window.history.replaceState(window.history.state, "", url);
};

// A forgotten conversation has no address any more.
function unaddress(id) {
  if (here?.c === id) address(page.kept !== null);
}

// --- going to a place ---------------------------------------------------------------------------

function visit(id) {
  if (id === page.kept && !here.tab && !here.a) return;
  record({ ...NOWHERE, c: id });
  go(here);
}

function go(place) {
  const mine = ++newest;
  going = going.then(() => (mine === newest ? bring(place) : null));
}

async function bring(place) {
  here = place;
  const reader = document.querySelector("dialog.rag-reader[open]");
  if (reader && (reader.dataset.a !== place.a || place.tab)) {
    closing = reader;
    reader.close();
  }
  await openTab(place.tab);
  if (place.c !== page.kept) await openConversation(place.c);
  if (place.tab === "articles") openListed(place.a);
  else if (place.a && !document.querySelector("dialog.rag-reader[open]")) {
    const { a: article, at, v, turn } = place;
    trigger("read", { article, at: at ?? "", v: v ?? "", turn: turn ?? "" });
  }
  if (!place.a && !place.tab) await lookAgain();
}

// Back in a conversation: the view and the focus are where they were when it was left, once.
async function lookAgain() {
  const { y, from, ...rest } = own();
  if (y === undefined) return;
  window.history.replaceState({ citedRag: rest }, "");
  // A tab or a conversation takes a moment to be drawn in full.
  const drawn = () => document.documentElement.scrollHeight - window.innerHeight >= y;
  for (let waited = 0; waited < PATIENCE / 5 && !drawn(); waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (busy) return; // Whoever does something here already keeps the view and the focus.
  window.scrollTo(0, y);
  if (!from) return;
  const openers = document.querySelectorAll(`#turn${from.turn} [data-act="${from.act}"]`);
  const opener = [...openers].find(({ dataset }) => dataset.article === from.article);
  opener?.focus({ preventScroll: true });
}

// Before the click does anything: a tab that is chosen moves the view at once.
document.addEventListener(
  "click",
  ({ target, isTrusted }) => {
    if (!isTrusted) return; // One of our own, which a person's click has led to.
    const { turn, act, article } = target.closest(".rag-turn [data-act]")?.dataset ?? {};
    seen = { y: window.scrollY, from: turn && { turn, act, article } };
  },
  true,
);

for (const name of ["keydown", "pointerdown", "input"]) {
  document.addEventListener(name, () => (busy = true), { capture: true, passive: true });
}

function told(name, accepts = () => true) {
  return new Promise((resolve) => {
    const hear = (event) => {
      if (!accepts(event.detail)) return;
      document.removeEventListener(name, hear);
      resolve();
    };
    document.addEventListener(name, hear);
    setTimeout(resolve, PATIENCE);
  });
}

async function openConversation(id) {
  const stop = document.querySelector("#rag-stop");
  if (stop?.checkVisibility()) {
    // What was answered so far is kept with the conversation that is left.
    const stopped = told("cited-rag:errand", ({ errand }) => errand === "keep");
    leaving = true;
    stop.click();
    await stopped;
    leaving = false;
  }
  let text;
  try {
    text = kept().find((one) => one.id === id)?.text;
  } catch {
    // The browser keeps nothing for this page.
  }
  if (text === undefined) {
    page.kept = null;
    trigger("leave", { unknown: id ? "yes" : "" });
    if (id) address(false);
    return;
  }
  const opened = told("cited-rag:errand");
  trigger("reopen", { id, text });
  await opened;
}

// It is kept already, and nothing in it is unfolded or chosen yet.
function reopened(id) {
  Object.assign(page, { kept: id, unfolded: new Set(), chosen: null, turn: null });
  document.querySelector("#rag-present .rag-turn")?.scrollIntoView({ block: "start" });
}

// --- tabs ---------------------------------------------------------------------------------------

// On a narrow screen, the page's library measures its tabs before it shows them.
async function tabButton(name) {
  for (let waited = 0; waited < PATIENCE; waited += 50) {
    const tab = document.getElementById(`rag-tab-${name}-button`);
    if (tab) return tab;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}

// A story through time is a view of the tab that compares.
const VIEWS = { compare: "compare", story: "compare" };
const shownView = () => document.documentElement.dataset.view ?? "compare";

async function openTab(name) {
  if (VIEWS[name]) page.showView(name);
  const tab = await tabButton(VIEWS[name] ?? (name || "ask"));
  if (!tab || tab.getAttribute("aria-selected") === "true") return;
  const drawn = name === "articles" ? told("cited-rag:listed") : null;
  chosen.push(VIEWS[name] ?? (name || ""));
  tab.click();
  await drawn;
}

// The choice may not be drawn yet; it asks for this again when it is.
page.showView = (name = shownView()) => {
  document.documentElement.dataset.view = name;
  for (const choice of document.querySelectorAll(".rag-views input")) choice.checked = choice.value === name;
};

// A tab that a person chose has a place of its own.
function tabChosen(name) {
  const tab = here?.tab ?? "";
  if (!here || (VIEWS[tab] ?? tab) === name) return;
  const place = VIEWS[name] ? shownView() : name || null;
  record({ ...NOWHERE, c: here.c, tab: place, a: name === "articles" ? listed : null });
}

// The page's library tells of a tab a moment after the click. Back and Forward may have led elsewhere by
// then, so a tab that `openTab` clicked on makes no place: its place is there already.
page.tabbed = (name) => {
  const known = chosen.indexOf(name);
  if (known < 0) tabChosen(name);
  else chosen.splice(0, known + 1);
};

page.viewed = (view) => {
  page.showView(view);
  if (here && here.tab !== view) record({ ...NOWHERE, c: here.c, tab: view });
};

// A button that leads to a tab, or to a view of one.
page.to = (name) => {
  if (VIEWS[name]) page.viewed(name);
  else tabChosen(name);
  openTab(name);
};

// --- articles -----------------------------------------------------------------------------------

// An article is closed: back to where it was opened, if that is the entry below.
function closed() {
  if (!here?.a) return;
  const { over } = own();
  const place = { ...here, a: null, at: null, v: null, turn: null };
  if (over) {
    here = place;
    busy = false;
    window.history.back();
  } else record(place, { replace: true });
}

document.addEventListener("cited-rag:article", ({ detail }) => {
  const { a, at = null, v = null, turn = null } = detail;
  if (a && a !== here?.a) record({ ...here, tab: null, a, at, v, turn }, { over: true });
});
document.addEventListener(
  "close",
  ({ target }) => {
    if (target.matches("dialog.rag-reader") && target !== closing) closed();
  },
  true,
);

// The list of articles shows an article in its own place.
function openListed(id) {
  if (listed === id) return;
  listed = id;
  const detail = id ? { act: "open_article", value: id } : { act: "close_article", value: "" };
  document.dispatchEvent(new CustomEvent("cited-rag:list", { detail }));
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("#rag-new")) {
    // At once: a question may be asked before the page is drawn empty.
    page.emptied();
    record({ ...NOWHERE });
  }
  const act = target.closest("[data-do]")?.dataset;
  if (!act || !here) return;
  if (act.do === "open_article") {
    listed = act.value;
    record({ ...NOWHERE, c: here.c, tab: "articles", a: act.value }, { over: true });
  } else if (act.do === "close_article" || act.do === "remove_article") {
    listed = null;
    closed();
  }
});

// --- arriving -----------------------------------------------------------------------------------

window.addEventListener("popstate", () => {
  if (!here) return;
  const place = placeInAddress();
  // `closed` has gone back already, and may have been followed by a key.
  if (PARTS.some((name) => place[name] !== here[name])) busy = false;
  go(place);
});

// Called once, when the page has its language.
page.arrive = () => {
  const place = placeInAddress();
  here = { ...NOWHERE, tab: place.tab };
  if (!new URL(window.location).searchParams.get("q")) go(place);
};
