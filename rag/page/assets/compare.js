// The choice between the views of the tab that compares. Runs once, with `element` and `watch` given
// by the page's library. places.js knows the view, which has an address.

element.addEventListener("change", ({ target }) => window.citedRag.viewed(target.value));
watch("value", () => window.citedRag.showView()); // Drawn anew in another language.
window.citedRag.showView();
