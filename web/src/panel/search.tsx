/** Search of units and places by the beginning of their name. */
import type { Ref } from "preact";
import { useCallback } from "preact/hooks";
import type { Client } from "../api/client";
import type { Place, Unit } from "../api/types";
import { useWords } from "../i18n";
import { levelName } from "../levels";
import { Combobox, type Option } from "../ui/combobox";
import { Icon } from "../ui/icons";

export type Hit = { type: "unit"; unit: Unit } | { type: "place"; place: Place };

/** Units found by name, or by code when digits are typed. */
export async function findUnits(client: Client, text: string, signal: AbortSignal): Promise<Unit[]> {
  const { units } = await client.listUnits({ name: text, limit: 8 }, signal);
  return units;
}

export function UnitLine({ unit }: { unit: Unit }) {
  const { t } = useWords();
  return (
    <>
      <Icon name="unit" size={16} />
      <span class="grow">{unit.name || unit.code}</span>
      <small>{[levelName(t, unit.level), unit.parent_name].filter(Boolean).join(" · ")}</small>
    </>
  );
}

export function Search({ client, choose, inputRef }: { client: Client; choose(hit: Hit): void; inputRef: Ref<HTMLInputElement> }) {
  const { t } = useWords();
  const find = useCallback(async (text: string, signal: AbortSignal): Promise<Option<Hit>[]> => {
    const [units, { places }] = await Promise.all([
      findUnits(client, text, signal),
      client.listPlaces({ name: text, limit: 8 }, signal),
    ]);
    return [
      ...units.map((unit) => ({
        key: `u${unit.level}/${unit.code}`, value: { type: "unit" as const, unit }, content: <UnitLine unit={unit} />,
      })),
      ...places.map((place) => ({
        key: `p${place.id}`,
        value: { type: "place" as const, place },
        content: (
          <>
            <Icon name="pin" size={16} />
            <span class="grow">{place.name}</span>
            <small>{[place.category, place.unit_name].filter(Boolean).join(" · ")}</small>
          </>
        ),
      })),
    ];
  }, [client]);
  return (
    <Combobox
      class="search" label={t("search.label")} placeholder={t("search.placeholder")} hint="/" find={find} choose={choose} inputRef={inputRef}
    />
  );
}
