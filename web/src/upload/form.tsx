/** Files and how to read them. Everything is found out by the server unless it is said here. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client, SubmissionChoices } from "../api/client";
import type { Info, Receipt } from "../api/types";
import { bytes } from "../format";
import { useWords, type Key } from "../i18n";
import { levelName } from "../levels";
import { Failure } from "../ui/errors";
import { Icon } from "../ui/icons";
import { recall, remember, remembersAny, withRemembered, type Remembered } from "./memory";

const NO_CHOICES: SubmissionChoices = {
  as: "units", level: "", level_field: "", kind: "legal", code_field: "", name_field: "", parent_field: "", layer: "",
  profile: "", crs: "", encoding: "", angles: "", map: [], corrections: [], corrects: "", valid_from: "", dry_run: false,
};

const USUAL_LEVELS = ["province", "city", "county", "township", "village"];
const USUAL_CRS = ["EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09", "EPSG:4547", "EPSG:4549", "EPSG:4526", "EPSG:3857"];
const USUAL_ENCODINGS = ["UTF-8", "GB18030", "GBK", "Big5"];
const ACCEPTED = ".geojson,.json,.geojsonl,.geojsons,.ndjson,.fgb,.zip,.shp,.shx,.dbf,.prj,.cpg,.gpkg,.csv,.tsv,.txt,.xlsx,.xls,.ods,.kml,.kmz,.gpx,.tab,.dat,.map,.id,.mif,.mid,.gml,.dxf,.topojson,.gz,.xz";

type Work = { state: "idle" } | { state: "sending"; part: number | null; abort: AbortController } | { state: "failed"; error: unknown };

/** Tables are most often places, everything else most often units; a guess the person sees and can change. */
export function guessAs(names: readonly string[]): "units" | "places" {
  return names.some((name) => /\.(csv|tsv|txt|xlsx?|ods|gpx)$/i.test(name)) ? "places" : "units";
}

interface Props {
  client: Client;
  info: Info;
  dropped: readonly File[];
  /** Asks for the same files once more, read otherwise. A new object each time. */
  again: Again | null;
  done(receipts: Receipt[], used: Remembered | null): void;
}

/** Another reading of the files at hand, or of others in their place. */
export interface Again {
  change: Partial<SubmissionChoices>;
  files?: readonly File[];
  /** Of the files at hand only this one, with whatever belongs to it. */
  only?: string | null;
}

/** A file and its siblings: the parts of a Shapefile share all of their name but the end. */
export function withSiblings(files: readonly File[], name: string): File[] {
  const stem = (one: string) => one.replace(/\.[^.]+$/, "").toLowerCase();
  const own = files.filter((file) => file.name === name || stem(file.name) === stem(name));
  return own.length > 0 ? own : [...files];
}

export function UploadForm({ client, info, dropped, again, done }: Props) {
  const { t, lang } = useWords();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [choices, setChoices] = useState(NO_CHOICES);
  const [work, setWork] = useState<Work>({ state: "idle" });
  /** Whether the choices have been used for files. */
  const sentOnce = useRef(false);
  const picker = useRef<HTMLInputElement>(null);

  const take = (added: readonly File[]) => {
    if (added.length === 0) return;
    setFiles(added);
    // What was said of files that were sent does not hold for others.
    setChoices((before) => ({
      ...(sentOnce.current ? { ...NO_CHOICES, dry_run: before.dry_run } : before), as: guessAs(added.map((file) => file.name)),
    }));
    sentOnce.current = false;
    setWork({ state: "idle" });
  };
  useEffect(() => take(dropped), [dropped]);
  useEffect(() => () => { if (work.state === "sending") work.abort.abort(); }, []);

  const set = (change: Partial<SubmissionChoices>) => setChoices({ ...choices, ...change });
  useEffect(() => {
    if (again === null) return;
    const next = { ...choices, ...again.change };
    const sent = again.files ?? (again.only ? withSiblings(files, again.only) : files);
    setChoices(next);
    setFiles(sent);
    void send(next, sent, false);
  }, [again]);
  const send = async (choices: SubmissionChoices, files: readonly File[], first: boolean) => {
    sentOnce.current = true;
    const abort = new AbortController();
    setWork({ state: "sending", part: 0, abort });
    try {
      const post = (sent: SubmissionChoices) => client.createSubmission(
        files, sent.as === "units" ? sent : { ...sent, level: "", level_field: "", kind: "", parent_field: "" },
        (part) => setWork({ state: "sending", part, abort }), abort.signal,
      );
      let sent = choices;
      let used: Remembered | null = null;
      // Files with columns that this sender explained before are read as then: looked at first, where one may be such.
      if (first && remembersAny()) {
        const looked = await post({ ...choices, dry_run: true });
        const found = looked.receipts.map(recall);
        // Files of several kinds are not read alike.
        used = found.every((one) => one?.signature === found[0]?.signature) ? (found[0] ?? null) : null;
        if (used) sent = withRemembered(choices, used);
        if (JSON.stringify(sent) === JSON.stringify(choices)) used = null;
      }
      const { receipts } = await post(sent);
      if (used) setChoices(sent);
      if (!choices.dry_run) for (const receipt of receipts) if (!receipt.error) remember(receipt, sent, new Date().toISOString());
      // What is sent next of this file takes the place of what was taken in now.
      const [only, ...others] = receipts;
      if (!choices.dry_run && only && others.length === 0 && !only.error) setChoices((now) => ({ ...now, corrects: only.submission }));
      setWork({ state: "idle" });
      done(receipts.map((receipt) => ({ ...receipt, dry_run: choices.dry_run, corrected: sent.corrections })), used);
    } catch (error) {
      setWork(abort.signal.aborted ? { state: "idle" } : { state: "failed", error });
    }
  };
  const levels = [...new Set([...info.levels.map(({ level }) => level).filter(Boolean), ...USUAL_LEVELS])];
  const units = choices.as === "units";
  const text = (field: keyof SubmissionChoices, label: Key, list?: readonly string[], hint?: Key) => (
    <div class="field">
      <label for={`field-${field}`}>{t(label)}</label>
      <input
        id={`field-${field}`} type="text" value={String(choices[field])} spellcheck={false} autocomplete="off"
        {...(list ? { list: `list-${field}` } : {})} placeholder={t(hint ?? "upload.auto")}
        onInput={(event) => set({ [field]: event.currentTarget.value })}
      />
      {list && <datalist id={`list-${field}`}>{list.map((word) => <option key={word} value={word}>{field === "level" ? levelName(t, word) : word}</option>)}</datalist>}
    </div>
  );
  const sending = work.state === "sending";
  return (
    <form class="upload-form" onSubmit={(event) => { event.preventDefault(); void send(choices, files, true); }}>
      <button type="button" class="drop" onClick={() => picker.current?.click()} disabled={sending}>
        <Icon name="upload" size={26} />
        <strong>{t("upload.drop")}</strong>
        <small>{t("upload.formats")}</small>
      </button>
      <input
        ref={picker} type="file" multiple accept={ACCEPTED} class="unseen" tabIndex={-1} aria-hidden="true" data-picker
        onChange={(event) => { take([...(event.currentTarget.files ?? [])]); event.currentTarget.value = ""; }}
      />
      {files.length > 0 && (
        <ul class="files">
          {files.map((file) => (
            <li key={file.name}>
              <Icon name="file" size={16} /> <span class="grow">{file.name}</span> <small>{bytes(lang, file.size)}</small>
              <button
                type="button" class="icon-button" aria-label={t("upload.remove", { name: file.name })} disabled={sending}
                onClick={() => setFiles(files.filter((one) => one !== file))}
              ><Icon name="close" size={14} /></button>
            </li>
          ))}
        </ul>
      )}
      <fieldset class="as" disabled={sending}>
        <legend>{t("upload.as")}</legend>
        {(["units", "places"] as const).map((as) => (
          <label key={as} class={choices.as === as ? "on" : ""}>
            <input type="radio" name="as" value={as} checked={choices.as === as} onChange={() => set({ as })} />
            <Icon name={as === "units" ? "unit" : "pin"} size={18} />
            <span><strong>{t(`upload.as.${as}`)}</strong><small>{t(`upload.as.${as}.help`)}</small></span>
          </label>
        ))}
      </fieldset>
      <fieldset class="fields" disabled={sending}>
        {units && text("level", "upload.level", levels, "upload.level.hint")}
        {units && (
          <label class="field">
            <span>{t("upload.kind")}</span>
            <select value={choices.kind} onChange={(event) => set({ kind: event.currentTarget.value })}>
              <option value="legal">{t("upload.kind.legal")}</option>
              <option value="administered">{t("upload.kind.administered")}</option>
            </select>
          </label>
        )}
        {text("crs", "upload.crs", USUAL_CRS)}
        {!units && (
          <label class="field">
            <span>{t("upload.profile")}</span>
            <select value={choices.profile} onChange={(event) => set({ profile: event.currentTarget.value })}>
              <option value="">{t("upload.auto")}</option>
              <option value="generic">{t("upload.profile.generic")}</option>
              <option value="census-cn">{t("upload.profile.census-cn")}</option>
            </select>
          </label>
        )}
      </fieldset>
      {!units && (
        <p class="template">
          <a href={`/api/v1/templates/places.xlsx?lang=${lang}`} download><Icon name="file" size={14} /> {t("upload.template")}</a>
        </p>
      )}
      <details>
        <summary>{t("upload.more")}</summary>
        <fieldset class="fields" disabled={sending}>
          {text("code_field", "upload.code_field")}
          {text("name_field", "upload.name_field")}
          {units && text("parent_field", "upload.parent_field")}
          {units && text("level_field", "upload.level_field")}
          {text("layer", "upload.layer")}
          {text("encoding", "upload.encoding", USUAL_ENCODINGS)}
          {!units && (
            <label class="field">
              <span>{t("upload.angles")}</span>
              <select value={choices.angles} onChange={(event) => set({ angles: event.currentTarget.value })}>
                <option value="">{t("upload.auto")}</option>
                <option value="decimal">{t("upload.angles.decimal")}</option>
                <option value="dddmmss">1145830.12</option>
                <option value="d.mmss">114.583012</option>
              </select>
            </label>
          )}
          <label class="field">
            <span>{t("upload.valid_from")}</span>
            <input type="date" value={choices.valid_from} onInput={(event) => set({ valid_from: event.currentTarget.value })} />
          </label>
        </fieldset>
      </details>
      {work.state === "failed" && <Failure error={work.error} />}
      <footer>
        <label class="check">
          <input type="checkbox" checked={choices.dry_run} disabled={sending} onChange={(event) => set({ dry_run: event.currentTarget.checked })} />
          <span>{t("upload.dry_run")}<small>{t("upload.dry_run.help")}</small></span>
        </label>
        {sending && (
          <div class="progress" role="status">
            <progress {...(work.part === null ? {} : { value: work.part, max: 1 })} aria-label={t("upload.sending")} />
            <span>{work.part === null ? t("upload.checking") : t("upload.sent", { percent: Math.round(work.part * 100) })}</span>
          </div>
        )}
        {sending
          ? <button type="button" class="button" onClick={() => work.abort.abort()}>{t("action.stop")}</button>
          : <button type="submit" class="button main" disabled={files.length === 0}>{t(choices.dry_run ? "upload.try" : "upload.send")}</button>}
      </footer>
    </form>
  );
}

