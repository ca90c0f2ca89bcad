import { accounts } from "../api/api";
import { element } from "../dom/element";
import { field, form, needed } from "../dom/form";
import { queue } from "../offline/queue";
import { walkCount } from "../walks/counts";
import { go, MakePage } from "../router";
import { session } from "../session";

/** Where to go after signing in: only to a page of this client. */
export function returnAddress(query: URLSearchParams): string {
  const wanted = query.get("return") ?? "/walks";
  return /^\/(?!\/)[\w\-/]*$/.test(wanted) ? wanted : "/walks";
}

export const signIn: MakePage = async ({ query }) => {
  const email = field("E-mail", "email", { type: "email", autocomplete: "username", required: true });
  const password = field("Password", "password", {
    type: "password", autocomplete: "current-password", required: true,
  });
  const waiting = (await queue.known()).length;
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
        element("p", {}, "New here? ", element("a", { href: "/sign-up" }, "Sign up")),
      ],
    }));
  return { title: "Sign in", content };
};
