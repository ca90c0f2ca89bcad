/** A message of a stream of server-sent events. */
export interface Message {
  id: string | null;
  event: string;
  data: string;
}

/** Takes a stream's text apart as it comes: whole messages leave, the rest waits. */
export class MessageReader {
  private rest = "";

  /** The messages that a piece completes; comments are passed over. */
  read(piece: string): Message[] {
    const text = this.rest + piece;
    // A line's end may be cut in two.
    const end = text.endsWith("\r") ? text.length - 1 : text.length;
    const blocks = text.slice(0, end).replace(/\r\n?/g, "\n").split("\n\n");
    this.rest = (blocks.pop() ?? "") + text.slice(end);
    return blocks.flatMap((block) => message(block) ?? []);
  }
}

function message(block: string): Message | null {
  let id: string | null = null;
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith(":")) continue;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id") id = value;
    else if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
  return data.length === 0 && event === "message" ? null : { id, event, data: data.join("\n") };
}
