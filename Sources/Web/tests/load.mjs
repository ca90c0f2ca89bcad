// Loads a source of the client as a module of its own.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "src");
const folder = mkdtempSync(path.join(tmpdir(), "milequest-web-"));
after(() => rmSync(folder, { recursive: true }));

export async function load(name) {
  const made = path.join(folder, name.replace(/\W/g, "-") + ".mjs");
  execFileSync("esbuild", [path.join(source, name), "--bundle", "--format=esm", `--outfile=${made}`,
    "--log-level=warning"]);
  return import(pathToFileURL(made).href);
}
