/** Signed distance to the outline of a shape of radius about 1 around the origin: negative inside. */
export type Distance = (x: number, y: number) => number;

type Point = readonly [number, number];

function disc(radius: number, cx = 0, cy = 0): Distance {
  return (x, y) => Math.hypot(x - cx, y - cy) - radius;
}

function ring(radius: number, thickness: number): Distance {
  return (x, y) => Math.abs(Math.hypot(x, y) - radius) - thickness / 2;
}

function without(a: Distance, b: Distance): Distance {
  return (x, y) => Math.max(a(x, y), -b(x, y));
}

/** Distance to a closed polygon, convex or not. */
function polygon(points: readonly Point[]): Distance {
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    let [ax, ay] = points[points.length - 1] as Point;
    for (const [bx, by] of points) {
      const [ex, ey, px, py] = [bx - ax, by - ay, x - ax, y - ay];
      const along = Math.max(0, Math.min(1, (px * ex + py * ey) / (ex * ex + ey * ey)));
      nearest = Math.min(nearest, (px - along * ex) ** 2 + (py - along * ey) ** 2);
      if (ay > y !== by > y && x < (ex * (y - ay)) / ey + ax) inside = !inside;
      [ax, ay] = [bx, by];
    }
    return (inside ? -1 : 1) * Math.sqrt(nearest);
  };
}

/** Points on a circle, the radius going through `radii` in turn. */
function spokes(count: number, ...radii: readonly number[]): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const radius = radii[i % radii.length] as number;
    return [radius * Math.cos((2 * Math.PI * i) / count), radius * Math.sin((2 * Math.PI * i) / count)];
  });
}

const arm = 0.42;
const cross: readonly Point[] = [
  [-arm, -1],
  [arm, -1],
  [arm, -arm],
  [1, -arm],
  [1, arm],
  [arm, arm],
  [arm, 1],
  [-arm, 1],
  [-arm, arm],
  [-1, arm],
  [-1, -arm],
  [-arm, -arm],
];

/** Outlines of the things in the rendered scenes. */
export const shapes: readonly Distance[] = [
  disc(0.95),
  ring(0.7, 0.6),
  polygon(spokes(4, 1.1)),
  polygon(spokes(3, 1.2)),
  polygon(spokes(5, 1.05)),
  polygon(spokes(10, 1.15, 0.65)),
  polygon(cross),
  without(disc(1), disc(0.6, 0.75)),
];
