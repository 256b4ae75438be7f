/** Boxes around things; longitude, latitude in degrees. */
import type { Bbox } from "./api/types";

export function unionOf(boxes: readonly (Bbox | null | undefined)[]): Bbox | null {
  let all: Bbox | null = null;
  for (const box of boxes) {
    if (!box || !box.every(Number.isFinite)) continue;
    all = all
      ? [Math.min(all[0], box[0]), Math.min(all[1], box[1]), Math.max(all[2], box[2]), Math.max(all[3], box[3])]
      : [...box];
  }
  return all;
}

/** The box of any geometry, null when it has no position. */
export function boxOf(geometry: GeoJSON.Geometry | null | undefined): Bbox | null {
  if (!geometry) return null;
  if (geometry.type === "GeometryCollection") return unionOf(geometry.geometries.map(boxOf));
  const box: Bbox = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [x, y] = value as unknown[];
    if (typeof x === "number" && typeof y === "number") {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    } else value.forEach(walk);
  };
  walk(geometry.coordinates);
  return Number.isFinite(box[0]) ? box : null;
}
