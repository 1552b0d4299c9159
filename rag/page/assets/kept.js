// The conversations that this browser keeps, and what the program asks of the browser: to keep one,
// to forget one, to save a file. Runs once, together with drawer.js and places.js, for the part with
// the history, with `element`, `trigger` and `watch` given by the page's library. Only this browser
// holds what is kept here, and whatever it holds is shown as text and checked by the program before
// it is used.

// `kept` is the id under which the conversation on the page is kept, or null.
const page = (window.citedRag ??= { kept: null });

const PREFIX = "cited-rag:conversation:";
const MOST = 30; // conversations
const MOST_CHARACTERS = 2_000_000; // of all together; browsers give a page some five million

function line(name) {
  const note = element.querySelector(".rag-kept-note");
  note.textContent = name ? note.dataset[name] : "";
}

// Newest first. `name` is the title that the reader gave. What can't be read is dropped with a line.
function kept() {
  const found = [];
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    try {
      const { title, name, at, text } = JSON.parse(localStorage.getItem(key));
      found.push({
        id: key.slice(PREFIX.length),
        title: `${name || title}`,
        name: name ? `${name}` : undefined,
        at: Number(at),
        text: `${text}`,
      });
    } catch {
      localStorage.removeItem(key);
      line("unreadable");
    }
  }
  return found.sort((one, other) => other.at - one.at);
}

function store(id, { title, name, at, text }) {
  localStorage.setItem(PREFIX + id, JSON.stringify({ title, name, at, text }));
}

// Keeps the conversation on the page. Returns whether the browser had room for it.
function keep({ title, text }) {
  // A conversation is kept several times: the line of the first time stays.
  if (page.kept === null) line("");
  page.kept ??= `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  try {
    const before = kept();
    const own = before.find((one) => one.id === page.kept);
    let size = text.length;
    const kicked = before
      .filter((one) => one !== own)
      .filter((one, rank) => {
        size += one.text.length;
        return rank >= MOST - 1 || size > MOST_CHARACTERS;
      });
    kicked.forEach((one) => localStorage.removeItem(PREFIX + one.id));
    if (text.length > MOST_CHARACTERS) throw new RangeError("too long");
    store(page.kept, { title, name: own?.name, at: Date.now(), text });
    if (kicked.length) line("full");
    return true;
  } catch {
    line("failed");
    return false;
  }
}

// A file that is not text comes as base64.
function save({ name, type, text, base64 }) {
  const link = document.createElement("a");
  const bytes = base64 && Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  link.href = URL.createObjectURL(new Blob([bytes || text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function forget(id) {
  localStorage.removeItem(PREFIX + id);
  if (page.kept === id) page.kept = null;
  unaddress(id);
}

document.addEventListener("cited-rag:errand", ({ detail }) => {
  if (detail.id) line("");
  if (detail.errand === "keep" && detail.id) reopened(detail.id);
  else if (detail.errand === "keep") address(keep(detail));
  else if (detail.errand === "forget") forget(detail.id);
  else if (detail.errand === "save") save(detail);
  list();
});
