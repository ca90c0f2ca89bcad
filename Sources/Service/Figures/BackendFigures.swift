import Base
import Quests

extension Backend {
  /// All figures for Prometheus. Nothing of it waits for the store.
  var metricsText: String {
    ProcessFigures.text + buildText + metrics.text + loadText + storeText + cacheText
      + overload.metricsText + live.metricsText + (announcements?.metricsText ?? "")
      + realtimeNotices.metricsText
      + mail.metricsText + (analytics?.metricsText ?? "") + (spans?.metricsText ?? "")
  }

  private var buildText: String {
    var out = FiguresText()
    out.begin("milequest_build_info", .gauge, "The version of the program, and that of its API.")
    out.value("milequest_build_info", [("version", version), ("api", API.version)], 1)
    return out.text
  }

  /// Connections, and work that waits for its turn.
  private var loadText: String {
    var out = FiguresText()
    out.add("milequest_connections", .gauge, "Connections that are open.", connections.count)
    out.add(
      "milequest_connections_limit", .gauge, "Connections that may be open.", limits.connections)
    out.add(
      "milequest_live_streams_limit", .gauge, "Live streams that may be open.", limits.liveStreams)
    let pools = [("plans", plans.figures), ("routes", work.figures)]
    out.begin("milequest_work_waiting", .gauge, "Heavy work that waits for its turn.")
    for (name, figures) in pools {
      out.value("milequest_work_waiting", [("pool", name)], figures.waiting)
    }
    out.begin("milequest_work_running", .gauge, "Heavy work that is done now.")
    for (name, figures) in pools {
      out.value("milequest_work_running", [("pool", name)], figures.running)
    }
    out.begin("milequest_body_bytes", .gauge, "Bodies in memory, by the way they go.")
    out.value("milequest_body_bytes", [("of", "answers")], downloads.bytes)
    out.value("milequest_body_bytes", [("of", "requests")], bodies.bytes)
    return out.text
  }

  private var storeText: String {
    var out = FiguresText()
    if let bytes = storeSize.bytes {
      out.add("milequest_store_bytes", .gauge, "What the store takes on its disk.", bytes)
    }
    let figures = ledger.figures
    let writing = figures.writing
    out.add(
      "milequest_store_commands_waiting", .gauge, "Commands that wait for a commit.",
      writing.waiting)
    out.add(
      "milequest_store_commands_limit", .gauge, "Commands that may wait for a commit.",
      ledgerLimits.waitingCommands)
    out.add("milequest_store_commands_total", .counter, "Commands done.", writing.commands)
    out.add(
      "milequest_store_folds_total", .counter, "Transactions that commands were done in.",
      writing.folds)
    out.add(
      "milequest_store_fold_seconds_total", .counter, "How long these transactions took together.",
      writing.seconds)
    if let waiting = figures.waitingReads {
      out.add(
        "milequest_store_reads_waiting", .gauge, "Requests that wait for a connection.", waiting)
    }
    if !figures.connections.isEmpty {
      out.begin("milequest_store_connections_busy", .gauge, "Connections to the database at work.")
      for each in figures.connections {
        out.value("milequest_store_connections_busy", [("use", each.use)], each.busy)
      }
      out.begin("milequest_store_connections_limit", .gauge, "Connections to the database.")
      for each in figures.connections {
        out.value("milequest_store_connections_limit", [("use", each.use)], each.limit)
      }
    }
    return out.text
  }

  private var cacheText: String {
    // Those that are bounded by bytes, and those that are bounded by what they hold.
    let weighed = [
      ("pictures", pictures.figures), ("progress", progressCache.figures),
      ("routes", routeCache.figures),
    ]
    let counted = live.rendering.cacheFigures + ledger.figures.caches.map { ($0.name, $0.figures) }
    let all = (weighed + counted).sorted { $0.0 < $1.0 }
    var out = FiguresText()
    out.begin("milequest_cache_entries", .gauge, "Entries of a cache.")
    for (name, figures) in all {
      out.value("milequest_cache_entries", [("cache", name)], figures.entries)
    }
    out.begin("milequest_cache_bytes", .gauge, "What a cache holds, where bytes bound it.")
    for (name, figures) in weighed {
      out.value("milequest_cache_bytes", [("cache", name)], figures.weight)
    }
    out.begin("milequest_cache_hits_total", .counter, "Look-ups in a cache that found something.")
    for (name, figures) in all {
      out.value("milequest_cache_hits_total", [("cache", name)], figures.hits)
    }
    out.begin("milequest_cache_misses_total", .counter, "Look-ups in a cache that found nothing.")
    for (name, figures) in all {
      out.value("milequest_cache_misses_total", [("cache", name)], figures.misses)
    }
    return out.text
  }
}
