// The dialog with the address of a shared answer. Runs once, with `element`, `props`, `trigger` and
// `watch` given by the page's library.

watch("value", () => {
  const dialog = element.querySelector("dialog");
  if (!dialog || dialog.open) return;
  const field = dialog.querySelector("[data-token]");
  // Only the browser knows at which address readers reach the page.
  field.value = new URL(`s/${field.dataset.token}`, document.baseURI).href;
  dialog.querySelector("[data-copy]").dataset.copy = field.value;
  dialog.showModal();
  field.select();
});

element.addEventListener("click", ({ target }) => {
  const { do: wanted, value } = target.closest("button[data-do]")?.dataset ?? {};
  if (wanted === "stop_sharing") trigger("stop_sharing", { value });
});

// Taken away, so that the next one opens. The mark of the owner stays.
element.addEventListener(
  "close",
  () => (props.value = element.querySelector(".rag-may-share").outerHTML),
  true,
);
