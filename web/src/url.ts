/**
 * What the address says: the chosen thing, filters, order, language. The position of the map stands in the fragment
 * (`#map=zoom/lat/lon`) and is kept by MapLibre itself.
 */
import { KINDS, SEVERITIES, STATES, type Group, type Kind, type Severity, type State } from "./api/types";
import { isLang, type Lang } from "./i18n/lang";

export interface Filters {
  /** null = every level. */
  level: string | null;
  /** Empty = every kind. */
  kinds: Kind[];
  /** Empty = every severity. */
  severities: Severity[];
  states: State[];
  unit: string | null;
  minArea: number | null;
}

export const SORTS = ["area", "count", "width"] as const;
export type Sort = (typeof SORTS)[number];

export const DEFAULT_STATES: State[] = ["new", "open"];
export const NO_FILTERS: Filters = {
  level: null, kinds: [], severities: [], states: DEFAULT_STATES, unit: null, minArea: null,
};

/** What is looked at. A pair comes from the list only and has no address of its own. */
export type Selection =
  | { type: "finding"; id: string }
  | { type: "unit"; code: string; level: string | null }
  | { type: "place"; id: string }
  | { type: "pair"; group: Group };

export interface Place {
  lang: Lang | null;
  selection: Selection | null;
  filters: Filters;
  sort: Sort;
}

function words<T extends string>(text: string | null, allowed: readonly T[]): T[] {
  const asked = new Set((text ?? "").split(","));
  return allowed.filter((word) => asked.has(word));
}

/** Reads the part after `?`. What makes no sense is left out, never an error. */
export function parsePlace(search: string): Place {
  const query = new URLSearchParams(search);
  const lang = query.get("lang");
  const finding = query.get("finding");
  const unit = query.get("chosen_unit");
  const place = query.get("place");
  const states = words(query.get("state"), STATES);
  const minArea = Number(query.get("min_area"));
  const sort = SORTS.find((word) => word === query.get("sort")) ?? "area";
  let selection: Selection | null = null;
  if (finding) selection = { type: "finding", id: finding };
  else if (unit) selection = { type: "unit", code: unit, level: query.get("chosen_level") };
  else if (place) selection = { type: "place", id: place };
  return {
    lang: isLang(lang) ? lang : null,
    selection,
    sort,
    filters: {
      level: query.get("level"),
      kinds: words(query.get("kind"), KINDS),
      severities: words(query.get("severity"), SEVERITIES),
      states: states.length ? states : DEFAULT_STATES,
      unit: query.get("unit") || null,
      minArea: Number.isFinite(minArea) && minArea > 0 ? minArea : null,
    },
  };
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word) => b.includes(word));
}

/** The part after `?` (without it); what is as by default is left out. */
export function printPlace(place: Place): string {
  const query = new URLSearchParams();
  const { selection, filters } = place;
  if (selection?.type === "finding") query.set("finding", selection.id);
  if (selection?.type === "place") query.set("place", selection.id);
  if (selection?.type === "unit") {
    query.set("chosen_unit", selection.code);
    if (selection.level) query.set("chosen_level", selection.level);
  }
  if (filters.level !== null) query.set("level", filters.level);
  if (filters.kinds.length) query.set("kind", filters.kinds.join(","));
  if (filters.severities.length) query.set("severity", filters.severities.join(","));
  if (!sameWords(filters.states, DEFAULT_STATES)) query.set("state", filters.states.join(","));
  if (filters.unit) query.set("unit", filters.unit);
  if (filters.minArea !== null) query.set("min_area", String(filters.minArea));
  if (place.sort !== "area") query.set("sort", place.sort);
  if (place.lang) query.set("lang", place.lang);
  return query.toString();
}

/** The link to one finding that is given to other people: no filters, no position of the map. */
export function findingLink(origin: string, id: string): string {
  return `${origin}/?finding=${encodeURIComponent(id)}`;
}

const list = (words: readonly string[]) => (words.length ? words.join(",") : null);

/** The filters as parameters of the API. */
export function filterQuery(filters: Filters): Record<string, string | number | null> {
  return {
    level: filters.level,
    kind: list(filters.kinds),
    severity: list(filters.severities),
    state: list(filters.states),
    unit: filters.unit,
    min_area_m2: filters.minArea,
  };
}

/** How many filters differ from the default, the level not counted: it has a control of its own. */
export function filtersSet(filters: Filters): number {
  return [
    filters.kinds.length > 0,
    filters.severities.length > 0,
    !sameWords(filters.states, DEFAULT_STATES),
    filters.unit !== null,
    filters.minArea !== null,
  ].filter(Boolean).length;
}
