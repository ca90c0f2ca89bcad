import { accounts } from "../api/api";
import { messageOf } from "../api/problem";
import { element, replace } from "../dom/element";
import { field, form, Mistake, needed } from "../dom/form";
import { go, MakePage } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";
import { units, zone } from "../units";
import { codeField } from "./code-field";
import { returnAddress } from "./sign-in";

/** The address that a code went to, for this tab alone: a reload does not lose it. */
const kept = "milequest.sign-up";

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
      sessionStorage.setItem(kept, email.control.value.trim());
      const back = query.get("return");
      history.replaceState(null, "", `/sign-up?code${back ? `&return=${back}` : ""}`);
      showCode(true);
    },
    after: [element("p", {}, "Already here? ", element("a", { href: "/sign-in" }, "Sign in")),
      element("p", {}, "Has a mail come? ", element("a", { href: "/sign-up?code" }, "I have a code"))],
  });

  /** - Parameter isKnown: whether the address and the password were typed on this page just now. */
  function showCode(isKnown: boolean): void {
    const code = codeField();
    const address = () => needed(email, "/email", "Type your e-mail address.");
    password.control.setAttribute("autocomplete", "current-password");
    replace(content, element("h1", {}, "Look into your mail"),
      element("p", {}, isKnown ? `We have sent a code to ${email.control.value.trim()}.`
        : "Type the code from the mail, with the password that you chose."),
      form("Confirm your address", {
        submit: "Confirm",
        fields: isKnown ? { "/code": code } : { "/email": email, "/password": password, "/code": code },
        async action() {
          session.signedIn(await accounts.verify({
            email: address(), password: needed(password, "/password", "Type your password."),
            code: needed(code, "/code", "Type the code from the mail."),
          }));
          sessionStorage.removeItem(kept);
          go(returnAddress(query), { replace: true });
        },
        after: [element("p", {}, element("button", {
          type: "button", class: "plain",
          onclick: async () => {
            try {
              await accounts.resend(address());
              notify("Another mail is on its way.");
            } catch (error) {
              notify(error instanceof Mistake ? error.message : messageOf(error));
            }
          },
        }, "Send another code"))],
      }));
    code.control.focus();
  }

  if (query.has("code")) {
    email.control.value = sessionStorage.getItem(kept) ?? "";
    showCode(false);
    return { title: "Look into your mail", content };
  }
  replace(content, element("h1", {}, "Sign up"), register);
  return { title: "Sign up", content };
};

/** A password as the service takes it. */
export function checked(password: string): string {
  if ([...password].length < 8) throw new Mistake("/password", "Choose 8 characters or more.");
  return password;
}
