import Foundation
import Journal

/// Takes secrets out of what is printed: those of the settings wherever they stand, and whatever is named like one.
///
/// The ingest token is cut out before a callback is stored; this is for senders that put secrets elsewhere, and for answers that
/// repeat what they were asked.
struct SecretMask {
    /// What stands in a secret's place.
    static let cover = "***"

    private let known: [String]

    /// - Parameter secrets: Values to look for; what is too short to be a secret is left.
    init(secrets: [String]) {
        known = Set(secrets.flatMap { [$0, $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? $0] })
            .filter { $0.utf8.count >= 4 }
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    init(settings: Settings) {
        self.init(
            secrets: [
                settings.ingest.token, settings.getResponse.apiKey, settings.salesforce.clientSecret,
                settings.journal.key,
            ].compactMap { $0?.revealed }
        )
    }

    /// The row with every text masked.
    func row(_ row: TableRow) -> TableRow {
        var row = row
        row.cells = row.cells.map { cell in
            guard case .text(let value) = cell else { return cell }
            return .text(text(value))
        }
        return row
    }

    func text(_ text: String) -> String {
        var text = text
        for secret in known where text.contains(secret) { text = text.replacing(secret, with: Self.cover) }
        guard Self.hints.contains(where: { text.range(of: $0, options: .caseInsensitive) != nil }) else { return text }
        // In a JSON document: "token": "…".
        text.replace(
            /(?i)("[a-z_-]*(?:token|secret|password|authorization|api[_-]?key|session[_-]?id)"\s*:\s*)"(?:[^"\\]|\\.)*"/
        ) {
            "\($0.output.1)\"\(Self.cover)\""
        }
        // In a query or a form: token=…
        text.replace(/(?i)\b([a-z_-]*(?:token|secret|password|api[_-]?key)=)[^&\s"'\\<>;]+/) {
            "\($0.output.1)\(Self.cover)"
        }
        // In a header: Authorization: Bearer …, X-Auth-Token: api-key …
        text.replace(
            /(?i)\b((?:authorization|x-auth-token)["']?\s*[:=]\s*["']?)(?!\*\*\*)(?:(?:bearer|basic|api-key)\s+)?[^\s"'\\,;&]+/
        ) {
            "\($0.output.1)\(Self.cover)"
        }
        // As GetResponse wants it: api-key …; words that only speak of one have no digit.
        text.replace(/(?i)\b(api-?key:?\s+)(?=[^\s]*[0-9])[a-z0-9._~+\/=-]{4,}/) { "\($0.output.1)\(Self.cover)" }
        text.replace(/(?i)\b(bearer\s+)[a-z0-9._~+\/!-]{8,}=*/) { "\($0.output.1)\(Self.cover)" }
        return text
    }

    private static let hints = ["token", "secret", "password", "authorization", "api", "session", "bearer"]
}
