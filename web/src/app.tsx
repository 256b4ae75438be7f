/** The page: puts the parts together and keeps address, list, card and map in step. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Client } from "./api/client";
import { loadChosen, selectionKey, type Chosen } from "./chosen";
import { unionOf } from "./geometry";
import { wordsOf, WordsContext } from "./i18n";
import { recallLang, rememberLang, startLang, type Lang } from "./i18n/lang";
import { MapPane, type Flight } from "./map/pane";
import { NO_HIGHLIGHT } from "./map/style";
import type { Picked } from "./map/view";
import { Card } from "./panel/card";
import { Filters, LevelChoice } from "./panel/filters";
import { Groups } from "./panel/groups";
import { AuditStatus, Header } from "./panel/header";
import { Search, type Hit } from "./panel/search";
import { Sheet, type SheetSize } from "./panel/sheet";
import { useService } from "./service";
import { Failure } from "./ui/errors";
import { DARK, NARROW, useLoaded, useMedia } from "./ui/hooks";
import { Icon } from "./ui/icons";
import { UploadDialog } from "./upload/dialog";
import { NO_FILTERS, parsePlace, printPlace, type Filters as FilterValues, type Selection } from "./url";

const hasPosition = () => /[#&]map=/.test(location.hash);
const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

/** The files of a drop; a folder is none. */
function droppedFiles(event: DragEvent): File[] {
  return [...(event.dataTransfer?.files ?? [])].filter((file) => file.size > 0 || file.type !== "");
}

export function App() {
  const start = useMemo(() => parsePlace(location.search), []);
  const [lang, setLangState] = useState<Lang>(() => startLang(start.lang, recallLang()));
  const [langShown, setLangShown] = useState(start.lang !== null);
  const [filters, setFilters] = useState(start.filters);
  const [sort, setSort] = useState(start.sort);
  const [selection, setSelection] = useState(start.selection);
  const [uploading, setUploading] = useState(false);
  const [dropped, setDropped] = useState<readonly File[]>([]);
  const [dragging, setDragging] = useState(false);
  const [sheet, setSheet] = useState<SheetSize>("half");
  /** A row of a receipt that is looked at on the map, the dialog being out of the way. */
  const [pointed, setPointed] = useState<{ lon: number; lat: number; name: string } | null>(null);
  const [flight, setFlight] = useState<Flight | null>(null);
  const [attempt, setAttempt] = useState(0);
  const narrow = useMedia(NARROW);
  const dark = useMedia(DARK);
  const words = useMemo(() => wordsOf(lang), [lang]);
  const client = useMemo(() => new Client(lang), [lang]);
  const service = useService(client);
  const searchInput = useRef<HTMLInputElement>(null);
  const { t } = words;

  useEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = t("app.title");
  }, [lang]);
  const setLang = (next: Lang) => {
    rememberLang(next);
    setLangState(next);
  };

  // --- the address -------------------------------------------------------------------------------------------------
  const key = selectionKey(selection);
  const lastKey = useRef(key);
  /** The selection that the map is to fly to once it is loaded. */
  const flyTo = useRef<string | null>(hasPosition() ? null : key);
  useEffect(() => {
    const query = printPlace({ lang: langShown ? lang : null, selection, filters, sort });
    const changed = lastKey.current !== key;
    lastKey.current = key;
    if (query === location.search.slice(1)) return;
    const url = `${location.pathname}${query ? `?${query}` : ""}${location.hash}`;
    if (changed) history.pushState(null, "", url);
    else history.replaceState(history.state, "", url);
  }, [key, filters, sort, lang, langShown]);
  useEffect(() => {
    const back = () => {
      const place = parsePlace(location.search);
      const asked = selectionKey(place.selection);
      flyTo.current = hasPosition() ? null : asked;
      lastKey.current = asked;
      setSelection(place.selection);
      setFilters(place.filters);
      setSort(place.sort);
      setLangShown(place.lang !== null);
      if (place.lang) setLangState(place.lang);
    };
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);

  // --- what is chosen ----------------------------------------------------------------------------------------------
  const loaded = useLoaded(
    key === null || service.info === null ? null : `${key} ${lang} ${service.version} ${attempt}`,
    (signal) => (selection ? loadChosen(client, selection, signal) : Promise.reject(new Error("nothing chosen"))),
  );
  const chosen: Chosen | null = selection && { selection, loaded };
  const cardShown = chosen !== null && !(narrow && selection?.type === "pair");
  // The highlight of before stays until the next is there, so that nothing flickers.
  const highlight = useRef(NO_HIGHLIGHT);
  if (selection === null) highlight.current = NO_HIGHLIGHT;
  else if (loaded.state === "ready") highlight.current = loaded.value.highlight;

  const choose = useCallback((next: Selection) => {
    flyTo.current = selectionKey(next);
    setSelection(next);
    setSheet((size) => (size === "full" ? "half" : size));
  }, []);
  const close = useCallback(() => {
    setSelection(null);
    document.querySelector<HTMLElement>("#findings [data-row][tabindex='0']")?.focus({ preventScroll: true });
  }, []);

  const fly = (box: Flight["box"]) => {
    const padding = narrow
      ? { top: 80, right: 64, bottom: (sheet === "peek" ? 0.12 : 0.5) * innerHeight + 30, left: 40 }
      : { top: 90, right: cardShown ? 450 : 90, bottom: 90, left: 90 };
    setFlight((before) => ({ box, padding, number: (before?.number ?? 0) + 1 }));
  };
  const whole = narrow
    ? { top: 70, right: 24, bottom: (sheet === "peek" ? 0.12 : 0.5) * innerHeight + 20, left: 24 }
    : { top: 40, right: 40, bottom: 50, left: 64 };
  const mapReady = service.tilesets !== null;
  useEffect(() => {
    if (!mapReady || key === null || flyTo.current !== key || loaded.state !== "ready") return;
    flyTo.current = null;
    if (loaded.value.box) fly(loaded.value.box);
  }, [mapReady, key, loaded.state]);

  // The first data to arrive are shown whole.
  const bounded = useRef<boolean | null>(null);
  useEffect(() => {
    if (!service.info) return;
    const box = unionOf([service.info.bounds]);
    if (bounded.current === false && box && selection === null) setFlight((before) => ({ box, padding: whole, number: (before?.number ?? 0) + 1 }));
    bounded.current = box !== null;
  }, [service.info]);

  // Choosing what is chosen already flies there again.
  const chooseOrFly = (next: Selection) => {
    if (selectionKey(next) === key && loaded.state === "ready" && loaded.value.box) fly(loaded.value.box);
    else choose(next);
  };
  const picked = (things: Picked[]) => {
    // Clicking again where several lie takes the next one.
    const at = things.findIndex((one) => selection?.type === one.type && selection.id === one.id);
    const one = things[(at + 1) % Math.max(things.length, 1)];
    if (one) chooseOrFly(one);
    else if (selection) setSelection(null);
  };
  const hit = (found: Hit) =>
    choose(found.type === "unit"
      ? { type: "unit", code: found.unit.code || found.unit.name, level: found.unit.level }
      : { type: "place", id: String(found.place.id) });

  // --- keys and drops ----------------------------------------------------------------------------------------------
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        setSheet((size) => (size === "peek" ? "half" : size));
        searchInput.current?.focus();
      } else if (event.key === "Escape" && selection !== null) close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [selection]);
  useEffect(() => {
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!carries(event)) return;
      event.preventDefault();
      setDragging(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setDragging(false);
    const drop = (event: DragEvent) => {
      if (!carries(event)) return;
      event.preventDefault();
      setDragging(false);
      const files = droppedFiles(event);
      if (files.length === 0) return;
      setDropped(files);
      setUploading(true);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);

  const locate = (place: { lon: number; lat: number; name: string }) => {
    setPointed(place);
    // With something of the surroundings.
    const by = 0.02;
    fly([place.lon - by, place.lat - by, place.lon + by, place.lat + by]);
  };
  const openUpload = () => {
    setDropped([]);
    setUploading(true);
  };
  const startAudit = () => void client.startAudit().then(service.follow, service.follow);
  const changeFilters = (next: FilterValues) => setFilters(next);
  const { info, tilesets } = service;
  const card = cardShown && chosen && (
    <Card
      client={client} chosen={chosen} close={close} choose={choose} look={fly} again={() => setAttempt(attempt + 1)}
      onlyUnit={(unit) => { setFilters({ ...filters, unit }); setSelection(null); }}
    />
  );
  const bounds = info ? unionOf([info.bounds]) : null;
  return (
    <WordsContext.Provider value={words}>
      <a class="skip" href="#findings" onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>("#findings [data-row]")?.focus(); }}>{t("skip.list")}</a>
      <div class={`app ${narrow ? "narrow" : "wide"}`}>
        {narrow && <Header setLang={setLang} upload={openUpload} />}
        <Sheet narrow={narrow} size={sheet} setSize={setSheet}>
          {!narrow && <Header setLang={setLang} upload={openUpload} />}
          {service.error !== null && !info && <Failure error={service.error} again={service.again} />}
          {!info && service.error === null && <p class="wait" role="status">{t("list.loading")}</p>}
          {narrow && card}
          {info && (
            <div class="panel-body" hidden={narrow && cardShown}>
              <div class="controls">
                <Search client={client} choose={hit} inputRef={searchInput} />
                <LevelChoice info={info} filters={filters} change={changeFilters} />
                <Filters client={client} info={info} filters={filters} change={changeFilters} />
              </div>
              <Groups
                client={client} filters={filters} sort={sort} version={service.version} selection={selection} setSort={setSort}
                choose={chooseOrFly} clearFilters={() => setFilters(NO_FILTERS)} empty={info.counts.units === 0} upload={openUpload}
              />
              <AuditStatus info={info} start={startAudit} />
            </div>
          )}
        </Sheet>
        <main class="map-frame">
          {info && tilesets && (
            <MapPane
              bounds={bounds} padding={whole} flight={flight} picked={picked}
              style={{
                info, tilesets, filters, highlight: pointed ? { ...highlight.current, points: [{ id: null, ...pointed }] } : highlight.current, theme: dark ? "dark" : "light", version: service.version,
                origin: location.origin,
              }}
            />
          )}
        </main>
        {!narrow && card}
      </div>
      {dragging && <div class="drop-here"><div><Icon name="upload" size={40} /><p>{t("upload.drop_here")}</p></div></div>}
      {uploading && info && (
        <UploadDialog
          client={client} info={info} dropped={dropped} accepted={service.follow} aside={pointed !== null} locate={locate}
          close={() => { setUploading(false); setPointed(null); }}
        />
      )}
      {uploading && pointed && (
        <div class="pointed" role="status">
          <Icon name="pin" size={16} /> <span class="grow">{pointed.name}</span>
          <button type="button" class="button main" onClick={() => setPointed(null)}>{t("rows.back_to_receipt")}</button>
        </div>
      )}
    </WordsContext.Provider>
  );
}
