/** Text that goes into HTML. */

/** Markup that is complete in itself. */
export type Html = string;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeHtml = (text: string): Html =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
