// Tables of waypoints, as spreadsheets write them.

import { distanceFault, typedDistance, units } from "../units";

/** A waypoint as the edit `waypoints` takes it. */
export interface ListedWaypoint {
  name?: string;
  coordinate?: number[];
  distance?: string;
  story?: string;
  type?: string;
  officialDistance?: string;
}

export class TableFault extends Error {}

const most = 10_000;

const columns: Record<string, string[]> = {
  name: ["name"], latitude: ["lat", "latitude"], longitude: ["lon", "lng", "long", "longitude"],
  distance: ["distance"], story: ["story"], type: ["type"], elevation: ["elevation", "ele"],
  official: ["official_distance_meters"],
};

/** The waypoints of a table with a header: `lat` and `lon`, or `distance` with a unit. */
export function waypointsOf(text: string): ListedWaypoint[] {
  const rows = rowsOf(text.replace(/^\uFEFF/, ""));
  const [header, ...body] = rows;
  if (!header) throw new TableFault("The table is empty.");
  const titles = header.map((title) => title.trim().toLowerCase());
  const place: Record<string, number> = {};
  for (const [column, names] of Object.entries(columns)) {
    place[column] = titles.findIndex((title) => names.includes(title));
  }
  const hasPlaces = place["latitude"] !== -1 && place["longitude"] !== -1;
  if (!hasPlaces && place["distance"] === -1) {
    throw new TableFault("The first line has to name the columns: lat and lon, or distance.");
  }
  if (body.length > most) throw new TableFault(`The table has more than ${most} rows.`);
  return body.map((row, index) => {
    const cell = (column: string) => (row[place[column] ?? -1] ?? "").trim();
    return waypoint(cell, hasPlaces, index + 2);
  });
}

function waypoint(
  cell: (column: string) => string, hasPlaces: boolean, line: number,
): ListedWaypoint {
  const made: ListedWaypoint = {};
  if (hasPlaces && cell("latitude") !== "") {
    const [latitude, longitude] = [numberOf(cell("latitude")), numberOf(cell("longitude"))];
    if (latitude === null || longitude === null) {
      throw new TableFault(`Row ${line}: “${cell("latitude")}, ${cell("longitude")}” is not a place.`);
    }
    const height = numberOf(cell("elevation"));
    made.coordinate = height === null ? [longitude, latitude] : [longitude, latitude, height];
  } else if (cell("distance") !== "") {
    made.distance = distanceIn(cell("distance"), line);
  } else {
    throw new TableFault(`Row ${line} has no place.`);
  }
  if (cell("name") !== "") made.name = cell("name");
  if (cell("story") !== "") made.story = cell("story");
  if (cell("type") !== "") made.type = cell("type");
  if (cell("official") !== "") made.officialDistance = `${cell("official").replace(",", ".")} m`;
  return made;
}

/** A distance as the service takes it, typed with a comma or a point before its decimals. */
function distanceIn(text: string, line: number): string {
  // Without a unit the service says that one is missing.
  if (!/[a-z]\s*$/i.test(text)) return text.replace(",", ".");
  const typed = typedDistance(text, units.chosen);
  if (typed) return typed;
  // A waypoint at the start stands at 0.
  if (/^0+([.,]0+)?\s*(mi|miles?|km|m)$/i.test(text)) return text.replace(",", ".");
  throw new TableFault(`Row ${line}: ${distanceFault(text, units.chosen, `“${text}” is not a distance such as 3.1 km.`)}`);
}

function numberOf(text: string): number | null {
  const value = Number(text.replace(",", "."));
  return text !== "" && Number.isFinite(value) ? value : null;
}

/** Rows of cells (RFC 4180), separated by commas, semicolons or tabs; empty rows are left out. */
export function rowsOf(text: string): string[][] {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const separator = [",", ";", "\t"].reduce((best, each) =>
    first.split(each).length > first.split(best).length ? each : best);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endCell = () => { row.push(cell); cell = ""; };
  const endRow = () => {
    endCell();
    if (row.some((each) => each.trim() !== "")) rows.push(row);
    row = [];
  };
  for (let index = 0; index < text.length; index += 1) {
    const each = text.charAt(index);
    if (isQuoted) {
      if (each !== '"') cell += each;
      else if (text.charAt(index + 1) === '"') { cell += each; index += 1; }
      else isQuoted = false;
    } else if (each === '"' && cell === "") isQuoted = true;
    else if (each === separator) endCell();
    else if (each === "\n") endRow();
    else if (each !== "\r") cell += each;
  }
  endRow();
  return rows;
}
