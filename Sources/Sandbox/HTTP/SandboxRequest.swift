/// A request as an emulated API sees it: also a subrequest of a composite, which never was on the wire.
package struct SandboxRequest: Sendable {
    /// Milliseconds since 1970 UTC, on the sandbox's clock.
    package var time: Int64
    package var method: String
    /// The path as it was sent, percent-encoded, without the query.
    package var path: String
    /// The query as it was sent, without the question mark.
    package var query: String
    package var body: [UInt8]
    /// Bytes of the request line's target and of the headers, for the limits that Salesforce sets on both.
    package var targetLength: Int
    package var headLength: Int
    private var headers: [String: String]

    package init(
        time: Int64,
        method: String,
        target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.time = time
        self.method = method
        self.path = parts.first.map(String.init) ?? ""
        self.query = parts.count == 2 ? String(parts[1]) : ""
        self.body = body
        self.targetLength = target.utf8.count
        self.headLength = headers.reduce(target.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        self.headers = Dictionary(headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }
    }

    /// The value of a header, whatever the case of its name.
    package func header(_ name: String) -> String? {
        headers[name.lowercased()]
    }

    /// The parts of the path between slashes, decoded; a slash at the end does not count.
    package var segments: [String] {
        path.split(separator: "/").map { PercentCoding.decode($0) ?? String($0) }
    }

    /// The pairs of the query, decoded, in their order.
    package var queryItems: [(name: String, value: String)] { PercentCoding.pairs(query) }

    /// The first value of a query item.
    package func queryItem(_ name: String) -> String? {
        queryItems.first { $0.name == name }?.value
    }

    /// The media type without its parameters, in lower case; nil where none was sent.
    package var mediaType: String? {
        header("content-type")?.split(separator: ";").first.map {
            String($0).trimmingSpace.lowercased()
        }
    }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The same request with another method (`_HttpMethod=PATCH`).
    func with(method: String) -> SandboxRequest {
        var copy = self
        copy.method = method
        return copy
    }
}

extension StringProtocol {
    /// The text without white space at either end.
    var trimmingSpace: String {
        var rest = Substring(self)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
