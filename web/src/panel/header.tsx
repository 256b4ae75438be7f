/** Name of the product, language, upload, and how the audit stands. */
import type { Info } from "../api/types";
import { time } from "../format";
import { useWords } from "../i18n";
import { LANGS, type Lang } from "../i18n/lang";
import { Icon, Logo } from "../ui/icons";

export function Header({ setLang, upload }: { setLang(lang: Lang): void; upload(): void }) {
  const { t, lang } = useWords();
  return (
    <header class="top">
      <Logo />
      <h1><span lang="zh">界明</span> <span class="latin" lang="en">Jieming</span></h1>
      <div class="segments tight" role="radiogroup" aria-label={t("lang.label")}>
        {LANGS.map((one) => (
          <label key={one} class={one === lang ? "on" : ""} lang={one === "zh" ? "zh-CN" : "en"}>
            <input type="radio" name="lang" value={one} checked={one === lang} onChange={() => setLang(one)} />
            {one === "zh" ? "中文" : "English"}
          </label>
        ))}
      </div>
      <button type="button" class="button main upload-button" onClick={upload} title={t("upload.open")}>
        <Icon name="upload" size={18} /> <span>{t("upload.open.short")}</span>
      </button>
    </header>
  );
}

export function AuditStatus({ info, start }: { info: Info; start(): void }) {
  const { t } = useWords();
  const { audit } = info;
  return (
    <footer class="status">
      {audit.running ? (
        <>
          <progress {...(audit.progress === null ? {} : { value: audit.progress, max: 1 })} aria-label={t("audit.running")} />
          <span role="status">{t("audit.running")}</span>
        </>
      ) : (
        <>
          <span class="grow" role="status">{audit.failed ? t("audit.failed") : audit.finished_at ? t("audit.finished", { time: time(audit.finished_at) }) : t("audit.never")}</span>
          {info.counts.units > 0 && (
            <button type="button" class="quiet" onClick={start}><Icon name="again" size={15} /> {t("audit.start")}</button>
          )}
        </>
      )}
    </footer>
  );
}
