/** Level, kinds and the other filters of the findings. */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { KINDS, SEVERITIES, STATES, type Info, type Unit } from "../api/types";
import { useWords } from "../i18n";
import { levelName, levelRank } from "../levels";
import { Combobox, type Option } from "../ui/combobox";
import { Icon, KindSign, SeveritySign } from "../ui/icons";
import { DEFAULT_STATES, filtersSet, NO_FILTERS, type Filters } from "../url";
import { findUnits, UnitLine } from "./search";

interface Props {
  client: Client;
  info: Info;
  filters: Filters;
  change(filters: Filters): void;
}

function toggled<T>(all: readonly T[], chosen: readonly T[], one: T): T[] {
  const now = new Set(chosen);
  if (!now.delete(one)) now.add(one);
  return all.filter((each) => now.has(each));
}

export function LevelChoice({ info, filters, change }: Omit<Props, "client">) {
  const { t } = useWords();
  const levels = new Map<string, number>();
  for (const { level, units } of info.levels) levels.set(level, (levels.get(level) ?? 0) + units);
  if (levels.size === 0) return null;
  const entries: [string | null, number | null][] = [
    [null, null],
    ...[...levels].sort(([a], [b]) => levelRank(a) - levelRank(b)),
  ];
  return (
    <div class="segments" role="radiogroup" aria-label={t("level.label")}>
      {entries.map(([level, units]) => (
        <label key={level ?? "*"} class={filters.level === level ? "on" : ""}>
          <input
            type="radio" name="level" checked={filters.level === level} onChange={() => change({ ...filters, level })}
          />
          {levelName(t, level)}
          {units !== null && <small>{units}</small>}
        </label>
      ))}
    </div>
  );
}

export function KindChips({ filters, change }: Pick<Props, "filters" | "change">) {
  const { t } = useWords();
  const none = filters.kinds.length === 0;
  return (
    <div class="chips" role="group" aria-label={t("filter.kinds")}>
      {KINDS.map((kind) => {
        const on = filters.kinds.includes(kind);
        return (
          <button
            key={kind} type="button" class={`chip ${on ? "on" : none ? "" : "dim"}`} aria-pressed={on} title={t(`kind.${kind}.help`)}
            onClick={() => change({ ...filters, kinds: toggled(KINDS, filters.kinds, kind) })}
          >
            <KindSign kind={kind} /> {t(`kind.${kind}`)}
          </button>
        );
      })}
    </div>
  );
}

function UnitFilter({ client, filters, change }: Omit<Props, "info">) {
  const { t } = useWords();
  const [name, setName] = useState<{ code: string; name: string } | null>(null);
  const find = useCallback(async (text: string, signal: AbortSignal): Promise<Option<Unit>[]> => {
    const units = await findUnits(client, text, signal);
    return units.map((unit) => ({ key: `${unit.level}/${unit.code}`, value: unit, content: <UnitLine unit={unit} /> }));
  }, [client]);
  useEffect(() => {
    // A filter from the address has a code only.
    if (filters.unit === null || name?.code === filters.unit) return;
    const abort = new AbortController();
    client.findUnit(filters.unit, null, abort.signal).then(
      (unit) => setName({ code: unit.properties.code || unit.properties.name, name: unit.properties.name }),
      () => undefined,
    );
    return () => abort.abort();
  }, [filters.unit, client]);
  if (filters.unit !== null) {
    return (
      <button type="button" class="chip on removable" onClick={() => change({ ...filters, unit: null })}>
        <Icon name="unit" size={14} /> {name?.code === filters.unit ? name.name : filters.unit}
        <Icon name="close" size={14} />
        <span class="unseen">{t("filter.remove")}</span>
      </button>
    );
  }
  return (
    <Combobox
      class="small" label={t("filter.unit")} placeholder={t("filter.unit.placeholder")} find={find}
      choose={(unit) => { setName({ code: unit.code || unit.name, name: unit.name }); change({ ...filters, unit: unit.code || unit.name }); }}
    />
  );
}

export function Filters({ client, filters, change }: Props) {
  const { t } = useWords();
  const [open, setOpen] = useState(() => filtersSet({ ...filters, kinds: [] }) > 0);
  const set = filtersSet(filters);
  return (
    <section class="filters" aria-label={t("filter.label")}>
      <KindChips filters={filters} change={change} />
      <div class="row">
        <button type="button" class="quiet" aria-expanded={open} aria-controls="more-filters" onClick={() => setOpen(!open)}>
          <Icon name="filter" size={16} /> {t("filter.more")}
          {set > 0 && <span class="badge">{set}</span>}
        </button>
        {set > 0 && (
          <button type="button" class="quiet" onClick={() => change({ ...NO_FILTERS, level: filters.level })}>
            {t("filter.clear")}
          </button>
        )}
      </div>
      <div id="more-filters" class="more" hidden={!open}>
        <span class="name" id="filter-severity">{t("filter.severity")}</span>
        <div class="chips" role="group" aria-labelledby="filter-severity">
          {SEVERITIES.map((severity) => (
            <button
              key={severity} type="button" class={`chip ${filters.severities.includes(severity) ? "on" : ""}`}
              aria-pressed={filters.severities.includes(severity)}
              onClick={() => change({ ...filters, severities: toggled(SEVERITIES, filters.severities, severity) })}
            >
              <SeveritySign severity={severity} label="" /> {t(`severity.${severity}`)}
            </button>
          ))}
        </div>
        <span class="name" id="filter-state">{t("filter.state")}</span>
        <div class="chips" role="group" aria-labelledby="filter-state">
          {STATES.map((state) => (
            <button
              key={state} type="button" class={`chip ${filters.states.includes(state) ? "on" : ""}`}
              aria-pressed={filters.states.includes(state)}
              onClick={() => {
                const states = toggled(STATES, filters.states, state);
                change({ ...filters, states: states.length ? states : DEFAULT_STATES });
              }}
            >
              {t(`state.${state}`)}
            </button>
          ))}
        </div>
        <span class="name">{t("filter.unit")}</span>
        <UnitFilter client={client} filters={filters} change={change} />
        <label class="name" for="filter-area">{t("filter.area")}</label>
        <span class="measure">
          <input
            id="filter-area" type="number" min="0" step="any" inputMode="decimal" placeholder="0" value={filters.minArea ?? ""}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber;
              change({ ...filters, minArea: Number.isFinite(value) && value > 0 ? value : null });
            }}
          /> m²
        </span>
      </div>
    </section>
  );
}
