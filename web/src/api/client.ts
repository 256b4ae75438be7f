import { LARGE, releasePieces, sendPieces } from "./pieces";
import type { Lang } from "../i18n/lang";
import type {
  Correction, Feature, Field, Finding, FindingDetail, Group, Info, Page, Place, PlaceDetail, Receipt, RowResult, RowState, TileJson, Unit, UnitDetail,
} from "./types";

/** What went wrong with a call, in the words of the server where it answered. */
export class ApiError extends Error {
  constructor(
    /** Stable code of the server, or `offline` / `unreadable` when there was no proper answer. */
    readonly code: string,
    message: string,
    readonly status: number,
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export type Query = Record<string, string | number | null | undefined>;

/** An address with the parameters that have a value. The empty text is one: `level=` means units without a level. */
export function address(path: string, query: Query = {}): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) parts.set(key, String(value));
  }
  const text = parts.toString();
  return text ? `${path}?${text}` : path;
}

/** The error that a body of the server stands for; a body that is no JSON of ours gives the status only. */
export function errorOf(status: number, body: string): ApiError {
  try {
    const value = (JSON.parse(body) as { error?: { code?: string; message?: string; request_id?: string } }).error;
    if (value?.code) return new ApiError(value.code, value.message ?? value.code, status, value.request_id ?? null);
  } catch {
    // Not JSON: a proxy in between, or a server that is going down.
  }
  return new ApiError(status >= 500 ? "server" : "unreadable", `HTTP ${status}`, status);
}

async function getJson<T>(url: string, signal?: AbortSignal, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("offline", String(cause), 0);
  }
  const body = await response.text();
  if (!response.ok) throw errorOf(response.status, body);
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new ApiError("unreadable", `HTTP ${response.status}`, response.status);
  }
}

const V1 = "/api/v1";
const seg = encodeURIComponent;

export type ReportFormat = "html" | "xlsx" | "geojson" | "csv";
export const REPORT_FORMATS: readonly ReportFormat[] = ["html", "xlsx", "geojson", "csv"];

export type ExportFormat = "shp" | "gpkg" | "geojson" | "csv" | "fgb";

export interface SubmissionChoices {
  as: "units" | "places";
  level: string;
  level_field: string;
  kind: string;
  code_field: string;
  name_field: string;
  parent_field: string;
  layer: string;
  profile: string;
  crs: string;
  encoding: string;
  angles: string;
  /** FIELD=COLUMN. */
  map: readonly string[];
  /** Cells to be read otherwise than the files have them. */
  corrections: readonly Correction[];
  /** SHA-256 of the submission that this one corrects. */
  corrects: string;
  valid_from: string;
  dry_run: boolean;
}

/** The calls of the page, one per operation of the server. */
export class Client {
  constructor(readonly lang: Lang) {}

  getInfo(signal?: AbortSignal): Promise<Info> {
    return getJson(`${V1}/info`, signal);
  }

  listTilesets(signal?: AbortSignal): Promise<{ tilesets: TileJson[] }> {
    return getJson("/tiles", signal);
  }

  getTileset(url: string, signal?: AbortSignal): Promise<TileJson> {
    return getJson(url, signal);
  }

  listGroups(query: Query, signal?: AbortSignal): Promise<Page & { groups: Group[] }> {
    return getJson(address(`${V1}/findings/groups`, { ...query, lang: this.lang }), signal);
  }

  listFindings(query: Query, signal?: AbortSignal): Promise<Page & { findings: Finding[] }> {
    return getJson(address(`${V1}/findings`, { ...query, lang: this.lang }), signal);
  }

  findFinding(id: string, signal?: AbortSignal): Promise<Feature<FindingDetail>> {
    return getJson(address(`${V1}/findings/${seg(id)}`, { lang: this.lang }), signal);
  }

  listUnits(query: Query, signal?: AbortSignal): Promise<Page & { units: Unit[] }> {
    return getJson(address(`${V1}/units`, { ...query, lang: this.lang }), signal);
  }

  findUnit(code: string, level: string | null, signal?: AbortSignal): Promise<Feature<UnitDetail>> {
    return getJson(address(`${V1}/units/${seg(code)}`, { level, lang: this.lang }), signal);
  }

  listPlaces(query: Query, signal?: AbortSignal): Promise<Page & { places: Place[] }> {
    return getJson(address(`${V1}/places`, { ...query, lang: this.lang }), signal);
  }

  findPlace(id: string, signal?: AbortSignal): Promise<Feature<PlaceDetail>> {
    return getJson(address(`${V1}/places/${seg(id)}`, { lang: this.lang }), signal);
  }

  listFields(as: "units" | "places", signal?: AbortSignal): Promise<{ fields: Field[] }> {
    return getJson(address(`${V1}/fields`, { as, lang: this.lang }), signal);
  }

  listSubmissions(query: Query, signal?: AbortSignal): Promise<Page & { submissions: Receipt[] }> {
    return getJson(address(`${V1}/submissions`, { ...query, lang: this.lang }), signal);
  }

  findSubmission(sha: string, signal?: AbortSignal): Promise<Receipt> {
    return getJson(address(`${V1}/submissions/${seg(sha)}`, { lang: this.lang }), signal);
  }

  listRows(
    sha: string, query: { state?: RowState | null; limit?: number; after?: string | null }, signal?: AbortSignal,
  ): Promise<Page & { rows: RowResult[] }> {
    return getJson(address(`${V1}/submissions/${seg(sha)}/rows`, { ...query, lang: this.lang }), signal);
  }

  rowsAddress(sha: string, state: RowState | null, format: "json" | "csv"): string {
    return address(`${V1}/submissions/${seg(sha)}/rows`, { state, format, lang: this.lang });
  }

  startAudit(): Promise<{ run: number }> {
    return getJson(address(`${V1}/audit`, { lang: this.lang }), undefined, { method: "POST" });
  }

  unitReport(code: string, format: ReportFormat): string {
    return address(`${V1}/reports/unit/${seg(code)}`, { format, lang: this.lang });
  }

  lineReport(a: string, b: string, format: ReportFormat): string {
    return address(`${V1}/reports/line/${seg(a)},${seg(b)}`, { format, lang: this.lang });
  }

  exportAddress(collection: string, format: ExportFormat, crs: string | null): string {
    return address(`${V1}/collections/${seg(collection)}/export`, { format, crs, lang: this.lang });
  }

  /**
   * Sends files as one submission each. `progress` gets the part of the bytes sent (0..1), and null once all are
   * sent and the server is at work. XMLHttpRequest, because fetch tells nothing about bytes on their way out.
   */
  async createSubmission(
    files: readonly File[], choices: SubmissionChoices, progress: (part: number | null) => void, signal: AbortSignal,
  ): Promise<{ receipts: Receipt[] }> {
    try {
      return await this.sendAll(files, choices, progress, signal);
    } catch (error) {
      // The server let go of a file that came in pieces before: once more, from its beginning.
      if (!(error instanceof ApiError) || error.code !== "upload_not_found") throw error;
      files.forEach(releasePieces);
      return this.sendAll(files, choices, progress, signal);
    }
  }

  private async sendAll(
    files: readonly File[], choices: SubmissionChoices, progress: (part: number | null) => void, signal: AbortSignal,
  ): Promise<{ receipts: Receipt[] }> {
    const all = files.reduce((sum, file) => sum + file.size, 0);
    const large = files.filter((file) => file.size > LARGE);
    const ids: string[] = [];
    let before = 0;
    for (const file of large) {
      ids.push(await sendPieces(file, (bytes) => progress((before + bytes) / all), signal));
      before += file.size;
    }
    const form = submissionForm(files.filter((file) => file.size <= LARGE), choices);
    for (const id of ids) form.append("upload", id);
    const done = await this.post(form, (part) => progress(part === null ? null : (before + part * (all - before)) / Math.max(all, 1)), signal);
    if (!choices.dry_run) large.forEach(releasePieces);
    return done;
  }

  private post(
    form: FormData, progress: (part: number | null) => void, signal: AbortSignal,
  ): Promise<{ receipts: Receipt[] }> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", address(`${V1}/submissions`, { lang: this.lang }));
      request.setRequestHeader("accept", "application/json");
      request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
      request.upload.onload = () => progress(null);
      request.onerror = () => reject(new ApiError("offline", "", 0));
      request.onabort = () => reject(new DOMException("aborted", "AbortError"));
      request.onload = () => {
        if (request.status < 200 || request.status > 299) {
          reject(errorOf(request.status, request.responseText));
          return;
        }
        try {
          resolve(JSON.parse(request.responseText) as { receipts: Receipt[] });
        } catch {
          reject(new ApiError("unreadable", `HTTP ${request.status}`, request.status));
        }
      };
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(form);
    });
  }
}

const CORRECTIONS_AT_ONCE = 200;

/** The multipart form: only fields with a value; options before files, so that a streaming reader knows them first. */
export function submissionForm(files: readonly File[], choices: SubmissionChoices): FormData {
  const form = new FormData();
  form.set("as", choices.as);
  for (const [key, value] of Object.entries(choices)) {
    if (key === "as" || key === "dry_run" || typeof value !== "string") continue;
    if (value.trim() !== "") form.set(key, value.trim());
  }
  for (const one of choices.map) form.append("map", one);
  // A field of a form is short: many corrections come as several.
  for (let at = 0; at < choices.corrections.length; at += CORRECTIONS_AT_ONCE) {
    form.append("corrections", JSON.stringify(choices.corrections.slice(at, at + CORRECTIONS_AT_ONCE)));
  }
  if (choices.dry_run) form.set("dry_run", "true");
  for (const file of files) form.append("file", file, file.name);
  return form;
}
