import assert from "node:assert/strict";
import { test } from "node:test";
import { around, boxOf, contains, labelPoint, sight, unionOf } from "../../src/geometry";

const square = (w: number, s: number, e: number, n: number): GeoJSON.Polygon =>
  ({ type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] });

test("boxes", () => {
  assert.deepEqual(boxOf({ type: "MultiPolygon", coordinates: [square(0, 0, 1, 1).coordinates, square(3, -2, 4, 0).coordinates] }), [0, -2, 4, 1]);
  assert.deepEqual(boxOf({ type: "GeometryCollection", geometries: [square(0, 0, 1, 1), { type: "Point", coordinates: [9, 9] }] }), [0, 0, 9, 9]);
  assert.equal(boxOf({ type: "Polygon", coordinates: [] }), null);
  assert.equal(boxOf(null), null);
  assert.deepEqual(unionOf([null, [0, 0, 1, 1], undefined, [-1, 0, 0, 5]]), [-1, 0, 1, 5]);
  assert.equal(unionOf([[Number.NaN, 0, 1, 1]]), null);
});

test("inside, outside, in a hole", () => {
  const ring: GeoJSON.Polygon = { type: "Polygon", coordinates: [...square(0, 0, 10, 10).coordinates, ...square(4, 4, 6, 6).coordinates] };
  assert.ok(contains(ring, [1, 1]));
  assert.ok(!contains(ring, [5, 5]));
  assert.ok(!contains(ring, [11, 5]));
});

test("a name is written within its own unit, in sight, and not on the finding", () => {
  const [left, right, both] = [square(0, 0, 5.5, 10), square(4.5, 0, 10, 10), square(4.5, 0, 5.5, 10)];
  const box = sight([4.5, 4, 5.5, 6]);
  const at = labelPoint(left, [right, both], box);
  assert.ok(at && contains(left, at) && !contains(right, at));
  assert.ok(at[0] >= box[0] && at[0] <= box[2] && at[1] >= box[1] && at[1] <= box[3]);
  assert.equal(labelPoint(left, [left], box), null);
  assert.equal(labelPoint(square(50, 50, 51, 51), [], box), null);
});

test("around a position", () => {
  const [w, s, e, n] = around([114, 60], 1110);
  assert.ok(Math.abs(n - s - 0.02) < 1e-9 && Math.abs(e - w - 0.04) < 1e-9);
});

test("what is in sight is around the box, and never a point", () => {
  const [w, s, e, n] = sight([114, 30, 114, 30]);
  assert.ok(w < 114 && e > 114 && s < 30 && n > 30);
});
