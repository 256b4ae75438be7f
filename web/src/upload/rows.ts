/** Rows of a receipt: grouped out of its findings where the server keeps none (dry run), and as CSV. */
import type { Receipt, RowFinding, RowResult } from "../api/types";

/** Findings about the whole file have no row. */
export function fileFindings(receipt: Receipt): RowFinding[] {
  return receipt.findings.filter((finding) => finding.row === null);
}

/**
 * The rows that something was found about. A row without an accepted record is told by a finding of level `error`;
 * which rows those are is only a reading of the receipt, so it is used where the server has no rows to give.
 */
export function rowsOfReceipt(receipt: Receipt): RowResult[] {
  const rows = new Map<number, RowResult>();
  for (const finding of receipt.findings) {
    if (finding.row === null) continue;
    const row = rows.get(finding.row) ?? { row: finding.row, state: "with_findings", name: null, code: null, findings: [] };
    row.findings.push(finding);
    if (finding.level === "error") row.state = "rejected";
    rows.set(finding.row, row);
  }
  return [...rows.values()].sort((a, b) => a.row - b.row);
}

/** One field of CSV (RFC 4180). A leading `=`, `+`, `-`, `@` would be run by a spreadsheet: it gets an apostrophe. */
export function csvField(value: unknown): string {
  if (value === null || value === undefined) return "";
  let text = String(value);
  if (/^[=+\-@\t]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const COLUMNS = ["row", "state", "name", "code", "field", "rule", "level", "found", "expected", "remedy"] as const;

/** A line per finding, and one for each row without; with a byte order mark, or Excel reads it in its own code page. */
export function rowsCsv(rows: readonly RowResult[]): string {
  const lines: string[] = [COLUMNS.join(",")];
  for (const row of rows) {
    const head = [row.row, row.state, row.name, row.code];
    if (row.findings.length === 0) lines.push([...head, "", "", "", "", "", ""].map(csvField).join(","));
    for (const one of row.findings) {
      lines.push([...head, one.field, one.rule, one.level, one.found, one.expected, one.remedy].map(csvField).join(","));
    }
  }
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
