// The library's own messages, of a server that went away or an event that failed, are in English and
// in its own words: replace them by ours, in the page's language. Runs once, with `element` and `watch`
// given.
function reword(toast) {
  const words = element.querySelector("[data-offline]")?.dataset;
  if (!words) return;
  const body = toast.querySelector('[data-testid="toast-text"]');
  const title = toast.querySelector(".toast-title-row span");
  const said = `${title?.textContent} ${body?.textContent}`;
  // What is said already in the page's language keeps its kind when the language changes.
  const kind = (toast.dataset.kind ??= /connection|network|fetch/i.test(said)
    ? "offline"
    : /busy|queue/i.test(said)
      ? "busy"
      : "failed");
  const name = [...(title?.childNodes ?? [])].find((node) => node.nodeType === Node.TEXT_NODE);
  const line = words[kind];
  if (name) name.nodeValue = kind === "offline" ? words.offlineTitle : words.failedTitle;
  if (body && body.textContent !== line) body.textContent = line;
  toast.querySelector('[data-testid="toast-close"]')?.setAttribute("aria-label", words.close);
  toast.lang = element.querySelector("[data-offline]").lang;
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      if (node.matches('[data-testid="toast-body"]')) reword(node);
      node.querySelectorAll('[data-testid="toast-body"]').forEach(reword);
    }
  }
}).observe(document.body, { childList: true, subtree: true });

watch("value", () => document.querySelectorAll('[data-testid="toast-body"]').forEach(reword));
