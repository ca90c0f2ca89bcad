import { QuestCalls, quests } from "../api/api";
import type { LiveEvent, Milestone, Page, Progress, QuestMap } from "../api/types";
import { Child, element, isolated, named, replace } from "../dom/element";
import { watchQuest } from "../live/live";
import type { QuestMapView } from "../map/quest-map";
import { notify } from "../shell/notices";
import { clock } from "../units";
import { AlongPanel } from "./along";
import { feed, leaderboard } from "./boards";
import { historyPanel } from "./history";
import { milestones, title } from "./milestones";
import { summary } from "./summary";

/** No more than one fetch of everything in so many milliseconds, however many walks come. */
const refetchMilliseconds = 1000;

/** What a quest is shown with, and to whom. */
export interface QuestSight {
  id: string;
  calls: QuestCalls;
  /** The same for those who see the same. */
  name: string;
  /** Whether people are shown who have walked. */
  showsPeople: boolean;
  /** Whether the reader may see the route itself. */
  showsRoute: boolean;
  /** What stands after the milestones. */
  foot: Node | null;
  /** When it is no longer shown to the reader. */
  ended: () => void;
}

/** A quest as it stands and goes on. */
export class QuestPanel {
  readonly root: HTMLElement;
  private readonly figures = element("div", { class: "panel figures" });
  private readonly mapBox = element("div", { class: "map", id: "map" });
  private readonly profileBox = element("div", {});
  private readonly milestoneBox = element("section", { class: "panel", "aria-label": "Milestones" });
  private readonly historyBox = element("section", { class: "panel", "aria-label": "Day by day" });
  private readonly boardBox = element("section", { class: "panel", "aria-label": "Leaderboard" });
  private readonly feedBox = element("section", { class: "panel", "aria-label": "Last walks" });
  private readonly state = element("span", { class: "hint" });
  private view: QuestMapView | null = null;
  private along: AlongPanel | null = null;
  private map: QuestMap | null = null;
  private milestones: Page<Milestone> | null = null;
  private refetch = 0;
  private confirmedAt = new Date();

  constructor(
    private readonly sight: QuestSight, private progress: Progress, private readonly signal: AbortSignal,
  ) {
    this.root = element("article", { class: "quest" },
      element("header", {},
        element("h1", {}, progress.questName),
        element("p", {}, named(progress.teamName), " · ", this.state)),
      this.mapBox, this.figures, sight.showsPeople ? this.boardBox : null,
      element("div", { class: "low" }, this.profileBox, this.historyBox, this.milestoneBox, sight.foot),
      sight.showsPeople ? this.feedBox : null);
  }

  begin(): void {
    this.confirm();
    this.drawFigures();
    void this.loadLists();
    void this.loadMap();
    void this.loadProfile();
    const watcher = {
      version: this.progress.teamVersion,
      event: (event: LiveEvent) => this.take(event),
      reset: () => this.fetchSoon(),
      confirmed: () => this.confirm(),
      broken: () => this.reconnect(),
      ended: () => this.end(),
    };
    watchQuest(this.sight.id, watcher, this.signal, this.sight.calls, this.sight.name);
  }

  // What comes while the page is open.

  private take(event: LiveEvent): void {
    if (event.questId && event.questId !== this.sight.id) return;
    if (event.progress) {
      Object.assign(this.progress, event.progress);
      this.drawFigures();
      this.view?.moveTo(event.progress.position.coordinate);
    }
    if (event.kind === "milestone.reached" && event.milestone) {
      notify(`Reached: ${isolated(title(event.milestone))}`);
    }
    this.fetchSoon();
  }

  private fetchSoon(): void {
    if (this.refetch) return;
    this.refetch = window.setTimeout(() => {
      this.refetch = 0;
      void this.fetchAnew();
    }, refetchMilliseconds * (0.5 + Math.random()));
  }

  private async fetchAnew(): Promise<void> {
    const { signal } = this;
    try {
      const [progress, map] = await Promise.all([
        this.sight.calls.progress(this.sight.id, signal), this.fetchMap(), this.loadLists(),
      ]);
      if (signal.aborted) return;
      this.progress = progress;
      this.map = map;
      this.drawFigures();
      this.drawMilestones();
      this.view?.show(map, progress.position.coordinate);
    } catch {
      // What is shown says when it was last confirmed, and the next event asks again.
    }
  }

  private end(): void {
    replace(this.state, "No longer live");
    this.sight.ended();
  }

  // Parts of the page.

  private confirm(): void {
    this.confirmedAt = new Date();
    replace(this.state, `Live, confirmed at ${clock(this.confirmedAt)}`);
  }

  private reconnect(): void {
    replace(this.state, `Reconnecting, last confirmed at ${clock(this.confirmedAt)}`);
  }

  private drawFigures(): void {
    replace(this.figures, ...summary(this.progress));
    this.along?.stand(this.progress.placeMeters);
  }

  /** Anew when the map is there: the stories come with it. */
  private drawMilestones(): void {
    if (!this.milestones) return;
    replace(this.milestoneBox, element("h2", {}, "Milestones"),
      element("div", {}, this.postcards(this.milestones)));
  }

  private postcards(page: Page<Milestone>): Child[] {
    return milestones(page.items, page.next === null, this.map);
  }

  private fetchMap(): Promise<QuestMap> {
    // A pixel of a map of the whole route is no finer.
    const tolerance = Math.round(this.progress.officialLengthMeters / 20_000);
    return this.sight.calls.map(this.sight.id, tolerance, this.signal);
  }

  private async loadMap(): Promise<void> {
    const { signal } = this;
    try {
      const [map, module] = await Promise.all([this.fetchMap(), import("../map/quest-map")]);
      if (signal.aborted) return;
      this.map = map;
      this.drawMilestones();
      this.view = new module.QuestMapView(
        this.mapBox, { name: this.progress.questName },
        (units, ended) => this.sight.calls.picture(this.sight.id, units, ended), map,
        this.progress.position.coordinate, signal);
      await this.view.begin();
      this.view.whenClicked((place) => void this.along?.find(place));
    } catch {
      if (!signal.aborted) replace(this.mapBox, element("p", { class: "hint" }, "The map could not be loaded."));
    }
  }

  private async loadLists(): Promise<void> {
    const { signal, sight: { calls, id } } = this;
    const fill = async (box: HTMLElement, heading: string, load: () => Promise<unknown>) => {
      try {
        const content = await load();
        if (!signal.aborted) replace(box, element("h2", {}, heading), content as Node);
      } catch {
        if (!signal.aborted && !box.hasChildNodes()) {
          replace(box, element("h2", {}, heading), element("p", { class: "hint" }, "Not loaded."));
        }
      }
    };
    await Promise.all([
      fill(this.milestoneBox, "Milestones", async () => {
        this.milestones = await calls.milestones(id, signal);
        return element("div", {}, this.postcards(this.milestones));
      }),
      fill(this.historyBox, "Day by day", async () => this.history(signal)),
      ...this.sight.showsPeople ? [
        fill(this.boardBox, "Leaderboard", async () =>
          leaderboard((await calls.leaderboard(id, signal)).items)),
        fill(this.feedBox, "Last walks", async () => feed((await calls.feed(id, signal)).items)),
      ] : [],
    ]);
  }

  /** Kept while somebody looks back: the slider would jump to today. */
  private async history(signal: AbortSignal): Promise<HTMLElement> {
    const control = this.historyBox.querySelector("input");
    if (control && control.value !== control.max) {
      const shown = this.historyBox.querySelector("div");
      if (shown) return shown;
    }
    const history = await this.sight.calls.history(this.sight.id, signal);
    return element("div", {}, historyPanel(history, {
      ask: (at) => this.sight.calls.progressAt(this.sight.id, at, signal),
      show: (place) => this.view?.glance("Where the team was", place),
    }));
  }

  private async loadProfile(): Promise<void> {
    try {
      const { signal, sight } = this;
      const [profile, quest] = await Promise.all([
        sight.calls.profile(sight.id, signal), sight.showsRoute ? quests.show(sight.id, signal) : null,
      ]);
      if (signal.aborted) return;
      this.along = new AlongPanel({
        profile, signal, route: quest && { id: quest.routeId, version: quest.version },
        show: (place) => this.view?.glance("A place along the route", place),
      });
      replace(this.profileBox, this.along.root);
      this.along.stand(this.progress.placeMeters);
    } catch {
      // The quest is shown all the same.
    }
  }
}
