/** The intake of a line: in what order messages are taken up, and when the line is held back. */

import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../src/protocol/error.ts";
import { Intake, WAITING_MAX, type Splitter } from "../../src/server/intake.ts";

/** Every byte is a message, but for a comma, which goes on, and a bang, which breaks the stream. */
class ByteSplitter implements Splitter {
  partial = false;

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    for (const byte of chunk) {
      if (byte === "!".charCodeAt(0)) throw new ProtocolError("bad_frame");
      this.partial = byte === ",".charCodeAt(0);
      if (!this.partial) yield Uint8Array.of(byte);
    }
  }
}

function openIntake() {
  const line = {
    isPaused: false,
    begun: 0,
    pause: () => void (line.isPaused = true),
    resume: () => void (line.isPaused = false),
    messageBegan: () => void (line.begun += 1),
  };
  const intake = new Intake(line, new ByteSplitter());
  return { line, intake, say: (text: string) => intake.push(Buffer.from(text)) };
}

function takeAll(intake: Intake): string {
  let taken = "";
  for (let next = intake.take(); next !== null; next = intake.take()) {
    taken += next instanceof ProtocolError ? `<${next.code}>` : Buffer.from(next).toString();
  }
  return taken;
}

describe("messages", () => {
  it("are taken up in their order, however they arrive", () => {
    const { intake, say } = openIntake();
    say("ab");
    say(",");
    say("c");
    expect(takeAll(intake)).toBe("abc");
  });

  it("come before what breaks the stream, and none behind it", () => {
    const { line, intake, say } = openIntake();
    say("ab!c");
    say("d");
    expect(takeAll(intake)).toBe("ab<bad_frame>");
    expect(line.isPaused).toBe(true);
  });

  it("are thrown away at an end, and taken no more where one was not authentic", () => {
    const { intake, say } = openIntake();
    say("ab");
    intake.clear();
    say("c");
    expect(takeAll(intake)).toBe("c");
    say("d");
    intake.close();
    say("e");
    expect(takeAll(intake)).toBe("");
  });

  it.for([
    // what arrives, times that a message began, whether one has not ended
    [["a", "b"], 2, false],
    [["ab"], 1, false],
    [[",", ",", "a"], 2, false],
    [["a,", ","], 1, true],
  ] as const)("of %j begin %i times", ([chunks, begun, isInMessage]) => {
    const { line, intake, say } = openIntake();
    for (const chunk of chunks) say(chunk);
    expect(line.begun).toBe(begun);
    expect(intake.isInMessage).toBe(isInMessage);
  });
});

describe("a line", () => {
  it("is paused past the bound, and resumed when half is taken up", () => {
    const { line, intake, say } = openIntake();
    say("x".repeat(WAITING_MAX));
    expect(line.isPaused).toBe(false);
    say("x");
    expect(line.isPaused).toBe(true);
    for (let left = WAITING_MAX; left > WAITING_MAX / 2; left--) {
      intake.take();
      expect(line.isPaused).toBe(true);
    }
    intake.take();
    expect(line.isPaused).toBe(false);
  });
});
