/// The look of a quest's page.
enum PageStyle {
  static let text = #"""
    :root { color-scheme: light; --paper: #fff; --ink: #1f2933; --quiet: #566370; --edge: #8796a1; --mark: #0072b2; }
    :root[data-theme=dark] { color-scheme: dark; --paper: #12181e; --ink: #edf2f6; --quiet: #a5b3bf; --edge: #5b6975; --mark: #56b4e9; }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 12px 16px; max-width: 1600px; background: var(--paper); color: var(--ink);
      font: 15px/1.4 "DejaVu Sans", Verdana, system-ui, sans-serif; }
    h1 { margin: 0; font-size: 22px; } h2 { margin: 0 0 6px; font-size: 16px; }
    header p, footer { margin: 2px 0 8px; color: var(--quiet); font-size: 13px; }
    main { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 14px; }
    .picture { position: relative; min-width: 0; }
    #map { display: block; width: min(100%, 93vh); aspect-ratio: 4 / 3; margin: 0 auto; border: 1px solid var(--edge); touch-action: none; cursor: grab; }
    #map:active { cursor: grabbing; }
    #map path, #map circle, #map rect { vector-effect: non-scaling-stroke; }
    #pins text { font-size: 12px; fill: var(--ink); stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
    #pins .team text { font-weight: bold; }
    #pins .town text { font-size: 11px; fill: var(--quiet); }
    #attribution { font-size: 40px; text-anchor: end; fill: var(--quiet); stroke: var(--paper); stroke-width: 10px;
      stroke-linejoin: round; paint-order: stroke; pointer-events: none; }
    #pins [role=button] { cursor: pointer; }
    .zoom { position: absolute; top: 8px; right: 8px; display: grid; gap: 4px; }
    button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--edge); border-radius: 4px; cursor: pointer; }
    .zoom button { width: 34px; height: 34px; font-size: 18px; }
    :focus-visible { outline: 3px solid var(--mark); outline-offset: 1px; }
    #profile { display: block; width: 100%; height: 150px; margin-top: 8px; touch-action: pan-y; cursor: crosshair; }
    #profile text { font-size: 11px; fill: var(--quiet); }
    #walk { width: 100%; margin: 4px 0; }
    #readout { margin: 0; min-height: 1.4em; font-variant-numeric: tabular-nums; }
    aside { display: flex; flex-direction: column; gap: 12px; max-height: 96vh; overflow: auto; }
    aside > * { flex: none; }
    #detail { padding: 10px; border: 1px solid var(--edge); border-radius: 4px; min-height: 90px; overflow-wrap: anywhere; }
    #detail p { margin: 4px 0; white-space: pre-wrap; }
    #detail .title { font-weight: bold; } #detail .quiet { color: var(--quiet); font-size: 13px; }
    ol { margin: 0; padding: 0; list-style: none; }
    li button { display: flex; gap: 8px; width: 100%; padding: 5px 6px; text-align: start; border-color: transparent; overflow-wrap: anywhere; }
    li button[aria-current=true] { border-color: var(--mark); }
    li button span:last-child { margin-inline-start: auto; color: var(--quiet); white-space: nowrap; font-size: 13px; }
    .badge { width: 14px; height: 14px; flex: none; margin-top: 4px; }
    @media (max-width: 800px) { main { grid-template-columns: minmax(0, 1fr); } aside { max-height: none; } }
    """# + "\n"
}

/// The page around the map.
enum PageBody {
  static let beforeMap = #"""
    <main>
    <div class="picture">

    """#
  static let afterMap = #"""
    <div class="zoom">
    <button type="button" id="in" aria-label="Zoom in">+</button>
    <button type="button" id="out" aria-label="Zoom out">−</button>
    <button type="button" id="all" aria-label="Show all">⤢</button>
    </div>
    <svg id="profile" viewBox="0 0 1000 150" preserveAspectRatio="none" aria-hidden="true"></svg>
    <input id="walk" type="range" aria-label="A place along the route">
    <p id="readout" aria-live="polite"></p>
    </div>
    <aside>
    <section id="detail" aria-live="polite"><p class="quiet">Choose a waypoint or a finding.</p></section>
    <section id="teams" hidden><h2>Teams</h2><ol></ol></section>
    <section id="waypoints" hidden><h2>Waypoints</h2><ol></ol></section>
    <section id="findings" hidden><h2>Findings</h2><ol></ol></section>
    </aside>
    </main>

    """#
}
