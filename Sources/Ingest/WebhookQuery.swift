import Foundation

/// The query of a callback's address, with the token taken out.
struct WebhookQuery: Hashable {
    /// The value of the first `token` parameter, decoded; nil where there is none.
    let token: String?
    /// What is left, as it was received (still encoded, order and repeats kept); nil where nothing is.
    let kept: String?

    /// Splits a request's target.
    ///
    /// - Parameter target: Path and query as received. What follows the first `?` is the query, a raw `#` included: senders
    ///   that forget to encode one must not lose what comes after it.
    init(target: String) {
        guard let mark = target.firstIndex(of: "?") else {
            token = nil
            kept = nil
            return
        }
        var token: String?
        var kept: [Substring] = []
        for parameter in target[target.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false) {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if let name = parts.first, Self.decoded(name) == "token" {
                token = token ?? Self.decoded(parts.dropFirst().first ?? "")
            } else {
                kept.append(parameter)
            }
        }
        self.token = token
        self.kept = kept.allSatisfy(\.isEmpty) ? nil : kept.joined(separator: "&")
    }

    /// The text with its percent signs decoded, or as it is where that can't be done.
    ///
    /// A plus stays a plus, since tokens may hold one.
    static func decoded(_ text: some StringProtocol) -> String {
        text.removingPercentEncoding ?? String(text)
    }
}
