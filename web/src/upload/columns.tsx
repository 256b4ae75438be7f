/** The step in which people say what the columns of a file are: names, some values, and the field of each. */
import { useEffect, useState } from "preact/hooks";
import type { Client, SubmissionChoices } from "../api/client";
import type { Field, Receipt } from "../api/types";
import { useWords } from "../i18n";
import { Failure } from "../ui/errors";

/** The choices that say what the columns of units are. */
const UNIT_FIELDS: Record<string, keyof SubmissionChoices> = {
  code: "code_field", name: "name_field", level: "level_field", parent: "parent_field",
};

/** Field by column, as choices for the next reading. Columns without a field are left to nobody: the empty field. */
export function mappingChoices(as: "units" | "places", fields: ReadonlyMap<string, string>): Partial<SubmissionChoices> {
  const said = [...fields].filter(([, field]) => field !== "");
  if (as === "places") return { map: said.map(([column, field]) => `${field}=${column}`) };
  const change: Partial<SubmissionChoices> = { code_field: "", name_field: "", level_field: "", parent_field: "" };
  for (const [column, field] of said) {
    const choice = UNIT_FIELDS[field];
    if (choice) Object.assign(change, { [choice]: column });
  }
  return change;
}

interface Props {
  client: Client;
  receipt: Receipt;
  again(change: Partial<SubmissionChoices>): void;
}

export function Columns({ client, receipt, again }: Props) {
  const { t } = useWords();
  const columns = receipt.columns ?? [];
  const as = receipt.as ?? "places";
  const [known, setKnown] = useState<readonly Field[]>([]);
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [fields, setFields] = useState<ReadonlyMap<string, string>>(new Map(columns.map((c) => [c.name, c.field ?? ""])));
  useEffect(() => {
    const abort = new AbortController();
    client.listFields(as, abort.signal).then(
      (list) => {
        setKnown(list.fields);
        // Where something indispensable is missing, nobody should have to look for this.
        if (list.fields.some((field) => field.required && !columns.some((column) => column.field === field.key))) setOpen(true);
      },
      (cause: unknown) => !abort.signal.aborted && setError(cause),
    );
    return () => abort.abort();
  }, [client, as]);
  const taken = new Set([...fields.values()].filter(Boolean));
  const missing = known.filter((field) => field.required && !taken.has(field.key));
  const changed = columns.some((c) => (c.field ?? "") !== fields.get(c.name));
  // A field stands for one column: the column that had it before loses it.
  const say = (column: string, field: string) =>
    setFields(new Map([...fields].map(([name, old]) => [name, name === column ? field : old === field && field !== "" ? "" : old])));
  return (
    <details class="columns" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("columns.title", { n: columns.length })}</summary>
      {missing.length > 0 && known.length > 0 && (
        <p class="doubt" role="status">{t("columns.missing", { fields: missing.map((field) => field.label).join("、") })}</p>
      )}
      {error !== null && <Failure error={error} />}
      <div class="table-frame" tabIndex={0} role="region" aria-label={t("columns.title", { n: columns.length })}>
        <table class="row-table">
          <thead><tr><th scope="col">{t("columns.column")}</th><th scope="col">{t("columns.samples")}</th><th scope="col">{t("columns.field")}</th></tr></thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <td><code>{column.name}</code></td>
                <td class="samples">{column.samples.map((sample, at) => <span key={at}>{sample}</span>)}</td>
                <td>
                  <select
                    aria-label={t("columns.field_of", { column: column.name })} value={fields.get(column.name)}
                    onChange={(event) => say(column.name, event.currentTarget.value)}
                  >
                    <option value="">{t("columns.none")}</option>
                    {known.map((field) => <option key={field.key} value={field.key}>{field.label}</option>)}
                  </select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="row">
        <button type="button" class="button" disabled={!changed} onClick={() => again({ ...mappingChoices(as, fields), dry_run: true })}>{t("columns.try")}</button>
        <button type="button" class="button main" disabled={missing.length > 0} onClick={() => again({ ...(changed ? mappingChoices(as, fields) : {}), dry_run: false })}>{t("columns.send")}</button>
      </p>
    </details>
  );
}
