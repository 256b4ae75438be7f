import assert from "node:assert/strict";
import { test } from "node:test";
import { createExpression, validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import type { TileJson } from "../../src/api/types";
import { buildStyle, findingFilter, NO_HIGHLIGHT, shownLevels, type StyleInput } from "../../src/map/style";
import { NO_FILTERS, type Filters } from "../../src/url";

const tiles = (name: string): TileJson => ({ tiles: [`/tiles/${name}/{z}/{x}/{y}.mvt`], minzoom: 3, maxzoom: 14 });
const input: StyleInput = {
  info: { basemap: null, attribution: null },
  tilesets: {
    units: [{ level: "township", tiles: tiles("units-township") }, { level: "county", tiles: tiles("units-county") }],
    findings: tiles("findings"),
    places: tiles("places"),
  },
  filters: NO_FILTERS,
  highlight: NO_HIGHLIGHT,
  theme: "light",
  version: "4.2",
  origin: "http://127.0.0.1:8080",
};

const square: GeoJSON.Polygon = { type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] };
const full: StyleInput = {
  ...input,
  info: { basemap: "https://tiles.example/{z}/{x}/{y}.png", attribution: "© Example" },
  theme: "dark",
  filters: { level: null, kinds: ["overlap"], severities: ["error"], states: ["new"], unit: "420102", minArea: 10 },
  highlight: {
    units: [{ code: "1", name: "甲", geometry: square, label: [0.5, 0.2] }, { code: "2", name: "乙", geometry: square, label: null }],
    findings: [{ id: "f", kind: "gap", geometry: square }],
    points: [{ id: 7, name: "桥", lon: 1, lat: 2 }],
  },
};

test("the style is valid in every shape of the input", () => {
  const none = { ...input, tilesets: { units: [], findings: null, places: null } };
  for (const one of [input, full, none]) assert.deepEqual(validateStyleMin(buildStyle(one)), []);
});

test("nothing comes from elsewhere unless a basemap is set", () => {
  const style = buildStyle(input);
  assert.equal(style.glyphs, undefined);
  assert.equal(style.sprite, undefined);
  for (const source of Object.values(style.sources)) {
    if (source.type === "vector") for (const url of source.tiles ?? []) assert.ok(url.startsWith("http://127.0.0.1:8080/tiles/"), url);
  }
  assert.match(JSON.stringify(style.sources), /units-county\/\{z\}\/\{x\}\/\{y\}\.mvt#4\.2/);
  assert.equal("basemap" in style.sources, false);
  assert.equal("basemap" in buildStyle(full).sources, true);
});

test("coarse levels are drawn first, and a chosen level has no finer ones in it", () => {
  assert.deepEqual(shownLevels(input.tilesets.units, null).map(({ level }) => level), ["county", "township"]);
  assert.deepEqual(shownLevels(input.tilesets.units, "township").map(({ level }) => level), ["county", "township"]);
  assert.deepEqual(shownLevels(input.tilesets.units, "county").map(({ level }) => level), ["county"]);
});

function passes(filters: Partial<Filters>, properties: Record<string, unknown>): boolean {
  const filter = createExpression(findingFilter({ ...NO_FILTERS, ...filters }));
  assert.equal(filter.result, "success");
  return filter.result === "success" && filter.value.evaluate({ zoom: 10 }, { type: 3, properties } as never) === true;
}

test("the filter of the map is that of the list", () => {
  const finding = { kind: "gap", severity: "warning", state: "open", level: "county", area_m2: 50, units: "420102,420103" };
  assert.ok(passes({}, finding));
  assert.ok(passes({ kinds: ["gap", "spill"], severities: ["warning"], level: "county", unit: "420103", minArea: 50 }, finding));
  assert.ok(!passes({ kinds: ["overlap"] }, finding));
  assert.ok(!passes({ severities: ["error"] }, finding));
  assert.ok(!passes({}, { ...finding, state: "gone" }));
  assert.ok(!passes({ level: "township" }, finding));
  assert.ok(!passes({ minArea: 51 }, finding));
  assert.ok(!passes({ unit: "42010" }, finding));
});
