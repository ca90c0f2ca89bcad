/// What describes the API, made once at the start.
struct Documents: Sendable {
  let openAPI: [UInt8]
  let page: [UInt8]

  init(_ description: OpenAPI) {
    openAPI = description.document.text(indent: 1)
    page = DocsPage(description).html
  }
}
