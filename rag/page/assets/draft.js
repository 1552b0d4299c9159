// Reads a text file of the reader, and hands its text to the program. Runs once, with `element` and
// `trigger` given by the page's library.

const MOST_BYTES = 400_000;

element.addEventListener("change", async ({ target }) => {
  if (!target.matches("#rag-draft-file") || !target.files.length) return;
  const bytes = await target.files[0].slice(0, MOST_BYTES).arrayBuffer();
  target.value = "";
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder("gb18030").decode(bytes); // Chinese files that are not UTF-8
  }
  trigger("opened", { text });
});
