// Bodies of any size: a long line or file takes longer to read or to pack than a page may be held up.

import { Piece, putBack } from "../worker/pieces";

/** Smaller answers are read at once. */
const smallBytes = 500_000;

type Message = { whole: unknown; count: number } | { piece: Piece } | { packed: Blob } | { fault: string };

/** What an answer holds. */
export async function parsed<Answer>(answer: Response, signal: AbortSignal): Promise<Answer> {
  const body = await answer.blob();
  if (body.size < smallBytes) return JSON.parse(await body.text()) as Answer;
  let whole: unknown = null;
  let open = 0;
  return aside<Answer>({ read: body }, signal, (message, done) => {
    if ("piece" in message) {
      putBack(whole, message.piece);
      open -= 1;
    } else if ("whole" in message) {
      whole = message.whole;
      open = message.count;
    }
    if (open === 0) done(whole as Answer);
  });
}

/** A JSON body with the bytes of a file: packed, so that the way to the service is short. */
export async function bodyOf(file: Blob, members: Record<string, unknown>, signal: AbortSignal): Promise<Blob> {
  const text = await aside<Blob>({ pack: file }, signal, (message, done) => {
    if ("packed" in message) done(message.packed);
  });
  return new Blob([`{"fileBase64":"`, text, `",`, JSON.stringify(members).slice(1)]);
}

/** Has a worker of the browser do something, and ends it. */
function aside<Result>(
  work: { read: Blob } | { pack: Blob }, signal: AbortSignal,
  take: (message: Message, done: (result: Result) => void) => void,
): Promise<Result> {
  return new Promise((done, fail) => {
    if (signal.aborted) return fail(cancelled());
    const worker = new Worker(WORKER_ASIDE);
    const end = () => {
      signal.removeEventListener("abort", stop);
      worker.terminate();
    };
    const stop = () => { end(); fail(cancelled()); };
    signal.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("fault" in data) {
        end();
        fail(new Error(data.fault));
      } else {
        take(data, (result) => { end(); done(result); });
      }
    };
    worker.onerror = () => {
      end();
      fail(new Error("this browser could not begin to work on the file; reload the page"));
    };
    worker.postMessage(work);
  });
}

function cancelled(): DOMException { return new DOMException("Cancelled", "AbortError"); }
