import assert from "node:assert/strict";
import { test } from "node:test";
import { address } from "../../src/api/client";
import { filterQuery, filtersSet, findingLink, NO_FILTERS, parsePlace, printPlace, type Place } from "../../src/url";

const nowhere: Place = { lang: null, selection: null, filters: NO_FILTERS, sort: "area" };

function roundTrip(place: Place): void {
  assert.deepEqual(parsePlace(`?${printPlace(place)}`), place);
}

test("what is printed is read back", () => {
  roundTrip(nowhere);
  roundTrip({ ...nowhere, selection: { type: "finding", id: "01ab/ä 1" }, lang: "en" });
  roundTrip({ ...nowhere, selection: { type: "place", id: "17" } });
  roundTrip({ ...nowhere, selection: { type: "unit", code: "420102", level: "county" }, sort: "width" });
  roundTrip({
    ...nowhere,
    filters: { level: "", kinds: ["overlap", "gap"], severities: ["error"], states: ["gone"], unit: "420102", minArea: 12.5 },
  });
});

test("the defaults leave the address empty", () => assert.equal(printPlace(nowhere), ""));

test("a direct link is read", () => {
  const link = new URL(findingLink("http://127.0.0.1:8080", "a&b"));
  assert.deepEqual(parsePlace(link.search).selection, { type: "finding", id: "a&b" });
});

test("what makes no sense is left out", () => {
  assert.deepEqual(parsePlace("?kind=hole,overlap&severity=bad&state=&min_area=-3&sort=colour&lang=xx").filters, { ...NO_FILTERS, kinds: ["overlap"] });
  assert.equal(parsePlace("?min_area=NaN").filters.minArea, null);
});

test("filters become parameters; an empty level is a level", () => {
  const query = filterQuery({ ...NO_FILTERS, level: "", kinds: ["gap", "spill"] });
  assert.equal(address("/x", query), "/x?level=&kind=gap%2Cspill&state=new%2Copen");
  assert.equal(address("/x", { limit: null }), "/x");
});

test("set filters are counted without the level", () => {
  assert.equal(filtersSet({ ...NO_FILTERS, level: "county" }), 0);
  assert.equal(filtersSet({ ...NO_FILTERS, kinds: ["gap"], states: ["open", "new"], minArea: 3 }), 2);
});
