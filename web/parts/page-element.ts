/**
 * A component that renders into the page itself, not into a shadow root: the screens with fields
 * are such, so that labels, links to fields and password managers work as they do on any page.
 * Their styles are those of web/static/.
 */

import { LitElement } from "lit";

export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** With the components within it, so that a screen's first field is there to take the focus. */
  protected override async getUpdateComplete(): Promise<boolean> {
    const isDone = await super.getUpdateComplete();
    const within = [...this.querySelectorAll("*")].filter((part) => part instanceof PageElement);
    await Promise.all(within.map((part) => part.updateComplete));
    return isDone;
  }

  /** Fires an event that the application hears; components know nothing of each other. */
  protected fire(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
