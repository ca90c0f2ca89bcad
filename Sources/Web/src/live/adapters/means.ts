import type { askJSON, presentToken } from "../../api/request";
import type { isFinal, pause, poll } from "../stream";

/** What an adapter works with. It is handed over: what an adapter imported would be cut out of the parts for all pages. */
export interface Means {
  askJSON: typeof askJSON;
  presentToken: typeof presentToken;
  isFinal: typeof isFinal;
  pause: typeof pause;
  poll: typeof poll;
}
