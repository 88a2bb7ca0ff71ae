import Model
import Synchronization

/// What this org turned out not to have: optional fields that Salesforce refused, remembered for a day.
///
/// An optional field that is missing must neither hold events up nor cost a refused request each time.
final class OrgShape: Sendable {
    private struct Field: Hashable {
        var object: SalesforceObject
        var name: String
    }

    private let missing = Mutex<[Field: Int64]>([:])
    private static let memoryMilliseconds: Int64 = 86_400_000

    func remember(missing name: String, of object: SalesforceObject, nowBoot: Int64) {
        missing.withLock { $0[Field(object: object, name: name)] = nowBoot }
    }

    func isMissing(_ name: String, of object: SalesforceObject, nowBoot: Int64) -> Bool {
        missing.withLock { missing in
            guard let since = missing[Field(object: object, name: name)] else { return false }
            return nowBoot - since < Self.memoryMilliseconds
        }
    }

    /// The fields without those that the org does not have.
    func stripped(
        _ fields: [String: FieldValue],
        of object: SalesforceObject,
        nowBoot: Int64
    ) -> [String: FieldValue] {
        fields.filter { !isMissing($0.key, of: object, nowBoot: nowBoot) }
    }
}
