// What follows the set-up of a model: the focus goes to its heading, the question that led there is
// asked again, or the reader goes back to its answer. Runs once, with `element` and `watch` given by the page's library.
let done;
watch("value", () => {
  const { errand, number, turn, question } = { ...element.firstElementChild?.dataset };
  if (!errand || number === done) return;
  done = number;
  if (errand === "focus") {
    // The parts of the set-up are drawn a moment later.
    setTimeout(() => document.querySelector(".rag-set-up-head h2")?.focus(), 300);
    return;
  }
  document.querySelector('#rag-tabs button[role="tab"]').click();
  if (errand === "back") {
    setTimeout(() => document.querySelector(`#turn${turn} [data-act="set_up"]`)?.focus(), 300);
    return;
  }
  // The settings of the same update reach the page's store a moment later.
  setTimeout(() => window.citedRag.act(turn ? { act: "ask", turn } : { act: "ask", question }), 300);
});
