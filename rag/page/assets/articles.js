// Runs once for each part of the articles tab that something happens in, with `element`, `trigger`
// and `watch` given by the page's library: the place for uploads, and the list with the article.
const ACTIONS = ["open_article", "close_article", "turn_page", "remove_article"];

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button && ACTIONS.includes(button.dataset.do)) {
    trigger(button.dataset.do, { value: button.dataset.value });
    if (button.dataset.do === "open_article") go(button.dataset.value, "pushState");
    if (button.dataset.do === "close_article") go(null, "pushState");
  }
});

watch("value", () => {
  // What a reader opened or came back to takes the focus, once: a change of the page's language
  // draws the part without it.
  element.querySelector("[data-focus]")?.focus();
  openAddressed();
});

// --- an article's address: /?a=ID ------------------------------------------------------------

let tried = null; // the address that was opened last, so that a wrong one is tried once

const addressed = () => new URL(window.location).searchParams.get("a");

function go(id, how) {
  tried = id;
  const address = new URL(window.location);
  address.searchParams.delete("a");
  if (id) address.searchParams.set("a", id);
  window.history[how](null, "", address);
}

// Open the article that the address names, once the list is there.
function openAddressed() {
  const id = addressed();
  if (element.querySelector(".rag-reading") || !element.querySelector(".rag-list")) return;
  if (id && id !== tried) {
    tried = id;
    trigger("open_article", { value: id });
  } else if (id) {
    go(null, "replaceState"); // There is no such article, or no longer.
  }
}

window.addEventListener("popstate", () => {
  const reading = element.querySelector(".rag-reading");
  if (!reading && !element.querySelector(".rag-list")) return; // The part for uploads.
  const id = addressed();
  if (id !== tried) trigger(id ? "open_article" : "close_article", { value: id });
  tried = id;
});

// --- uploads ---------------------------------------------------------------------------------

let sending = false;

function post(file, limit, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", new URL("articles/upload", document.baseURI));
    // A lone surrogate has no percent-encoding.
    request.setRequestHeader(
      "X-File-Name",
      encodeURIComponent(file.name.replace(/\p{Surrogate}/gu, "\ufffd")),
    );
    request.setRequestHeader("X-File-Size", file.size);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => resolve(request.status === 200 ? request.responseText : null);
    request.onerror = () => resolve(null);
    // The size alone is enough to have a file refused that is too large.
    request.send(file.size > limit ? null : file);
  });
}

function show(done, total, line) {
  const place = element.querySelector(".rag-sending");
  if (!place.firstChild) {
    place.append(document.createElement("p"), document.createElement("progress"));
    place.lastChild.setAttribute("aria-hidden", "true");
  }
  place.firstChild.textContent = line;
  place.lastChild.max = Math.max(total, 1);
  place.lastChild.value = done;
}

async function send(files) {
  const words = element.querySelector(".rag-drop")?.dataset;
  if (!words || !files.length || sending) return;
  if (files.length > Number(words.mostFiles)) {
    trigger("files_sent", { tokens: [], lost: [], count: files.length });
    return;
  }
  sending = true;
  const limit = Number(words.mostBytes);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const tokens = [];
  const lost = [];
  let done = 0;
  for (const [index, file] of files.entries()) {
    // The part may be drawn anew meanwhile, in the other language.
    const line = element
      .querySelector(".rag-drop")
      .dataset.sending.replace(/\{(\d)\}/g, (_, n) => [index + 1, files.length, file.name][n]);
    show(done, total, line);
    const token = await post(file, limit, (loaded) => show(done + loaded, total, line));
    if (token) tokens.push(token);
    else lost.push(file.name);
    done += file.size;
  }
  sending = false;
  element.querySelector(".rag-sending").replaceChildren();
  element.querySelector("input[type=file]").value = "";
  trigger("files_sent", { tokens, lost, count: files.length });
}

element.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) send([...event.target.files]);
});

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  element.addEventListener(name, (event) => {
    const zone = event.target.closest(".rag-drop");
    if (!zone) return;
    event.preventDefault();
    zone.toggleAttribute("data-over", name === "dragenter" || name === "dragover");
    if (name === "drop") send([...event.dataTransfer.files]);
  });
}
