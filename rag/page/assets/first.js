// The first view, before the page itself has come. It takes the question, and hands it over.
// `citedRag.handOver` is called once by chat.js: it takes the view away, and returns what was asked.
(() => {
  const view = document.getElementById("rag-first");
  const form = view.querySelector("form");
  const box = view.querySelector("textarea");
  const status = view.querySelector('[role="status"]');
  let asked = "";
  let composing = false;
  box.focus();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!box.value.trim()) return;
    asked = box.value;
    status.textContent = status.dataset.waiting;
  });
  box.addEventListener("input", () => {
    // Whoever types on has not finished asking.
    asked = "";
    status.textContent = "";
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.addEventListener("compositionstart", () => (composing = true));
  box.addEventListener("compositionend", () => (composing = false));

  window.citedRag ??= { kept: null };
  window.citedRag.handOver = async () => {
    // A word that is being composed would be lost.
    while (composing) await new Promise((done) => setTimeout(done, 100));
    const { value, selectionStart, selectionEnd } = box;
    const focused = document.activeElement === box;
    view.remove();
    const real = document.querySelector("#rag-question textarea");
    if (!asked && value && real) {
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(real, value);
      real.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (focused && real) {
      real.focus();
      real.setSelectionRange(selectionStart, selectionEnd);
    }
    return asked;
  };
})();
