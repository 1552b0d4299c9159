// The whole article, in a dialog over the page. Runs once, with `element`, `props` and `watch`
// given by the page's library.

watch("value", () => {
  const dialog = element.querySelector("dialog");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  window.history.pushState({ reader: true }, ""); // Going back closes it.
  dialog.querySelector("mark")?.scrollIntoView({ block: "center" });
});

element.addEventListener("click", ({ target }) => {
  if (target.tagName === "DIALOG") target.close(); // A click beside the article.
});

window.addEventListener("popstate", () => element.querySelector("dialog[open]")?.close());

element.addEventListener(
  "close",
  () => {
    props.value = ""; // So that the same article can be opened again.
    if (window.history.state?.reader) window.history.back();
  },
  true,
);
