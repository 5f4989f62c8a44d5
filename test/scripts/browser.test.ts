/** Where browsers are looked for, and that the one for the tests starts. */
import { describe, expect, it } from "vitest";
import { candidates, findBrowser } from "../../scripts/browser.mjs";
import { launchBrowser } from "../browser.ts";

describe("a browser is looked for", () => {
  it.for([
    ["linux", { PATH: "/usr/bin" }, "/usr/bin/chromium"],
    ["linux", { PATH: "/usr/bin" }, "/usr/bin/google-chrome"],
    ["linux", { PATH: "/usr/bin" }, "/usr/bin/microsoft-edge"],
    ["darwin", {}, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
    [
      "darwin",
      { HOME: "/Users/ann" },
      "/Users/ann/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ],
    ["win32", { PROGRAMFILES: "C:" }, "C:/Google/Chrome/Application/chrome.exe"],
    ["win32", { "PROGRAMFILES(X86)": "C:" }, "C:/Microsoft/Edge/Application/msedge.exe"],
  ] as const)("on %s, with %o: %s", ([platform, environment, path]) => {
    expect(candidates(environment, platform)).toContain(path);
  });

  it("where SECURE_ATM_BROWSER says, which must be right", () => {
    const environment = { SECURE_ATM_BROWSER: "/no/browser", PATH: process.env["PATH"] };
    expect(() => findBrowser(environment)).toThrow("/no/browser, which is no browser that starts");
  });
});

describe("the browser of the tests", () => {
  it("starts and runs a page", async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.setContent("<h1>Secure ATM</h1>");
      expect(await page.getByRole("heading").textContent()).toBe("Secure ATM");
    } finally {
      await browser.close();
    }
  });
});
