// The whole article, in a dialog over the page. Runs once, with `element`, `props` and `watch`
// given by the page's library. places.js gives it an address.

watch("value", () => {
  const dialog = element.querySelector("dialog");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("mark")?.scrollIntoView({ block: "center" });
  document.dispatchEvent(new CustomEvent("cited-rag:article", { detail: { ...dialog.dataset } }));
});

element.addEventListener("click", ({ target }) => {
  if (target.tagName === "DIALOG") target.close(); // A click beside the article.
});

// Emptied, so that the same article can be opened again.
element.addEventListener("close", () => (props.value = ""), true);
