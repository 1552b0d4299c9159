// Check what the AI SDK shows of an answer's citations.
//
//     rag serve --port 8871
//     npm install && node ai_sdk.mjs [ADDRESS] [QUESTION]
//
// Run it in a copy of this folder. It asks one question in four ways, prints the text and the
// sources of each, and compares them with `/v1/answer`: one source for each marker, in order, with
// the title and the address of the cited article. A further place in the same article has a link
// of the server, which must show the cited sentence. It ends with 1 if anything differs.
// RAG_API_KEY holds the key, if the server needs one.

import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText, toUIMessageStream } from "ai";

const ADDRESS = (process.argv[2] ?? "http://127.0.0.1:8871").replace(/\/$/, "");
const QUESTION = process.argv[3] ?? "why did Apple choose Alibaba";
const KEY = process.env.RAG_API_KEY ?? "none";
const MODEL = "cited-rag";
const MARKER = /\[(\d+)\]/g;

const openai = createOpenAI({ baseURL: `${ADDRESS}/v1`, apiKey: KEY });

/** The answer as the server's own protocol tells it: its markers, and the citation of each. */
async function expectedAnswer() {
  const response = await fetch(`${ADDRESS}/v1/answer`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ question: QUESTION }),
  });
  if (!response.ok) throw new Error(`/v1/answer: ${response.status} ${await response.text()}`);
  const answer = await response.json();
  const citations = new Map(
    answer.statements.flatMap((s) => s.citations).map((c) => [c.marker, c]),
  );
  return { markers: markersOf(answer.text), statements: answer.statements, citations };
}

const markersOf = (text) => [...text.matchAll(MARKER)].map((match) => Number(match[1]));
const words = (text) => text.replace(/\s+/g, " ").trim();
const letters = (text) => text.replace(/\s+/g, "");
const ENTITIES = { lt: "<", gt: ">", quot: '"', "#34": '"', "#39": "'", "#x27": "'", amp: "&" };
const plain = (html) =>
  html.replace(/<[^>]+>/g, "").replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);

/** Say what is wrong with the sources of a case; nothing if they are right. */
async function problems(text, sources, expected) {
  const found = [];
  for (const { text: said } of expected.statements) {
    if (!letters(text).includes(letters(said))) found.push(`this is missing: ${said}`);
  }
  const markers = markersOf(text);
  if (markers.join() !== expected.markers.join()) found.push(`the markers are ${markers}`);
  if (sources.length !== markers.length) {
    found.push(`${sources.length} sources for ${markers.length} markers`);
  }
  const addresses = new Map();
  for (const [index, source] of sources.entries()) {
    const marker = markers[index];
    const citation = expected.citations.get(marker);
    if (!citation) continue;
    const title = words(citation.title);
    if (source.title !== title && source.title !== `${title} [${marker}]`) {
      found.push(`[${marker}] has the title ${source.title}`);
    }
    const earlier = addresses.get(source.url) ?? marker;
    if (earlier !== marker) found.push(`[${marker}] has the address of [${earlier}]`);
    addresses.set(source.url, marker);
    if (source.url === citation.url) continue;
    if (!source.url.startsWith(`${ADDRESS}/a/${encodeURIComponent(citation.doc_id)}`)) {
      found.push(`[${marker}] has the address ${source.url}`);
      continue;
    }
    const page = await fetch(source.url);
    const html = await page.text();
    const marked = [...html.matchAll(/<mark[^>]*>(.*?)<\/mark>/gs)].map((match) => match[1]);
    const shown = plain(marked.join(""));
    if (!page.ok || letters(shown) !== letters(citation.quote)) {
      found.push(`the link of [${marker}] does not show its sentence: ${page.status} ${shown}`);
    }
  }
  return found;
}

/** Collect the sources of a stream as a page gets them. */
async function pageSources(stream) {
  const sources = [];
  for await (const part of toUIMessageStream({ stream, sendSources: true })) {
    if (part.type === "source-url") sources.push(part);
  }
  return sources;
}

async function whole(model) {
  const result = await generateText({ model, prompt: QUESTION });
  return { text: result.text, sources: result.sources, reason: result.finishReason };
}

async function streamed(model) {
  const result = streamText({
    model,
    prompt: QUESTION,
    onError: ({ error }) => console.error(error),
  });
  const sources = await pageSources(result.stream);
  const text = await result.text;
  const listed = await result.sources;
  if (JSON.stringify(listed.map((s) => s.url)) !== JSON.stringify(sources.map((s) => s.url))) {
    throw new Error("result.sources and the page's source-url parts differ");
  }
  return { text, sources, reason: await result.finishReason };
}

const expected = await expectedAnswer();
let failures = 0;
for (const [name, ask] of [
  ["chat, generateText", () => whole(openai.chat(MODEL))],
  ["chat, streamText", () => streamed(openai.chat(MODEL))],
  ["responses, generateText", () => whole(openai.responses(MODEL))],
  ["responses, streamText", () => streamed(openai.responses(MODEL))],
]) {
  const { text, sources, reason } = await ask();
  console.log(`\n== ${name} (finish reason: ${reason})\n${text}`);
  for (const source of sources) console.log(`  ${source.title}\n    ${source.url}`);
  const wrong = await problems(text, sources, expected);
  failures += wrong.length;
  console.log(wrong.length ? `WRONG: ${wrong.join("; ")}` : `right: ${sources.length} sources`);
}
process.exitCode = failures ? 1 : 0;
