/** Data out: a collection as a file for other programs, in the format and system that they read. */
import { useState } from "preact/hooks";
import type { Client, ExportFormat } from "../api/client";
import type { Info } from "../api/types";
import { useWords, type Key } from "../i18n";
import { levelName } from "../levels";
import { Icon } from "../ui/icons";

const FORMATS: readonly ExportFormat[] = ["shp", "gpkg", "geojson", "csv", "fgb"];
const SYSTEMS = ["EPSG:4490", "EPSG:4326", "EPSG:4526", "EPSG:4547", "EPSG:3857"];

export function Exports({ client, info }: { client: Client; info: Info }) {
  const { t } = useWords();
  const [collection, setCollection] = useState("units");
  const [format, setFormat] = useState<ExportFormat>("shp");
  const [crs, setCrs] = useState("EPSG:4490");
  // GeoJSON has one system only.
  const fixed = format === "geojson";
  const levels = info.levels.map(({ level }) => level).filter(Boolean);
  return (
    <form class="exports" onSubmit={(event) => event.preventDefault()}>
      <p class="faint">{t("export.help")}</p>
      <div class="fields">
        <label class="field">
          <span>{t("export.collection")}</span>
          <select value={collection} onChange={(event) => setCollection(event.currentTarget.value)}>
            <option value="units">{t("export.units")}</option>
            {levels.map((level) => <option key={level} value={`units-${level}`}>{t("export.units_of", { level: levelName(t, level) })}</option>)}
            <option value="places">{t("export.places")}</option>
            <option value="findings">{t("export.findings")}</option>
          </select>
        </label>
        <label class="field">
          <span>{t("export.format")}</span>
          <select value={format} onChange={(event) => setFormat(event.currentTarget.value as ExportFormat)}>
            {FORMATS.map((one) => <option key={one} value={one}>{t(`export.format.${one}` as Key)}</option>)}
          </select>
        </label>
        <label class="field">
          <span>{t("upload.crs")}</span>
          <input
            type="text" list="export-systems" spellcheck={false} disabled={fixed} value={fixed ? "EPSG:4490" : crs}
            onInput={(event) => setCrs(event.currentTarget.value)}
          />
          <datalist id="export-systems">{SYSTEMS.map((one) => <option key={one} value={one} />)}</datalist>
        </label>
      </div>
      <p><a class="button main" href={client.exportAddress(collection, format, fixed ? null : crs.trim() || null)} download><Icon name="download" size={16} /> {t("export.download")}</a></p>
    </form>
  );
}
