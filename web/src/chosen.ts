/** Loads what is chosen, with all that the card tells and the map sets off. */
import type { Client } from "./api/client";
import type { Bbox, Feature, FindingDetail, Group, PlaceDetail, UnitDetail } from "./api/types";
import { around, boxOf, labelPoint, sight, unionOf } from "./geometry";
import { NO_HIGHLIGHT, type Highlight } from "./map/style";
import type { Loaded } from "./ui/hooks";
import type { Selection } from "./url";

export type ChosenValue = { box: Bbox | null; highlight: Highlight } & (
  | { type: "finding"; finding: FindingDetail }
  | { type: "pair"; group: Group }
  | { type: "unit"; unit: UnitDetail }
  | { type: "place"; place: PlaceDetail }
);

export interface Chosen {
  selection: Selection;
  loaded: Loaded<ChosenValue>;
}

export function selectionKey(selection: Selection | null): string | null {
  return selection === null ? null : JSON.stringify(selection);
}

/** More parties than this are named but not all drawn. */
const PARTIES_DRAWN = 8;
/** How much around a place is shown, in metres. */
const AROUND_PLACE_M = 400;

/** The units of a finding; one that cannot be loaded (a code that nobody has) is left out, it is named anyway. */
async function loadUnits(client: Client, codes: readonly string[], level: string | null, signal: AbortSignal): Promise<Feature<UnitDetail>[]> {
  const asked = codes.slice(0, PARTIES_DRAWN).map((code) => client.findUnit(code, level, signal).catch(() => null));
  return (await Promise.all(asked)).filter((unit) => unit !== null);
}

/** The parties, each with the place of its name in what is seen of `box`. */
function unitHighlights(units: readonly Feature<UnitDetail>[], box: Bbox | null, finding: GeoJSON.Geometry | null): Highlight["units"] {
  const drawn = units.flatMap(({ geometry, properties }) => (geometry ? [{ code: properties.code, name: properties.name, geometry }] : []));
  return drawn.map((unit) => {
    const others = drawn.filter((one) => one !== unit).map((one) => one.geometry);
    const label = box && labelPoint(unit.geometry, finding ? [...others, finding] : others, sight(box));
    return { ...unit, label };
  });
}

async function loadFinding(client: Client, id: string, signal: AbortSignal): Promise<ChosenValue> {
  const { geometry, properties: finding } = await client.findFinding(id, signal);
  const units = await loadUnits(client, finding.units, finding.level, signal);
  const point = finding.point;
  const drawn = geometry !== null && geometry.type !== "Point";
  // The length of a finding at a place is how far it lies from the line: the line should be in sight.
  const pointBox = point && around(point, Math.max(AROUND_PLACE_M, (finding.length_m ?? 0) * 1.2));
  const box = (drawn ? finding.bbox ?? boxOf(geometry) : null) ?? pointBox ?? finding.bbox ?? unionOf(units.map((unit) => unit.properties.bbox ?? boxOf(unit.geometry)));
  return {
    type: "finding",
    finding,
    box,
    highlight: {
      units: unitHighlights(units, box, drawn ? geometry : null),
      findings: drawn ? [{ id: finding.id, kind: finding.kind, geometry }] : [],
      points: !drawn && point ? [{ id: finding.place?.id ?? null, name: finding.place?.name ?? "", lon: point[0], lat: point[1] }] : [],
    },
  };
}

async function loadPair(client: Client, group: Group, signal: AbortSignal): Promise<ChosenValue> {
  const units = await loadUnits(client, group.units, group.level, signal);
  const box = group.bbox ?? unionOf(units.map((unit) => unit.properties.bbox));
  return {
    type: "pair",
    group,
    box,
    highlight: { ...NO_HIGHLIGHT, units: unitHighlights(units, box, null) },
  };
}

async function loadUnit(client: Client, code: string, level: string | null, signal: AbortSignal): Promise<ChosenValue> {
  const unit = await client.findUnit(code, level, signal);
  const box = unit.properties.bbox ?? boxOf(unit.geometry);
  return {
    type: "unit",
    unit: unit.properties,
    box,
    highlight: { ...NO_HIGHLIGHT, units: unitHighlights([unit], box, null) },
  };
}

async function loadPlace(client: Client, id: string, signal: AbortSignal): Promise<ChosenValue> {
  const { geometry, properties } = await client.findPlace(id, signal);
  const [lon, lat] = geometry?.type === "Point" ? geometry.coordinates : [properties.lon, properties.lat];
  const there = typeof lon === "number" && typeof lat === "number";
  return {
    type: "place",
    place: { ...properties, lon: there ? lon : null, lat: there ? lat : null },
    box: there ? around([lon, lat], AROUND_PLACE_M) : null,
    highlight: { ...NO_HIGHLIGHT, points: there ? [{ id: properties.id, name: properties.name, lon, lat }] : [] },
  };
}

export function loadChosen(client: Client, selection: Selection, signal: AbortSignal): Promise<ChosenValue> {
  switch (selection.type) {
    case "finding": return loadFinding(client, selection.id, signal);
    case "pair": return loadPair(client, selection.group, signal);
    case "unit": return loadUnit(client, selection.code, selection.level, signal);
    case "place": return loadPlace(client, selection.id, signal);
  }
}
