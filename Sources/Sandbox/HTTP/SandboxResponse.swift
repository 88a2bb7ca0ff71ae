/// An answer of an emulated API, before it is written to a connection or put into a composite answer.
package struct SandboxResponse: Sendable {
    /// What the answer carries.
    package enum Body: Sendable {
        case none
        case json(JSON)
        case text(String, contentType: String)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with JSON in it.
    package static func json(_ value: JSON, status: Int = 200) -> SandboxResponse {
        SandboxResponse(status: status, body: .json(value))
    }

    /// The JSON in it, if any.
    package var json: JSON? {
        guard case .json(let value) = body else { return nil }
        return value
    }
}
