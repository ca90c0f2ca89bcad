// Tests of what elements are made of: which addresses lead somewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

/** As much of a document as an element without children needs. */
function makes() {
  const attributes = new Map();
  return { attributes, setAttribute: (name, value) => attributes.set(name, value) };
}
globalThis.document = { createElement: makes, createElementNS: makes };

const safe = [
  "/", "/teams/7?page=2#top", "#top", "https://quests.example/a", "http://127.0.0.1:8080/", "mailto:ann@example.org",
  "blob:https://quests.example/7",
];
const unsafe = [
  "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "\tjavascript:alert(1)",
  "java\nscript:alert(1)", "\u0001javascript:alert(1)", "javascript:alert(1)//\nhttps://quests.example/",
  "javascript://quests.example/%0Aalert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:a",
  "file:///etc/passwd", "ftp://a.example/", "view-source:https://a.example/", "https:a.example", "http:/a.example",
  "//evil.example/", "///evil.example/", "/\\evil.example/", "/\t/evil.example/", "/\n/evil.example/",
  "xhttps://a.example/", "mailto", "teams", "", " /", "undefined",
];

test("an address leads to a page, or there is no element", async () => {
  const { drawing, element } = await load("dom/element.ts");
  for (const make of [(attributes) => element("a", attributes), (attributes) => drawing("a", attributes)]) {
    for (const name of ["href", "src"]) {
      for (const address of safe) {
        assert.equal(make({ [name]: address }).attributes.get(name), address);
      }
      for (const address of unsafe) {
        assert.throws(() => make({ [name]: address }), /not one of a page/, JSON.stringify(address));
      }
    }
  }
  // What is left out is no address, and other attributes are texts.
  assert.equal(element("a", { href: null, src: undefined }).attributes.size, 0);
  assert.equal(element("a", { title: "javascript:alert(1)" }).attributes.get("title"), "javascript:alert(1)");
});
