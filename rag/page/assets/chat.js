// Runs once for each of the two parts of the conversation (the turns before, and the present
// one), with `element` and `watch` given by the page's library. Both share one state, because a
// turn moves from one part to the other when the next question is asked.
const page = (window.citedRag ??= { unfolded: new Set(), chosen: null, turn: null });

function markChosen() {
  document.querySelectorAll("[data-chosen]").forEach((node) => node.removeAttribute("data-chosen"));
  const target = page.chosen && document.getElementById(page.chosen);
  if (!target) return;
  target.setAttribute("data-chosen", "");
  // A quote that overlaps another is in several pieces, and stands in the whole article as well.
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
  for (let node = target; node; node = node.parentElement) {
    if (node.tagName === "DETAILS") node.open = true;
  }
  page.chosen = id;
  markChosen();
  const panel = target.closest(".rag-sources");
  if (panel && panel.scrollHeight > panel.clientHeight) {
    const offset = target.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    panel.scrollTop += offset - panel.clientHeight / 3;
    target.scrollIntoView({ block: "nearest" });
  } else {
    target.scrollIntoView({ block: "center" });
  }
  target.focus({ preventScroll: true });
}

element.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (!link) return;
  event.preventDefault();
  goTo(link.dataset.goto);
});

element.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.id) return;
    if (target.open) page.unfolded.add(target.id);
    else page.unfolded.delete(target.id);
  },
  true,
);

// Each new piece of the answer draws the part anew, which folds and unmarks everything: put back
// what the reader had unfolded and chosen.
watch("value", () => {
  if (!document.querySelector(".rag-turn")) {
    Object.assign(page, { unfolded: new Set(), chosen: null, turn: null });
    return;
  }
  page.unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  markChosen();
  const asked = element.querySelector('.rag-turn[aria-busy="true"]');
  if (asked && asked.id !== page.turn) {
    page.turn = asked.id;
    asked.scrollIntoView({ block: "start" });
  }
});
