// The service's time, as far as its answers tell it: a device's clock may be wrong.

/** What an answer can be late or early, and what nobody minds. */
const slackMilliseconds = 120_000;

let aheadMilliseconds = 0;

export const serviceClock = {
  /** Learns from an answer, which says when it was given. */
  note(response: Response): void {
    const given = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(given)) aheadMilliseconds = Date.now() - given;
  },

  /** How far the device's clock is ahead of the service's; 0 where they agree or nothing is known. */
  get aheadMilliseconds(): number {
    return Math.abs(aheadMilliseconds) > slackMilliseconds ? aheadMilliseconds : 0;
  },

  now(): number { return Date.now() - this.aheadMilliseconds; },
};
