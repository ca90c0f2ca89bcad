import { account, waysIn } from "../api/account";
import { messageOf, Refusal, sentence } from "../api/problem";
import type { Identity, WaysIn } from "../api/types";
import { confirmed } from "../dom/confirm";
import { element, isolated, replace } from "../dom/element";
import { field, form, Mistake } from "../dom/form";
import { codeField } from "../pages/code-field";
import { notify } from "../shell/notices";
import { faultText, SignInAnswer, startAddress } from "./sign-in-answer";

/**
 * With whom else a person signs in, and links to add another. Null where nobody vouches for anybody here.
 *
 * @param answer what a sign-in has come back with that was begun here.
 * @param named the issuer that it was begun with.
 */
export async function identities(
  answer: SignInAnswer | null, named: string | null, signal: AbortSignal,
): Promise<Node | null> {
  const [known, ways] = await Promise.all([account.identities(signal), waysIn.list()]);
  const issuers = ways.issuers.filter((each) => each.browser);
  if (known.items.length === 0 && issuers.length === 0) return null;
  let { items } = known;
  const list = element("div", {});
  const draw = () => replace(list, items.length === 0
    ? element("p", { class: "hint" }, "Only with your password so far.")
    : element("ul", { class: "walks" }, items.map((each) => row(each, ways, async () => {
      await account.removeIdentity(each.id);
      items = items.filter((other) => other !== each);
      draw();
    }))));
  draw();
  const adding = element("div", {});
  if (answer && !answer.code) notify(faultText(answer.fault));
  if (answer?.code) {
    const title = issuers.find((each) => each.name === named)?.title ?? "the other service";
    replace(adding, proving(answer.code, title, async (added) => {
      if (!items.some((each) => each.id === added.id)) items = [...items, added];
      draw();
      replace(adding);
      notify(`You can sign in with ${isolated(title)} now.`);
    }));
  }
  return element("section", { "aria-label": "Other ways to sign in" },
    element("h2", {}, "Other ways to sign in"), list, adding,
    issuers.map((each) => element("p", {}, element("a", {
      class: "button", href: startAddress(each.name, `/me?with=${each.name}`),
    }, `Add ${each.title}`))));
}

function titleOf(identity: Identity, ways: WaysIn): string {
  return ways.issuers.find((each) => each.name === identity.issuerName)?.title ?? identity.issuer;
}

function row(identity: Identity, ways: WaysIn, remove: () => Promise<void>): Node {
  const title = titleOf(identity, ways);
  return element("li", {}, element("div", { class: "walk" },
    element("span", {}, element("strong", {}, title), ` as ${identity.subject}`),
    confirmed("Remove", `Remove ${title}`, async () => {
      try {
        await remove();
      } catch (error) {
        notify(messageOf(error));
      }
    })));
}

/** Asks whose the account is before another way into it is added: whoever finds the page open is not enough. */
function proving(code: string, title: string, added: (identity: Identity) => Promise<void>): Node {
  const password = field("Your password here", "password", {
    type: "password", autocomplete: "current-password",
  }, "Without a password, leave it empty within 10 minutes of signing in.");
  const mailed = codeField();
  mailed.row.hidden = true;
  const byMail = element("button", {
    type: "button", class: "plain", onclick: async () => {
      try {
        await account.requestProof();
        password.row.hidden = true;
        mailed.row.hidden = false;
        mailed.control.focus();
        notify("Look into your mail.");
      } catch (error) {
        notify(messageOf(error));
      }
    },
  }, "Mail me a code in place of the password");
  return element("div", { class: "notice" },
    element("p", {}, `You have signed in with ${title}. Is this account yours, too?`),
    form(`Add ${title}`, {
      submit: `Add ${title}`, fields: { "/password": password, "/mailedCode": mailed }, after: [byMail],
      async action() {
        const proof = mailed.row.hidden
          ? password.control.value === "" ? {} : { password: password.control.value }
          : { mailedCode: mailed.control.value.trim() };
        try {
          await added(await account.addIdentity({ code, ...proof }));
        } catch (error) {
          throw explained(error, title);
        }
      },
    }));
}

/** Refusals that mean something of their own here. */
function explained(error: unknown, title: string): unknown {
  if (!(error instanceof Refusal)) return error;
  switch (error.code) {
    case "wrong-credentials": return new Mistake("/password", sentence(error.detail));
    case "wrong-code":
      return new Mistake("/mailedCode", `The code is wrong, or it took too long: add ${title} once more.`);
    case "conflict":
      return new Mistake("/password", `That sign-in with ${title} leads to another account here.`);
    default: return error;
  }
}
