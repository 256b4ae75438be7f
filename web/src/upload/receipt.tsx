/** The answer to a submission: counts, what was decided, row by row. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import type { Receipt, RowFinding, RowResult, RowState } from "../api/types";
import { count, time } from "../format";
import { isKey, useWords } from "../i18n";
import { Failure } from "../ui/errors";
import { Icon, SeveritySign } from "../ui/icons";
import { Columns } from "./columns";
import type { Again } from "./form";
import { NONE_ACCEPTED, accept, cellsOf, corrections, isAccepted, proposals, type Accepted } from "./remedies";
import { fileFindings, rowsCsv, rowsOfReceipt, saveText } from "./rows";

const ROWS_PAGE = 100;
const ROW_STATES: readonly (RowState | "")[] = ["", "rejected", "with_findings", "accepted"];

interface FindingProps {
  finding: RowFinding;
  /** Set where corrections can be handed in: what is accepted, and how to change it. */
  remedies?: Remedies | null;
  again?: ((next: Again) => void) | null;
}

interface Remedies {
  accepted: Accepted;
  change(findings: readonly RowFinding[], on: boolean): void;
}

function FindingLine({ finding, remedies = null, again = null }: FindingProps) {
  const { t } = useWords();
  const cells = cellsOf(finding);
  const on = remedies !== null && isAccepted(remedies.accepted, finding);
  return (
    <div class="row-finding">
      <SeveritySign severity={finding.level} label={t(`severity.${finding.level}`)} />
      <span>
        {finding.field && <code>{finding.field}</code>}
        {finding.found !== null && finding.found !== "" && <span class="found">{t("receipt.found", { value: finding.found })}</span>}
        {finding.expected && <span>{t("receipt.expected", { value: finding.expected })}</span>}
        {finding.remedy && <span class="remedy">{finding.remedy}</span>}
        {cells.length > 0 && (
          <span class="cells">
            {cells.map((one) => <code key={one.column}>{one.column} → {one.value}</code>)}
            {remedies && (
              <button type="button" class="small-button" aria-pressed={on} onClick={() => remedies.change([finding], !on)}>
                {on && <Icon name="check" size={12} />} {t(on ? "remedy.accepted" : "remedy.accept")}
              </button>
            )}
          </span>
        )}
        {finding.crs && again && (
          <button type="button" class="small-button" onClick={() => again({ change: { crs: finding.crs ?? "" } })}>{t("remedy.crs", { crs: finding.crs })}</button>
        )}
        <small>{finding.title && `${finding.title} · `}{finding.rule}</small>
      </span>
    </div>
  );
}

type Locate = (place: { lon: number; lat: number; name: string }) => void;

function Rows({ client, receipt, remedies, locate }: { client: Client; receipt: Receipt; remedies: Remedies | null; locate: Locate }) {
  const { t, lang } = useWords();
  const stored = !receipt.dry_run && receipt.submission !== "";
  const { rows: counts } = receipt;
  // What needs a person comes first.
  const [state, setState] = useState<RowState | "">(counts.rejected ? "rejected" : counts.with_findings ? "with_findings" : "");
  const [rows, setRows] = useState<RowResult[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const load = (after: string | null, before: RowResult[], signal: AbortSignal) => {
    setBusy(true);
    setError(null);
    client.listRows(receipt.submission, { state: state || null, limit: ROWS_PAGE, after }, signal).then(
      (page) => {
        if (signal.aborted) return;
        setRows([...before, ...page.rows]);
        setNext(page.next);
        setBusy(false);
      },
      (cause: unknown) => {
        if (signal.aborted) return;
        setError(cause);
        setBusy(false);
      },
    );
  };
  useEffect(() => {
    if (!stored) {
      setRows(rowsOfReceipt(receipt).filter((row) => state === "" || row.state === state));
      setNext(null);
      setBusy(false);
      return;
    }
    const abort = new AbortController();
    load(null, [], abort.signal);
    return () => abort.abort();
  }, [receipt.submission, state, attempt, lang]);

  const numbers: Record<RowState | "", number> = {
    "": counts.read, accepted: counts.accepted - counts.with_findings, with_findings: counts.with_findings, rejected: counts.rejected,
  };
  const stem = (receipt.file ?? receipt.submission).replace(/\.[^.]+$/, "");
  return (
    <div class="rows">
      <div class="row wrap">
        <div class="segments" role="radiogroup" aria-label={t("receipt.rows")}>
          {ROW_STATES.map((one) => (
            <label key={one} class={one === state ? "on" : ""}>
              <input type="radio" name={`rows-${receipt.submission}`} checked={one === state} onChange={() => setState(one)} />
              {t(one === "" ? "rows.all" : `rows.${one}`)} <small>{count(lang, Math.max(0, numbers[one]))}</small>
            </label>
          ))}
        </div>
        <span class="grow" />
        <span class="formats">
          {stored ? (
            <>
              <a href={client.rowsAddress(receipt.submission, state || null, "csv")} download={`${stem}-rows.csv`}><Icon name="download" size={14} /> CSV</a>
              <a href={client.rowsAddress(receipt.submission, state || null, "json")} download={`${stem}-rows.json`}><Icon name="download" size={14} /> JSON</a>
            </>
          ) : (
            <>
              <button type="button" onClick={() => saveText(`${stem}-rows.csv`, "text/csv", rowsCsv(rows))}><Icon name="download" size={14} /> CSV</button>
              <button type="button" onClick={() => saveText(`${stem}-receipt.json`, "application/json", JSON.stringify(receipt, null, 2))}><Icon name="download" size={14} /> JSON</button>
            </>
          )}
        </span>
      </div>
      <div class="table-frame" tabIndex={0} role="region" aria-label={t("receipt.rows")}>
        <table class="row-table">
          <thead>
            <tr><th scope="col">{t("receipt.row")}</th><th scope="col">{t("receipt.state")}</th><th scope="col">{t("receipt.name")}</th><th scope="col">{t("receipt.findings")}</th></tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.row}>
                <td class="tabular">{row.row}</td>
                <td><span class={`mark ${row.state}`}>{t(`rows.${row.state}`)}</span></td>
                <td>
                  {row.name ?? ""}{row.code && <small><code>{row.code}</code></small>}
                  {typeof row.lon === "number" && typeof row.lat === "number" && (
                    <button
                      type="button" class="icon-button on-map" title={t("rows.on_map")} aria-label={t("rows.on_map_of", { row: row.row })}
                      onClick={() => locate({ lon: row.lon ?? 0, lat: row.lat ?? 0, name: row.name || t("rows.number", { row: row.row }) })}
                    ><Icon name="pin" size={15} /></button>
                  )}
                </td>
                <td>{row.findings.map((finding, at) => <FindingLine key={at} finding={finding} remedies={remedies} />)}</td>
              </tr>
            ))}
            {rows.length === 0 && !busy && error === null && <tr><td colSpan={4} class="faint">{t("receipt.no_rows")}</td></tr>}
          </tbody>
        </table>
      </div>
      {error !== null && <Failure error={error} again={() => setAttempt(attempt + 1)} />}
      {busy && <p class="wait" role="status">{t("list.loading")}</p>}
      {next !== null && !busy && (
        <button type="button" class="more-button" onClick={() => load(next, rows, new AbortController().signal)}>{t("rows.more")}</button>
      )}
    </div>
  );
}

interface Props {
  client: Client;
  receipt: Receipt;
  locate: Locate;
  /** Reads the same files once more; null where they are not at hand. */
  again: ((next: Again) => void) | null;
}

export function ReceiptView({ client, receipt, locate, again }: Props) {
  const { t, lang } = useWords();
  const { rows } = receipt;
  const [accepted, setAccepted] = useState(NONE_ACCEPTED);
  const picker = useRef<HTMLInputElement>(null);
  const kinds = again ? [...proposals(receipt)] : [];
  const remedies: Remedies | null = again && {
    accepted, change: (findings, on) => setAccepted((before) => accept(before, findings, on)),
  };
  // A dry run left nothing behind that could be corrected; what an earlier one left, the form knows.
  const corrects = receipt.dry_run || receipt.error ? null : receipt.submission;
  const correcting = corrects === null ? {} : { corrects };
  const whole = fileFindings(receipt);
  const decisionName = (what: string) => {
    const key = `decision.${what}`;
    return isKey(key) ? t(key) : what;
  };
  return (
    <article class="receipt">
      <header>
        <Icon name="file" size={22} />
        <div class="grow">
          <h3>{receipt.file ?? receipt.submission.slice(0, 12)}</h3>
          <p class="faint">
            {receipt.as && t(`upload.as.${receipt.as}`)} {receipt.received_at && `· ${time(receipt.received_at)}`}
            {receipt.submission && <> · SHA-256 <code title={receipt.submission}>{receipt.submission.slice(0, 12)}</code></>}
          </p>
        </div>
        {receipt.dry_run && <span class="mark new">{t("receipt.dry_run")}</span>}
        {receipt.duplicate && <span class="mark open">{t("receipt.duplicate")}</span>}
      </header>
      {receipt.error && <div class="failure" role="alert"><p>{receipt.error.message}</p><p><code>{receipt.error.code}</code></p></div>}
      {receipt.duplicate && <p class="faint">{t("receipt.duplicate.help")}</p>}
      <dl class="counts">
        <div><dt>{t("receipt.read")}</dt><dd>{count(lang, rows.read)}</dd></div>
        <div class="good"><dt>{t("receipt.accepted")}</dt><dd>{count(lang, rows.accepted)}</dd></div>
        <div class={rows.with_findings ? "doubt" : ""}><dt>{t("receipt.with_findings")}</dt><dd>{count(lang, rows.with_findings)}</dd></div>
        <div class={rows.rejected ? "bad" : ""}><dt>{t("receipt.rejected")}</dt><dd>{count(lang, rows.rejected)}</dd></div>
      </dl>
      {receipt.decisions.length > 0 && (
        <section>
          <h4>{t("receipt.decisions")}</h4>
          <ul class="decisions">
            {receipt.decisions.map((one, at) => (
              <li key={at}>
                <span class="name">{decisionName(one.what)}</span>
                <span class="grow"><strong>{typeof one.value === "string" ? one.value : JSON.stringify(one.value)}</strong>{one.how && <small>{one.how}</small>}</span>
                {one.sure === false && <span class={`mark ${one.what === "mapping" ? "" : "doubt"}`}>{t("receipt.unsure")}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {whole.length > 0 && (
        <section>
          <h4>{t("receipt.whole")}</h4>
          {/* What was taken in already is read otherwise, not a second time. */}
          {whole.map((finding, at) => (
            <FindingLine key={at} finding={finding} again={again && ((next) => again({ ...next, only: receipt.file, change: { ...next.change, ...correcting } }))} />
          ))}
        </section>
      )}
      {again && receipt.dry_run && (receipt.columns?.length ?? 0) > 0 && (
        <Columns client={client} receipt={receipt} again={(change) => again({ change, only: receipt.file })} />
      )}
      {again && kinds.length > 0 && (
        <section class="remedies">
          <h4>{t("remedy.title")}</h4>
          {kinds.map(([rule, findings]) => {
            const all = findings.every((one) => isAccepted(accepted, one));
            return (
              <p key={rule} class="row wrap">
                <strong>{findings[0]?.title ?? rule}</strong> <small>{t("remedy.count", { n: findings.length })}</small>
                <button type="button" class="small-button" aria-pressed={all} onClick={() => remedies?.change(findings, !all)}>
                  {t(all ? "remedy.none_of_kind" : "remedy.all_of_kind")}
                </button>
              </p>
            );
          })}
          <button
            type="button" class="button main" disabled={accepted.size === 0}
            onClick={() => again({ change: { corrections: corrections(accepted, receipt.corrected ?? []), ...correcting }, only: receipt.file })}
          >{t(receipt.dry_run ? "remedy.try" : "remedy.send", { n: accepted.size })}</button>
        </section>
      )}
      {again && corrects !== null && rows.read > 0 && (rows.rejected > 0 || rows.with_findings > 0) && (
        <p class="row wrap">
          <button type="button" class="button" onClick={() => picker.current?.click()}><Icon name="upload" size={15} /> {t("receipt.corrected_file")}</button>
          <small>{t("receipt.corrected_file.help")}</small>
          <input
            ref={picker} type="file" multiple class="unseen" tabIndex={-1} aria-hidden="true"
            onChange={(event) => {
              const files = [...(event.currentTarget.files ?? [])];
              event.currentTarget.value = "";
              if (files.length > 0) again({ change: { corrects, corrections: [] }, files });
            }}
          />
        </p>
      )}
      {rows.read > 0 && <Rows client={client} receipt={receipt} remedies={remedies} locate={locate} />}
    </article>
  );
}
