import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser, type StreamEvent } from "../src/live/sse";
import { backoff } from "../src/live/stream";

const stream = ": heartbeat\n\nevent: snapshot\nid: 4\ndata: {\"a\":1}\n\ndata: first\ndata:second\r\n\r\nevent: empty\n\nretry: 5\ndata\n\n";
const expected: StreamEvent[] = [
  { name: "snapshot", data: '{"a":1}' },
  { name: "message", data: "first\nsecond" },
  { name: "message", data: "" },
];

test("a stream gives the same events however it is cut", () => {
  for (let size = 1; size <= stream.length; size++) {
    const parser = new EventParser();
    const events: StreamEvent[] = [];
    for (let at = 0; at < stream.length; at += size) events.push(...parser.push(stream.slice(at, at + size)));
    assert.deepEqual(events, expected, `pieces of ${size}`);
  }
});

test("an event that is not complete is not given", () => {
  const parser = new EventParser();
  assert.deepEqual(parser.push("data: half\n"), []);
  assert.deepEqual(parser.push("\n"), [{ name: "message", data: "half" }]);
});

test("pauses grow and stay bounded", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 50].map(backoff), [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
});
