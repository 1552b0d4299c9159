// Saves the report of a check as a file. Runs once, with `element` given by the page's library.

element.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-report]");
  if (!button) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([button.dataset.text], { type: "text/markdown" }));
  link.download = button.dataset.report;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});
