// The conversations that this browser keeps, and what the program asks of the browser: to keep one,
// to forget one, to save a file. Runs once, for the part with the list, with `element`, `trigger`
// and `watch` given by the page's library. Only this browser holds what is kept here, and whatever
// it holds is shown as text and checked by the program before it is used.

// `kept` is the id under which the conversation on the page is kept, or null.
const page = (window.citedRag ??= { kept: null });

const PREFIX = "cited-rag:conversation:";
const MOST = 30; // conversations
const MOST_CHARACTERS = 2_000_000; // of all together; browsers give a page some five million

function line(name) {
  const note = element.querySelector(".rag-kept-note");
  note.textContent = name ? note.dataset[name] : "";
}

// Newest first. What can't be read is dropped with a line.
function kept() {
  const found = [];
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    try {
      const { title, at, text } = JSON.parse(localStorage.getItem(key));
      found.push({ id: key.slice(PREFIX.length), title: `${title}`, at: Number(at), text: `${text}` });
    } catch {
      localStorage.removeItem(key);
      line("unreadable");
    }
  }
  return found.sort((one, other) => other.at - one.at);
}

function keep({ id, title, text }) {
  page.kept = id || page.kept || `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  if (id) {
    // It was opened again: it is kept already, and nothing in it is unfolded or chosen yet.
    Object.assign(page, { unfolded: new Set(), chosen: null, turn: null });
    return;
  }
  const older = kept().filter((one) => one.id !== page.kept);
  let size = text.length;
  const kicked = older.filter((one, rank) => {
    size += one.text.length;
    return rank >= MOST - 1 || size > MOST_CHARACTERS;
  });
  kicked.forEach((one) => localStorage.removeItem(PREFIX + one.id));
  try {
    if (text.length > MOST_CHARACTERS) throw new RangeError("too long");
    localStorage.setItem(PREFIX + page.kept, JSON.stringify({ title, at: Date.now(), text }));
    line(kicked.length ? "full" : "");
  } catch {
    line("failed");
  }
}

function save({ name, type, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function button(label, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "rag-button";
  made.textContent = label;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}

function list() {
  // Screen readers and browsers choose voice and fonts by the language of the whole page.
  document.documentElement.lang = element.querySelector(".rag-kept-part").lang;
  const entries = element.querySelector(".rag-kept-list");
  const { language, remove } = entries.dataset;
  let conversations = [];
  try {
    conversations = kept();
  } catch {
    line("failed"); // The browser keeps nothing for this page.
  }
  element.querySelector(".rag-kept-count").textContent = conversations.length;
  element.querySelector(".rag-kept-none").hidden = conversations.length > 0;
  element.querySelector(".rag-kept-all").hidden = conversations.length === 0;
  entries.replaceChildren(
    ...conversations.map(({ id, title, at, text }) => {
      const entry = document.createElement("li");
      const day = document.createElement("time");
      day.textContent = new Date(at).toLocaleDateString(language);
      const open = button(title, title, () => trigger("reopen", { id, text }));
      open.classList.add("rag-kept-open");
      if (id === page.kept) open.setAttribute("aria-current", "true");
      const away = button("✕", remove.replace("{}", title), () => {
        forget(id);
        list();
      });
      entry.append(open, day, away);
      return entry;
    }),
  );
}

function forget(id) {
  localStorage.removeItem(PREFIX + id);
  if (page.kept === id) page.kept = null;
}

element.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-forget-all]")) return;
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => localStorage.removeItem(key));
  page.kept = null;
  element.querySelector(".rag-kept-all").open = false;
  list();
});

// Another tab of this browser has kept or forgotten something.
window.addEventListener("storage", list);

document.addEventListener("cited-rag:errand", ({ detail }) => {
  line("");
  if (detail.errand === "keep") keep(detail);
  else if (detail.errand === "forget") forget(detail.id);
  else save(detail);
  list();
});

watch("value", list);
list();
