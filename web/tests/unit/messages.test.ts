import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { KINDS, GAP_KINDS, SEVERITIES, STATES } from "../../src/api/types";
import { isKey, translate } from "../../src/i18n";
import { LANGS, startLang } from "../../src/i18n/lang";
import { messages } from "../../src/i18n/messages";

const table = Object.entries(messages as Record<string, Record<string, string>>);
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("every text stands in every language, with the same holes", () => {
  for (const [key, texts] of table) {
    assert.deepEqual(Object.keys(texts).sort(), [...LANGS].sort(), key);
    for (const lang of LANGS) assert.ok(texts[lang]?.trim(), `${key} in ${lang}`);
    assert.deepEqual(holes(texts["en"] ?? ""), holes(texts["zh"] ?? ""), key);
  }
});

test("English has no Chinese characters in it", () => {
  for (const [key, texts] of table) assert.doesNotMatch(texts["en"] ?? "", /\p{Script=Han}/u, key);
});

test("every word of the API has its texts", () => {
  const keys = [
    ...KINDS.flatMap((kind) => [`kind.${kind}`, `kind.${kind}.help`]),
    ...GAP_KINDS.map((kind) => `gap.${kind}`),
    ...SEVERITIES.map((severity) => `severity.${severity}`),
    ...STATES.map((state) => `state.${state}`),
  ];
  for (const key of keys) assert.ok(isKey(key), key);
});

test("no text is left over", async () => {
  const folder = join(process.cwd(), "src");
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name) && !name.endsWith("messages.ts"));
  const source = (await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
  // A key is written whole, or as a template such as `kind.${kind}`, or as the part before `.help`.
  const written = new Set([...source.matchAll(/"([a-z_]+(?:\.[\w-]+)+)"/g)].map(([, key]) => key));
  const templates = [...source.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{[^}]+\}((?:\.[a-z_]+)*)`/g)].map(([, start = "", end = ""]) => ({ start, end }));
  const used = (key: string) => written.has(key) || templates.some(({ start, end }) => key.startsWith(start) && key.endsWith(end));
  assert.deepEqual(table.map(([key]) => key).filter((key) => !used(key)), []);
});

test("holes are filled, and an unknown one stays to be seen", () => {
  assert.equal(translate("en", "list.summary", { groups: 3, findings: "1,200" }), "1,200 findings in 3 groups");
  assert.equal(translate("zh", "list.summary", { groups: 3 }), "3 组 · {findings} 处发现");
});

test("the language of the address goes before the remembered one, Chinese is first", () => {
  assert.equal(startLang("en", "zh"), "en");
  assert.equal(startLang(null, "en"), "en");
  assert.equal(startLang("fr", null), "zh");
});
