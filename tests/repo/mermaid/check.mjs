// Asks Mermaid's own parser whether it accepts each drawing of a file: [{"name": ..., "text": ...}].
// Usage: node check.mjs drawings.json
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

// Mermaid cleans labels with what a browser has.
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

async function refusal(text) {
  try {
    await mermaid.parse(text);
    return null;
  } catch (error) {
    return String(error.message ?? error);
  }
}

const drawings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const faulty = [];
for (const { name, text } of drawings) {
  const why = await refusal(text);
  if (why !== null) faulty.push(`${name}: ${why}\n${text}`);
}
// A parser that accepts everything would prove nothing.
if ((await refusal('flowchart LR\n  a["b] --> c')) === null) faulty.push("the parser accepts a faulty drawing");
if (drawings.length === 0) faulty.push("there is no drawing to check");
for (const one of faulty) console.error(one);
console.log(`${drawings.length} drawings, ${faulty.length} faults`);
process.exitCode = faulty.length === 0 ? 0 : 1;
