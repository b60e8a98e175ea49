import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { chooseLanguage, chooseLocale, fill, languages, tCode } from "../src/i18n/i18n";

const all: Record<string, Record<string, string>> = { en, de };
const placeholders = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("every language is complete and uses the same parameters", () => {
  assert.deepEqual(Object.keys(all).sort(), Object.keys(languages).sort());
  for (const [language, messages] of Object.entries(all)) {
    assert.deepEqual(Object.keys(messages), Object.keys(en), `keys of ${language}, in the order of the English file`);
    for (const [key, sentence] of Object.entries(en)) {
      assert.deepEqual(placeholders(messages[key] ?? ""), placeholders(sentence), `${language}: ${key}`);
      assert.notEqual((messages[key] ?? "").trim(), "", `${language}: ${key}`);
    }
  }
});

test("every sentence is used", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("i18n"))
    .map((name) => readFileSync(join("src", name), "utf8")).join("\n");
  // Keys that are put together: t(`state.${level}`), tCode("code.", ...).
  const prefixes = [...sources.matchAll(/`([a-zA-Z.]+\.)\$\{/g), ...sources.matchAll(/tCode\("([a-z.]+\.)"/g)].map((match) => match[1] ?? "");
  for (const key of Object.keys(en)) {
    const used = sources.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix) && !key.slice(prefix.length).includes(" "));
    assert.ok(used, `${key} is not used`);
  }
});

test("a code that is not known is told in the server's words", () => {
  assert.equal(tCode("code.", "delay.range", {}, "server"), en["code.delay.range"]);
  assert.equal(tCode("code.", "some.new", {}, "server"), "server");
  assert.equal(tCode("code.", "password.short", { minimum: 8 }, "server"), "The password needs at least 8 characters.");
  assert.equal(tCode("code.", "password.short", {}, "server"), "server", "a parameter is missing");
});

test("the language follows the browser", () => {
  assert.equal(chooseLanguage(["fr-FR", "de-AT", "en"]), "de");
  assert.equal(chooseLanguage(["fr"]), "en");
  assert.equal(chooseLanguage([]), "en");
  assert.equal(chooseLocale("en", ["de-DE", "en-GB"]), "en-GB");
  assert.equal(chooseLocale("de", ["en-GB"]), "de");
});

test("parameters are put in as they are", () => {
  assert.equal(fill("{a} and {b} and {a}", { a: 1, b: "$&" }), "1 and $& and 1");
  assert.equal(fill("{a}", {}), "{a}");
});
