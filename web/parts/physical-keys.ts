/** The keyboard as the keys of an ATM: digits, Enter, Clear (Backspace) and Cancel (Esc). */

import type { ReactiveController, ReactiveControllerHost } from "lit";

export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] as const;
export type Digit = (typeof DIGITS)[number];
export type AtmKey = Digit | "clear" | "enter" | "cancel";

const FUNCTION_KEYS: Record<string, AtmKey> = {
  Enter: "enter",
  Backspace: "clear",
  Escape: "cancel",
};

/** Listens while its host is on the page. */
export class PhysicalKeys implements ReactiveController {
  readonly #onPress: (key: AtmKey) => void;
  readonly #onHeld: (key: AtmKey | null) => void;

  /** `onHeld` hears of every key that is down, `onPress` only of those nothing else takes. */
  constructor(
    host: ReactiveControllerHost,
    onPress: (key: AtmKey) => void,
    onHeld: (key: AtmKey | null) => void = () => {},
  ) {
    this.#onPress = onPress;
    this.#onHeld = onHeld;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("keydown", this.#down);
    addEventListener("keyup", this.#up);
  }

  hostDisconnected(): void {
    removeEventListener("keydown", this.#down);
    removeEventListener("keyup", this.#up);
  }

  readonly #down = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    // A dialog lies in front of the keys: what is pressed there is its own.
    if (event.target instanceof Element && event.target.closest("dialog") !== null) return;
    const key = keyOf(event.key);
    if (key === null || event.isComposing) return;
    this.#onHeld(key);
    if (isTakenByTarget(key, event.composedPath()[0])) return;
    event.preventDefault();
    // A key held down must not run on into the next screen and confirm there.
    if (event.repeat && key !== "clear") return;
    this.#onPress(key);
  };

  readonly #up = (): void => this.#onHeld(null);
}

/** On a screen without a keypad Esc leaves it, too. */
export function leaveByEsc(host: ReactiveControllerHost, leave: () => void): void {
  new PhysicalKeys(host, (key) => {
    if (key === "cancel") leave();
  });
}

function keyOf(name: string): AtmKey | null {
  return DIGITS.find((digit) => digit === name) ?? FUNCTION_KEYS[name] ?? null;
}

/** A field types digits and submits by itself, and Enter presses the button or link in focus. */
function isTakenByTarget(key: AtmKey, target: EventTarget | undefined): boolean {
  if (key === "cancel" || !(target instanceof Element)) return false;
  if (target.matches("input, textarea, select")) return true;
  return key === "enter" && target.matches("button, a, summary");
}
