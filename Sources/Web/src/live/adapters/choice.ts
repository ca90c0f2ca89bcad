// What follows events through services outside: a part of the client that is loaded where one is configured.

import type { RealtimeConnection } from "../../api/types";
import type { Follow } from "../stream";
import type { Means } from "./means";
import { following } from "./pusher";

/** By the name that the service gives it; null for one that this client does not know. */
export function adapter(name: string, connection: RealtimeConnection, means: Means): Follow | null {
  return name === "pusher" ? following(connection, means) : null;
}
