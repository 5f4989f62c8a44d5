/**
 * What the page has to say or to ask in the middle of a session, whatever its screen: that the
 * session is about to end, and the password once more before a large sum. Loaded when first needed,
 * and without Lit, which would make two files of what every visit loads. The browser gives the
 * focus back where it was when a dialog closes.
 */

const SPOKEN_EVERY_S = 15;
/** From here on each second is spoken. */
const SPOKEN_EACH_S = 20;

let open: HTMLDialogElement | null = null;

/** Takes away whatever is open: there is no session any more that it could be about. */
export function dismiss(): void {
  open?.close();
}

/** @returns what was typed, or null if the customer would rather not. */
export function askPassword(wasWrong: boolean): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const dialog = newDialog("Confirm a large sum", () => {
    field.value = "";
    resolve(null);
  });
  const field = document.createElement("input");
  Object.assign(field, { id: "confirm-password", type: "password", required: true });
  field.autocomplete = "current-password";
  const label = element("label", "Your password");
  label.htmlFor = field.id;
  const refuse = element("button", "Do not do it");
  refuse.type = "button";
  refuse.addEventListener("click", () => dialog.close());
  const form = document.createElement("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    resolve(field.value);
    dialog.close();
  });
  if (wasWrong) {
    const wrong = element("p", "That is not your password. Try again.");
    wrong.role = "alert";
    form.append(wrong);
  }
  form.append(label, field, element("button", "Confirm"), refuse);
  dialog.append(form);
  dialog.showModal();
  field.focus();
  return promise;
}

/** @param stay Puts the end off; null where nothing can. */
export function warnOfEnd(seconds: number, stay: (() => void) | null): void {
  const endsAt = performance.now() + seconds * 1_000;
  const timer = setInterval(() => show(), 1_000);
  const dialog = newDialog("Your session is about to end", () => clearInterval(timer));
  const seen = element("p", "");
  seen.ariaHidden = "true";
  const spoken = element("p", `${seconds} seconds left`);
  spoken.className = "visually-hidden";
  spoken.role = "status";
  const agree = element("button", stay === null ? "I see" : "Stay");
  agree.addEventListener("click", () => {
    stay?.();
    dialog.close();
  });
  const show = (): void => {
    const left = Math.max(0, Math.round((endsAt - performance.now()) / 1_000));
    seen.textContent = `${left} seconds left`;
    if (isSpoken(left)) spoken.textContent = seen.textContent;
  };
  show();
  dialog.append(seen, spoken, agree);
  dialog.showModal();
}

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
