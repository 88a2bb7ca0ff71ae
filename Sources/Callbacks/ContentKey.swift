import Crypto
import Foundation
import Model

/// A digest of what an event says, by which a second telling is recognised.
///
/// Every value goes in with its length before it and a mark for its absence, so that no two different events run together
/// into the same bytes. No time goes in, `createdOn` neither: GetResponse tells the same event with and without.
struct ContentKey {
    private var hash = SHA256()

    init(action: Action, payload: EventPayload) {
        let contact = payload.contact
        add(action.rawValue)
        add(contact.contactID)
        add(contact.email.map { Person(email: $0)?.rawValue ?? $0 })
        add(contact.name)
        add(contact.listID)
        add(contact.listName)
        add(contact.origin)
        add(contact.tags?.sorted())
        add(contact.customFields)
        add(payload.message?.id)
        add(payload.message?.name)
        add(payload.message?.subject)
        add(payload.link?.id)
        add(payload.link?.name)
        add(payload.link?.url)
        add(payload.tag)
        add(payload.reason)
        add(payload.previousEmail.map { Person(email: $0)?.rawValue ?? $0 })
    }

    /// Sixty-four hexadecimal digits.
    var hexadecimal: String {
        hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }
        .joined()
    }

    /// Adds an element as a whole.
    mutating func add(_ json: JSONValue) {
        switch json {
        case .null: add("null")
        case .bool(let value): add(value ? "true" : "false")
        case .number(let value): add("number:" + value)
        case .string(let value): add("string:" + value)
        case .array(let values):
            add("array:\(values.count)")
            for value in values { add(value) }
        case .object(let members):
            add("object:\(members.count)")
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                add(key)
                add(value)
            }
        }
    }

    private mutating func add(_ text: String?) {
        guard let text else {
            hash.update(data: Data("-".utf8))
            return
        }
        hash.update(data: Data("\(text.utf8.count):".utf8))
        hash.update(data: Data(text.utf8))
    }

    private mutating func add(_ texts: [String]?) {
        add(texts.map { String($0.count) })
        for text in texts ?? [] { add(text) }
    }

    private mutating func add(_ fields: [String: [String]]?) {
        add(fields.map { String($0.count) })
        for (name, values) in (fields ?? [:]).sorted(by: { $0.key < $1.key }) {
            add(name)
            add(values)
        }
    }
}
