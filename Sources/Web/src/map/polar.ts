// Lambert's azimuthal equal-area projection about a pole, as `plot` draws routes there; on a sphere.

import type { Place } from "../api/types";

export type Point = [number, number];

const radians = Math.PI / 180;

/** A plane in radii of the Earth with the pole in its middle, x to the right and y down. */
export class PolarPlane {
  /** 1 about the north pole, -1 about the south pole. */
  private readonly side: number;

  constructor(isNorth: boolean) { this.side = isNorth ? 1 : -1; }

  point([longitude, latitude]: Place): Point {
    const radius = 2 * Math.sin((90 - this.side * latitude) / 2 * radians);
    return [radius * Math.sin(longitude * radians), this.side * radius * Math.cos(longitude * radians)];
  }

  place([x, y]: Point): Place {
    const radius = Math.min(Math.hypot(x, y), 2);
    return [Math.atan2(x, this.side * y) / radians, this.side * (90 - 2 * Math.asin(radius / 2) / radians)];
  }

  /** A line with great circles between its places. */
  line(places: Place[]): Point[] {
    return places.flatMap((place, index) => {
      const before = places[index - 1];
      return before ? bowed(before, place).map((each) => this.point(each)) : [this.point(place)];
    });
  }

  /** The border of land; along the other pole, which is a circle here, it goes round. */
  ring(places: Place[]): Point[] {
    return places.flatMap((place, index) => {
      const before = places[index - 1];
      const turn = before ? place[0] - before[0] : 0;
      const isAround = before && this.side * place[1] === -90 && this.side * before[1] === -90;
      const steps = isAround ? Math.ceil(Math.abs(turn) / 5) : 1;
      return Array.from({ length: Math.max(steps, 1) }, (_, step) =>
        this.point([place[0] - turn * (1 - (step + 1) / Math.max(steps, 1)), place[1]]));
    });
  }
}

/** The places after the first of the great circle from one place to another, a degree apart at most. */
function bowed(from: Place, to: Place): Place[] {
  const [a, b] = [vector(from), vector(to)];
  const cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const angle = Math.acos(Math.min(Math.max(cosine, -1), 1));
  const steps = Math.ceil(angle / radians);
  // Places on opposite sides of the Earth have no one way between them.
  if (steps < 2 || steps > 179) return [to];
  return Array.from({ length: steps }, (_, step) => {
    if (step === steps - 1) return to;
    const share = (step + 1) / steps;
    const [left, right] = [Math.sin((1 - share) * angle), Math.sin(share * angle)];
    const x = left * a[0] + right * b[0];
    const y = left * a[1] + right * b[1];
    const z = left * a[2] + right * b[2];
    return [Math.atan2(y, x) / radians, Math.atan2(z, Math.hypot(x, y)) / radians] as Place;
  });
}

function vector([longitude, latitude]: Place): [number, number, number] {
  const across = Math.cos(latitude * radians);
  return [across * Math.cos(longitude * radians), across * Math.sin(longitude * radians),
    Math.sin(latitude * radians)];
}
