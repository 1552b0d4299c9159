// Ticking the articles that questions are asked of. Runs once, for the part with the list and the
// article, with `element`, `trigger` and `watch` given by the page's library.

// What was changed here and may not have reached the program yet, by the article's id: a list that
// was drawn before must not undo it.
const changed = new Map();
let number = 0; // of the last message
const MOST = 500; // ids that the program takes at once

element.addEventListener("change", ({ target }) => {
  if (!target.matches(".rag-tick")) return;
  const boxes = [...element.querySelectorAll(".rag-tick")];
  const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
  const list = target.closest(".rag-list")?.dataset;
  if (list && ticked.length + Number(list.tickedElsewhere) > Number(list.mostTicks)) {
    target.checked = false;
    target.setCustomValidity(list.tooMany);
    target.reportValidity();
    target.setCustomValidity("");
    return;
  }
  changed.delete(target.value);
  changed.set(target.value, target.checked);
  // All that changed is sent each time, with a number: the program takes nothing that is older than
  // the last it got, since what is sent first need not be there first.
  const all = (state) => [...changed].filter(([, on]) => on === state).map(([id]) => id).slice(-MOST);
  trigger("tick", { number: ++number, ticked: all(true), unticked: all(false) });
});

// What a person has changed no longer follows its attribute, and a box is used for another article
// when the list is drawn anew.
watch("value", () => {
  for (const box of element.querySelectorAll(".rag-tick")) {
    if (changed.get(box.value) === box.defaultChecked) changed.delete(box.value);
    box.checked = changed.get(box.value) ?? box.defaultChecked;
  }
});

// A label that is removed takes ticks away.
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-drop]")) changed.clear();
});
