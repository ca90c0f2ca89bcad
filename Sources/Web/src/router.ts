import { replace } from "./dom/element";

/** A page that is shown. */
export interface Shown {
  title: string;
  content: Node;
  /** Whether it is as wide as the window. */
  isWide?: boolean;
}

/** What a page is made with; the signal ends when the reader leaves it. */
export interface Visit {
  parameters: Record<string, string>;
  query: URLSearchParams;
  signal: AbortSignal;
}

export type MakePage = (visit: Visit) => Promise<Shown>;

interface Route {
  pattern: RegExp;
  names: string[];
  /** Loads the page's part of the program, which comes when it is first needed. */
  load: () => Promise<MakePage>;
}

const routes: Route[] = [];
let visit: AbortController | null = null;
let showMissing: MakePage | null = null;
let showFailure: ((error: unknown) => Shown) | null = null;

/** Leads a path such as `/quests/:quest` to a page. */
export function route(path: string, load: () => Promise<MakePage>): void {
  const names: string[] = [];
  const pattern = path.replace(/:(\w+)/g, (_, name: string) => {
    names.push(name);
    return "([^/]+)";
  });
  routes.push({ pattern: new RegExp(`^${pattern}/?$`), names, load });
}

export function otherwise(missing: MakePage, failure: (error: unknown) => Shown): void {
  showMissing = missing;
  showFailure = failure;
}

function find(path: string): { route: Route; parameters: Record<string, string> } | null {
  for (const route of routes) {
    const match = route.pattern.exec(path);
    if (!match) continue;
    const parameters: Record<string, string> = {};
    route.names.forEach((name, index) => {
      parameters[name] = decodeURIComponent(match[index + 1] ?? "");
    });
    return { route, parameters };
  }
  return null;
}

/** Goes to an address of this client. */
export function go(address: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  void show();
}

/** Shows the page that the address names. */
export async function show(isFirst = false): Promise<void> {
  visit?.abort();
  const own = new AbortController();
  visit = own;
  const url = new URL(location.href);
  const main = document.getElementById("main");
  if (!main) return;
  main.setAttribute("aria-busy", "true");
  let shown: Shown;
  try {
    const found = find(url.pathname);
    const make = found ? await found.route.load() : showMissing;
    if (!make || own.signal.aborted) return;
    shown = await make({
      parameters: found?.parameters ?? {}, query: url.searchParams, signal: own.signal,
    });
  } catch (error) {
    if (own.signal.aborted || !showFailure) return;
    shown = showFailure(error);
  }
  if (own.signal.aborted) return;
  document.title = shown.title === "Mile Quest" ? shown.title : `${shown.title} · Mile Quest`;
  main.classList.toggle("wide", shown.isWide ?? false);
  main.removeAttribute("aria-busy");
  replace(main, shown.content);
  document.dispatchEvent(new Event("milequest.shown"));
  if (isFirst) return;
  window.scrollTo(0, 0);
  // Those who hear the page hear where they are.
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

/** Follows links of the client without loading the whole page anew. */
export function beginRouting(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || !find(url.pathname)) return;
    if (url.pathname === location.pathname && url.hash) return;
    event.preventDefault();
    go(url.pathname + url.search);
  });
  window.addEventListener("popstate", () => void show());
  void show(true);
}
