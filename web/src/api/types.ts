/**
 * The JSON of the server (`/api/v1`). Positions are longitude, latitude in degrees (EPSG:4490);
 * areas are square metres, widths and lengths metres; times are ISO 8601; codes are text.
 */

export const KINDS = ["overlap", "gap", "spill", "mismatch", "invalid", "code", "hierarchy", "name"] as const;
export type Kind = (typeof KINDS)[number];

export const GAP_KINDS = ["hole", "inlet", "corridor", "shortfall"] as const;
export type GapKind = (typeof GAP_KINDS)[number];

export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATES = ["new", "open", "gone"] as const;
export type State = (typeof STATES)[number];

/** West, south, east, north. */
export type Bbox = [number, number, number, number];
export type LonLat = [number, number];

export interface LevelInfo {
  level: string;
  kind: string;
  units: number;
  /** Address of the TileJSON of this level. */
  tiles: string;
}

export interface Info {
  name: string;
  version: string;
  basemap: string | null;
  attribution: string | null;
  bounds: Bbox | null;
  levels: LevelInfo[];
  counts: { units: number; places: number; findings_open: number; submissions: number };
  audit: { running: boolean; run: number | null; finished_at: string | null; progress: number | null; failed: boolean };
  /** Grows with every write that can be seen. */
  generation: number;
}

export interface Finding {
  id: string;
  rule: string;
  kind: Kind;
  gap_kind: GapKind | null;
  units: string[];
  unit_names: string[];
  parent: string | null;
  level: string | null;
  severity: Severity;
  state: State;
  area_m2: number | null;
  max_width_m: number | null;
  length_m: number | null;
  message: string;
  bbox: Bbox | null;
  point: LonLat | null;
  first_seen: string | null;
  last_seen: string | null;
  place: { id: PlaceId; name: string } | null;
}

/** Places are numbered; the page only passes the number on. */
export type PlaceId = number | string;

export interface PlaceInside {
  id: PlaceId;
  name: string;
  lon: number;
  lat: number;
}

export interface FindingDetail extends Finding {
  places: PlaceInside[];
  derived_from: string[];
}

export interface Group {
  units: string[];
  unit_names: string[];
  parent: string | null;
  level: string | null;
  kinds: Partial<Record<Kind, number>>;
  count: number;
  area_m2: number | null;
  max_width_m: number | null;
  severity: Severity;
  bbox: Bbox | null;
}

export interface Unit {
  code: string;
  name: string;
  level: string;
  kind: string;
  parent_code: string | null;
  parent_name: string | null;
  area_m2: number | null;
  bbox: Bbox | null;
  findings: Partial<Record<Kind, number>>;
}

export interface UnitDetail extends Unit {
  neighbours: { code: string; name: string; length_m: number | null }[];
  source: {
    crs: string | null;
    method: string | null;
    accuracy_m: number | null;
    submission: string | null;
    row: number | null;
  } | null;
}

export interface Place {
  id: PlaceId;
  code: string | null;
  name: string;
  lon: number | null;
  lat: number | null;
  category: string | null;
  unit_code: string | null;
  unit_name: string | null;
  accuracy_m: number | null;
  findings: number;
}

export interface PlaceDetail extends Place {
  attributes?: Record<string, unknown> | null;
  source?: Record<string, unknown> | null;
}

export interface RowFinding {
  row: number | null;
  field: string | null;
  rule: string;
  /** What the rule is called. */
  title?: string;
  level: Severity;
  found: string | null;
  expected: string | null;
  remedy: string | null;
  /** Cells that would set it right. */
  cells?: { column: string; value: string }[];
  /** The system to read the whole file in, when that would set it right. */
  crs?: string;
}

export interface Correction {
  row: number;
  column: string;
  value: string;
}

export interface Field {
  key: string;
  label: string;
  required: boolean;
}

export interface Column {
  name: string;
  samples: string[];
  field: string | null;
}

export type RowState = "accepted" | "with_findings" | "rejected";

export interface RowResult {
  row: number;
  state: RowState;
  name: string | null;
  code: string | null;
  lon?: number | null;
  lat?: number | null;
  findings: RowFinding[];
}

export interface Decision {
  what: string;
  value: unknown;
  how: string | null;
  sure: boolean | null;
}

export interface Receipt {
  submission: string;
  rows: { read: number; accepted: number; with_findings: number; rejected: number };
  findings: RowFinding[];
  error: { code: string; message: string } | null;
  file: string | null;
  as: "units" | "places" | null;
  received_at: string | null;
  duplicate?: boolean;
  dry_run?: boolean;
  decisions: Decision[];
  columns?: Column[];
  /** What the sender had corrected in this reading; known to the page only. */
  corrected?: readonly Correction[];
}

export interface TileJson {
  name?: string;
  id?: string;
  tiles: string[];
  minzoom?: number;
  maxzoom?: number;
  bounds?: Bbox;
  attribution?: string;
}

export interface Page {
  matched?: number;
  next: string | null;
}

export interface Feature<P> {
  type: "Feature";
  id?: string | number;
  geometry: GeoJSON.Geometry | null;
  properties: P;
}
