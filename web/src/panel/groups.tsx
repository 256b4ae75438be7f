/** The findings, grouped by their parties; a row opens to the single findings. */
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { KINDS, type Finding, type Group } from "../api/types";
import { area, count, metres } from "../format";
import { useWords, type Translate, type Words } from "../i18n";
import { levelName } from "../levels";
import { Failure } from "../ui/errors";
import { Icon, KindSign, SeveritySign } from "../ui/icons";
import { filterQuery, SORTS, type Filters, type Selection, type Sort } from "../url";
import { moveInTree } from "./tree-keys";

const GROUPS_PAGE = 40;
const FINDINGS_PAGE = 20;

interface Props {
  client: Client;
  filters: Filters;
  sort: Sort;
  /** Changes when the data did. */
  version: string;
  selection: Selection | null;
  setSort(sort: Sort): void;
  choose(selection: Selection): void;
  clearFilters(): void;
  /** No units at all: nothing was imported yet. */
  empty: boolean;
  upload(): void;
}

export function groupKey(group: Group): string {
  return [group.units.join(","), group.parent ?? "", group.level ?? ""].join("|");
}

/** The parties of a finding or group in one line. */
export function partiesText(t: Translate, of: { units: string[]; unit_names: string[]; parent: string | null }): string {
  const names = of.units.map((code, at) => of.unit_names[at] || code);
  if (names.length === 0) return of.parent ? t("parties.under", { parent: of.parent }) : t("parties.none");
  return names.length === 2 ? names.join(" — ") : names.join(t("parties.comma"));
}

/** A list that grows page by page. */
interface Paged<T> {
  items: T[];
  matched: number | null;
  next: string | null;
  busy: boolean;
  error: unknown;
}
const EMPTY = { items: [], matched: null, next: null, busy: true, error: null };

type Step<T> = { do: "begin" } | { do: "more" } | { do: "got"; items: T[]; matched: number | null; next: string | null } | { do: "failed"; error: unknown };

function reduce<T>(list: Paged<T>, step: Step<T>): Paged<T> {
  switch (step.do) {
    case "begin": return { ...list, busy: true, error: null, next: null };
    case "more": return { ...list, busy: true, error: null };
    case "failed": return { ...list, busy: false, error: step.error };
    case "got": return { items: step.items, matched: step.matched, next: step.next, busy: false, error: null };
  }
}

/** Loads the first page when `key` changes, and a further one when asked. */
function usePaged<T>(key: string, load: (after: string | null, signal: AbortSignal) => Promise<{ items: T[]; matched?: number; next: string | null }>) {
  const [list, step] = useReducer<Paged<T>, Step<T>>(reduce, EMPTY as Paged<T>);
  const [attempt, setAttempt] = useState(0);
  const abort = useRef(new AbortController());
  const fetchPage = (before: T[], after: string | null) => {
    abort.current.abort();
    const mine = (abort.current = new AbortController());
    load(after, mine.signal).then(
      (page) => !mine.signal.aborted
        && step({ do: "got", items: [...before, ...page.items], matched: page.matched ?? null, next: page.next }),
      (error: unknown) => !mine.signal.aborted && step({ do: "failed", error }),
    );
    return mine;
  };
  useEffect(() => {
    step({ do: "begin" });
    const mine = fetchPage([], null);
    return () => mine.abort();
  }, [key, attempt]);
  const more = () => {
    if (list.busy || list.next === null) return;
    step({ do: "more" });
    fetchPage(list.items, list.next);
  };
  return { list, more, again: () => setAttempt(attempt + 1) };
}

function stateMark(words: Words, finding: Finding) {
  if (finding.state === "open") return null;
  return <span class={`mark ${finding.state}`}>{words.t(`state.${finding.state}`)}</span>;
}

export function findingTitle(t: Translate, finding: Finding): string {
  return finding.gap_kind ? `${t(`kind.${finding.kind}`)} · ${t(`gap.${finding.gap_kind}`)}` : t(`kind.${finding.kind}`);
}

function FindingRow({ finding, chosen, choose }: { finding: Finding; chosen: boolean; choose(): void }) {
  const words = useWords();
  const { t, lang } = words;
  const measured = finding.area_m2 !== null;
  return (
    <div
      class={`finding ${chosen ? "chosen" : ""}`} role="treeitem" aria-level={2} aria-selected={chosen} tabIndex={-1} data-row
      data-finding={finding.id} onClick={choose}
    >
      <KindSign kind={finding.kind} />
      <span class="grow">
        {finding.place ? finding.place.name : findingTitle(t, finding)} {stateMark(words, finding)}
        {!measured && <small class="message">{finding.message}</small>}
      </span>
      {measured && (
        <span class="numbers">
          {area(lang, finding.area_m2)}
          <small>{t("measure.width.short", { width: metres(lang, finding.max_width_m) })}</small>
        </span>
      )}
      <SeveritySign severity={finding.severity} label={t(`severity.${finding.severity}`)} />
    </div>
  );
}

function Singles({ client, filters, version, group, selection, choose }: Pick<Props, "client" | "filters" | "version" | "selection" | "choose"> & { group: Group }) {
  const { t, lang } = useWords();
  const query = { ...filterQuery(filters), level: group.level ?? filters.level, pair: group.units.length ? group.units.join(",") : null, parent: group.parent, sort: "-area" };
  const { list, more, again } = usePaged<Finding>(
    JSON.stringify([query, version, lang]),
    async (after, signal) => {
      const page = await client.listFindings({ ...query, limit: FINDINGS_PAGE, after }, signal);
      // The API cannot ask for findings without any party; of those of one place it gives all.
      const items = page.findings.filter((finding) => finding.units.join() === group.units.join());
      return { items, ...(page.matched === undefined ? {} : { matched: page.matched }), next: page.next };
    },
  );
  return (
    <div role="group" class="singles">
      {list.items.map((finding) => (
        <FindingRow
          key={finding.id} finding={finding} chosen={selection?.type === "finding" && selection.id === finding.id}
          choose={() => choose({ type: "finding", id: finding.id })}
        />
      ))}
      {list.error !== null && <Failure error={list.error} again={again} />}
      {list.busy && <p class="wait" role="status">{t("list.loading")}</p>}
      {list.next !== null && !list.busy && (
        <button type="button" class="more-button" data-row tabIndex={-1} onClick={more}>
          {t("list.more", { shown: list.items.length, all: list.matched ?? group.count })}
        </button>
      )}
    </div>
  );
}

function GroupRow(props: Props & { group: Group; open: boolean; first: boolean; toggle(open: boolean): void }) {
  const { group, open, selection } = props;
  const { t, lang } = useWords();
  const chosen = selection?.type === "pair" && groupKey(selection.group) === groupKey(group);
  const choose = () => {
    props.toggle(!open);
    if (!open) props.choose({ type: "pair", group });
  };
  return (
    <div role="none" class={`group ${open ? "open" : ""}`}>
      <div
        class={`head ${chosen ? "chosen" : ""}`} role="treeitem" aria-level={1} aria-expanded={open} aria-selected={chosen}
        tabIndex={props.first ? 0 : -1} data-row data-group onClick={choose}
      >
        <Icon name="chevron" size={16} />
        <span class="grow">
          <strong>{partiesText(t, group)}</strong>
          <span class="kinds">
            {KINDS.filter((kind) => group.kinds[kind]).map((kind) => (
              <span key={kind}><KindSign kind={kind} size={12} /> {t(`kind.${kind}`)} {group.kinds[kind]}</span>
            ))}
            {props.filters.level === null && group.level && <span class="level">{levelName(t, group.level)}</span>}
          </span>
        </span>
        <span class="numbers">
          {group.area_m2 ? area(lang, group.area_m2) : t("count.findings", { n: count(lang, group.count) })}
          {group.max_width_m !== null && group.max_width_m > 0 && (
            <small>{t("measure.width.short", { width: metres(lang, group.max_width_m) })}</small>
          )}
        </span>
        <SeveritySign severity={group.severity} label={t(`severity.${group.severity}`)} />
      </div>
      {open && <Singles {...props} />}
    </div>
  );
}

export function Groups(props: Props) {
  const { client, filters, sort, version } = props;
  const { t, lang } = useWords();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [total, setTotal] = useState<number | null>(null);
  const tree = useRef<HTMLDivElement>(null);
  const query = filterQuery(filters);
  const key = JSON.stringify([query, sort, version, lang]);
  const { list, more, again } = usePaged<Group>(key, async (after, signal) => {
    const page = await client.listGroups({ ...query, sort: `-${sort}`, limit: GROUPS_PAGE, after }, signal);
    return { items: page.groups, ...(page.matched === undefined ? {} : { matched: page.matched }), next: page.next };
  });
  useEffect(() => {
    const abort = new AbortController();
    client.listFindings({ ...query, limit: 1 }, abort.signal).then(
      (page) => setTotal(page.matched ?? null),
      () => setTotal(null),
    );
    return () => abort.abort();
  }, [JSON.stringify(query), version]);
  const toggle = (group: string, wanted: boolean) => {
    const next = new Set(open);
    if (wanted) next.add(group);
    else next.delete(group);
    setOpen(next);
  };
  const nothing = !list.busy && list.error === null && list.items.length === 0;
  return (
    <section class="findings" aria-label={t("list.label")}>
      <div class="list-head">
        <p role="status" aria-live="polite">
          {list.matched !== null && total !== null && t("list.summary", { groups: count(lang, list.matched), findings: count(lang, total) })}
        </p>
        <div class="segments tight" role="radiogroup" aria-label={t("sort.label")}>
          {SORTS.map((one) => (
            <label key={one} class={one === sort ? "on" : ""}>
              <input type="radio" name="sort" checked={one === sort} onChange={() => props.setSort(one)} />
              {t(`sort.${one}`)}
            </label>
          ))}
        </div>
      </div>
      <div
        id="findings" ref={tree} class={`tree ${list.busy ? "busy" : ""}`} role="tree" aria-label={t("list.label")} tabIndex={-1}
        onKeyDown={(event) => tree.current && moveInTree(tree.current, event)}
      >
        {list.items.map((group, at) => (
          <GroupRow
            key={groupKey(group)} {...props} group={group} first={at === 0} open={open.has(groupKey(group))}
            toggle={(wanted) => toggle(groupKey(group), wanted)}
          />
        ))}
        {list.next !== null && !list.busy && (
          <button type="button" class="more-button" data-row tabIndex={-1} onClick={more}>
            {t("list.more", { shown: list.items.length, all: list.matched ?? "…" })}
          </button>
        )}
      </div>
      {list.busy && <p class="wait" role="status">{t("list.loading")}</p>}
      {list.error !== null && <Failure error={list.error} again={again} />}
      {nothing && props.empty && (
        <div class="nothing">
          <Icon name="upload" size={32} />
          <p>{t("list.empty.data")}</p>
          <button type="button" class="button main" onClick={props.upload}>{t("upload.open")}</button>
        </div>
      )}
      {nothing && !props.empty && (
        <div class="nothing">
          <Icon name="check" size={32} />
          <p>{t("list.empty.filters")}</p>
          <button type="button" class="button" onClick={props.clearFilters}>{t("filter.clear")}</button>
        </div>
      )}
    </section>
  );
}
