/** The wait after the first failure doubles up to the longest. */
const firstWaitSeconds = 2;
export const longestWaitSeconds = 300;

/**
 * The wait before a try, which grows and is never the same for all devices.
 *
 * `random` is from 0 to 1; `afterSeconds` is what the service has asked for.
 */
export function waitSeconds(failures: number, afterSeconds: number | null, random: number): number {
  const grown = Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** (failures - 1));
  return Math.max(afterSeconds ?? 0, grown * (0.5 + random));
}
