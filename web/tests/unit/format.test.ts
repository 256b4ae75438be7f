import assert from "node:assert/strict";
import { test } from "node:test";
import { area, bytes, metres, NONE, position, time } from "../../src/format";

test("areas", () => {
  assert.equal(area("en", 0), "0 m²");
  assert.equal(area("en", 0.01234), "0.0123 m²");
  assert.equal(area("en", 12_345.6), "12,346 m²");
  assert.equal(area("zh", 1_480_000), "1.48 km²");
  assert.equal(area("en", null), NONE);
  assert.equal(area("en", Number.NaN), NONE);
});

test("lengths", () => {
  assert.equal(metres("en", 12_345), "12.35 km");
  assert.equal(metres("en", 3.21987), "3.22 m");
  assert.equal(metres("en", 0.35), "35 cm");
  assert.equal(metres("en", 0.0004), "0.4 mm");
  assert.equal(metres("en", undefined), NONE);
});

test("positions have the half of the globe and six decimals", () => {
  assert.equal(position(114.305393, 30.59276), "114.305393°E  30.592760°N");
  assert.equal(position(-0.5, -33), "0.500000°W  33.000000°S");
  assert.equal(position(190, 0), "170.000000°W  0.000000°N");
});

test("times that are none are shown as they came", () => {
  assert.match(time("2025-11-24T08:11:00Z"), /^2025-11-2[345] \d\d:\d\d$/);
  assert.equal(time("soon"), "soon");
  assert.equal(time(null), NONE);
});

test("sizes of files", () => {
  assert.equal(bytes("en", 900), "900 B");
  assert.equal(bytes("en", 1536), "1.5 KB");
  assert.equal(bytes("en", 5 * 1024 * 1024), "5 MB");
});
