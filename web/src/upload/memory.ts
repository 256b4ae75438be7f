/**
 * What this sender said of files with these columns the last time. There are no accounts that a choice could belong to:
 * the browser it was made in keeps it.
 */
import type { SubmissionChoices } from "../api/client";
import type { Receipt } from "../api/types";

const KEY = "jieming.reading";
/** Kinds of files remembered; the oldest goes. */
const MOST = 60;
/** Choices that are about the file and not about the moment. */
const KEPT = ["map", "code_field", "name_field", "level_field", "parent_field", "level", "profile", "crs", "encoding", "angles", "layer"] as const;

export interface Remembered {
  /** Columns and kind of rows. */
  signature: string;
  choices: Partial<SubmissionChoices>;
  file: string;
  /** When, ISO 8601. */
  at: string;
}

export function signatureOf(receipt: Pick<Receipt, "as" | "columns">): string | null {
  const columns = receipt.columns ?? [];
  if (columns.length === 0) return null;
  return JSON.stringify([receipt.as, ...columns.map((column) => column.name).sort()]);
}

function all(): Remembered[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as Remembered[]) : [];
  } catch {
    return [];
  }
}

function keep(list: readonly Remembered[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(list.slice(0, MOST)));
  } catch {
    // Storage is full or forbidden: nothing is remembered, nothing is lost.
  }
}

/** Whether anything is remembered at all. */
export const remembersAny = (): boolean => all().length > 0;

export function recall(receipt: Pick<Receipt, "as" | "columns">): Remembered | null {
  const signature = signatureOf(receipt);
  return signature === null ? null : (all().find((one) => one.signature === signature) ?? null);
}

/** Keeps what was said; choices that say nothing are not kept. */
export function remember(receipt: Pick<Receipt, "as" | "columns" | "file">, choices: SubmissionChoices, at: string): void {
  const signature = signatureOf(receipt);
  if (signature === null) return;
  const said: Partial<SubmissionChoices> = {};
  for (const key of KEPT) {
    const value = choices[key];
    if (value.length > 0) Object.assign(said, { [key]: value });
  }
  const others = all().filter((one) => one.signature !== signature);
  if (Object.keys(said).length === 0) return;
  keep([{ signature, choices: said, file: receipt.file ?? "", at }, ...others]);
}

export function forget(signature: string): void {
  keep(all().filter((one) => one.signature !== signature));
}

/** What is remembered, where the sender has said nothing else now. */
export function withRemembered(choices: SubmissionChoices, one: Remembered): SubmissionChoices {
  const out = { ...choices };
  for (const key of KEPT) {
    const value = one.choices[key];
    if (value !== undefined && out[key].length === 0) Object.assign(out, { [key]: value });
  }
  return out;
}
