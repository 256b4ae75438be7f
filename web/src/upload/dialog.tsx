/** The dialog of uploads: choose files and options, see the answer row by row, look at earlier submissions. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import type { Info, Receipt } from "../api/types";
import { useWords } from "../i18n";
import { Icon } from "../ui/icons";
import { Earlier } from "./earlier";
import { UploadForm } from "./form";
import { ReceiptView } from "./receipt";

interface Props {
  client: Client;
  info: Info;
  /** Files dropped on the page; a new array each time. */
  dropped: readonly File[];
  close(): void;
  /** Something was accepted: the map follows when the audit has run. */
  accepted(): void;
}

type Page = { at: "form" } | { at: "earlier" } | { at: "receipts"; receipts: Receipt[]; from: "form" | "earlier" };

export function UploadDialog({ client, info, dropped, close, accepted }: Props) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [page, setPage] = useState<Page>({ at: "form" });
  useEffect(() => {
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  useEffect(() => {
    if (dropped.length) setPage({ at: "form" });
  }, [dropped]);
  const tab = page.at === "receipts" ? page.from : page.at;
  return (
    <dialog
      ref={dialog} class="upload" aria-labelledby="upload-title" onClose={close}
      onCancel={(event) => { event.preventDefault(); close(); }}
      onClick={(event) => event.target === dialog.current && event.detail > 0 && page.at !== "form" && close()}
    >
      <div class="inner">
        <header>
          <h2 id="upload-title">{t("upload.title")}</h2>
          <div class="segments" role="group" aria-label={t("upload.title")}>
            <button type="button" aria-pressed={tab === "form"} class={tab === "form" ? "on" : ""} onClick={() => setPage({ at: "form" })}>{t("upload.tab.new")}</button>
            <button type="button" aria-pressed={tab === "earlier"} class={tab === "earlier" ? "on" : ""} onClick={() => setPage({ at: "earlier" })}>{t("upload.tab.earlier")}</button>
          </div>
          <button type="button" class="icon-button" aria-label={t("action.close")} onClick={close}><Icon name="close" /></button>
        </header>
        {/* The form stays while its receipt is looked at, with all that was chosen. */}
        <div class="page" hidden={page.at !== "form"}>
          <UploadForm
            client={client} info={info} dropped={dropped}
            done={(receipts) => {
              setPage({ at: "receipts", receipts, from: "form" });
              if (receipts.some((one) => !one.dry_run && one.rows.accepted > 0)) accepted();
            }}
          />
        </div>
        {page.at === "earlier" && (
          <div class="page"><Earlier client={client} open={(receipt) => setPage({ at: "receipts", receipts: [receipt], from: "earlier" })} /></div>
        )}
        {page.at === "receipts" && (
          <div class="page">
            <button type="button" class="quiet" onClick={() => setPage({ at: page.from })}>
              <Icon name="back" size={16} /> {t(page.from === "form" ? "upload.back.form" : "upload.back.earlier")}
            </button>
            {page.receipts.map((receipt, at) => <ReceiptView key={`${receipt.submission}${at}`} client={client} receipt={receipt} />)}
          </div>
        )}
      </div>
    </dialog>
  );
}
