import PostGISStore
import PostgresCluster

extension Cluster {
  /// A store on a new database.
  func store(
    options: PostgresStore.Options = PostgresStore.Options()
  ) async throws -> (store: PostgresStore, database: String) {
    let database = try database()
    return (try await PostgresStore.open(url: url(database), options: options), database)
  }
}
