import NIOCore

/// Why a callback is answered 400; it is kept all the same, and becomes a dead letter.
enum CallbackProblem: Hashable {
    /// There is neither a query (the token aside) nor a body.
    case nothingSent
    /// The body is called JSON, or isn't called anything, and is no JSON.
    case notJSON

    /// Judges what was sent by its form alone; nil where there is nothing to object to.
    ///
    /// A body of another type (a form) is taken as it is, and so is one with a content encoding: both are the worker's to
    /// read, and a callback that is refused is lost.
    init?(query: String?, contentType: String?, contentEncoding: String?, body: ByteBuffer) {
        guard body.readableBytes > 0 else {
            guard query == nil else { return nil }
            self = .nothingSent
            return
        }
        guard Self.isPlain(contentEncoding), Self.calledJSON(contentType) else { return nil }
        guard !body.withUnsafeReadableBytes({ JSONWellFormedness.holds(for: $0) }) else { return nil }
        self = .notJSON
    }

    /// What the sender is told.
    func sentence(callbackID: Int64) -> String {
        switch self {
        case .nothingSent: "The request has neither a query nor a body; it was kept as callback \(callbackID)."
        case .notJSON: "The body is not well-formed JSON; it was kept as callback \(callbackID)."
        }
    }

    private static func isPlain(_ contentEncoding: String?) -> Bool {
        guard let contentEncoding else { return true }
        return ["", "identity"].contains(contentEncoding.lowercased())
    }

    private static func calledJSON(_ contentType: String?) -> Bool {
        let type = (contentType ?? "").prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        return type.isEmpty || type == "application/json" || type == "text/json" || type.hasSuffix("+json")
    }
}
