import { queue } from "../offline/queue";
import { walkCount } from "../walks/counts";
import { notify } from "./notices";

const seconds = 120;

/** Says what the browser has done to the walks that wait on the device. */
export function tellLosses(): void {
  queue.watch((news) => {
    if (news.what === "rewritten") {
      notify("The browser deleted what this site had kept on the device. "
        + `${walkCount(news.count)} not sent yet: written again.`, { seconds });
    } else if (news.what === "lost") {
      notify("The browser deleted what this site had kept on the device. "
        + `${walkCount(news.count)} not sent yet: lost. Log again what is missing.`, { seconds });
    }
  }, new AbortController().signal);
}
