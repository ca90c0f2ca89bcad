/// What a quest's page does: no part of it comes from the route's file, and nothing of the file is
/// ever read as markup.
enum PageScript {
  static let text = #"""
    "use strict";
    const quest = JSON.parse(document.getElementById("quest").textContent);
    const byId = (id) => document.getElementById(id);
    const [map, view, pins, profile, walk] = ["map", "view", "pins", "profile", "walk"].map(byId);
    const line = quest.line, colors = quest.colors, [width, height] = quest.size;
    const mostZoom = 60;

    const node = (name, attributes, ...children) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const key in attributes) made.setAttribute(key, attributes[key]);
      made.append(...children);
      return made;
    };
    const element = (name, className, text) => {
      const made = document.createElement(name);
      made.className = className;
      made.textContent = text;
      made.dir = "auto";
      return made;
    };
    const distance = (meters) => {
      const value = meters / quest.unit.meters;
      return value.toLocaleString("en", { maximumFractionDigits: quest.unit.meters < 2 ? 0 : 2 }) + " " + quest.unit.name;
    };
    const degrees = (lat, lon) => lat.toFixed(5) + ", " + lon.toFixed(5);

    // The view: a point p of the drawing lies at p * k + (tx, ty).
    let [k, tx, ty] = [1, 0, 0];
    const perPixel = () => 1 / (map.getScreenCTM()?.a || 0.3);
    const labels = [];
    const fixed = [];

    function pin(x, y, className, shapes, text, choose) {
      const made = node("g", { class: className }, ...shapes);
      if (text) {
        const label = node("text", { y: 4 });
        label.textContent = text;
        made.append(label);
        const entry = { x, y, made, label, size: 0, isTown: className === "town" };
        // Whoever follows teams looks for them first.
        if (className === "team") labels.unshift(entry);
        else labels.push(entry);
      }
      if (choose) {
        made.setAttribute("role", "button");
        made.addEventListener("click", choose);
      }
      pins.append(made);
      fixed.push({ x, y, made });
      return made;
    }

    function draw() {
      view.setAttribute("transform", `translate(${tx} ${ty}) scale(${k})`);
      const u = perPixel();
      for (const { x, y, made } of fixed) {
        made.setAttribute("transform", `translate(${x * k + tx} ${y * k + ty}) scale(${u})`);
      }
      // The first labels that have room, to the right or to the left of their places.
      const taken = [];
      for (const label of labels) {
        if (!label.size) label.size = label.label.getComputedTextLength() || label.label.textContent.length * 7;
        const [x, y] = [(label.x * k + tx) / u, (label.y * k + ty) / u];
        const isSeen = x >= 0 && y >= 0 && x <= width / u && y <= height / u;
        const sides = [[x + 9, "start", 9], [x - 9 - label.size, "end", -9]];
        const side = isSeen && sides.find(([left]) => !taken.some(
          (box) => left < box[1] && box[0] < left + label.size && y - 8 < box[3] && box[2] < y + 8));
        if (side) {
          taken.push([side[0], side[0] + label.size, y - 8, y + 8]);
          label.label.setAttribute("text-anchor", side[1]);
          label.label.setAttribute("x", side[2]);
        }
        (label.isTown ? label.made : label.label).setAttribute("visibility", side ? "visible" : "hidden");
      }
    }

    function move(scale, x, y) {
      k = Math.min(Math.max(scale, 1), mostZoom);
      tx = Math.min(Math.max(x, width * (1 - k)), 0);
      ty = Math.min(Math.max(y, height * (1 - k)), 0);
      draw();
    }
    function zoom(factor, x = width / 2, y = height / 2) {
      const next = Math.min(Math.max(k * factor, 1), mostZoom);
      move(next, x - (x - tx) * next / k, y - (y - ty) * next / k);
    }
    let flight = 0;
    function fly(x, y) {
      const from = [k, tx, ty], scale = Math.max(k, 8);
      const to = [scale, width / 2 - x * scale, height / 2 - y * scale];
      cancelAnimationFrame(flight);
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return move(...to);
      const begun = performance.now();
      const step = (now) => {
        const share = Math.min(Math.max((now - begun) / 400, 0), 1), ease = share * share * (3 - 2 * share);
        move(...from.map((value, i) => value + (to[i] - value) * ease));
        if (share < 1) flight = requestAnimationFrame(step);
      };
      flight = requestAnimationFrame(step);
    }
    const inDrawing = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
      return [point.x, point.y];
    };

    // Moving by mouse, fingers and keys.
    const fingers = new Map();
    map.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...inDrawing(event));
    }, { passive: false });
    map.addEventListener("pointerdown", (event) => fingers.set(event.pointerId, inDrawing(event)));
    addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = inDrawing(event), other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const gap = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]);
        zoom(gap(now) / Math.max(gap(before), 1), ...other);
      } else {
        move(k, tx + now[0] - before[0], ty + now[1] - before[1]);
      }
      fingers.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => fingers.delete(event.pointerId));
    map.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      if (steps[event.key]) move(k, tx + steps[event.key][0] * 300, ty + steps[event.key][1] * 300);
      else if (event.key === "+" || event.key === "=") zoom(1.5);
      else if (event.key === "-") zoom(1 / 1.5);
      else if (event.key === "0") move(1, 0, 0);
      else return;
      event.preventDefault();
    });
    byId("in").addEventListener("click", () => zoom(1.6));
    byId("out").addEventListener("click", () => zoom(1 / 1.6));
    byId("all").addEventListener("click", () => move(1, 0, 0));
    addEventListener("resize", () => draw());

    // The place along the route, on the map and on the profile.
    const last = line.d.length - 1, begin = line.d[0], whole = line.d[last] - begin;
    // What it stands on is seen through it.
    const dot = node("circle", { r: 8, fill: colors.paper, "fill-opacity": 0.4, stroke: colors.ink, "stroke-width": 2.5 });
    const heights = quest.profile.flatMap((run) => run.filter((_, i) => i % 2));
    const low = heights.reduce((a, b) => Math.min(a, b), Infinity), high = heights.reduce((a, b) => Math.max(a, b), -Infinity);
    const range = Math.max(high - low, 20);
    const across = (meters) => whole > 0 ? (meters - begin) / whole * 1000 : 0;
    const up = (meters) => 125 - (meters - low) / range * 105;
    const mark = node("line", { y1: 10, y2: 130, stroke: colors.ink, "stroke-width": 2, "vector-effect": "non-scaling-stroke" });

    function show(index) {
      walk.value = index;
      dotPin.x = line.x[index];
      dotPin.y = line.y[index];
      const x = across(line.d[index]);
      mark.setAttribute("x1", x);
      mark.setAttribute("x2", x);
      const height = line.e[index] === null ? "" : " · " + Math.round(line.e[index] / quest.height.meters).toLocaleString("en") + " " + quest.height.name;
      byId("readout").textContent = distance(line.d[index]) + " · " + degrees(line.lat[index], line.lon[index]) + height;
      walk.setAttribute("aria-valuetext", byId("readout").textContent);
      draw();
    }
    // The place of the line that is nearest to a distance.
    function indexOf(meters) {
      let [low, high] = [0, last];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (line.d[middle] < meters) low = middle + 1;
        else high = middle;
      }
      return low > 0 && meters - line.d[low - 1] < line.d[low] - meters ? low - 1 : low;
    }

    function drawProfile() {
      if (!quest.profile.length) profile.style.height = "40px";
      for (const run of quest.profile) {
        let d = "";
        for (let i = 0; i < run.length; i += 2) d += (i ? "L" : "M") + across(run[i]).toFixed(1) + " " + up(run[i + 1]).toFixed(1);
        const [from, to] = [across(run[0]), across(run[run.length - 2])];
        profile.append(
          node("path", { d: `${d}L${to} 130L${from} 130Z`, fill: colors.dot, "fill-opacity": 0.2 }),
          node("path", { d, fill: "none", stroke: colors.dot, "stroke-width": 1.6, "vector-effect": "non-scaling-stroke" }));
      }
      profile.append(node("path", { d: "M0 130H1000", stroke: colors.ink, "vector-effect": "non-scaling-stroke" }), mark);
    }

    // Lists.
    const badge = (severity) => node("svg", { class: "badge", viewBox: "-8 -8 16 16", "aria-hidden": "true" }, ...sign(severity));
    const sign = (severity) => {
      const paint = { fill: colors[severity], stroke: colors.ink, "stroke-width": 1.3 };
      if (severity === "error") return [node("path", { d: "M0-7L7 0L0 7L-7 0Z", ...paint })];
      if (severity === "warning") return [node("path", { d: "M0-7L7 5H-7Z", ...paint })];
      return [node("circle", { r: 5, ...paint })];
    };
    function choose(item, button, parts) {
      document.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
      button.setAttribute("aria-current", "true");
      byId("detail").replaceChildren(...parts.filter(([, text]) => text).map(([name, text]) => element("p", name, text)));
      if (typeof item.d === "number") show(indexOf(item.d));
      if (typeof item.x === "number") fly(item.x, item.y);
    }
    function list(id, items, row, parts) {
      byId(id).hidden = !items.length;
      return items.map((item) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...row(item));
        const act = () => choose(item, button, parts(item));
        button.addEventListener("click", act);
        const entry = document.createElement("li");
        entry.append(button);
        byId(id).querySelector("ol").append(entry);
        return act;
      });
    }
    const where = (item) => typeof item.lat === "number" ? degrees(item.lat, item.lon) : "";

    const waypoints = list("waypoints", quest.waypoints,
      (item) => [element("span", "", item.name || "without a name"), element("span", "", distance(item.d))],
      (item) => [["title", item.name || "A waypoint without a name"], ["quiet", [item.type, distance(item.d), where(item)].filter(Boolean).join(" · ")], ["story", item.story]]);
    const findings = list("findings", quest.findings,
      (item) => [badge(item.severity), element("span", "", item.code), element("span", "", item.count > 1 ? "× " + item.count : typeof item.d === "number" ? distance(item.d) : "")],
      (item) => [["title", item.severity + ": " + item.code], ["place", item.place || item.pointer], ["", item.message],
        ["quiet", [item.place && item.pointer, typeof item.d === "number" && distance(item.d), where(item)].filter(Boolean).join(" · ")]]);

    const teams = list("teams", quest.teams,
      (item) => [element("span", "", item.name), element("span", "", distance(item.d))],
      (item) => [["title", item.name], ["quiet", distance(item.d)]]);

    // Signs, the most important labels first; later signs lie above.
    for (const [x, y, ax, ay] of quest.arrows) {
      const turn = Math.atan2(ay, ax) * 180 / Math.PI;
      pin(x, y, "arrow", [node("path", { d: "M8 0L-5 5L-2 0L-5-5Z", fill: colors.ink, stroke: colors.paper, transform: `rotate(${turn})` })]);
    }
    quest.waypoints.forEach((item, i) => typeof item.x === "number" && pin(item.x, item.y, "waypoint",
      [node("circle", { r: 4, fill: colors.waypoint, stroke: colors.ink, "stroke-width": 1.3 })], item.name, waypoints[i]));
    for (const town of quest.towns) pin(town.x, town.y, "town", [node("circle", { r: 2, fill: colors.ink, "fill-opacity": 0.6 })], town.name);
    if (!quest.isBack) pin(line.x[last], line.y[last], "finish", [node("rect", { x: -7, y: -7, width: 14, height: 14, fill: colors.finish, stroke: colors.paper, "stroke-width": 2 })]);
    pin(line.x[0], line.y[0], "start", [node("circle", { r: 6, fill: colors.start, stroke: colors.paper, "stroke-width": 2 })]);
    // The rims of all below the dots of all: where many stand together, none hides another.
    for (const item of quest.teams) pin(item.x, item.y, "rim", [node("circle", { r: 7, fill: colors.paper })]);
    quest.teams.forEach((item, i) => pin(item.x, item.y, "team",
      [node("circle", { r: 5.5, fill: colors.dot })], item.name, teams[i]));
    quest.findings.forEach((item, i) => typeof item.x === "number" && pin(item.x, item.y, "finding", sign(item.severity), "", findings[i]));
    pin(line.x[0], line.y[0], "dot", [dot]).style.pointerEvents = "none";
    const dotPin = fixed[fixed.length - 1];

    drawProfile();
    walk.min = 0;
    walk.max = last;
    walk.addEventListener("input", () => show(Number(walk.value)));
    profile.addEventListener("pointermove", (event) => {
      const box = profile.getBoundingClientRect();
      show(indexOf(begin + Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * whole));
    });
    map.addEventListener("pointermove", (event) => {
      if (fingers.size) return;
      const [x, y] = inDrawing(event).map((value, i) => (value - [tx, ty][i]) / k);
      let best = -1, least = (20 * perPixel() / k) ** 2;
      for (let i = 0; i <= last; i++) {
        const square = (line.x[i] - x) ** 2 + (line.y[i] - y) ** 2;
        if (square < least) [best, least] = [i, square];
      }
      if (best >= 0) show(best);
    });
    show(indexOf(quest.position ?? begin));
    """# + "\n"
}
