// Keeps the client's own files on the device, so that it opens without a connection. What the service
// answers to questions is never kept: it comes from the service or not at all.

import { sendInBackground } from "./sending";

/** Put in by the build: the files that the client begins with, and a name that follows from them. */
declare const SHELL_FILES: string[];
declare const SHELL_VERSION: string;

interface ExtendableEvent extends Event { waitUntil(work: Promise<unknown>): void; }
interface FetchEvent extends ExtendableEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope extends EventTarget {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(kind: string, listener: (event: any) => void): void;
}
const scope = self as unknown as WorkerScope;

const prefix = "milequest-shell-";
const ownCache = prefix + SHELL_VERSION;
/** A page that begins like any other, and is the same for everyone. */
const shellPage = "/walks";
/** A connection that takes longer is none. */
const patienceMilliseconds = 4000;
/** Pages of the client; everything else goes to the service untouched. */
const pages = /^\/($|quests\/|sign-in|sign-up|reset|view|walks|teams|invites\/|me\/?$|operator|designer)/;

scope.addEventListener("install", (event: ExtendableEvent) => {
  event.waitUntil((async () => {
    const cache = await caches.open(ownCache);
    await cache.addAll([shellPage, ...SHELL_FILES].map((path) => new Request(path, { cache: "reload" })));
  })());
});

scope.addEventListener("activate", (event: ExtendableEvent) => {
  event.waitUntil((async () => {
    // The version before stays: its pages may still be open, and load their parts.
    const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== ownCache);
    await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
    await scope.clients.claim();
  })());
});

scope.addEventListener("message", (event: MessageEvent) => {
  if (event.data === "take over") void scope.skipWaiting();
});

// The browser calls when there is a connection again, also after the last tab was closed.
scope.addEventListener("sync", (event: ExtendableEvent) => event.waitUntil(sendInBackground()));

scope.addEventListener("fetch", (event: FetchEvent) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && pages.test(url.pathname)) event.respondWith(page(request));
});

/** A file's name is the hash of its content: one that is kept is right for ever. */
async function file(request: Request): Promise<Response> {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    // A full device keeps less; the answer is there all the same.
    await caches.open(ownCache).then((cache) => cache.put(request, copy)).catch(() => undefined);
  }
  return answer;
}

async function page(request: Request): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), patienceMilliseconds);
  try {
    const answer = await fetch(request, { signal: limit.signal });
    if (answer.status < 500) return answer;
  } catch {
    // No connection: the client opens from the device, and says so.
  } finally {
    clearTimeout(timer);
  }
  return await (await caches.open(ownCache)).match(shellPage) ?? Response.error();
}
