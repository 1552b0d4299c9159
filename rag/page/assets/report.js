// Saves a report as a file: of a check, a comparison or a story. Runs once, with `element` given by
// the page's library.

element.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-report]");
  if (!button) return;
  const { report, text, type = "text/markdown" } = button.dataset;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = report;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});
