/**
 * The style of the map as a pure function of what is to be seen; MapLibre works out the difference to the style before.
 * There is no `glyphs` address: text is drawn with fonts of the machine, so that nothing is fetched from elsewhere.
 */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { KINDS, type Info, type LonLat, type PlaceId, type TileJson } from "../api/types";
import { levelRank } from "../levels";
import { KIND_LOOKS, MAP_COLOURS, partyColour, partyInk, SEVERITY_COLOURS, type Theme } from "../palette";
import type { Filters } from "../url";

export interface UnitTiles {
  level: string;
  tiles: TileJson;
}

export interface Tilesets {
  units: UnitTiles[];
  findings: TileJson | null;
  places: TileJson | null;
}

/** What is set off from the rest: the parties in their order, the finding, a place. */
export interface Highlight {
  units: { code: string; name: string; geometry: GeoJSON.Geometry; label: LonLat | null }[];
  findings: { id: string; kind: string; geometry: GeoJSON.Geometry }[];
  points: { id: PlaceId | null; name: string; lon: number; lat: number }[];
}

export const NO_HIGHLIGHT: Highlight = { units: [], findings: [], points: [] };

export interface StyleInput {
  info: Pick<Info, "basemap" | "attribution">;
  tilesets: Tilesets;
  filters: Filters;
  highlight: Highlight;
  theme: Theme;
  /** Changes when the data did; stands in the fragment of the tile addresses, so that no old tile stays in sight. */
  version: string;
  origin: string;
}

/** Names of fonts as the usual systems have them; MapLibre adds `sans-serif`. */
export const FONT = ["Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei"];
const FONT_STRONG = ["Noto Sans CJK SC Medium", ...FONT];

export const PICKABLE = ["findings-fill", "findings-line", "finding-points"] as const;
export const PICKABLE_PLACES = ["places"] as const;

export const iconName = (kind: string) => `kind-${kind}`;
export const hatchName = (kind: string) => `hatch-${kind}`;

const kindMatch = (of: (kind: (typeof KINDS)[number]) => string, otherwise: string): ExpressionSpecification =>
  ["match", ["get", "kind"], ...KINDS.flatMap((kind) => [kind, of(kind)]), otherwise] as unknown as ExpressionSpecification;

const kindColour = kindMatch((kind) => KIND_LOOKS[kind].colour, "#666666");

/** The filters as far as tiles carry the attributes; what a tile does not say is not held against a finding. */
export function findingFilter(filters: Filters): FilterSpecification {
  const all: ExpressionSpecification[] = [];
  const oneOf = (name: string, words: readonly string[]) => {
    if (words.length) all.push(["in", ["get", name], ["literal", [...words]]]);
  };
  oneOf("kind", filters.kinds);
  oneOf("severity", filters.severities);
  oneOf("state", filters.states);
  if (filters.level !== null) {
    all.push(["any", ["!", ["has", "level"]], ["==", ["get", "level"], filters.level]]);
  }
  if (filters.minArea !== null) {
    all.push(["any", ["!", ["has", "area_m2"]], [">=", ["get", "area_m2"], filters.minArea]]);
  }
  if (filters.unit !== null) {
    const listed: ExpressionSpecification = ["in", `,${filters.unit},`, ["concat", ",", ["get", "units"], ","]];
    all.push(["any", ["!", ["has", "units"]], listed]);
  }
  return ["all", ...all] as FilterSpecification;
}

function tileSource(tiles: TileJson, input: StyleInput) {
  const stamp = (url: string) => {
    const whole = new URL(url, input.origin);
    // Braces of the template are escaped by URL; MapLibre wants them as they are.
    const text = whole.href.replace(/%7B/gi, "{").replace(/%7D/gi, "}");
    return `${text}#${encodeURIComponent(input.version)}`;
  };
  return {
    type: "vector" as const,
    tiles: tiles.tiles.map(stamp),
    minzoom: tiles.minzoom ?? 0,
    maxzoom: tiles.maxzoom ?? 14,
  };
}

const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features });

function highlightSources(highlight: Highlight, theme: Theme): StyleSpecification["sources"] {
  return {
    "chosen-units": {
      type: "geojson",
      data: collection(highlight.units.map((unit, party) => ({
        type: "Feature",
        geometry: unit.geometry,
        properties: { code: unit.code, name: unit.name, colour: partyColour(party), second: party % 2 === 1 },
      }))),
    },
    "chosen-names": {
      type: "geojson",
      data: collection(highlight.units.flatMap((unit, party) => (unit.label ? [{
        type: "Feature" as const,
        geometry: { type: "Point" as const, coordinates: unit.label },
        properties: { name: unit.name, ink: partyInk(party, theme) },
      }] : []))),
    },
    "chosen-findings": {
      type: "geojson",
      data: collection(highlight.findings.map((finding) => ({
        type: "Feature",
        geometry: finding.geometry,
        properties: { id: finding.id, kind: finding.kind },
      }))),
    },
    "chosen-points": {
      type: "geojson",
      data: collection(highlight.points.map((point) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: [point.lon, point.lat] },
        properties: { name: point.name },
      }))),
    },
  };
}

/** The levels to draw, coarse first: all, or the chosen one with the coarser ones to see where one is. */
export function shownLevels(units: readonly UnitTiles[], level: string | null): UnitTiles[] {
  return units
    .filter((one) => level === null || one.level === level || levelRank(one.level) < levelRank(level))
    .sort((a, b) => levelRank(a.level) - levelRank(b.level));
}

/** How lines and names of a level look: widths and sizes at a far and a near zoom. */
interface LevelLook {
  line: [number, number];
  opacity: number;
  text: [number, number];
  spacing: number;
  strong: boolean;
}
const CITY: LevelLook = { line: [1.4, 3.2], opacity: 1, text: [15, 19], spacing: 0.2, strong: true };
const COUNTY: LevelLook = { line: [0.9, 2.2], opacity: 0.95, text: [12, 17], spacing: 0.12, strong: true };
const TOWNSHIP: LevelLook = { line: [0.4, 1.1], opacity: 0.6, text: [10.5, 14], spacing: 0.04, strong: false };
const VILLAGE: LevelLook = { line: [0.3, 0.8], opacity: 0.5, text: [10, 13], spacing: 0, strong: false };
/** Where three levels or more are shown, names of the coarsest are in the way from this zoom on. */
const COARSE_NAMES_UNTIL = 10.5;

/** A level alone looks like a county; a word that is not known, by how many levels are coarser. */
function levelLook(level: string, depth: number, levels: number): LevelLook {
  if (levels === 1) return COUNTY;
  const rank = levelRank(level);
  if (rank < levelRank("county")) return CITY;
  if (rank < levelRank("township")) return COUNTY;
  if (rank < levelRank("village")) return TOWNSHIP;
  // No level at all is ranked as every word that is not known.
  if (rank < levelRank("")) return VILLAGE;
  return [COUNTY, TOWNSHIP][depth] ?? VILLAGE;
}

export function buildStyle(input: StyleInput): StyleSpecification {
  const { tilesets, filters, theme } = input;
  const colours = MAP_COLOURS[theme];
  const levels = shownLevels(tilesets.units, filters.level);
  const sources: StyleSpecification["sources"] = highlightSources(input.highlight, theme);
  const layers: LayerSpecification[] = [
    { id: "ground", type: "background", paint: { "background-color": colours.ground } },
  ];
  const over = input.info.basemap !== null;
  if (input.info.basemap !== null) {
    sources["basemap"] = {
      type: "raster", tiles: [input.info.basemap], tileSize: 256, attribution: input.info.attribution ?? "",
    };
    layers.push({ id: "basemap", type: "raster", source: "basemap", paint: { "raster-saturation": -0.4, "raster-opacity": 0.85 } });
  }

  levels.forEach(({ tiles }, depth) => {
    sources[`units-${depth}`] = tileSource(tiles, input);
    if (depth === 0) {
      layers.push({
        id: "units-fill", type: "fill", source: "units-0", "source-layer": "units",
        paint: { "fill-color": colours.unit, "fill-opacity": over ? 0.2 : 1, "fill-antialias": false },
      });
    }
  });
  layers.push({
    id: "chosen-units-fill", type: "fill", source: "chosen-units",
    paint: { "fill-color": ["get", "colour"], "fill-opacity": theme === "dark" ? 0.3 : 0.2 },
  });
  if (tilesets.findings) {
    sources["findings"] = tileSource(tilesets.findings, input);
    layers.push(
      {
        id: "findings-fill", type: "fill", source: "findings", "source-layer": "findings",
        filter: findingFilter(filters), paint: { "fill-color": kindColour, "fill-opacity": 0.28 },
      },
      {
        id: "findings-hatch", type: "fill", source: "findings", "source-layer": "findings",
        filter: findingFilter(filters), minzoom: 9,
        paint: { "fill-pattern": kindMatch(hatchName, hatchName("name")), "fill-opacity": 0.75 },
      },
    );
  }

  // Fine lines first, so that a coarse line lies over the fine ones it runs with.
  [...levels].reverse().forEach(({ level, tiles }, back) => {
    const depth = levels.length - 1 - back;
    const look = levelLook(level, depth, levels.length);
    layers.push({
      id: `units-line-${depth}`, type: "line", source: `units-${depth}`, "source-layer": "units",
      ...(tiles.minzoom ? { minzoom: tiles.minzoom } : {}),
      layout: { "line-join": "round" },
      paint: {
        "line-color": colours.line,
        "line-width": ["interpolate", ["linear"], ["zoom"], 6, look.line[0], 14, look.line[1]],
        "line-opacity": look.opacity,
      },
    });
  });
  layers.push(
    {
      id: "chosen-units-line", type: "line", source: "chosen-units", filter: ["!", ["get", "second"]],
      layout: { "line-join": "round" },
      paint: { "line-color": ["get", "colour"], "line-width": 2.5 },
    },
    {
      id: "chosen-units-line-second", type: "line", source: "chosen-units", filter: ["get", "second"],
      layout: { "line-join": "round" },
      paint: { "line-color": ["get", "colour"], "line-width": 2.5, "line-dasharray": [3, 1.6] },
    },
  );
  if (tilesets.findings) {
    layers.push({
      id: "findings-line", type: "line", source: "findings", "source-layer": "findings", filter: findingFilter(filters),
      layout: { "line-join": "round" },
      paint: { "line-color": kindColour, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 14, 1.6] },
    });
  }
  layers.push(
    {
      id: "chosen-findings-fill", type: "fill", source: "chosen-findings",
      paint: { "fill-color": kindColour, "fill-opacity": 0.35 },
    },
    {
      id: "chosen-findings-casing", type: "line", source: "chosen-findings",
      layout: { "line-join": "round" }, paint: { "line-color": colours.halo, "line-width": 6, "line-opacity": 0.9 },
    },
    {
      id: "chosen-findings-line", type: "line", source: "chosen-findings",
      layout: { "line-join": "round" }, paint: { "line-color": colours.chosen, "line-width": 2.4 },
    },
  );
  if (tilesets.places) {
    const from = Math.max(11, tilesets.places.minzoom ?? 0);
    sources["places"] = tileSource(tilesets.places, input);
    const marked: ExpressionSpecification = ["has", "finding"];
    layers.push(
      {
        id: "places", type: "circle", source: "places", "source-layer": "places", minzoom: from,
        paint: {
          "circle-color": ["case", marked, colours.halo, colours.place],
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, ["case", marked, 2.6, 1.2], 15, ["case", marked, 5, 2.8]],
          "circle-stroke-width": ["case", marked, 2, 0.8],
          "circle-stroke-color": ["case", marked,
            ["match", ["get", "finding"], "error", SEVERITY_COLOURS.error, "warning", SEVERITY_COLOURS.warning, SEVERITY_COLOURS.info],
            colours.halo],
        },
      },
      {
        id: "place-labels", type: "symbol", source: "places", "source-layer": "places", minzoom: 13,
        filter: ["!", ["in", ["to-string", ["get", "id"]], ["literal", input.highlight.points.map(({ id }) => String(id))]]],
        layout: {
          "text-field": ["get", "name"], "text-font": FONT, "text-size": 11.5, "text-variable-anchor": ["left", "right", "top", "bottom"],
          "text-radial-offset": 0.6, "text-justify": "auto", "text-max-width": 9,
        },
        paint: { "text-color": colours.place, "text-halo-color": colours.halo, "text-halo-width": 1.2 },
      },
    );
  }
  if (tilesets.findings) {
    layers.push({
      id: "finding-points", type: "symbol", source: "findings", "source-layer": "finding_points", filter: findingFilter(filters),
      layout: {
        "icon-image": kindMatch(iconName, iconName("name")), "icon-allow-overlap": true, "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 6, 0.55, 10, 0.75, 15, 1],
        "symbol-sort-key": ["match", ["get", "severity"], "error", 2, "warning", 1, 0],
      },
      paint: { "icon-opacity": ["case", ["==", ["get", "severity"], "info"], 0.75, 1] },
    });
  }
  // Where labels meet, that of the upper layer stays: coarse levels come last. The parties have labels of their own.
  const parties = input.highlight.units.filter((unit) => unit.label).map((unit) => unit.code);
  [...levels].reverse().forEach(({ level, tiles }, back) => {
    const depth = levels.length - 1 - back;
    const look = levelLook(level, depth, levels.length);
    layers.push({
      id: `units-label-${depth}`, type: "symbol", source: `units-${depth}`, "source-layer": "labels",
      filter: ["!", ["in", ["get", "code"], ["literal", parties]]],
      ...(tiles.minzoom ? { minzoom: tiles.minzoom } : {}),
      ...(depth === 0 && levels.length > 2 ? { maxzoom: Math.max(COARSE_NAMES_UNTIL, tiles.minzoom ?? 0) } : {}),
      layout: {
        "text-field": ["get", "name"], "text-font": look.strong ? FONT_STRONG : FONT, "text-max-width": 8,
        "text-size": ["interpolate", ["linear"], ["zoom"], 7, look.text[0], 14, look.text[1]],
        "text-letter-spacing": look.spacing, "text-padding": 4,
      },
      paint: {
        "text-color": look.strong ? colours.label : colours.minor, "text-halo-color": colours.halo, "text-halo-width": 1.6,
      },
    });
  });
  layers.push(
    {
      id: "chosen-units-label", type: "symbol", source: "chosen-names",
      layout: {
        "text-field": ["get", "name"], "text-font": FONT_STRONG, "text-size": 16, "text-max-width": 8, "text-letter-spacing": 0.08,
        "text-allow-overlap": true,
      },
      paint: { "text-color": ["get", "ink"], "text-halo-color": colours.halo, "text-halo-width": 2 },
    },
    {
      id: "chosen-points", type: "circle", source: "chosen-points",
      paint: { "circle-radius": 8, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": colours.chosen, "circle-stroke-width": 2.4 },
    },
    {
      id: "chosen-points-label", type: "symbol", source: "chosen-points",
      layout: {
        "text-field": ["get", "name"], "text-font": FONT_STRONG, "text-size": 13, "text-offset": [0, 1.1], "text-anchor": "top",
        "text-allow-overlap": true,
      },
      paint: { "text-color": colours.chosen, "text-halo-color": colours.halo, "text-halo-width": 1.8 },
    },
  );
  return { version: 8, name: "jieming", sources, layers };
}
