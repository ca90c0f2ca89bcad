import PostGISStore
import PostgresCluster

extension Cluster {
  /// A store on a new database.
  func store(
    options: PostGISStore.Options = PostGISStore.Options()
  ) async throws -> (store: PostGISStore, database: String) {
    let database = try database()
    return (try await PostGISStore.open(url: url(database), options: options), database)
  }
}
