// The drawer with the earlier conversations: searched, opened, renamed and deleted. Runs together
// with kept.js and places.js. Its words are data of the list, in the language of the page.

const drawer = () => element.querySelector(".rag-drawer");
const words = () => element.querySelector(".rag-kept-list").dataset;
const read = new Map(); // id to what was read of its text, and the text's time
let renaming = null; // id of the conversation whose title is being changed
let deleted = null; // the conversation that can be brought back

function made(tag, className, text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

function button(label, name, act) {
  const node = made("button", "rag-button", label);
  node.type = "button";
  node.title = name;
  node.setAttribute("aria-label", name);
  node.addEventListener("click", act);
  return node;
}

function counted(kind, count) {
  return words()[`${kind}${count === 1 ? "One" : "More"}`].replace("{}", count);
}

// What is searched of a conversation: its title, questions, and the sentences of its answers.
function readable({ id, at, title, text }) {
  if (read.get(id)?.at !== at) {
    let turns = [];
    try {
      turns = JSON.parse(text).map(({ question, statements, answer }) =>
        [question, ...(answer?.statements ?? statements ?? []).map((one) => one.text)].join("\n"),
      );
    } catch {
      // The program says so when it is opened.
    }
    read.set(id, { at, turns: turns.length, said: turns.join("\n") });
  }
  return { ...read.get(id), title };
}

const plain = (text) => text.normalize("NFKC").toLowerCase();

// The text around the first word found, or nothing if the title has them all.
function around({ title, said }, wanted) {
  const word = wanted.find((one) => !plain(title).includes(one));
  const at = word === undefined ? -1 : plain(said).indexOf(word);
  if (at < 0) return null;
  const start = Math.max(0, at - 30);
  return (start ? "…" : "") + said.slice(start, at + 70).replace(/\s+/g, " ") + "…";
}

function entry(conversation, wanted) {
  const { id, title, at } = conversation;
  const node = document.createElement("li");
  if (renaming === id) {
    node.append(renamed(conversation));
    return node;
  }
  const about = readable(conversation);
  const open = made("a", "rag-kept-open");
  open.href = hrefOf(id);
  open.dataset.id = id;
  if (id === page.kept) open.setAttribute("aria-current", "true");
  const day = made("time", "", new Date(at).toLocaleDateString(words().language));
  const details = made("span", "rag-byline");
  details.append(day, about.turns ? ` · ${counted("questions", about.turns)}` : "");
  open.append(made("span", "rag-kept-title", title), details);
  const excerpt = wanted.length ? around(about, wanted) : null;
  if (excerpt) open.append(made("span", "rag-kept-excerpt", excerpt));
  node.append(
    open,
    button("✎", words().rename.replace("{}", title), () => {
      renaming = id;
      list();
      element.querySelector(".rag-kept-rename input").select();
    }),
    button("✕", words().remove.replace("{}", title), () => remove(conversation)),
  );
  return node;
}

function renamed({ id, title }) {
  const form = made("form", "rag-kept-rename");
  const input = document.createElement("input");
  Object.assign(input, { value: title, maxLength: words().longest });
  input.setAttribute("aria-label", words().newName.replace("{}", title));
  const done = (name) => {
    renaming = null;
    const now = kept().find((one) => one.id === id);
    if (now && name) store(id, { ...now, name });
    list();
    element.querySelector(`.rag-kept-open[data-id="${CSS.escape(id)}"]`)?.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done(input.value.trim());
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // It ends the renaming and leaves the drawer open.
    event.stopPropagation();
    done("");
  });
  const yes = made("button", "rag-button", words().save);
  form.append(input, yes, button(words().cancel, words().cancel, () => done("")));
  return form;
}

function remove(conversation) {
  deleted = { ...conversation, current: conversation.id === page.kept };
  forget(conversation.id);
  list();
  element.querySelector(".rag-kept-undo button").focus();
}

function undo() {
  const back = deleted;
  deleted = null;
  try {
    store(back.id, back);
  } catch {
    line("failed");
  }
  // What was asked since then has been kept as another conversation.
  if (back.current && page.kept === null) {
    page.kept = back.id;
    address(true);
  }
  list();
  element.querySelector(`.rag-kept-open[data-id="${CSS.escape(back.id)}"]`)?.focus();
}

function list() {
  // Screen readers and browsers choose voice and fonts by the language of the whole page.
  document.documentElement.lang = element.querySelector(".rag-kept-part").lang;
  let conversations = [];
  try {
    conversations = kept();
  } catch {
    line("failed"); // The browser keeps nothing for this page.
  }
  if (!drawer().open) return;
  const wanted = plain(element.querySelector(".rag-kept-search").value).split(/\s+/).filter(Boolean);
  const found = conversations.filter((one) => {
    if (!wanted.length) return true;
    const { title, said } = readable(one);
    const text = plain(`${title}\n${said}`);
    return wanted.every((word) => text.includes(word));
  });
  element.querySelector(".rag-kept-list").replaceChildren(...found.map((one) => entry(one, wanted)));
  element.querySelector(".rag-kept-search").hidden = conversations.length === 0;
  element.querySelector(".rag-kept-none").hidden = conversations.length > 0;
  element.querySelector(".rag-kept-all").hidden = conversations.length === 0;
  element.querySelector(".rag-kept-found").textContent = !wanted.length
    ? ""
    : found.length
      ? counted("found", found.length)
      : words().foundNone;
  const told = element.querySelector(".rag-kept-undo");
  told.replaceChildren();
  if (deleted) {
    const said = words().deleted.replace("{}", deleted.title);
    told.append(said, " ", button(words().undo, words().undo, undo));
  }
}

element.addEventListener("click", (event) => {
  const { target } = event;
  if (target === drawer()) drawer().close(); // A click beside the drawer.
  else if (target.closest("[data-history]")) {
    renaming = deleted = null;
    element.querySelector(".rag-kept-search").value = "";
    drawer().showModal();
    list();
  } else if (target.closest("[data-forget-all]")) {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .forEach((key) => forget(key.slice(PREFIX.length)));
    deleted = null;
    element.querySelector(".rag-kept-all").open = false;
    list();
  }
  const open = target.closest(".rag-kept-open");
  // With these keys, the browser opens the address in another tab or window.
  if (!open || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  drawer().close();
  visit(open.dataset.id);
});

element.addEventListener("input", ({ target }) => {
  if (target.matches(".rag-kept-search")) list();
});

// Another tab of this browser has kept or forgotten something.
window.addEventListener("storage", () => list());
watch("value", () => list());
list();
