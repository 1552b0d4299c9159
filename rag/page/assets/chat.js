// What a reader does in the conversation. Runs once, for the part that shows the present turn,
// with `element`, `trigger` and `watch` given by the page's library. It listens on the whole page,
// because a turn moves to the part before it when the next question is asked.

// Events that buttons (data-act) send to the program, with what else their data says.
const ACTS = ["ask", "edit", "cancel", "read", "set_up", "export", "share_answer"];

// What the scripts of the page share; `kept` is told of in kept.js.
const page = Object.assign((window.citedRag ??= { kept: null }), {
  unfolded: new Set(), // ids of what the reader has unfolded
  chosen: null, // id of the source or marker that the reader was led to
  turn: null, // id of the turn being answered that was scrolled to when it was asked
  followed: false, // whether the view goes along with the end of that turn's answer
  redrawn,
  emptied,
  act, // send what a button would send
});

const box = document.getElementById("rag-composer");

// --- from markers to sources and back -----------------------------------------------------------

function markChosen() {
  document.querySelectorAll("[data-chosen]").forEach((node) => node.removeAttribute("data-chosen"));
  const target = page.chosen && document.getElementById(page.chosen);
  if (!target) return;
  target.setAttribute("data-chosen", "");
  // A quote that overlaps another is in several pieces.
  const marker = /-source(\d+)$/.exec(target.id)?.[1];
  if (!marker) return;
  target
    .closest(".rag-turn")
    .querySelectorAll(`mark[data-markers~="${marker}"]`)
    .forEach((node) => node.setAttribute("data-chosen", ""));
}

function goTo(id) {
  const target = document.getElementById(id);
  if (!target) return;
  hidePopover();
  for (let node = target; node; node = node.parentElement) {
    if (node.tagName === "DETAILS") node.open = true;
  }
  page.chosen = id;
  markChosen();
  const panel = target.closest(".rag-sources");
  if (panel) unfold(panel);
  if (panel && panel.scrollHeight > panel.clientHeight) {
    const offset = target.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    panel.scrollTop += offset - panel.clientHeight / 3;
    target.scrollIntoView({ block: "nearest" });
  } else {
    target.scrollIntoView({ block: "center" });
  }
  target.focus({ preventScroll: true });
}

// --- the quote beside its marker ----------------------------------------------------------------

const GAP = 6; // pixels between a marker and its popover, and between the popover and the edges
const LINGER = 250; // milliseconds in which the pointer may move from the one to the other
let marker = null;
let popover = null;
let leaving = 0;

function showPopover(link) {
  clearTimeout(leaving);
  const wanted = document.getElementById(link.dataset.popover);
  if (popover && popover !== wanted) hidePopover();
  if (!wanted) return;
  marker = link;
  popover = wanted;
  if (!popover.matches(":popover-open")) popover.showPopover();
  place();
}

function hidePopover() {
  clearTimeout(leaving);
  if (popover?.isConnected && popover.matches(":popover-open")) popover.hidePopover();
  marker = popover = null;
}

// Above the marker or below it, wherever there is more room: never over it.
function place() {
  if (!popover) return;
  if (!marker.isConnected || !popover.isConnected) return hidePopover();
  const at = marker.getBoundingClientRect();
  const above = at.top - 2 * GAP;
  const below = window.innerHeight - at.bottom - 2 * GAP;
  popover.style.maxHeight = "none";
  const under = popover.offsetHeight <= below || below >= above;
  popover.style.maxHeight = `${under ? below : above}px`;
  popover.style.top = `${under ? at.bottom + GAP : at.top - GAP - popover.offsetHeight}px`;
  const rightmost = document.documentElement.clientWidth - popover.offsetWidth - GAP;
  popover.style.left = `${Math.max(GAP, Math.min(at.left - GAP, rightmost))}px`;
}

function leave() {
  clearTimeout(leaving);
  leaving = setTimeout(hidePopover, LINGER);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse" || !event.target.closest) return;
  const link = event.target.closest(".rag-marker");
  if (link) showPopover(link);
  else if (event.target.closest(".rag-popover")) clearTimeout(leaving);
  else if (popover && document.activeElement !== marker) leave();
});
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".rag-marker:focus-visible")) showPopover(target);
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (target === marker && !popover.contains(relatedTarget)) leave();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !popover) return;
  event.preventDefault();
  hidePopover();
});
window.addEventListener("scroll", place, { capture: true, passive: true });
window.addEventListener("resize", place);

// --- clicks -------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (link) {
    event.preventDefault();
    // A finger can't hover: its first tap shows the quote, its second one leads to the article.
    const first = event.pointerType === "touch" && link.dataset.popover && link !== marker;
    if (first) showPopover(link);
    else goTo(link.dataset.goto);
    return;
  }
  if (popover && !popover.contains(event.target)) hidePopover();
  const tab = event.target.closest("button[data-tab]");
  if (tab) {
    window.citedRag.to(tab.dataset.tab);
    if (!tab.dataset.act) return;
  }
  const folded = event.target.closest("[data-unfold]")?.closest(".rag-sources");
  if (folded) {
    unfold(folded);
    folded.querySelector("a, button").focus({ preventScroll: true });
    return;
  }
  const button = event.target.closest("[data-act], button[data-copy]");
  if (!button) return;
  if (button.href) {
    // A link to an article opens it over the page, unless another tab or window is wanted.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
  }
  if (button.dataset.copy) copy(button);
  else if (ACTS.includes(button.dataset.act)) act(button.dataset);
});

function act({ act, ...data }) {
  trigger(act, data);
  if (act === "edit" || act === "cancel") document.querySelector("#rag-question textarea").focus();
}

async function copy(button) {
  const status = button.parentElement.querySelector('[role="status"]');
  try {
    const { copy: plain, rich } = button.dataset;
    if (rich && window.ClipboardItem) {
      // Word and WeChat take the rich text with its links, a plain field takes the plain text.
      const parts = Object.entries({ "text/plain": plain, "text/html": rich });
      const blobs = parts.map(([type, text]) => [type, new Blob([text], { type })]);
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    } else await navigator.clipboard.writeText(plain);
    status.textContent = button.dataset.copied;
  } catch {
    // Browsers keep the clipboard from pages that come over plain HTTP from another machine.
    status.textContent = button.dataset.failed;
  }
  setTimeout(() => (status.textContent = ""), 4000);
}

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.tagName !== "DETAILS" || !target.closest(".rag-turn")) return;
    if (target.open) page.unfolded.add(target.id);
    else page.unfolded.delete(target.id);
  },
  true,
);

// --- the sources of earlier turns -----------------------------------------------------------------

const BESIDE = window.matchMedia("(min-width: 64rem)"); // as in page.css

// Sources push the next turn away by no more than the height of their answer, but their first one is
// always seen.
function fold() {
  document.querySelectorAll(".rag-sources").forEach((sources) => {
    const answer = sources.parentElement.querySelector(".rag-answer");
    const first = sources.querySelector(".rag-card") ?? sources.lastElementChild;
    const limit = Math.max(
      answer.offsetHeight * (BESIDE.matches ? 2 : 1),
      first.offsetTop + first.offsetHeight,
    );
    const last = element.contains(sources);
    const long = !last && !page.unfolded.has(sources.id) && sources.scrollHeight > limit;
    sources.classList.toggle("rag-folded", long);
    sources.style.height = long ? `${limit}px` : "";
  });
}

function unfold(sources) {
  page.unfolded.add(sources.id);
  fold();
}

BESIDE.addEventListener("change", fold);
// The keyboard reaches what is folded too.
document.addEventListener("focusin", ({ target }) => {
  const folded = target.closest(".rag-folded");
  if (folded && !target.matches("[data-unfold]")) unfold(folded);
});

// --- drawn anew ---------------------------------------------------------------------------------

// An answer that is there before anyone can have read it is read from its start: the view goes along
// only with one that grows for longer, in milliseconds.
const READING = 1500;

// Each new piece of the answer draws its part anew, which folds and unmarks everything: put back
// what the reader had unfolded, chosen and opened.
function redrawn() {
  // A checked draft looks like a turn, but is none.
  if (!document.querySelector("article.rag-turn")) {
    emptied();
    return;
  }
  page.unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  fold();
  markChosen();
  place();
  const asked = element.querySelector('.rag-turn[aria-busy="true"]');
  // Scrolled to when it was asked (also when the same is asked again).
  if (!asked) page.turn = null;
  else if (asked.id !== page.turn) {
    page.turn = asked.id;
    // What is chosen has been used: the chooser would cover the answer.
    document.querySelector(".rag-scope:popover-open")?.hidePopover();
    page.followed = true;
    page.answering = null;
    asked.scrollIntoView({ block: "start" });
  } else if (page.followed && answering(asked) > READING) {
    const hidden = asked.querySelector(".rag-answer").getBoundingClientRect().bottom + 2 * GAP;
    window.scrollBy(0, Math.max(0, hidden - box.getBoundingClientRect().top));
  }
}

// A new conversation begins: nothing of it is kept, unfolded or chosen yet.
function emptied() {
  Object.assign(page, { unfolded: new Set(), chosen: null, turn: null, kept: null });
}

// Milliseconds for which an answer has been growing.
function answering(asked) {
  if (asked.querySelector(".rag-statement")) page.answering ??= performance.now();
  return page.answering ? performance.now() - page.answering : 0;
}

// Once readers have done anything outside the question box, where they go is theirs to choose.
for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  const leaveThere = ({ target }) => {
    if (!box.contains(target)) page.followed = false;
  };
  document.addEventListener(name, leaveThere, { capture: true, passive: true });
}

watch("value", redrawn);

// --- the beginning ------------------------------------------------------------------------------

// The page works: ask what was asked in the first view (first.js), or by the address (`/?q=…`).
page.begin = async () => {
  page.begin = null;
  const asked = await page.handOver?.();
  const question = asked || new URLSearchParams(window.location.search).get("q");
  if (question) trigger("ask", { question });
};
if (page.loaded) page.begin();

// The question box covers the end of the view; page.css keeps answers clear of its height.
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--rag-bar", `${box.offsetHeight}px`);
}).observe(box);
