import type { Feature, FeatureCollection, Place } from "../api/types";

/** Vertices that are handed to the map library at a time: more would hold up the page. */
const mostVertices = 20_000;

/** The same content in collections that are short each; long lines are cut where one goes on from the other. */
export function stretches(content: FeatureCollection): FeatureCollection[] {
  const isLong = content.features.some((each) => verticesOf(each) > mostVertices);
  if (!isLong) return [content];
  const made: FeatureCollection[] = [];
  let open: Feature[] = [];
  let room = mostVertices;
  let id = 0;
  const put = (feature: Feature) => {
    // The library adds to what it has where each feature can be told from the others.
    id += 1;
    if (verticesOf(feature) > room) {
      made.push({ type: "FeatureCollection", features: open });
      open = [];
      room = mostVertices;
    }
    open.push({ ...feature, id } as Feature);
    room -= verticesOf(feature);
  };
  for (const feature of content.features) {
    if (verticesOf(feature) <= mostVertices) put(feature);
    else cut(feature).forEach(put);
  }
  made.push({ type: "FeatureCollection", features: open });
  return made.filter(({ features }) => features.length > 0);
}

function verticesOf(feature: Feature): number {
  return feature.geometry?.type === "LineString" ? feature.geometry.coordinates.length : 1;
}

function cut(line: Feature): Feature[] {
  const all = line.geometry?.coordinates as Place[];
  const cuts: Feature[] = [];
  for (let start = 0; start < all.length - 1; start += mostVertices - 1) {
    const coordinates = all.slice(start, start + mostVertices);
    cuts.push({ ...line, geometry: { type: "LineString", coordinates } });
  }
  return cuts;
}
