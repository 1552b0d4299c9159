// Runs once for each part of the articles tab that something happens in, with `element`, `trigger`
// and `watch` given by the page's library: the place for uploads, and the list with the article.
const ACTIONS = ["open_article", "close_article", "turn_page", "remove_article"];

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button?.dataset.do === "correct_article") {
    const boxes = [...button.parentElement.querySelectorAll("[data-field]")];
    const fields = boxes.map((box) => [box.dataset.field, box.value]);
    trigger("correct_article", { value: button.dataset.value, ...Object.fromEntries(fields) });
  } else if (button && ACTIONS.includes(button.dataset.do)) {
    trigger(button.dataset.do, { value: button.dataset.value, whole: button.dataset.whole });
  }
});

// The page's address asks for an article or for the list (places.js). Both are in one of the parts.
document.addEventListener("cited-rag:list", ({ detail }) => {
  if (element.querySelector(".rag-list, .rag-reading")) trigger(detail.act, { value: detail.value });
});

// What a reader opened or came back to takes the focus, once: a change of the page's language
// draws the part without it.
watch("value", () => element.querySelector("[data-focus]")?.focus());

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
  const outlet = element.querySelector(".rag-outlet-of-files input")?.value ?? "";
  trigger("files_sent", { tokens, lost, count: files.length, outlet });
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
