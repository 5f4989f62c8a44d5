/** The crypto pool's entry: the tasks that its threads can be given, by name. */

export { checkPassword, hashPassword } from "./passwords.ts";
export { runSealingBatch } from "./sealing.ts";
export { hashNewPassword, judgePassword } from "./new-password.ts";
