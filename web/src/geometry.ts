/** Boxes around things; longitude, latitude in degrees. */
import type { Bbox, LonLat } from "./api/types";

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

/** Metres of a degree of latitude, roughly: for boxes around things, not for measures. */
const DEGREE_M = 111_000;

/** The box that reaches this many metres around a position. */
export function around([lon, lat]: LonLat, reachM: number): Bbox {
  const y = reachM / DEGREE_M;
  const x = y / Math.max(Math.cos((lat * Math.PI) / 180), 0.01);
  return [lon - x, lat - y, lon + x, lat + y];
}

function rings(geometry: GeoJSON.Geometry): GeoJSON.Position[][] {
  if (geometry.type === "Polygon") return geometry.coordinates;
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
}

/** Whether a position lies in an area, by the even-odd rule over all rings. */
export function contains(geometry: GeoJSON.Geometry, [x, y]: LonLat): boolean {
  let inside = false;
  for (const ring of rings(geometry)) {
    for (let i = 0, before = ring.length - 1; i < ring.length; before = i++) {
      const [xi = 0, yi = 0] = ring[i] ?? [];
      const [xj = 0, yj = 0] = ring[before] ?? [];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** Positions tried along each side of a box. */
const TRIES = 15;

/**
 * Where to write a name so that it is in sight when one looks at `box`: a position within `area` and in none of
 * `without`, as much in the middle of all such positions as one of them can be. Null when there is none.
 */
export function labelPoint(area: GeoJSON.Geometry, without: readonly GeoJSON.Geometry[], box: Bbox): LonLat | null {
  const free: LonLat[] = [];
  for (let row = 0; row < TRIES; row++) {
    for (let column = 0; column < TRIES; column++) {
      const at: LonLat = [
        box[0] + ((column + 0.5) / TRIES) * (box[2] - box[0]),
        box[1] + ((row + 0.5) / TRIES) * (box[3] - box[1]),
      ];
      if (contains(area, at) && !without.some((one) => contains(one, at))) free.push(at);
    }
  }
  const middle = free.reduce(([x, y], at) => [x + at[0] / free.length, y + at[1] / free.length], [0, 0]);
  const far = (at: LonLat) => (at[0] - middle[0]) ** 2 + (at[1] - middle[1]) ** 2;
  return free.reduce<LonLat | null>((best, at) => (best === null || far(at) < far(best) ? at : best), null);
}

/** Half a side of the smallest box looked at, in degrees: about 30 m. */
const SMALLEST = 0.0003;

/** What is in sight after a flight to a box: nearly square, with some room around. */
export function sight(box: Bbox): Bbox {
  const x = (box[0] + box[2]) / 2;
  const y = (box[1] + box[3]) / 2;
  const narrowing = Math.max(Math.cos((y * Math.PI) / 180), 0.01);
  const half = Math.max(((box[2] - box[0]) / 2) * narrowing, (box[3] - box[1]) / 2, SMALLEST) * 1.15;
  return [x - half / narrowing, y - half, x + half / narrowing, y + half];
}
