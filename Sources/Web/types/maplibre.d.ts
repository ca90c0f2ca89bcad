// What is called of MapLibre GL JS 5.24, which is loaded as a script of its own.

declare namespace maplibregl {
  type LngLat = [number, number];
  interface Point { x: number; y: number }
  interface MapEvent {
    /** Of an image that is missing. */
    id?: string;
    point: Point;
    lngLat: { lng: number; lat: number };
    features?: { properties: Record<string, any>; geometry: { coordinates: any } }[];
  }
  interface GeoJSONSource {
    setData(data: object): this;
    /** Ends when the library's own worker has taken it. */
    setData(data: object, waits: true): Promise<void>;
    updateData(change: { add: object[] }, waits: true): Promise<void>;
  }
  interface MapOptions {
    container: HTMLElement;
    style: object;
    center?: LngLat;
    zoom?: number;
    minZoom?: number;
    maxZoom?: number;
    attributionControl?: false | { compact?: boolean; customAttribution?: string };
    renderWorldCopies?: boolean;
    cooperativeGestures?: boolean;
    fadeDuration?: number;
    locale?: Record<string, string>;
  }
  class Map {
    constructor(options: MapOptions);
    on(event: string, listener: (event: MapEvent) => void): this;
    on(event: string, layer: string, listener: (event: MapEvent) => void): this;
    once(event: string, listener: () => void): this;
    getSource(name: string): GeoJSONSource | undefined;
    getCanvas(): HTMLCanvasElement;
    addImage(id: string, image: ImageData, options: { pixelRatio: number }): this;
    getZoom(): number;
    setStyle(style: object): this;
    addControl(control: object, place?: string): this;
    fitBounds(box: [LngLat, LngLat], options?: object): this;
    easeTo(options: object): this;
    flyTo(options: object): this;
    jumpTo(options: object): this;
    project(place: LngLat): Point;
    queryRenderedFeatures(
      box: [[number, number], [number, number]], options: { layers: string[] },
    ): { properties: Record<string, any> }[];
    resize(): this;
    remove(): void;
  }
  class Marker {
    constructor(options: { element: HTMLElement; anchor?: string });
    setLngLat(place: LngLat): this;
    addTo(map: Map): this;
    remove(): this;
  }
  class NavigationControl { constructor(options?: { showCompass?: boolean }) }
  class Popup {
    constructor(options?: { closeButton?: boolean; maxWidth?: string });
    setLngLat(place: LngLat): this;
    setDOMContent(content: Node): this;
    addTo(map: Map): this;
  }
}

// What the build puts in: the addresses of files that are named by their content.
declare const MAP_LIBRARY: string;
declare const MAP_STYLE_SHEET: string;
declare const LAND_COARSE: string;
declare const LAND_FINE: string;
declare const PLACES: string;
declare const WORKER_ASIDE: string;
