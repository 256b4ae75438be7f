/** Corrections that the sender accepts, cell by cell: kept until the files are handed in once more. */
import type { Correction, Receipt, RowFinding } from "../api/types";

const key = (row: number, column: string) => `${row} ${column}`;

/** Corrections by row and column; the last one said of a cell counts. */
export type Accepted = ReadonlyMap<string, Correction>;

export const NONE_ACCEPTED: Accepted = new Map();

export function cellsOf(finding: RowFinding): Correction[] {
  const { row, cells } = finding;
  return row === null || !cells ? [] : cells.map(({ column, value }) => ({ row, column, value }));
}

export function isAccepted(accepted: Accepted, finding: RowFinding): boolean {
  const cells = cellsOf(finding);
  return cells.length > 0 && cells.every((one) => accepted.get(key(one.row, one.column))?.value === one.value);
}

/** Takes the cells of findings in, or out when `on` is false. */
export function accept(accepted: Accepted, findings: readonly RowFinding[], on: boolean): Accepted {
  const next = new Map(accepted);
  for (const one of findings.flatMap(cellsOf)) {
    if (on) next.set(key(one.row, one.column), one);
    else next.delete(key(one.row, one.column));
  }
  return next;
}

/** The findings of a receipt that a correction is proposed for, by rule. */
export function proposals(receipt: Receipt): Map<string, RowFinding[]> {
  const out = new Map<string, RowFinding[]>();
  for (const finding of receipt.findings) {
    if (cellsOf(finding).length > 0) out.set(finding.rule, [...(out.get(finding.rule) ?? []), finding]);
  }
  return out;
}

/** Everything accepted so far, with what an earlier reading of the same files had corrected already. */
export function corrections(accepted: Accepted, before: readonly Correction[]): Correction[] {
  const all = new Map(before.map((one) => [key(one.row, one.column), one]));
  for (const [at, one] of accepted) all.set(at, one);
  return [...all.values()].sort((a, b) => a.row - b.row || a.column.localeCompare(b.column));
}
