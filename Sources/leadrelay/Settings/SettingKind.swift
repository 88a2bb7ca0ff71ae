import Model
import Salesforce
import Worker

/// What a setting may hold.
///
/// File and environment are both judged by their text, so that a value means the same in either.
enum SettingKind: Hashable, Sendable {
    /// Any text on one line.
    case text
    /// Visible ASCII without spaces: what fits into a header or a form of a request as it is.
    case credential
    /// A credential that can also stand in a URL's path and query without being encoded.
    case pathToken
    case integer(ClosedRange<Int>)
    /// `true` or `false`; also `yes`, `no`, `1`, `0`.
    case boolean
    /// See `SettingDuration`.
    case duration(ClosedRange<Duration>)
    /// `journal`, `all`, or a day or time.
    case start
    /// One of these words.
    case choice([String])
    /// A list; of these words only, where they are given. In the environment it is written with commas.
    case list(of: [String]?)
    /// A list of mappings with these parts; only the file can hold it.
    case entries([SettingPart])
    /// The id of a Salesforce record whose object has this prefix.
    case recordID(prefix: String)
    /// The base URL of an API: https, or http on this machine.
    case url
    /// A base URL on a host of Salesforce, or on this machine.
    case salesforceURL
    /// A bare domain name.
    case domain
    /// A version of Salesforce's API: `v59.0`.
    case apiVersion
    /// `true`, `false`, or the id of one of Salesforce's assignment rules.
    case assignment
    /// The API name of a Salesforce field; it goes into queries and paths as it is.
    case fieldName

    /// Whether a list is meant.
    var isList: Bool {
        switch self {
        case .list, .entries: true
        default: false
        }
    }

    /// What an entry of a list of mappings may hold; nil for any other kind.
    var entryParts: [SettingPart]? {
        guard case .entries(let parts) = self else { return nil }
        return parts
    }

    /// What to do about `text`, which is one value or one element of a list; nil where it is fine.
    func remedy(for text: String) -> String? {
        switch self {
        case .text:
            text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
                ? "write it on one line, without control characters" : nil
        case .credential:
            text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
                ? nil : "copy it again, it must not hold spaces, line breaks or other than ASCII characters"
        case .pathToken:
            text.utf8.allSatisfy(isUnreserved)
                ? nil : "use letters, digits, \"-\", \"_\", \".\" and \"~\" only, as `openssl rand -hex 24` prints them"
        case .integer(let range):
            Int(text).map(range.contains) == true
                ? nil : "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean:
            ["true", "false", "yes", "no", "1", "0"].contains(text.lowercased()) ? nil : "write true or false"
        case .duration(let range):
            SettingDuration(rawValue: text).map { range.contains($0.duration) } == true
                ? nil : "write a duration from \(range.text), such as 30s, 5m, 6h or 2d"
        case .start:
            ReconcileStart(text) == nil
                ? "write journal, all, or a day or time such as 2026-01-31 or 2026-01-31T09:00:00Z" : nil
        case .choice(let words), .list(of: .some(let words)):
            words.contains(text) ? nil : "write \(words.alternatives)"
        case .list(of: nil):
            Self.text.remedy(for: text) ?? (text.isEmpty ? "leave the empty element out" : nil)
        case .entries:
            nil
        case .recordID(let prefix):
            isRecordID(text) && text.hasPrefix(prefix)
                ? nil : "copy the record's id, which has 15 or 18 letters and digits and begins with \(prefix)"
        case .url:
            urlRemedy(for: text)
        case .salesforceURL:
            urlRemedy(for: text) ?? loginRemedy(for: text)
        case .domain:
            isDomain(text) ? nil : "write the bare domain, such as example.com, without a scheme or a path"
        case .apiVersion:
            versionRemedy(for: text)
        case .assignment:
            Self.boolean.remedy(for: text) == nil || Self.recordID(prefix: "01Q").remedy(for: text) == nil
                ? nil : "write true, false or the id of an assignment rule, such as 01Q5e000000AbCdEAK"
        case .fieldName:
            isFieldName(text) ? nil : "write the API name of one field, such as GetResponse_Contact_ID__c"
        }
    }

    /// Whether an error may repeat the value; not where a URL may hold a password.
    func mayShow(_ text: String) -> Bool {
        switch self {
        case .url, .salesforceURL: !text.contains("@")
        default: true
        }
    }

    private func urlRemedy(for text: String) -> String? {
        do {
            _ = try ServiceURL(text)
            return nil
        } catch {
            switch error {
            case .plainHTTP: return error.description
            default: return "\(error), write one like https://HOST"
            }
        }
    }

    private func loginRemedy(for text: String) -> String? {
        do {
            try SalesforceConfiguration.validate(loginURL: text)
            return nil
        } catch {
            return "use the org's My Domain address alone, such as https://example.my.salesforce.com"
        }
    }

    private func versionRemedy(for text: String) -> String? {
        do {
            try SalesforceConfiguration.validate(apiVersion: text)
            return nil
        } catch {
            return "write it like v59.0"
        }
    }
}

private func isUnreserved(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "-_.~".utf8.contains(byte)
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    default: false
    }
}

private func isRecordID(_ text: String) -> Bool {
    [15, 18].contains(text.utf8.count) && text.utf8.allSatisfy(isAlphanumeric)
}

private func isDomain(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count > 1
        && labels.allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
}

private func isFieldName(_ text: String) -> Bool {
    text.utf8.first.map { isAlphanumeric($0) && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true
        && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
}

extension [String] {
    /// The words as alternatives: `a, b or c`.
    fileprivate var alternatives: String {
        guard count > 1, let last else { return first ?? "nothing" }
        return "\(dropLast().joined(separator: ", ")) or \(last)"
    }
}

extension ClosedRange<Duration> {
    fileprivate var text: String { "\(SettingDuration(lowerBound)) to \(SettingDuration(upperBound))" }
}
