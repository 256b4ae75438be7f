/** The submissions received before, newest first. */
import { useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client";
import type { Receipt } from "../api/types";
import { count, time } from "../format";
import { useWords } from "../i18n";
import { Failure } from "../ui/errors";

const PAGE = 30;

export function Earlier({ client, open }: { client: Client; open(receipt: Receipt): void }) {
  const { t, lang } = useWords();
  const [receipts, setReceipts] = useState<Receipt[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const load = async (after: string | null, before: Receipt[]) => {
    setBusy(true);
    setError(null);
    try {
      const page = await client.listSubmissions({ limit: PAGE, after });
      setReceipts([...before, ...page.submissions]);
      setNext(page.next);
    } catch (cause) {
      setError(cause);
    }
    setBusy(false);
  };
  const show = async (receipt: Receipt) => {
    setError(null);
    try {
      // The list may leave out the findings of a receipt.
      open({ ...receipt, ...(await client.findSubmission(receipt.submission)), duplicate: false });
    } catch (cause) {
      setError(cause);
    }
  };
  useEffect(() => void load(null, []), [client]);
  return (
    <>
      {error !== null && <Failure error={error} again={() => void load(null, [])} />}
      {!busy && error === null && receipts.length === 0 && <p class="faint">{t("earlier.none")}</p>}
      {receipts.length > 0 && (
        <div class="table-frame" tabIndex={0} role="region" aria-label={t("upload.tab.earlier")}>
          <table class="row-table earlier">
            <thead>
              <tr>
                <th scope="col">{t("earlier.file")}</th><th scope="col">{t("upload.as")}</th><th scope="col">{t("earlier.received")}</th>
                <th scope="col" class="number">{t("receipt.read")}</th><th scope="col" class="number">{t("receipt.with_findings")}</th><th scope="col" class="number">{t("receipt.rejected")}</th>
              </tr>
            </thead>
            <tbody>
              {receipts.map((receipt) => (
                <tr key={receipt.submission}>
                  <td><button type="button" class="inline" onClick={() => void show(receipt)}>{receipt.file ?? receipt.submission.slice(0, 12)}</button></td>
                  <td>{receipt.as ? t(`upload.as.${receipt.as}`) : ""}</td>
                  <td class="tabular">{time(receipt.received_at)}</td>
                  <td class="number">{count(lang, receipt.rows.read)}</td>
                  <td class="number">{count(lang, receipt.rows.with_findings)}</td>
                  <td class="number">{count(lang, receipt.rows.rejected)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {busy && <p class="wait" role="status">{t("list.loading")}</p>}
      {next !== null && !busy && <button type="button" class="more-button" onClick={() => void load(next, receipts)}>{t("rows.more")}</button>}
    </>
  );
}
