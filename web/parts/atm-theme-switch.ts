/** The switch between the light and the dark theme, and the one thing that the page stores. */

import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";
import { ICONS } from "./icons.ts";

const STORAGE_KEY = "secure-atm.theme";
type Theme = "light" | "dark";

// Before the first element is drawn; without a choice the page follows the system.
const saved = localStorage.getItem(STORAGE_KEY);
if (saved === "light" || saved === "dark") document.documentElement.dataset["theme"] = saved;

@customElement("atm-theme-switch")
export class AtmThemeSwitch extends LitElement {
  static override styles = css`
    button {
      display: inline-flex;
      align-items: center;
      gap: 0.5rem;
      min-block-size: 3rem;
      min-inline-size: 3rem;
      padding: 0 0.75rem;
      font: inherit;
      font-weight: 600;
      color: inherit;
      background: transparent;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius);
      cursor: pointer;
    }
    button:hover {
      background: var(--raised);
    }
    button:focus-visible {
      outline: var(--focus-outline);
      outline-offset: 2px;
    }
    /* On a small screen the icon is enough; the name is there for all in the label. */
    @media (width < 40rem) {
      button {
        justify-content: center;
        padding: 0;
      }
      span {
        display: none;
      }
    }
    svg {
      inline-size: 1.25rem;
      block-size: 1.25rem;
    }
  `;

  @state() private theme: Theme = currentTheme();
  readonly #preference = matchMedia("(prefers-color-scheme: dark)");

  override connectedCallback(): void {
    super.connectedCallback();
    this.theme = currentTheme();
    this.#preference.addEventListener("change", this.#follow);
  }

  override disconnectedCallback(): void {
    this.#preference.removeEventListener("change", this.#follow);
    super.disconnectedCallback();
  }

  override render() {
    const dark = this.theme === "dark";
    return html`<button
      id="theme-switch"
      type="button"
      role="switch"
      aria-checked=${dark}
      aria-label="Dark theme"
      @click=${this.#toggle}
    >
      ${dark ? ICONS.dark : ICONS.light}<span aria-hidden="true">${dark ? "Dark" : "Light"}</span>
    </button>`;
  }

  readonly #follow = (): void => {
    this.theme = currentTheme();
  };

  #toggle(): void {
    this.theme = this.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset["theme"] = this.theme;
    localStorage.setItem(STORAGE_KEY, this.theme);
  }
}

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
