/** The protocol that the customer of this browser wants to speak: modern unless told otherwise. */

import type { Protocol } from "./state.ts";

const STORAGE_KEY = "secure-atm.protocol";

/** `?protocol=classic` in the address goes before what was chosen here earlier. */
export function wishedProtocol(): Protocol {
  const asked = new URLSearchParams(location.search).get("protocol");
  if (asked === "classic" || asked === "modern") {
    keepWish(asked);
    return asked;
  }
  return localStorage.getItem(STORAGE_KEY) === "classic" ? "classic" : "modern";
}

export const keepWish = (protocol: Protocol): void => localStorage.setItem(STORAGE_KEY, protocol);
