/** The dialog of uploads: choose files and options, see the answer row by row, look at earlier submissions. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import type { Info, Receipt } from "../api/types";
import { time } from "../format";
import { useWords } from "../i18n";
import { Icon } from "../ui/icons";
import { Earlier } from "./earlier";
import { Exports } from "./exports";
import { UploadForm, type Again } from "./form";
import { forget, type Remembered } from "./memory";
import { ReceiptView } from "./receipt";

interface Props {
  client: Client;
  info: Info;
  /** Files dropped on the page; a new array each time. */
  dropped: readonly File[];
  close(): void;
  /** Something was accepted: the map follows when the audit has run. */
  accepted(): void;
  /** Out of the way, while the map is looked at. */
  aside: boolean;
  /** Shows a row on the map. */
  locate(place: { lon: number; lat: number; name: string }): void;
}

type Page = { at: "form" } | { at: "earlier" } | { at: "exports" } | { at: "receipts"; receipts: Receipt[]; from: "form" | "earlier"; used: Remembered | null };

export function UploadDialog({ client, info, dropped, close, accepted, aside, locate }: Props) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [page, setPage] = useState<Page>({ at: "form" });
  const [again, setAgain] = useState<Again | null>(null);
  useEffect(() => {
    if (aside) return;
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, [aside]);
  const readAgain = (next: Again) => {
    setPage({ at: "form" });
    setAgain(next);
  };
  useEffect(() => {
    if (dropped.length) setPage({ at: "form" });
  }, [dropped]);
  const tab = page.at === "receipts" ? page.from : page.at;
  return (
    <dialog
      ref={dialog} class="upload" aria-labelledby="upload-title" onClose={() => { if (!aside) close(); }}
      onCancel={(event) => { event.preventDefault(); close(); }}
      onClick={(event) => event.target === dialog.current && event.detail > 0 && page.at !== "form" && close()}
    >
      <div class="inner">
        <header>
          <h2 id="upload-title">{t("upload.title")}</h2>
          <div class="segments" role="group" aria-label={t("upload.title")}>
            <button type="button" aria-pressed={tab === "form"} class={tab === "form" ? "on" : ""} onClick={() => setPage({ at: "form" })}>{t("upload.tab.new")}</button>
            <button type="button" aria-pressed={tab === "earlier"} class={tab === "earlier" ? "on" : ""} onClick={() => setPage({ at: "earlier" })}>{t("upload.tab.earlier")}</button>
            <button type="button" aria-pressed={tab === "exports"} class={tab === "exports" ? "on" : ""} onClick={() => setPage({ at: "exports" })}>{t("upload.tab.exports")}</button>
          </div>
          <button type="button" class="icon-button" aria-label={t("action.close")} onClick={close}><Icon name="close" /></button>
        </header>
        {/* The form stays while its receipt is looked at, with all that was chosen. */}
        <div class="page" hidden={page.at !== "form"}>
          <UploadForm
            client={client} info={info} dropped={dropped} again={again}
            done={(receipts, used) => {
              setPage({ at: "receipts", receipts, from: "form", used });
              if (receipts.some((one) => !one.dry_run && one.rows.accepted > 0)) accepted();
            }}
          />
        </div>
        {page.at === "earlier" && (
          <div class="page"><Earlier client={client} open={(receipt) => setPage({ at: "receipts", receipts: [receipt], from: "earlier", used: null })} /></div>
        )}
        {page.at === "exports" && <div class="page"><Exports client={client} info={info} /></div>}
        {page.at === "receipts" && (
          <div class="page">
            <button type="button" class="quiet" onClick={() => setPage({ at: page.from })}>
              <Icon name="back" size={16} /> {t(page.from === "form" ? "upload.back.form" : "upload.back.earlier")}
            </button>
            {page.used && <UsedMemory used={page.used} forgotten={() => setPage({ ...page, used: null })} />}
            {page.receipts.map((receipt, at) => (
              <ReceiptView
                key={`${receipt.submission}${at}`} client={client} receipt={receipt} locate={locate}
                again={page.from === "form" ? readAgain : null}
              />
            ))}
          </div>
        )}
      </div>
    </dialog>
  );
}

/** Says that the files were read as before, and lets go of it. */
function UsedMemory({ used, forgotten }: { used: Remembered; forgotten(): void }) {
  const { t } = useWords();
  return (
    <p class="memory" role="status">
      {t("memory.used", { file: used.file, when: time(used.at) })}{" "}
      <button type="button" class="quiet" onClick={() => { forget(used.signature); forgotten(); }}>{t("memory.forget")}</button>
    </p>
  );
}
