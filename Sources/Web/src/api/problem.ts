import { withMoments } from "../wording";

/** What is wrong with one field of a request. */
export interface Fault {
  pointer?: string;
  parameter?: string;
  header?: string;
  detail: string;
}

/** A refusal of the service (RFC 9457). */
export class Refusal extends Error {
  constructor(
    readonly status: number, readonly code: string, readonly detail: string,
    readonly faults: Fault[], readonly retryAfterSeconds: number | null,
  ) {
    super(detail);
  }

  /** What is wrong with a field of the body, by its pointer. */
  fault(pointer: string): string | null {
    return this.faults.find((fault) => fault.pointer === pointer)?.detail ?? null;
  }
}

/** The service was not reached, or what came is not its answer. */
export class Unreachable extends Error {}

const texts: Record<string, string> = {
  "wrong-credentials": "The e-mail address or the password is wrong.",
  "wrong-code": "The code is wrong or no longer good. Look at the last mail, or ask for another code.",
  "passwords-off": "People sign in here with another service, not with a password.",
  "unauthenticated": "Sign in first.",
  "session-ended": "You have been signed out. Sign in again.",
  "token-reused": "You have been signed out. Sign in again.",
  "not-found": "It is not there, or it is not for you to see.",
  "deleted": "It was deleted.",
  "conflict": "It was changed elsewhere in the meantime. Load the page again.",
  "precondition-failed": "It was changed elsewhere in the meantime. Load the page again.",
};

/** What went wrong, for a person. */
export function messageOf(error: unknown): string {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? "The service cannot be reached. Try again in a moment."
      : "You are offline. Try again when you have a connection.";
  }
  if (!(error instanceof Refusal)) return "Something went wrong on this page. Load it again.";
  const known = texts[error.code];
  if (known) return known;
  if (error.code === "too-many-requests") {
    const seconds = error.retryAfterSeconds ?? 5;
    return `That was too fast. Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
  }
  if (error.status >= 500) return "The service cannot answer at the moment. Try again soon.";
  return sentence(error.faults[0]?.detail ?? error.detail);
}

/** Whether the same may succeed a little later. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || error instanceof Refusal && (error.status >= 500 || error.status === 429);
}

/** A text of the service in the reader's zone, with a capital at its start and a full stop at its end. */
export function sentence(text: string): string {
  const trimmed = withMoments(text.trim());
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : capital + ".";
}
