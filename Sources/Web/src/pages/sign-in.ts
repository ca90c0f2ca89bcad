import { waysIn } from "../api/account";
import { accounts } from "../api/api";
import { element } from "../dom/element";
import { field, form, needed } from "../dom/form";
import { faultText, startAddress, takeSignInAnswer } from "../me/sign-in-answer";
import { queue } from "../offline/queue";
import { walkCount } from "../walks/counts";
import { go, MakePage } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";

/** Where to go after signing in: only to a page of this client. */
export function returnAddress(query: URLSearchParams): string {
  const wanted = query.get("return") ?? "/walks";
  return /^\/(?!\/)[\w\-/]*(\?[\w\-=&]*)?$/.test(wanted) ? wanted : "/walks";
}

export const signIn: MakePage = async ({ query }) => {
  const email = field("E-mail", "email", { type: "email", autocomplete: "username", required: true });
  const password = field("Password", "password", {
    type: "password", autocomplete: "current-password", required: true,
  });
  const waiting = (await queue.known()).length;
  if (await cameBack(query)) return { title: "Sign in", content: element("p", {}, "You are signed in.") };
  const content = element("div", { class: "narrow" }, element("h1", {}, "Sign in"),
    waiting > 0 ? element("p", { class: "notice" },
      `${walkCount(waiting)} ${waiting === 1 ? "waits" : "wait"} on this device for the sign-in of whoever entered `
      + `${waiting === 1 ? "it" : "them"}.`) : null,
    form("Sign in", {
      submit: "Sign in", fields: { "/email": email, "/password": password },
      async action() {
        const tokens = await accounts.login({
          email: needed(email, "/email", "Type your e-mail address."),
          password: needed(password, "/password", "Type your password."),
        });
        session.signedIn(tokens);
        go(returnAddress(query), { replace: true });
      },
      after: [
        element("p", {}, element("a", { href: "/reset" }, "Forgotten the password?")),
        await otherWays(returnAddress(query)),
        element("p", {}, "New here? ", element("a", { href: "/sign-up" }, "Sign up")),
        element("p", {}, "Has a mail come? ", element("a", { href: "/sign-up?code" }, "I have a code")),
      ],
    }));
  return { title: "Sign in", content };
};

/** Links to those who vouch for people, where the operator has configured some. */
async function otherWays(address: string): Promise<Node | null> {
  try {
    const issuers = (await waysIn.list()).issuers.filter((each) => each.browser);
    return issuers.length === 0 ? null : element("div", {}, issuers.map((each) => element("p", {},
      element("a", {
        class: "button", href: startAddress(each.name, `/sign-in?return=${address}`),
      }, `Sign in with ${each.title}`))));
  } catch {
    // With a password one signs in all the same.
    return null;
  }
}

/** Whether somebody has come back from such a one: with a code that is good once, in this browser alone. */
async function cameBack(query: URLSearchParams): Promise<boolean> {
  const answer = takeSignInAnswer();
  if (!answer) return false;
  if (!answer.code) {
    notify(faultText(answer.fault));
    return false;
  }
  session.signedIn(await waysIn.redeem(answer.code));
  go(returnAddress(query), { replace: true });
  return true;
}
