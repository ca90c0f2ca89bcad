/** What each word for what went wrong means. */
const faults: Record<string, string> = {
  denied: "You have not signed in.",
  expired: "That took too long, or was done in another browser. Sign in once more.",
  unavailable: "The service that vouches for you cannot be reached. Try again later, or choose another way.",
  failed: "Signing in there does not work for this site. Tell whoever runs it, or choose another way.",
};

/** What a sign-in with somebody else has come back with: a code that is good once, or a word for what went wrong. */
export interface SignInAnswer { code: string | null; fault: string | null }

/** Takes it out of the address, where it would stay in the history. */
export function takeSignInAnswer(): SignInAnswer | null {
  const answer = new URLSearchParams(location.hash.slice(1));
  const [code, fault] = [answer.get("sign-in"), answer.get("sign-in-error")];
  if (!code && !fault) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return { code, fault };
}

export function faultText(fault: string | null): string {
  return faults[fault ?? ""] ?? "Signing in has failed. Try again.";
}

/** Where a sign-in with somebody else begins, to come back to a page of this client. */
export function startAddress(issuer: string, page: string): string {
  return `/v1/auth/oidc/${encodeURIComponent(issuer)}/start?return=${encodeURIComponent(page)}`;
}
