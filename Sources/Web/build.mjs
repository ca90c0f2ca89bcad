// Builds the browser client: bundles and checks the sources, names every file by its content, and
// writes the list of them that the service reads. `make web` calls it:
//
//   node Sources/Web/build.mjs OUTPUT PARTS
//
// PARTS is the folder with what was fetched: maplibre-gl.js, maplibre-gl.css and their licence.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { icon } from "./icons.mjs";

const web = path.dirname(fileURLToPath(import.meta.url));
const mapData = path.join(web, "..", "MapData");
const [output, parts] = process.argv.slice(2);
if (!output || !parts) throw new Error("usage: node build.mjs OUTPUT PARTS");

const fresh = `${output}.new`;
const assets = path.join(fresh, "assets");
fs.rmSync(fresh, { recursive: true, force: true });
fs.mkdirSync(assets, { recursive: true });

/** Writes a file under a name with the hash of its content, and gives its address. */
function put(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 10);
  const { name: stem, ext } = path.parse(name);
  const hashed = `${stem}-${hash}${ext}`.replace(/^[-_.]/, "x");
  fs.writeFileSync(path.join(assets, hashed), bytes);
  return hashed;
}

const read = (...names) => fs.readFileSync(path.join(...names));

/** The text between the quotes of a Swift file of data, without its indentation. */
function swiftText(name) {
  const text = read(mapData, name).toString();
  const start = text.indexOf('#"""\n');
  const end = text.indexOf('\n    """#', start);
  if (start < 0 || end < 0) throw new Error(`${name} holds no text`);
  return text.slice(start + 5, end).replace(/^ {4}/gm, "");
}

/** Cities of 100,000 people or more: name, longitude, latitude and population. */
function cities() {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const number = (text) => [...text].reduce((sum, each) => sum * 64 + digits.indexOf(each), 0);
  const titled = (key) => key.replace(/(^| )([a-z])/g, (_, space, letter) => space + letter.toUpperCase());
  const found = [];
  for (const line of swiftText("CityText.swift").split("\n")) {
    if (line.startsWith(">")) continue;
    const [first, key] = line.split("|");
    const population = number(first.slice(8, 11)) * 100;
    if (population < 100_000) continue;
    found.push([
      first.slice(12) || titled(key), (number(first.slice(4, 8)) - 1_800_000) / 10_000,
      (number(first.slice(0, 4)) - 900_000) / 10_000, population,
    ]);
  }
  found.sort((a, b) => b[3] - a[3]);
  return JSON.stringify(found);
}

/** A worker of the browser's: one file that shares nothing. */
function alone(name, ...options) {
  return execFileSync("esbuild", [
    path.join(web, "src", "worker", name), "--bundle", "--format=iife", "--minify",
    "--target=es2021", "--charset=utf8", "--log-level=warning", ...options,
  ]);
}

const addresses = {
  MAP_LIBRARY: put("maplibre-gl.js", read(parts, "maplibre-gl.js")),
  MAP_STYLE_SHEET: put("maplibre-gl.css", read(parts, "maplibre-gl.css")),
  LAND_COARSE: put("land-coarse.txt", `100\n${swiftText("Land110.swift")}`),
  LAND_FINE: put("land-fine.txt", `1000\n${swiftText("Land50.swift")}`),
  PLACES: put("places.json", cities()),
  WORKER_ASIDE: put("aside.js", alone("aside.ts")),
};
const mark = put("mark.svg", read(web, "icons", "mark.svg"));
const touchIcon = put("touch.png", icon(180));
const installable = [
  { name: "icon-192.png", size: 192, purpose: "any", look: { corner: 14 } },
  { name: "icon-512.png", size: 512, purpose: "any", look: { corner: 14 } },
  // Devices cut these to their own shapes.
  { name: "cut-512.png", size: 512, purpose: "maskable", look: { scale: 0.72 } },
].map(({ name, size, purpose, look }) => ({
  src: `/assets/${put(name, icon(size, look))}`, sizes: `${size}x${size}`, type: "image/png", purpose,
}));
const manifest = put("mile-quest.webmanifest", JSON.stringify({
  id: "/", name: "Mile Quest", short_name: "Mile Quest", start_url: "/walks", scope: "/",
  description: "Teams log walks, and their miles move a marker along a real route.",
  display: "standalone", background_color: "#fbfaf6", theme_color: "#0b6e4f", icons: installable,
}));
const licences = put("licences.txt", read(parts, "LICENSE.txt"));

/** Bundles entry points, and gives what was made of them. */
function bundle(sources, ...options) {
  const meta = path.join(fresh, "meta.json");
  execFileSync("esbuild", [
    ...sources.map((source) => path.join(web, source)),
    "--bundle", "--format=esm", "--splitting", "--minify", "--target=es2021", "--charset=utf8",
    "--entry-names=[name]-[hash]", "--chunk-names=part-[hash]", `--outdir=${assets}`,
    `--metafile=${meta}`, "--log-level=warning", ...options,
    ...Object.entries(addresses).map(([name, file]) => `--define:${name}="/assets/${file}"`),
  ], { stdio: "inherit" });
  const made = JSON.parse(fs.readFileSync(meta)).outputs;
  fs.rmSync(meta);
  return Object.entries(made);
}

const outputs = [
  ...bundle(["src/main.ts"], `--inject:${path.join(web, "src", "common.ts")}`),
  // What other sites load is small, and shares nothing.
  ...bundle(["src/embed/frame.ts", "styles/main.css"]),
];
function entry(source) {
  const found = outputs.find(([, made]) => made.entryPoint?.endsWith(source));
  if (!found) throw new Error(`${source} was not built`);
  return path.basename(found[0]);
}
const script = entry("src/main.ts");
const frameScript = entry("src/embed/frame.ts");

/** What a bundle imports at once, and what that imports. */
function imports(file, found = new Set()) {
  const made = outputs.find(([name]) => path.basename(name) === file)[1];
  for (const each of made.imports) {
    const name = path.basename(each.path);
    if (each.kind !== "import-statement" || found.has(name)) continue;
    found.add(name);
    imports(name, found);
  }
  return found;
}
const style = entry("styles/main.css");

// The worker comes last: its text names all that it keeps, so that a new client is a new worker. The map
// and its data are kept when they are first loaded.
const kept = fs.readdirSync(assets).sort()
  .filter((name) => !/^(maplibre|land-|places-|licences|cut-|icon-|touch)/.test(name))
  .filter((name) => name !== frameScript).map((name) => `/assets/${name}`);
const version = createHash("sha256").update(kept.join()).digest("hex").slice(0, 12);
const worker = put("worker.js", alone(
  "worker.ts", `--define:SHELL_FILES=${JSON.stringify(kept)}`, `--define:SHELL_VERSION="${version}"`));

const files = fs.readdirSync(assets).sort();
for (const file of files) {
  const bytes = read(assets, file);
  const compressed = gzipSync(bytes, { level: 9 });
  if (compressed.length < bytes.length) fs.writeFileSync(path.join(assets, `${file}.gz`), compressed);
}
fs.writeFileSync(
  path.join(fresh, "web.json"), JSON.stringify({
    script, frameScript, style, icon: mark, touchIcon, manifest, worker, licences,
    preloads: [...imports(script)].sort(), files,
  }, null, 1));

fs.rmSync(output, { recursive: true, force: true });
fs.renameSync(fresh, output);

const weight = (file) => {
  const compressed = path.join(output, "assets", `${file}.gz`);
  const name = fs.existsSync(compressed) ? compressed : path.join(output, "assets", file);
  return (fs.statSync(name).size / 1000).toFixed(1);
};
for (const file of files) console.log(`${weight(file).padStart(8)} kB  ${file}`);
