import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { duration, none, number, quantity } from "../src/format";
import { setLanguage } from "../src/i18n/i18n";

// The page sets the language of the document; there is none here.
globalThis.document = { documentElement: {} } as Document;
afterEach(() => setLanguage("en"));

test("decimals of a quantity are fixed", () => {
  assert.equal(number(0, "W"), "0.0");
  assert.equal(number(1234.56, "W"), "1,234.6");
  assert.equal(number(0.0426, "A"), "0.043");
  assert.equal(number(-23.14, "°"), "\u221223.1");
  assert.equal(quantity(230, "V"), "230.0\u202fV");
  assert.equal(quantity(-3.5, "°"), "\u22123.5°");
});

test("nothing reads as nothing, and no zero is negative", () => {
  for (const value of [null, undefined, NaN, Infinity]) assert.equal(quantity(value, "W"), none);
  assert.equal(number(-0.04, "W"), "0.0");
  assert.equal(number(-0.06, "W"), "\u22120.1");
});

test("a language brings its own numbers", async () => {
  await setLanguage("de");
  assert.equal(number(1234.56, "W"), "1.234,6");
  assert.equal(duration(2400), "2,4\u202fs");
});

test("a time that is left", () => {
  const cases: [number, string][] = [
    [-5, "0.0\u202fs"], [0, "0.0\u202fs"], [2400, "2.4\u202fs"], [9949, "9.9\u202fs"], [9950, "10\u202fs"], [59_001, "1:00"],
    [59_000, "59\u202fs"], [61_000, "1:01"], [3_600_000, "1:00:00"], [86_400_000, "24:00:00"],
  ];
  for (const [ms, want] of cases) assert.equal(duration(ms), want, `${ms} ms`);
});
