/**
 * What the page has to say or to ask in the middle of a session, whatever its screen: that the
 * session is about to end; the password once more before a large sum; a code for a new line. Loaded
 * when first needed. The browser gives the focus back where it was when a dialog closes.
 */

import { parseCode } from "../atm/code.ts";
import type { Proof, ProofAsked } from "../atm/teller.ts";
import { counted } from "./time.ts";

const SPOKEN_EVERY_S = 15;
/** From here on each second is spoken. */
const SPOKEN_EACH_S = 20;

let open: HTMLDialogElement | null = null;

/** Takes away whatever is open: there is no session any more that it could be about. */
export function dismiss(): void {
  open?.close();
}

/** @returns what was typed, or null if the customer would rather not. */
export async function askProof({ what, withCode, wasWrong }: ProofAsked): Promise<Proof | null> {
  const typed = await ask({
    heading: "Confirm a large sum",
    lead: `${what}: it is done once you have entered ${withCode ? BOTH : "your password"}.`,
    wrong: wasWrong ? WRONG_PROOF[withCode ? "code" : "alone"] : null,
    fields: withCode ? ["password", "code"] : ["password"],
    agree: "Confirm",
    refuse: "Do not do it",
  });
  return typed === null
    ? null
    : { password: typed.password, ...(withCode && { code: typed.code }) };
}

/** @returns as above. */
export async function askCode(wasWrong: boolean): Promise<string | null> {
  const typed = await ask({
    heading: "The line was lost",
    lead: "To go on, the bank needs another code of your authenticator, or a recovery code.",
    wrong: wasWrong ? `That code is not right. ${WAIT}` : null,
    fields: ["code"],
    agree: "Go on",
    refuse: "Log out",
  });
  return typed?.code ?? null;
}

const BOTH = "your password and a code";
const WAIT = "Each works once: wait until your authenticator shows the next.";
const WRONG_PROOF = {
  alone: "That is not your password. Try again.",
  code: `Your password or the code is not right. A code works once: wait for the next.`,
};

type Asked = keyof typeof FIELDS;
type Question = {
  heading: string;
  lead: string;
  wrong: string | null;
  fields: readonly Asked[];
  agree: string;
  refuse: string;
};

const FIELDS = {
  password: {
    label: "Your password",
    attributes: { type: "password", autocomplete: "current-password" },
    take: (typed: string) => (typed === "" ? { wrong: "Enter your password" } : { taken: typed }),
  },
  code: {
    label: "Code from your authenticator, or a recovery code",
    attributes: { type: "text", autocomplete: "one-time-code", className: "code" },
    take: (typed: string) => {
      const entered = parseCode(typed);
      if ("code" in entered) return { taken: entered.code };
      return { wrong: entered.fault === "empty" ? "Enter the code" : NO_CODE };
    },
  },
};
const NO_CODE = "A code has six digits; a recovery code has 16 letters and digits";

/** Each field as it was typed, and checked; null if the customer would rather not. */
function ask(question: Question): Promise<Record<Asked, string> | null> {
  const { promise, resolve } = Promise.withResolvers<Record<Asked, string> | null>();
  const dialog = newDialog(question.heading, () => {
    for (const { input } of fields) input.value = "";
    resolve(null);
  });
  const fields = question.fields.map(newField);
  const alert = element("p", "");
  alert.role = "alert";
  const refuse = element("button", question.refuse);
  refuse.type = "button";
  refuse.addEventListener("click", () => dialog.close());
  const agree = element("button", question.agree);
  agree.className = "primary";
  const form = document.createElement("form");
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const taken = { password: "", code: "" };
    for (const { name, input } of fields) {
      const typed = FIELDS[name].take(input.value);
      if ("wrong" in typed) {
        alert.textContent = typed.wrong;
        return input.focus();
      }
      taken[name] = typed.taken;
    }
    resolve(taken);
    dialog.close();
  });
  const actions = element("div", "");
  actions.className = "actions";
  actions.append(agree, refuse);
  form.append(alert, ...fields.flatMap(({ label, input }) => [label, input]), actions);
  dialog.append(element("p", question.lead), form);
  dialog.showModal();
  alert.textContent = question.wrong; // Now, so that screen readers hear it.
  fields[0]?.input.focus();
  return promise;
}

function newField(name: Asked) {
  const { label: text, attributes } = FIELDS[name];
  const input = document.createElement("input");
  Object.assign(input, { id: `confirm-${name}`, autocapitalize: "none", ...attributes });
  input.spellcheck = false;
  const label = element("label", text);
  label.htmlFor = input.id;
  return { name, input, label };
}

/** @param stay Puts the end off; null where nothing can. */
export function warnOfEnd(seconds: number, stay: (() => void) | null): void {
  const endsAt = performance.now() + seconds * 1_000;
  const timer = setInterval(() => show(), 1_000);
  const dialog = newDialog("Your session is about to end", () => clearInterval(timer));
  const seen = element("p", "");
  seen.className = "time-left";
  seen.ariaHidden = "true";
  const spoken = element("p", `${counted(seconds, "second")} left`);
  spoken.className = "visually-hidden";
  spoken.role = "status";
  const agree = element("button", stay === null ? "I see" : "Stay logged in");
  agree.className = "primary";
  agree.addEventListener("click", () => {
    stay?.();
    dialog.close();
  });
  const show = (): void => {
    const left = Math.max(0, Math.round((endsAt - performance.now()) / 1_000));
    seen.textContent = `${counted(left, "second")} left`;
    if (isSpoken(left)) spoken.textContent = seen.textContent;
  };
  show();
  dialog.append(element("p", stay === null ? LASTED : IDLE), seen, spoken, agree);
  dialog.showModal();
}

const IDLE = "You have asked for nothing lately. Without a sign of you, the bank logs you out.";
const LASTED = "It has lasted as long as one may. Finish what you do; then you can log in again.";

/** Whether a screen reader is to hear of the seconds that are left. */
export const isSpoken = (left: number): boolean =>
  left <= SPOKEN_EACH_S || left % SPOKEN_EVERY_S === 0;

function newDialog(heading: string, onClose: () => void): HTMLDialogElement {
  dismiss();
  const dialog = document.createElement("dialog");
  dialog.ariaLabel = heading;
  dialog.append(element("h2", heading));
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (open === dialog) open = null;
    onClose();
  });
  open = dialog;
  document.body.append(dialog);
  return dialog;
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  text: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
