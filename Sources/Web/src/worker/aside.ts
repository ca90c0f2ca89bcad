// Work on large bodies beside the page: an answer is read and handed over in pieces, a file is packed.

import { takenApart } from "./pieces";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<{ read: Blob } | { pack: Blob }>) => void;
  postMessage(message: unknown): void;
};

scope.onmessage = async ({ data }) => {
  try {
    if ("read" in data) await read(data.read);
    else scope.postMessage({ packed: await base64(await packed(data.pack)) });
  } catch (error) {
    scope.postMessage({ fault: String(error) });
  }
};

async function read(answer: Blob): Promise<void> {
  const whole: unknown = JSON.parse(await answer.text());
  const pieces = takenApart(whole);
  scope.postMessage({ whole, count: pieces.length });
  for (const piece of pieces) scope.postMessage({ piece });
}

/** A packed file takes a shorter time on its way to the service; one that is packed already stays as it is. */
async function packed(file: Blob): Promise<Blob> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isPacked = (head[0] === 0x50 && head[1] === 0x4b) || (head[0] === 0x1f && head[1] === 0x8b);
  const make = (self as unknown as {
    CompressionStream?: new (format: string) => ReadableWritablePair<Uint8Array, Uint8Array>;
  }).CompressionStream;
  if (isPacked || !make) return file;
  return new Response(file.stream().pipeThrough(new make("gzip"))).blob();
}

/** In the alphabet of addresses, which the service takes. */
function base64(file: Blob): Promise<Blob> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = reader.result as string;
      const text = address.slice(address.indexOf(",") + 1).replace(/=+$/, "")
        .replace(/\+/g, "-").replace(/\//g, "_");
      done(new Blob([text]));
    };
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
}
