import Foundation
package import Model
import NIOHTTP1

/// What an object looks like to us: a field that is hidden from our user is absent.
package struct ObjectDescription: Hashable, Sendable, Decodable {
    package struct Field: Hashable, Sendable, Decodable {
        package var name: String
        package var type: String
        /// Characters that a text holds; 0 for other types.
        package var length: Int
        package var isCreatable: Bool
        package var isUpdatable: Bool
        package var isNillable: Bool
        /// Whether Salesforce fills it in when a create leaves it out.
        package var isDefaultedOnCreate: Bool
        package var isExternalID: Bool
        package var isUnique: Bool
        package var isCaseSensitive: Bool

        /// Whether a create without it fails.
        package var isRequired: Bool { isCreatable && !isNillable && !isDefaultedOnCreate }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func flag(_ key: CodingKeys) throws -> Bool {
                try container.decodeIfPresent(Bool.self, forKey: key) ?? false
            }
            name = try container.decode(String.self, forKey: .name)
            type = try container.decodeIfPresent(String.self, forKey: .type) ?? ""
            length = try container.decodeIfPresent(Int.self, forKey: .length) ?? 0
            isCreatable = try flag(.createable)
            isUpdatable = try flag(.updateable)
            isNillable = try flag(.nillable)
            isDefaultedOnCreate = try flag(.defaultedOnCreate)
            isExternalID = try flag(.externalId)
            isUnique = try flag(.unique)
            isCaseSensitive = try flag(.caseSensitive)
        }

        private enum CodingKeys: CodingKey {
            case name
            case type
            case length
            case createable
            case updateable
            case nillable
            case defaultedOnCreate
            case externalId
            case unique
            case caseSensitive
        }
    }

    package var name: String
    /// Whether our user may create records, and change them.
    package var isCreatable: Bool
    package var isUpdatable: Bool
    package var fields: [Field]
    /// Where each field stands, by its name in lower case.
    private let positions: [String: Int]

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        isCreatable = try container.decodeIfPresent(Bool.self, forKey: .createable) ?? true
        isUpdatable = try container.decodeIfPresent(Bool.self, forKey: .updateable) ?? true
        fields = try container.decode([Field].self, forKey: .fields)
        positions = Dictionary(fields.enumerated().map { ($1.name.lowercased(), $0) }) { first, _ in first }
    }

    /// The field with this API name, in any case.
    ///
    /// - Parameter name: The API name.
    /// - Returns: The field; nil where the org has none or hides it.
    package func field(_ name: String) -> Field? {
        positions[name.lowercased()].map { fields[$0] }
    }

    private enum CodingKeys: CodingKey {
        case name
        case createable
        case updateable
        case fields
    }
}

extension SalesforceClient {
    /// An object's fields as our user sees them.
    ///
    /// - Throws: `faults` with status 404 when the user may not see the object at all.
    package func describe(_ object: SalesforceObject) async throws(SalesforceError) -> ObjectDescription {
        let path = path("sobjects", object.rawValue, "describe")
        let answer = try await send(Outgoing(method: .GET, path: path, isWrite: false))
        guard answer.status == 200 else { throw refusal(answer) }
        guard let description = try? JSONDecoder().decode(ObjectDescription.self, from: answer.body) else {
            throw .undecodable(reason: "a describe must have a name and fields")
        }
        return description
    }
}
