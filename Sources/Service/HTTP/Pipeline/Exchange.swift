import Base
import CivilTime
import HTTPTypes
import Hummingbird
import NIOCore

/// A request on its way through the steps of the pipeline, with what has become of it so far.
struct Exchange {
  let request: Request
  let context: ServiceContext
  /// What the path leads to, nil where nothing is there.
  let match: Router<Operation>.Match?
  /// Nil where the path has none for the method.
  let operation: Operation?
  let begun = ContinuousClock.now
  let now: Instant

  // Who asks.
  var requestID = ""
  /// Nil where the request belongs to no trace.
  var trace: RequestTrace?
  var address = IPAddress.unknown
  var caller = Caller.stranger
  /// Why the token that was shown is not good.
  var tokenFault: (any Error)?

  // What is asked.
  var call: Call?
  /// Counts among what is under way; nil for what does not count, and while it waits for its caller.
  var pass: Overload.Pass?
  /// Whether it was refused because it would have waited too long.
  var isShed = false
  /// Holds the memory of the body.
  var hold: BodyBudget.Hold?

  // What is answered.
  var reply = Reply.nothing
  /// Of what the answer shows, whether the fields that are picked have it or not.
  var revision: Int64?
  var problem: Problem?
  var headers = HTTPFields()
  var status = HTTPResponse.Status.noContent
  var body: ByteBuffer?
  var stream: ResponseBody?
  var seconds = 0.0

  init(
    _ request: Request, _ match: Router<Operation>.Match?, _ context: ServiceContext,
    at now: Instant
  ) {
    self.request = request
    self.match = match
    self.context = context
    self.now = now
    operation = match?.methods[request.method]
    headers.reserveCapacity(12)
  }

  /// Whether it is for operations and documents, which are not throttled, so that a flood cannot hide
  /// the service's health.
  var isOpen: Bool { operation?.endpoint.access == .open }

  var isRead: Bool { request.method == .get || request.method == .head }

  var response: Response {
    var headers = headers
    if request.method == .head {
      if let length = body?.readableBytes ?? stream?.contentLength {
        headers[.contentLength] = "\(length)"
      }
      return Response(status: status, headers: headers)
    }
    if let stream { return Response(status: status, headers: headers, body: stream) }
    guard let body else { return Response(status: status, headers: headers) }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}
