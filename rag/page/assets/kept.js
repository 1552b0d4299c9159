// The conversations that this browser keeps, in a drawer, each with an address of its own
// (/?c=ID); and what the program asks of the browser: to keep one, to forget one, to save a file.
// Runs once, for the part with the drawer, with `element`, `trigger` and `watch` given by the
// page's library. Only this browser holds what is kept here, and whatever it holds is shown as text
// and checked by the program before it is used.

// `kept` is the id under which the conversation on the page is kept, or null.
const page = (window.citedRag ??= { kept: null });

const PREFIX = "cited-rag:conversation:";
const MOST = 30; // conversations
const MOST_CHARACTERS = 2_000_000; // of all together; browsers give a page some five million

const part = (name) => element.querySelector(`.rag-kept-${name}`);

// Say the line of that name, or nothing, with a button beside it if there is something to do.
function line(name, value = "", act = null) {
  const words = part("note").dataset;
  // Behind the open drawer nothing is seen.
  const place = part(part("drawer").open ? "told" : "note");
  ["note", "told"].forEach((other) => (part(other).textContent = ""));
  place.textContent = name ? words[name].replace("{}", value) : "";
  if (act) place.append(" ", button(words.undo, words.undo, act));
}

// --- what is kept -------------------------------------------------------------------------------

// Newest first. What can't be read is dropped with a line.
function kept() {
  const found = [];
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    try {
      const { title, at, text, named } = JSON.parse(localStorage.getItem(key));
      const id = key.slice(PREFIX.length);
      found.push({ id, title: `${title}`, at: Number(at), text: `${text}`, named: named === true });
    } catch {
      localStorage.removeItem(key);
      line("unreadable");
    }
  }
  return found.sort((one, other) => other.at - one.at);
}

function put({ id, ...rest }) {
  localStorage.setItem(PREFIX + id, JSON.stringify(rest));
}

function keep({ id, title, text }) {
  if (id) {
    // It was opened again: it is kept already, and nothing in it is unfolded or chosen yet.
    Object.assign(page, { kept: id, unfolded: new Set(), chosen: null, turn: null });
    go(id, "pushState");
    return;
  }
  page.kept ??= `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const all = kept();
  const before = all.find((one) => one.id === page.kept);
  const older = all.filter((one) => one !== before);
  let size = text.length;
  const kicked = older.filter((one, rank) => {
    size += one.text.length;
    return rank >= MOST - 1 || size > MOST_CHARACTERS;
  });
  kicked.forEach((one) => localStorage.removeItem(PREFIX + one.id));
  try {
    if (text.length > MOST_CHARACTERS) throw new RangeError("too long");
    const named = before?.named ?? false;
    put({ id: page.kept, title: named ? before.title : title, at: Date.now(), text, named });
    line(kicked.length ? "full" : "");
    go(page.kept, "replaceState");
  } catch {
    line("failed");
  }
}

function forget(id) {
  localStorage.removeItem(PREFIX + id);
  if (page.kept !== id) return;
  page.kept = null;
  go(null, "replaceState");
}

function save({ name, type, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// --- addresses ----------------------------------------------------------------------------------

const addressed = () => new URL(window.location).searchParams.get("c");

// `how` is the method of the browser's history: a new entry, or another address for this one.
function go(id, how) {
  if (addressed() === id) return;
  const address = new URL(window.location);
  ["q", "c", "a"].forEach((name) => address.searchParams.delete(name));
  if (id) address.searchParams.set("c", id);
  window.history[how](null, "", address);
}

function open(id) {
  const found = kept().find((one) => one.id === id);
  if (found) trigger("reopen", { id, text: found.text });
  else {
    line("unknown");
    go(page.kept, "replaceState");
  }
}

// The page has its language, and no conversation yet.
page.arrived = () => {
  if (addressed() && !page.kept) open(addressed());
  // The tab of the articles opens the one that the address names (articles.js).
  if (new URL(window.location).searchParams.has("a")) {
    document.getElementById("rag-tab-articles-button")?.click();
  }
};
// A new conversation was begun.
page.begun = () => go(null, "pushState");

window.addEventListener("popstate", () => {
  const id = addressed();
  if (id === page.kept) return;
  if (document.querySelector('.rag-turn[aria-busy="true"]')) {
    go(page.kept, "pushState");
    line("busy");
  } else if (id) open(id);
  else document.querySelector("#rag-new")?.click();
});

// --- the drawer ---------------------------------------------------------------------------------

function button(label, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "rag-button";
  made.textContent = label;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}

function rename(entry, one) {
  const box = document.createElement("input");
  box.value = one.title;
  box.maxLength = 200;
  box.setAttribute("aria-label", part("list").dataset.rename.replace("{}", one.title));
  let done = false;
  const end = (stored) => {
    if (done) return;
    done = true;
    const title = box.value.trim();
    if (stored && title) put({ ...one, title, named: true });
    list();
    part("list").querySelector(`[data-id="${CSS.escape(one.id)}"] button`)?.focus();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // Escape would close the drawer.
    end(event.key === "Enter");
  });
  box.addEventListener("blur", () => end(true));
  entry.replaceChildren(box);
  box.focus();
}

function remove(one) {
  forget(one.id);
  list();
  line("deleted", one.title, () => {
    put(one);
    line("");
    list();
  });
  part("search").focus();
}

// What a person would look for: the title, the questions and the answers.
function wordsOf({ title, text }) {
  try {
    const turns = JSON.parse(text);
    const said = turns.flatMap(({ question, answer }) => [
      question,
      ...(answer?.statements ?? []).map((statement) => statement.text),
    ]);
    return { turns: turns.length, words: [title, ...said].join("\n").toLowerCase() };
  } catch {
    return { turns: 0, words: title.toLowerCase() };
  }
}

function row(one, turns) {
  const { language, remove: removing, rename: renaming, turns: counted } = part("list").dataset;
  const entry = document.createElement("li");
  entry.dataset.id = one.id;
  const details = document.createElement("span");
  details.className = "rag-kept-details";
  const day = new Date(one.at).toLocaleDateString(language);
  details.textContent = turns ? `${day} · ${counted.replace("{}", turns)}` : day;
  const opening = button(one.title, one.title, () => {
    part("drawer").close();
    open(one.id);
  });
  opening.classList.add("rag-kept-open");
  if (one.id === page.kept) opening.setAttribute("aria-current", "true");
  const naming = button("✎", renaming.replace("{}", one.title), () => rename(entry, one));
  const away = button("✕", removing.replace("{}", one.title), () => remove(one));
  entry.append(opening, details, naming, away);
  return entry;
}

function list() {
  // Screen readers and browsers choose voice and fonts by the language of the whole page.
  document.documentElement.lang = part("part").lang;
  let conversations = [];
  try {
    conversations = kept();
  } catch {
    line("failed"); // The browser keeps nothing for this page.
  }
  const wanted = part("search").value.toLowerCase().split(/\s+/);
  const shown = conversations
    .map((one) => ({ one, ...wordsOf(one) }))
    .filter(({ words }) => wanted.every((word) => words.includes(word)));
  part("count").textContent = conversations.length;
  part("button").hidden = conversations.length === 0;
  part("none").hidden = conversations.length > 0;
  part("nothing").hidden = shown.length > 0 || conversations.length === 0;
  part("all").hidden = conversations.length === 0;
  part("list").replaceChildren(...shown.map(({ one, turns }) => row(one, turns)));
}

element.addEventListener("input", ({ target }) => {
  if (target.matches(".rag-kept-search")) list();
});

element.addEventListener("click", ({ target }) => {
  if (target.closest(".rag-kept-button")) {
    list();
    part("drawer").showModal();
  } else if (target.matches(".rag-kept-drawer") || target.closest("[data-close]")) {
    part("drawer").close(); // The first one is a click beside the drawer.
  } else if (target.closest("[data-forget-all]")) {
    kept().forEach((one) => forget(one.id));
    part("all").open = false;
    line("");
    list();
    part("search").focus();
  }
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
