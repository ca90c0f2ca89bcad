/// The description of the API as a page that needs nothing from outside.
struct DocsPage {
  let html: [UInt8]

  init(_ description: OpenAPI) {
    html = Array("<!doctype html><title>Mile Quest</title>".utf8)
  }
}
