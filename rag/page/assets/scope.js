// Choosing days and outlets. Runs once, for the chooser, with `element`, `trigger` and `watch` given
// by the page's library. The program is told what is chosen, checks it and draws the chooser anew;
// in between, the span of days that is being brushed is known here alone.

const PAUSE = 350; // milliseconds after the last key, after which a choice is sent
const LAST_KEY = { Home: -Infinity, End: Infinity };
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

let brushed = null; // [first, last]: the bars of the chosen span, or null
let anchor = null; // the bar at which the pointer went down, while it is down
let before = null; // the span chosen then
let pressed = null; // the box of the outlet on which the pointer went down, while it is down
let timer = 0;
let waiting = null; // what is done when the timer ends
let sent = { number: 0 }; // the last choice sent
let outlets = new Set(); // all that are chosen, also those that are not shown

const find = (selector) => element.querySelector(selector);
const rows = () => [...element.querySelectorAll(".rag-timeline tbody tr")];

// --- drawing ------------------------------------------------------------------------------------

function draw() {
  const plot = find(".rag-plot");
  if (!plot) return;
  const bars = rows();
  const [first, last] = brushed ?? [0, bars.length - 1];
  const share = (bar) => `${(100 * bar) / bars.length}%`;
  const brush = find(".rag-brush");
  brush.style.left = share(first);
  brush.style.right = share(bars.length - 1 - last);
  brush.hidden = !brushed;
  for (const [end, bar, at] of [["first", first, first], ["last", last, last + 1]]) {
    const handle = find(`[data-end="${end}"]`);
    handle.style.left = share(at);
    handle.setAttribute("aria-valuenow", bar);
    handle.setAttribute("aria-valuetext", bars[bar].cells[0].textContent);
  }
  const names = [bars[first], bars[last]].map((bar) => bar.cells[0].textContent);
  find(".rag-brushed").textContent = anchor === null ? "" : [...new Set(names)].join(" – ");
}

function redrawn() {
  const answers = find(".rag-scope")?.dataset.answers;
  const late = answers && Number(answers) < sent.number; // The answer to a choice before the last.
  if (!late) outlets = new Set(JSON.parse(find(".rag-scope")?.dataset.outlets ?? "[]"));
  if (late) show((box) => outlets.has(box.value), (day) => sent[day.name]);
  // What the reader does at this moment is newer than what was drawn.
  else if (anchor === null && !timer) {
    const plot = find(".rag-plot");
    brushed = plot?.dataset.brushed ? plot.dataset.brushed.split("-").map(Number) : null;
    // What a person has changed no longer follows its attribute.
    show((box) => box.defaultChecked, (day) => day.defaultValue);
  }
  draw();
}

function show(ticked, value) {
  for (const box of element.querySelectorAll("[type=checkbox]")) box.checked = ticked(box);
  for (const day of element.querySelectorAll("[type=date]")) {
    if (day !== document.activeElement) day.value = value(day);
  }
  const search = find(".rag-find-outlet");
  if (search && search !== document.activeElement) search.value = search.defaultValue;
}

// --- sending ------------------------------------------------------------------------------------

// Each choice is sent whole and has a number: the program takes none that is older than the last it
// got, since what is sent first need not be there first.
function send({ since, until }) {
  clearTimeout(timer);
  timer = 0;
  const query = find(".rag-find-outlet")?.value ?? "";
  sent = { number: sent.number + 1, since, until, query, outlets: [...outlets] };
  // The pickers say at once what is chosen: the next choice is read from them.
  show((box) => box.checked, (day) => sent[day.name]);
  trigger("choose", sent);
}

const picked = () => {
  const day = (name) => find(`.rag-days [name=${name}]`)?.value ?? "";
  return { since: day("since"), until: day("until") };
};

function sendBrushed() {
  const bars = rows();
  const { since } = brushed ? bars[brushed[0]].dataset : { since: "" };
  const { until } = brushed ? bars[brushed[1]].dataset : { until: "" };
  send({ since, until });
}

const sendPicked = () => send(picked());

function later(what) {
  if (timer && waiting !== what) waiting(); // Another choice must not wait for this one.
  clearTimeout(timer);
  waiting = what;
  timer = setTimeout(what, PAUSE);
}

// --- the pointer --------------------------------------------------------------------------------

function barAt(event) {
  const { left, width } = find(".rag-plot svg").getBoundingClientRect();
  const count = rows().length;
  return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * count)));
}

const span = (one, other) => [Math.min(one, other), Math.max(one, other)];

element.addEventListener("pointerdown", (event) => {
  const plot = event.target.closest(".rag-plot");
  if (!plot || event.button !== 0) return;
  before = brushed;
  const [first, last] = brushed ?? [0, rows().length - 1];
  const end = event.target.dataset.end;
  // Whoever takes one end of the span keeps the other.
  anchor = end === "first" ? last : end === "last" ? first : barAt(event);
  if (!end) brushed = [anchor, anchor];
  plot.setPointerCapture(event.pointerId);
  draw();
});

element.addEventListener("pointermove", (event) => {
  if (anchor === null) return;
  brushed = span(anchor, barAt(event));
  draw();
});

element.addEventListener("pointerup", () => {
  if (anchor === null) return;
  const [first, last] = brushed ?? [];
  // A tap on the one bar that was chosen chooses all again.
  const again = first === last && before?.[0] === first && before[1] === last;
  if (again || (first === 0 && last === rows().length - 1)) brushed = null;
  anchor = null;
  draw();
  sendBrushed();
});

element.addEventListener("pointercancel", () => {
  if (anchor === null) return; // The finger scrolls the page.
  [brushed, anchor] = [before, null];
  draw();
});

// --- the keyboard, the pickers and the outlets --------------------------------------------------

element.addEventListener("keydown", (event) => {
  const end = event.target.dataset?.end;
  const step = STEPS[event.key] ?? LAST_KEY[event.key];
  if (!end || step === undefined) return;
  event.preventDefault();
  const most = rows().length - 1;
  let [first, last] = brushed ?? [0, most];
  if (end === "first") first = Math.min(last, Math.max(0, first + step));
  else last = Math.max(first, Math.min(most, last + step));
  brushed = first === 0 && last === most ? null : [first, last];
  later(sendBrushed);
  draw();
});

element.addEventListener("change", ({ target }) => {
  if (target.matches(".rag-outlets [type=checkbox]")) {
    outlets[target.checked ? "add" : "delete"](target.value);
    send(picked());
  }
  // A day that is being typed is not complete, or is of the year 2.
  else if (target.matches(".rag-days input") && target.validity.valid) later(sendPicked);
});

// When the chooser is drawn anew while a box is being pressed, the browser tells of no click on either box.
const pressable = (target) => target.closest(".rag-outlet")?.querySelector("input");

element.addEventListener("pointerdown", ({ target }) => (pressed = pressable(target)));
element.addEventListener("pointerup", ({ target }) => {
  const box = pressable(target);
  if (box && pressed && !pressed.isConnected && pressed.value === box.value) box.click();
  pressed = null;
});

element.addEventListener("input", ({ target }) => {
  if (target.matches(".rag-find-outlet")) later(sendPicked);
});

watch("value", redrawn);
redrawn();
