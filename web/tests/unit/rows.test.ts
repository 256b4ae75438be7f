import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, submissionForm, type SubmissionChoices } from "../../src/api/client";
import type { Receipt, RowFinding } from "../../src/api/types";
import { nearestSize } from "../../src/panel/sheet";
import { mappingChoices } from "../../src/upload/columns";
import { guessAs } from "../../src/upload/form";
import { forget, recall, remember, remembersAny, withRemembered } from "../../src/upload/memory";
import { NONE_ACCEPTED, accept, corrections, isAccepted, proposals } from "../../src/upload/remedies";
import { csvField, fileFindings, rowsCsv, rowsOfReceipt } from "../../src/upload/rows";

const finding = (row: number | null, level: RowFinding["level"]): RowFinding =>
  ({ row, level, field: "code", rule: "unit.code.malformed", found: "4201\"02", expected: "6", remedy: null });
const receipt: Receipt = {
  submission: "ab", rows: { read: 9, accepted: 8, with_findings: 1, rejected: 1 }, error: null, file: "a.csv", as: "units",
  received_at: null, decisions: [], findings: [finding(7, "error"), finding(null, "warning"), finding(2, "warning"), finding(7, "info")],
};

test("rows are made out of the findings of a receipt", () => {
  const rows = rowsOfReceipt(receipt);
  assert.deepEqual(rows.map(({ row, state, findings }) => [row, state, findings.length]), [[2, "with_findings", 1], [7, "rejected", 2]]);
  assert.equal(fileFindings(receipt).length, 1);
});

test("CSV keeps quotes and lines, and gives a spreadsheet nothing to run", () => {
  assert.equal(csvField('a"b,c'), '"a""b,c"');
  assert.equal(csvField("=HYPERLINK(1)"), "'=HYPERLINK(1)");
  assert.equal(csvField("-12.5"), "-12.5");
  assert.equal(csvField(null), "");
  const [head, ...lines] = rowsCsv(rowsOfReceipt(receipt)).trimEnd().split("\r\n");
  assert.equal(head, "\ufeffrow,state,name,code,field,rule,level,found,expected,remedy");
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? "", /^2,with_findings,,,code,unit\.code\.malformed,warning,"4201""02",6,$/);
});

test("the form has the options before the files, and none without a value", () => {
  const choices: SubmissionChoices = {
    as: "units", level: " county ", level_field: "", kind: "legal", code_field: "", name_field: "", parent_field: "", layer: "",
    profile: "", crs: "", encoding: "", angles: "", map: [], corrections: [], corrects: "", valid_from: "", dry_run: true,
  };
  const form = submissionForm([new File(["{}"], "甲.geojson"), new File(["{}"], "b.geojson")], choices);
  assert.deepEqual([...form].map(([name, value]) => [name, value instanceof File ? value.name : value]), [
    ["as", "units"], ["level", "county"], ["kind", "legal"], ["dry_run", "true"], ["file", "甲.geojson"], ["file", "b.geojson"],
  ]);
});

const NOTHING: SubmissionChoices = {
  as: "places", level: "", level_field: "", kind: "", code_field: "", name_field: "", parent_field: "", layer: "",
  profile: "", crs: "", encoding: "", angles: "", map: [], corrections: [], corrects: "", valid_from: "", dry_run: false,
};

test("columns and corrections go as fields that come several times", () => {
  const corrections = Array.from({ length: 250 }, (_, row) => ({ row, column: "x", value: "1" }));
  const form = submissionForm([], { ...NOTHING, map: ["lon_from=甲"], corrections, corrects: "ab" });
  assert.deepEqual(form.getAll("map"), ["lon_from=甲"]);
  assert.deepEqual(form.getAll("corrections").map((text) => (JSON.parse(String(text)) as unknown[]).length), [200, 50]);
  assert.equal(form.get("corrects"), "ab");
});

test("a mapping becomes the choices of the next reading", () => {
  const fields = new Map([["甲", "standard_name"], ["乙", ""], ["丙", "lon_from"]]);
  assert.deepEqual(mappingChoices("places", fields), { map: ["standard_name=甲", "lon_from=丙"] });
  assert.deepEqual(
    mappingChoices("units", new Map([["a", "code"], ["b", ""]])), { code_field: "a", name_field: "", level_field: "", parent_field: "" },
  );
});

test("proposals are accepted one by one and all of a kind, cell by cell", () => {
  const swapped = (row: number): RowFinding => ({
    ...finding(row, "warning"), rule: "position.swapped", cells: [{ column: "x", value: `1${row}` }, { column: "y", value: "3" }],
  });
  const all = { ...receipt, findings: [swapped(1), swapped(2), finding(3, "error")] };
  const kinds = proposals(all);
  assert.deepEqual([...kinds.keys()], ["position.swapped"]);
  let accepted = accept(NONE_ACCEPTED, [swapped(1)], true);
  assert.ok(isAccepted(accepted, swapped(1)) && !isAccepted(accepted, swapped(2)) && !isAccepted(accepted, finding(3, "error")));
  accepted = accept(accepted, kinds.get("position.swapped") ?? [], true);
  const before = [{ row: 1, column: "x", value: "old" }, { row: 9, column: "x", value: "kept" }];
  assert.deepEqual(corrections(accepted, before).map(({ row, column, value }) => `${row}${column}${value}`), ["1x11", "1y3", "2x12", "2y3", "9xkept"]);
  assert.equal(accept(accepted, [swapped(1), swapped(2)], false).size, 0);
});

test("what was said of columns is remembered by them, and said choices come first", () => {
  const kept = new Map<string, string>();
  Object.assign(globalThis, { localStorage: { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v) } });
  const columns = [{ name: "甲", samples: [], field: null }, { name: "乙", samples: [], field: null }];
  const one = { as: "places" as const, file: "a.csv", columns };
  assert.equal(remembersAny(), false);
  remember(one, NOTHING, "2026-01-01T00:00:00Z");
  assert.equal(remembersAny(), false, "nothing said, nothing kept");
  remember(one, { ...NOTHING, map: ["standard_name=甲"], crs: "GCJ-02" }, "2026-01-01T00:00:00Z");
  const found = recall({ as: "places", columns: [...columns].reverse() });
  assert.deepEqual(found?.choices, { map: ["standard_name=甲"], crs: "GCJ-02" });
  assert.equal(recall({ as: "units", columns }), null);
  assert.ok(found);
  assert.deepEqual(withRemembered({ ...NOTHING, crs: "EPSG:4490" }, found), { ...NOTHING, map: ["standard_name=甲"], crs: "EPSG:4490" });
  forget(found.signature);
  assert.equal(remembersAny(), false);
});

test("tables are taken for places at first", () => {
  assert.equal(guessAs(["a.geojson"]), "units");
  assert.equal(guessAs(["名录.XLSX"]), "places");
});

test("errors of the server keep code, words and request; anything else is told apart", () => {
  const error = errorOf(404, '{"error":{"code":"unit_not_found","message":"没有","request_id":"r1"}}');
  assert.deepEqual([error.code, error.message, error.status, error.requestId], ["unit_not_found", "没有", 404, "r1"]);
  assert.equal(errorOf(502, "<html>").code, "server");
  assert.equal(errorOf(404, "").code, "unreadable");
});

test("a pulled sheet rests at the nearest size", () => {
  assert.deepEqual([0.1, 0.5, 0.9].map(nearestSize), ["peek", "half", "full"]);
});
