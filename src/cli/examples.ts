/** How each command's help begins: with what to type. */

export const examples = (...commands: string[]): string =>
  `Examples:\n${commands.map((command) => `  secure-atm ${command}`).join("\n")}\n`;
