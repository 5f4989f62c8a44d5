/**
 * The keypad: twelve keys in the layout of a telephone, and Cancel below. The keys of the keyboard
 * press the same keys.
 *
 * @fires digit - A digit was pressed; `detail` is "0" to "9".
 * @fires clear - The last digit is to go.
 * @fires enter - What was typed is to be taken.
 * @fires cancel - The order is given up.
 */

import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";
import { PhysicalKeys, type AtmKey } from "./physical-keys.ts";

const KEYS: readonly AtmKey[] = [
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "clear",
  "0",
  "enter",
  "cancel",
];

/** The shapes are those of every ATM: they tell the function keys apart without colour. */
const FUNCTION_FACES: Partial<Record<AtmKey, { shape: string; name: string }>> = {
  clear: { shape: "←", name: "Clear" },
  enter: { shape: "○", name: "Enter" },
  cancel: { shape: "✕", name: "Cancel" },
};

@customElement("atm-keypad")
export class AtmKeypad extends LitElement {
  static override styles = css`
    :host {
      display: grid;
      grid-template-columns: repeat(3, minmax(4rem, 1fr));
      gap: 0.5rem;
    }
    button {
      position: relative;
      min-block-size: 4rem;
      padding: 0;
      font: inherit;
      font-size: 1.5rem;
      font-variant-numeric: tabular-nums;
      font-weight: 600;
      color: var(--ink);
      background: var(--key);
      border: 1px solid var(--line-strong);
      border-block-end-width: 3px;
      border-radius: var(--radius);
      cursor: pointer;
      touch-action: manipulation;
    }
    button:hover {
      background: var(--raised);
    }
    button:active,
    .held {
      background: var(--accent-soft);
      border-block-end-width: 1px;
      padding-block-start: 2px;
    }
    button:focus-visible {
      outline: var(--focus-outline);
      outline-offset: 2px;
    }
    .function {
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      font-size: 0.875rem;
    }
    .shape {
      font-size: 1.25rem;
      line-height: 1;
    }
    .clear {
      border-color: var(--clear-key);
    }
    .enter {
      border-color: var(--enter-key);
    }
    .cancel {
      grid-column: 1 / -1;
      flex-direction: row;
      gap: 0.5rem;
      border-color: var(--cancel-key);
    }
    /* The raised bar by which fingers find the middle key. */
    .five::after {
      content: "";
      position: absolute;
      inset-block-end: 0.6rem;
      inset-inline: 42%;
      border-block-end: 3px solid currentColor;
      border-radius: 2px;
    }
  `;

  /** The key that is held down on the keyboard, to be seen moving here. */
  @state() private held: AtmKey | null = null;

  constructor() {
    super();
    new PhysicalKeys(
      this,
      (key) => this.#press(key),
      (key) => {
        this.held = key;
      },
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Keypad");
  }

  override render() {
    return KEYS.map((key) => {
      const face = FUNCTION_FACES[key];
      const classes = [
        face === undefined ? "digit" : `function ${key}`,
        key === "5" ? "five" : "",
        key === this.held ? "held" : "",
      ].join(" ");
      return html`<button
        id="key-${key}"
        type="button"
        class=${classes}
        @click=${() => this.#press(key)}
      >
        ${
          face === undefined
            ? key
            : html`<span class="shape" aria-hidden="true">${face.shape}</span>${face.name}`
        }
      </button>`;
    });
  }

  #press(key: AtmKey): void {
    const isDigit = FUNCTION_FACES[key] === undefined;
    this.dispatchEvent(isDigit ? new CustomEvent("digit", { detail: key }) : new CustomEvent(key));
  }
}
