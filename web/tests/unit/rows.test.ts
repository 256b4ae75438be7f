import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, submissionForm, type SubmissionChoices } from "../../src/api/client";
import type { Receipt, RowFinding } from "../../src/api/types";
import { nearestSize } from "../../src/panel/sheet";
import { guessAs } from "../../src/upload/form";
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
    profile: "", crs: "", encoding: "", valid_from: "", dry_run: true,
  };
  const form = submissionForm([new File(["{}"], "甲.geojson"), new File(["{}"], "b.geojson")], choices);
  assert.deepEqual([...form].map(([name, value]) => [name, value instanceof File ? value.name : value]), [
    ["as", "units"], ["level", "county"], ["kind", "legal"], ["dry_run", "true"], ["file", "甲.geojson"], ["file", "b.geojson"],
  ]);
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
