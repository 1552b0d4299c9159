// A folded section of the page. Its buttons (data-do) send what its fields (data-field) hold. Runs
// once for each, with `element`, `trigger` and `watch` given by the page's library.

// What the buttons and the file fields of all sections send.
const ACTIONS = [
  ...["answer_table", "import_feeds"],
  ...["fetch_article", "follow_feed", "run_feeds", "stop_feeds", "stop_following"],
  ...["stop_sharing", "stop_table", "go_on", "ask_again", "save_table"],
];

const unfolded = new Set(); // ids of what the reader has unfolded
let pressed = null; // the button that has the focus, or had it when it was drawn anew

element.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-do]");
  if (!button || !ACTIONS.includes(button.dataset.do)) return;
  const fields = [...element.querySelectorAll("[data-field]")];
  const held = Object.fromEntries(fields.map((field) => [field.dataset.field, field.value]));
  sent = held;
  trigger(button.dataset.do, { ...held, value: button.dataset.value });
});

// A file goes to the program as it is, but one that is too large only by its name.
element.addEventListener("change", async ({ target }) => {
  if (!ACTIONS.includes(target.dataset.do) || !target.files?.length) return;
  const [file] = target.files;
  let base64 = "";
  if (file.size <= Number(target.dataset.mostBytes)) {
    const reader = new FileReader();
    await new Promise((read) => {
      reader.onloadend = read;
      reader.readAsDataURL(file);
    });
    base64 = `${reader.result ?? ""}`.split(",")[1] ?? "";
  }
  trigger(target.dataset.do, { name: file.name, size: `${file.size}`, base64 });
  target.value = "";
});

element.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-field]")) return;
  event.preventDefault();
  element.querySelector("button[data-do]")?.click();
});

element.addEventListener("focusin", ({ target }) => {
  pressed = target.matches("button[data-do]") ? { ...target.dataset } : null;
});
element.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget) pressed = null; // else it may be drawn anew
});

element.addEventListener(
  "toggle",
  ({ target }) => (target.open ? unfolded.add(target.id) : unfolded.delete(target.id)),
  true,
);

let empty = true;
let sent = {}; // what the fields held when it was sent

// Drawn anew: what was unfolded stays so, and the focus goes back to where it was.
watch("value", () => {
  unfolded.forEach((id) => element.querySelector(`details#${id}`)?.setAttribute("open", ""));
  const outcome = element.querySelector(".rag-outcome, .rag-error");
  if (outcome && empty) outcome.scrollIntoView({ block: "center" });
  empty = !outcome;
  // What was sent gives way to what the program says; what was typed since stays.
  element.querySelectorAll("[data-field]").forEach((field) => {
    if (field.value === sent[field.dataset.field]) field.value = field.getAttribute("value") ?? "";
  });
  sent = {};
  if (!pressed || document.activeElement !== document.body) return;
  const buttons = [...element.querySelectorAll("button[data-do]")];
  const same = ({ dataset }) => dataset.do === pressed.do && dataset.value === pressed.value;
  (buttons.find(same) ?? buttons[0])?.focus({ preventScroll: true });
});
