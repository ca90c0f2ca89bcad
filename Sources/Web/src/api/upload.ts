// Large bodies, with the progress of their way to the service, which `fetch` does not tell.

import { Refusal, Unreachable } from "./problem";
import { accepted, Asked, HeldToken, withQuery } from "./request";

export interface Upload {
  query?: Asked["query"];
  type: string;
  headers?: Record<string, string>;
  signal: AbortSignal;
  /** Called with the share that is sent, 1 once all of it is. */
  onProgress?: (share: number) => void;
}

/** The service takes one file of a person at a time, and goes on for a while with one that was cancelled. */
const mostWaits = 20;

/** Posts a body and gives the answer, once it is not a refusal. */
export async function upload(path: string, body: Blob, options: Upload): Promise<Response> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await accepted(false, (token) => send(withQuery(path, options.query), body, options, token));
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 429 || waits >= mostWaits) throw error;
      await pause((error.retryAfterSeconds ?? 2) * 1000, options.signal);
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      fail(new DOMException("Cancelled", "AbortError"));
    });
  });
}

function send(
  address: string, body: Blob, options: Upload, token: HeldToken | null,
): Promise<Response> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "blob";
    request.setRequestHeader("Content-Type", options.type);
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      request.setRequestHeader(name, value);
    }
    if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token.accessToken}`);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress?.(event.loaded / event.total);
    };
    const stop = () => request.abort();
    options.signal.addEventListener("abort", stop);
    request.onloadend = () => options.signal.removeEventListener("abort", stop);
    request.onload = () => done(new Response(request.response as Blob, {
      status: request.status, headers: headersOf(request),
    }));
    request.onerror = () => fail(new Unreachable("the upload came to no end"));
    request.onabort = () => fail(new DOMException("Cancelled", "AbortError"));
    if (options.signal.aborted) fail(new DOMException("Cancelled", "AbortError"));
    else request.send(body);
  });
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split(/[\r\n]+/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
