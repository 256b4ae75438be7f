/** The card of what is chosen: a finding, a pair of units, a unit, a place. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { REPORT_FORMATS, type Client } from "../api/client";
import { KINDS, type Bbox, type FindingDetail, type Group, type Kind, type PlaceDetail, type UnitDetail } from "../api/types";
import type { Chosen } from "../chosen";
import { area, count, metres, NONE, position, time } from "../format";
import { around } from "../geometry";
import { useWords } from "../i18n";
import { levelName } from "../levels";
import { partyColour } from "../palette";
import { Failure } from "../ui/errors";
import { useLoaded } from "../ui/hooks";
import { Icon, KindSign, SeveritySign } from "../ui/icons";
import { findingLink, type Selection } from "../url";
import { findingTitle, partiesText } from "./groups";

interface Props {
  client: Client;
  chosen: Chosen;
  close(): void;
  choose(selection: Selection): void;
  onlyUnit(code: string): void;
  /** Flies to a part of what is chosen. */
  look(box: Bbox): void;
  again(): void;
}

function Fact({ name, children, wide }: { name: string; children: ComponentChildren; wide?: boolean }) {
  return (
    <div class={wide ? "fact wide" : "fact"}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ReportRow({ name, link, what }: { name: string; what: string; link(format: (typeof REPORT_FORMATS)[number]): string }) {
  const { t } = useWords();
  return (
    <li>
      <span class="grow"><small>{what}</small>{name}</span>
      <span class="formats">
        {REPORT_FORMATS.map((format) => (
          <a
            key={format} href={link(format)} aria-label={`${what} ${name}, ${t(`format.${format}`)}`}
            {...(format === "html" ? { target: "_blank", rel: "noopener" } : { download: "" })}
          >
            {t(`format.${format}`)}
          </a>
        ))}
      </span>
    </li>
  );
}

function Reports({ client, units, names }: { client: Client; units: string[]; names: string[] }) {
  const { t } = useWords();
  const [a, b] = units;
  if (a === undefined) return null;
  const line = units.length === 2 && b !== undefined;
  return (
    <section>
      <h3>{t("report.label")}</h3>
      <ul class="reports">
        {line && (
          <ReportRow
            what={t("report.line")} name={names.map((name, at) => name || units[at]).join(" — ")}
            link={(format) => client.lineReport(a, b, format)}
          />
        )}
        {units.map((code, at) => (
          <ReportRow key={code} what={t("report.unit")} name={names[at] || code} link={(format) => client.unitReport(code, format)} />
        ))}
      </ul>
    </section>
  );
}

function Parties({ of, choose, level }: { of: { units: string[]; unit_names: string[] }; level: string | null; choose(selection: Selection): void }) {
  const { t } = useWords();
  if (of.units.length === 0) return null;
  return (
    <section>
      <h3>{t("card.parties")}</h3>
      <ul class="parties">
        {of.units.map((code, at) => (
          <li key={code}>
            <button type="button" onClick={() => choose({ type: "unit", code, level })}>
              <span class={`swatch ${at % 2 ? "second" : ""}`} style={{ "--party": partyColour(at) }} aria-hidden="true" />
              <span class="grow">{of.unit_names[at] || code}</span>
              <code>{code}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Copies the direct link; where the clipboard is shut off, the link is shown to be copied by hand. */
function CopyLink({ id }: { id: string }) {
  const { t } = useWords();
  const [state, setState] = useState<"idle" | "done" | "shown">("idle");
  const link = findingLink(location.origin, id);
  useEffect(() => setState("idle"), [id]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setState("done");
      setTimeout(() => setState("idle"), 2500);
    } catch {
      setState("shown");
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void copy()}>
        <Icon name={state === "done" ? "check" : "link"} size={16} />
        <span aria-live="polite">{t(state === "done" ? "card.copied" : "card.copy")}</span>
      </button>
      {state === "shown" && <input class="link" readOnly value={link} aria-label={t("card.copy")} onFocus={(event) => event.currentTarget.select()} />}
    </>
  );
}

const PLACES_SHOWN = 12;

function PlacesInside({ finding, choose }: { finding: FindingDetail; choose(selection: Selection): void }) {
  const { t, lang } = useWords();
  const [all, setAll] = useState(false);
  useEffect(() => setAll(false), [finding.id]);
  if (finding.kind === "name") return null;
  const shown = all ? finding.places : finding.places.slice(0, PLACES_SHOWN);
  return (
    <section>
      <h3>{t("card.places")} <small>{count(lang, finding.places.length)}</small></h3>
      {finding.places.length === 0 ? <p class="faint">{t("card.places.none")}</p> : (
        <ul class="names">
          {shown.map((place) => (
            <li key={place.id}><button type="button" onClick={() => choose({ type: "place", id: String(place.id) })}>{place.name}</button></li>
          ))}
          {shown.length < finding.places.length && (
            <li><button type="button" class="quiet" onClick={() => setAll(true)}>{t("card.places.all", { n: count(lang, finding.places.length) })}</button></li>
          )}
        </ul>
      )}
    </section>
  );
}

/** Around the inner point of a finding this much is shown at least, in metres, and this many times its width. */
const CLOSE_M = 60;
const CLOSE_WIDTHS = 2;

function FindingBody({ finding, client, choose, look }: { finding: FindingDetail } & Pick<Props, "client" | "choose" | "look">) {
  const { t, lang } = useWords();
  const { place, point } = finding;
  return (
    <>
      <p class="message">{finding.message}</p>
      <dl class="facts">
        {finding.area_m2 !== null && <Fact name={t("measure.area")}>{area(lang, finding.area_m2)}</Fact>}
        {finding.max_width_m !== null && <Fact name={t("measure.width")}>{metres(lang, finding.max_width_m)}</Fact>}
        {finding.length_m !== null && <Fact name={t("measure.length")}>{metres(lang, finding.length_m)}</Fact>}
        {finding.level !== null && finding.level !== "" && <Fact name={t("level.label")}>{levelName(t, finding.level)}</Fact>}
        {finding.parent && <Fact name={t("card.parent")}>{finding.parent}</Fact>}
        <Fact name={t("card.first_seen")}>{time(finding.first_seen)}</Fact>
        {finding.state === "gone" && <Fact name={t("card.last_seen")}>{time(finding.last_seen)}</Fact>}
        {point && (
          <Fact name={t("card.position")} wide>
            <span class="tabular">{position(...point)}</span>{" "}
            <button type="button" class="inline" onClick={() => look(around(point, Math.max(CLOSE_M, (finding.max_width_m ?? 0) * CLOSE_WIDTHS)))}>
              {t("card.look")}
            </button>
          </Fact>
        )}
        {place && (
          <Fact name={t("card.place")} wide>
            <button type="button" class="inline" onClick={() => choose({ type: "place", id: String(place.id) })}>{place.name}</button>
          </Fact>
        )}
        <Fact name={t("card.rule")} wide><code>{finding.rule}</code></Fact>
        {finding.derived_from.length > 0 && (
          <Fact name={t("card.derived")} wide>
            {finding.derived_from.map((id) => (
              <button key={id} type="button" class="inline" onClick={() => choose({ type: "finding", id })}><code>{id.slice(0, 8)}</code></button>
            ))}
          </Fact>
        )}
      </dl>
      <Parties of={finding} level={finding.level} choose={choose} />
      <PlacesInside finding={finding} choose={choose} />
      <Reports client={client} units={finding.units} names={finding.unit_names} />
      <div class="row"><CopyLink id={finding.id} /></div>
    </>
  );
}

function KindCounts({ kinds }: { kinds: Partial<Record<Kind, number>> }) {
  const { t, lang } = useWords();
  const some = KINDS.filter((kind) => kinds[kind]);
  if (some.length === 0) return <p class="faint">{t("card.no_findings")}</p>;
  return (
    <ul class="kinds">
      {some.map((kind) => <li key={kind}><KindSign kind={kind} /> {t(`kind.${kind}`)} {count(lang, kinds[kind] ?? 0)}</li>)}
    </ul>
  );
}

function GroupBody({ group, client, choose }: { group: Group } & Pick<Props, "client" | "choose">) {
  const { t, lang } = useWords();
  return (
    <>
      <dl class="facts">
        <Fact name={t("sort.count")}>{count(lang, group.count)}</Fact>
        {group.area_m2 !== null && <Fact name={t("measure.area.total")}>{area(lang, group.area_m2)}</Fact>}
        {group.max_width_m !== null && <Fact name={t("measure.width")}>{metres(lang, group.max_width_m)}</Fact>}
        {group.level && <Fact name={t("level.label")}>{levelName(t, group.level)}</Fact>}
      </dl>
      <KindCounts kinds={group.kinds} />
      <Parties of={group} level={group.level} choose={choose} />
      <Reports client={client} units={group.units} names={group.unit_names} />
    </>
  );
}

const NEIGHBOURS_SHOWN = 30;

function UnitBody({ unit, client, choose, onlyUnit }: { unit: UnitDetail } & Pick<Props, "client" | "choose" | "onlyUnit">) {
  const { t, lang } = useWords();
  // A unit without a code goes by its name.
  const key = unit.code || unit.name;
  return (
    <>
      <dl class="facts">
        <Fact name={t("card.code")}><code>{unit.code || NONE}</code></Fact>
        <Fact name={t("level.label")}>{levelName(t, unit.level)}</Fact>
        <Fact name={t("measure.area")}>{area(lang, unit.area_m2)}</Fact>
        <Fact name={t("card.parent")}>{unit.parent_name ?? unit.parent_code ?? NONE}</Fact>
        {unit.source?.crs && <Fact name={t("card.crs")}>{unit.source.crs}</Fact>}
        {unit.source?.accuracy_m != null && <Fact name={t("card.accuracy")}>± {metres(lang, unit.source.accuracy_m)}</Fact>}
      </dl>
      <section>
        <h3>{t("card.findings")}</h3>
        <KindCounts kinds={unit.findings} />
        <div class="row"><button type="button" class="button" onClick={() => onlyUnit(key)}><Icon name="filter" size={16} /> {t("card.only_unit")}</button></div>
      </section>
      {unit.neighbours.length > 0 && (
        <section>
          <h3>{t("card.neighbours")} <small>{count(lang, unit.neighbours.length)}</small></h3>
          <ul class="reports">
            {unit.neighbours.slice(0, NEIGHBOURS_SHOWN).map((one) => (
              <li key={one.code || one.name}>
                <button type="button" class="inline grow" onClick={() => choose({ type: "unit", code: one.code || one.name, level: unit.level })}>{one.name || one.code}</button>
                <small>{metres(lang, one.length_m)}</small>
                <span class="formats"><a href={client.lineReport(key, one.code || one.name, "html")} target="_blank" rel="noopener">{t("report.line")}</a></span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Reports client={client} units={[key]} names={[unit.name]} />
    </>
  );
}

/** What was found about a place. */
function PlaceFindings({ place, client, choose }: { place: PlaceDetail } & Pick<Props, "client" | "choose">) {
  const { t, lang } = useWords();
  const loaded = useLoaded(place.findings > 0 ? `${place.id} ${lang}` : null, (signal) => client.listFindings({ place: place.id, limit: 20 }, signal));
  if (place.findings === 0) return <p class="faint">{t("card.no_findings")}</p>;
  if (loaded.state === "failed") return <Failure error={loaded.error} />;
  if (loaded.state === "loading") return <p class="wait" role="status">{t("list.loading")}</p>;
  return (
    <ul class="parties">
      {loaded.value.findings.map((finding) => (
        <li key={finding.id}>
          <button type="button" onClick={() => choose({ type: "finding", id: finding.id })}>
            <SeveritySign severity={finding.severity} label={t(`severity.${finding.severity}`)} /> <span class="grow">{finding.message}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function PlaceBody({ place, client, choose }: { place: PlaceDetail } & Pick<Props, "client" | "choose">) {
  const { t, lang } = useWords();
  const unit = place.unit_code;
  const attributes = Object.entries(place.attributes ?? {}).filter(([, value]) => value !== null && value !== "");
  return (
    <>
      <dl class="facts">
        {place.code && <Fact name={t("card.code")} wide><code>{place.code}</code></Fact>}
        {place.category && <Fact name={t("card.category")}>{place.category}</Fact>}
        {place.accuracy_m !== null && <Fact name={t("card.accuracy")}>± {metres(lang, place.accuracy_m)}</Fact>}
        {unit && (
          <Fact name={t("card.claims")}>
            <button type="button" class="inline" onClick={() => choose({ type: "unit", code: unit, level: null })}>{place.unit_name ?? unit}</button>
          </Fact>
        )}
        {place.lon !== null && place.lat !== null && (
          <Fact name={t("card.position")} wide><span class="tabular">{position(place.lon, place.lat)}</span></Fact>
        )}
      </dl>
      <section>
        <h3>{t("card.findings")} <small>{count(lang, place.findings)}</small></h3>
        <PlaceFindings place={place} client={client} choose={choose} />
      </section>
      {attributes.length > 0 && (
        <section>
          <h3>{t("card.received")}</h3>
          <table class="attributes">
            <tbody>{attributes.map(([name, value]) => <tr key={name}><th scope="row">{name}</th><td>{typeof value === "object" ? JSON.stringify(value) : String(value)}</td></tr>)}</tbody>
          </table>
        </section>
      )}
    </>
  );
}

function titleOf(chosen: Chosen, t: ReturnType<typeof useWords>["t"]) {
  const { loaded } = chosen;
  if (loaded.state !== "ready") return { over: "", title: loaded.state === "loading" ? t("list.loading") : t("card.missing") };
  const value = loaded.value;
  switch (value.type) {
    case "finding": return {
      over: (
        <>
          <KindSign kind={value.finding.kind} /> {findingTitle(t, value.finding)}
          <span class="sep" />
          <SeveritySign severity={value.finding.severity} label="" /> {t(`severity.${value.finding.severity}`)}
          <span class={`mark ${value.finding.state}`}>{t(`state.${value.finding.state}`)}</span>
        </>
      ),
      title: value.finding.place?.name ?? partiesText(t, value.finding),
    };
    case "pair": return { over: t(value.group.units.length === 2 ? "card.pair" : "card.group"), title: partiesText(t, value.group) };
    case "unit": return { over: t("card.unit"), title: value.unit.name || value.unit.code };
    case "place": return { over: t("card.place"), title: value.place.name };
  }
}

export function Card(props: Props) {
  const { chosen, close } = props;
  const { t } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  const { over, title } = titleOf(chosen, t);
  const { loaded } = chosen;
  return (
    <aside class="card" aria-label={t("card.label")}>
      <header>
        <button type="button" class="icon-button back" onClick={close} aria-label={t("action.back")}><Icon name="back" /></button>
        <div class="grow">
          <p class="over">{over}</p>
          <h2 ref={heading} tabIndex={-1}>{title}</h2>
        </div>
        <button type="button" class="icon-button close" onClick={close} aria-label={t("action.close")}><Icon name="close" /></button>
      </header>
      <div class="body" aria-busy={loaded.state === "loading"}>
        {loaded.state === "failed" && <Failure error={loaded.error} again={props.again} />}
        {loaded.state === "ready" && loaded.value.type === "finding" && <FindingBody finding={loaded.value.finding} {...props} />}
        {loaded.state === "ready" && loaded.value.type === "pair" && <GroupBody group={loaded.value.group} {...props} />}
        {loaded.state === "ready" && loaded.value.type === "unit" && <UnitBody unit={loaded.value.unit} {...props} />}
        {loaded.state === "ready" && loaded.value.type === "place" && <PlaceBody place={loaded.value.place} {...props} />}
      </div>
    </aside>
  );
}
