// The library's own messages, of a server that went away or an event that failed, are in English and
// in its own words: replace them by ours, in the page's language. Runs once, with `element` given.
function reword(toast) {
  const words = element.querySelector("[data-offline]")?.dataset;
  if (!words) return;
  const body = toast.querySelector('[data-testid="toast-text"]');
  const title = toast.querySelector(".toast-title-row span");
  const said = `${title?.textContent} ${body?.textContent}`;
  const lost = /connection|network|fetch/i.test(said);
  const busy = /busy|queue/i.test(said);
  const name = [...(title?.childNodes ?? [])].find((node) => node.nodeType === Node.TEXT_NODE);
  const line = lost ? words.offline : busy ? words.busy : words.failed;
  if (name) name.nodeValue = lost ? words.offlineTitle : words.failedTitle;
  if (body && body.textContent !== line) body.textContent = line;
  toast.querySelector('[data-testid="toast-close"]')?.setAttribute("aria-label", words.close);
  toast.lang = document.documentElement.lang;
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
