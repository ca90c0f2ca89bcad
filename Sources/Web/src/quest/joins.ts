/** What a gap between two parts, or between two laps, can mean. */
export const policies: [string, string][] = [
  ["walk", "walked: it counts, the marker goes along"],
  ["ferry", "jumped: nothing counts"],
  ["counted", "crossed: it counts, drawn as a crossing"],
];
