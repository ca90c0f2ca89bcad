import { accounts } from "../api/api";
import { element, replace } from "../dom/element";
import { field, form, needed } from "../dom/form";
import { go, MakePage } from "../router";
import { session } from "../session";
import { codeField } from "./code-field";
import { checked } from "./sign-up";

export const reset: MakePage = async () => {
  const content = element("div", { class: "narrow" });
  const email = field("E-mail", "email", { type: "email", autocomplete: "username", required: true });

  const request = form("Ask for a code", {
    submit: "Send a code", fields: { "/email": email },
    async action() {
      await accounts.requestReset(needed(email, "/email", "Type your e-mail address."));
      showCode();
    },
  });

  function showCode(): void {
    const address = email.control.value.trim();
    const code = codeField();
    const password = field("New password", "newPassword", {
      type: "password", autocomplete: "new-password", required: true,
    }, "8 characters or more.");
    replace(content, element("h1", {}, "Look into your mail"),
      element("p", {}, `If ${address} has an account here, a code is on its way to it.`),
      form("New password", {
        submit: "Set the password",
        fields: { "/code": code, "/password": password, "/newPassword": password },
        async action() {
          const word = checked(password.control.value);
          await accounts.reset({
            email: address, code: needed(code, "/code", "Type the code from the mail."),
            newPassword: word,
          });
          session.signedIn(await accounts.login({ email: address, password: word }));
          go("/walks", { replace: true });
        },
      }));
    code.control.focus();
  }

  replace(content, element("h1", {}, "New password"),
    element("p", {}, "We send a code to your address, with which you set a new password."), request);
  return { title: "New password", content };
};
