import { accounts } from "../api/api";
import { element, replace } from "../dom/element";
import { field, form, Mistake, needed } from "../dom/form";
import { go, MakePage } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";
import { units, zone } from "../units";
import { codeField } from "./code-field";
import { returnAddress } from "./sign-in";

export const signUp: MakePage = async ({ query }) => {
  const content = element("div", { class: "narrow" });
  const name = field("Your name", "name", { autocomplete: "name", required: true },
    "What your team sees.");
  const email = field("E-mail", "email", { type: "email", autocomplete: "username", required: true });
  const password = field("Password", "password", {
    type: "password", autocomplete: "new-password", required: true, minlength: 8,
  }, "8 characters or more.");

  const register = form("Sign up", {
    submit: "Sign up", fields: { "/name": name, "/email": email, "/password": password },
    async action() {
      await accounts.register({
        name: needed(name, "/name", "Type your name."),
        email: needed(email, "/email", "Type your e-mail address."),
        password: checked(password.control.value),
        zone: zone(), units: units.chosen,
      });
      showCode();
    },
    after: [element("p", {}, "Already here? ", element("a", { href: "/sign-in" }, "Sign in"))],
  });

  function showCode(): void {
    const address = email.control.value.trim();
    const code = codeField();
    replace(content, element("h1", {}, "Look into your mail"),
      element("p", {}, `We have sent a code to ${address}.`),
      form("Confirm your address", {
        submit: "Confirm", fields: { "/code": code },
        async action() {
          session.signedIn(await accounts.verify({
            email: address, code: needed(code, "/code", "Type the code from the mail."),
            password: password.control.value,
          }));
          go(returnAddress(query), { replace: true });
        },
        after: [element("p", {}, element("button", {
          type: "button", class: "plain",
          onclick: async () => {
            await accounts.resend(address);
            notify("Another mail is on its way.");
          },
        }, "Send another code"))],
      }));
    code.control.focus();
  }

  replace(content, element("h1", {}, "Sign up"), register);
  return { title: "Sign up", content };
};

/** A password as the service takes it. */
export function checked(password: string): string {
  if ([...password].length < 8) throw new Mistake("/password", "Choose 8 characters or more.");
  return password;
}
