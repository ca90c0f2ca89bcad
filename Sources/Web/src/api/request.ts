import { serviceClock } from "../clock";
import { Refusal, Unreachable } from "./problem";

/** Who gives the tokens of requests: the session, which is told to this module and not imported by it. */
export interface TokenSource {
  /** The present token; null for a stranger. */
  token(): Promise<HeldToken | null>;
  /** Another one in place of a token that was refused; null where there is none. */
  renew(refused: HeldToken): Promise<HeldToken | null>;
}

/** A token, and whose it is. */
export interface HeldToken {
  accessToken: string;
  personId: string;
}

let tokens: TokenSource | null = null;

export function useTokens(source: TokenSource): void {
  tokens = source;
}

/** The token that requests are sent with; null for a stranger. */
export async function presentToken(): Promise<HeldToken | null> {
  return await tokens?.token() ?? null;
}

export interface Asked {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON; a `Blob` as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Asks as a stranger: to sign in. */
  asStranger?: boolean;
  /** Asks as this person or not at all. */
  onlyAs?: string;
  /** Goes on when the page is closed. */
  isLast?: boolean;
  /** Gives up then; an answer that never comes holds up what waits for it. */
  withinSeconds?: number;
}

/** Asks the service and gives its answer as it is, once it is not a refusal. */
export async function ask(path: string, asked: Asked = {}): Promise<Response> {
  return accepted(asked.asStranger ?? false, (token) => send(path, asked, token));
}

/** Sends something with the present token, once more with another where it was refused. */
export async function accepted(
  asStranger: boolean, sending: (token: HeldToken | null) => Promise<Response>,
): Promise<Response> {
  const token = asStranger ? null : await presentToken();
  let response = await sending(token);
  // A wrong password says nothing of the token, and is not tried twice.
  if (response.status === 401 && token !== null && await code(response.clone()) !== "wrong-credentials") {
    const next = await tokens?.renew(token) ?? null;
    if (next !== null) response = await sending(next);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** The code of a refusal; nothing where something else has answered. */
async function code(response: Response): Promise<string> {
  try {
    return String((await response.json()).code ?? "");
  } catch {
    return "";
  }
}

/** Asks the service for JSON. */
export async function askJSON<Answer>(path: string, asked: Asked = {}): Promise<Answer> {
  const response = await ask(path, asked);
  if (response.status === 204) return undefined as unknown as Answer;
  try {
    return await response.json() as Answer;
  } catch (error) {
    if (asked.signal?.aborted) throw error;
    throw new Unreachable("the answer came to no end");
  }
}

export function withQuery(path: string, values: Asked["query"] = {}): string {
  const query = Object.entries(values).filter((entry) => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return query ? path + (path.includes("?") ? "&" : "?") + query : path;
}

async function send(path: string, asked: Asked, token: HeldToken | null): Promise<Response> {
  if (asked.onlyAs !== undefined && token?.personId !== asked.onlyAs) {
    throw new Refusal(403, "other-person", "Somebody else is signed in.", [], null);
  }
  const headers: Record<string, string> = { ...asked.headers };
  if (token !== null) headers["Authorization"] = `Bearer ${token.accessToken}`;
  const isFile = asked.body instanceof Blob;
  if (asked.body !== undefined && !isFile) headers["Content-Type"] = "application/json";
  const limit = asked.withinSeconds === undefined ? null : new AbortController();
  const timer = limit && setTimeout(() => limit.abort(), (asked.withinSeconds ?? 0) * 1000);
  const signal = limit?.signal ?? asked.signal;
  try {
    const response = await fetch(withQuery(path, asked.query), {
      method: asked.method ?? "GET", headers, credentials: "same-origin", cache: "no-store", keepalive: asked.isLast ?? false,
      ...(asked.body === undefined ? {} : { body: isFile ? asked.body as Blob : JSON.stringify(asked.body) }),
      ...(signal ? { signal } : {}),
    });
    serviceClock.note(response);
    return response;
  } catch (error) {
    if (asked.signal?.aborted) throw error;
    throw new Unreachable(String(error));
  } finally {
    if (timer) clearTimeout(timer);
  }
}

async function refusal(response: Response): Promise<Error> {
  const after = Number(response.headers.get("Retry-After"));
  const seconds = Number.isFinite(after) && after > 0 ? after : null;
  try {
    const problem = await response.json();
    return new Refusal(
      response.status, String(problem.code ?? ""), String(problem.detail ?? problem.title ?? ""),
      Array.isArray(problem.errors) ? problem.errors : [], seconds);
  } catch {
    // A proxy in front has answered.
    return response.status >= 500
      ? new Unreachable(`the answer has the status ${response.status}`)
      : new Refusal(response.status, "", response.statusText, [], seconds);
  }
}
