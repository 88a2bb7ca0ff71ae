/// Everything the emulated org holds.
///
/// It is a value on purpose: a transaction that has to be undone is a copy that is put back.
struct SalesforceState: Sendable {
    /// A token and what is left of it.
    struct Token: Sendable {
        var issuedAt: Int64
        var requests = 0
    }

    /// The rows of a query that have not been fetched yet.
    struct Cursor: Sendable {
        var rows: [JSON]
        var batchSize: Int
    }

    /// A refusal that waits for writes to an object: unlike a ``Fault`` it also hits single records of a batch.
    struct WriteFault: Sendable {
        var object: String
        var error: SalesforceError
        var remaining: Int
    }

    let configuration: SandboxConfiguration.Salesforce
    /// Where the org is reached; known once it listens.
    var baseURL = ""
    var schema: Schema
    /// Fields that were hidden after the start, to be put back.
    var hiddenFields: [String: FieldDescription] = [:]
    var store = RowStore()
    var tokens: [String: Token] = [:]
    var authorization: SandboxConfiguration.Authorization
    /// Whether every request is answered 401, whatever its token.
    var refusesEverySession = false
    /// API requests so far, as `Sforce-Limit-Info` counts them.
    var requestCount = 0
    var dailyRequestLimit: Int
    var cursors: [String: Cursor] = [:]
    var writeFaults: [WriteFault] = []
    /// How often the assignment rule handed a Lead out.
    var assignments = 0
    var tokenNumber = 0
    /// Decides which request finds its session gone.
    var sessionDice: Dice
    /// Objects that the user may not see, to be put back.
    var hiddenObjects: [String: ObjectDescription] = [:]

    init(_ configuration: SandboxConfiguration.Salesforce) {
        self.configuration = configuration
        schema = Schema(configuration)
        authorization = configuration.authorization
        dailyRequestLimit = configuration.dailyRequestLimit
        sessionDice = Dice(seed: configuration.seed)
    }

    /// The object in a path.
    func object(_ name: String) throws(SalesforceError) -> ObjectDescription {
        guard let object = schema[name] else { throw .notFound }
        return object
    }

    /// The record of this object with this id, unless it is deleted or of another object.
    func row(_ id: String, of object: ObjectDescription) throws(SalesforceError) -> SalesforceRow {
        guard let full = RecordID.extended(id), full.hasPrefix(object.keyPrefix) else {
            throw SalesforceError(
                status: 404,
                code: "NOT_FOUND",
                message: "Provided external ID field does not exist or is not accessible: \(id)"
            )
        }
        guard let row = store[full], row.object == object.name else { throw .notFound }
        return row
    }

    /// The value as this object's readers see it: every field of the schema, null where empty.
    func json(_ row: SalesforceRow, _ object: ObjectDescription, fields: [String]? = nil, version: String) -> JSON {
        var members = [attributes(row, version: version)]
        for field in object.fields where fields?.contains(where: { $0.lowercased() == field.name.lowercased() }) ?? true
        {
            members.append(JSONMember(field.name, row[field.name]))
        }
        return .object(members)
    }

    func attributes(_ row: SalesforceRow, version: String) -> JSONMember {
        JSONMember(
            "attributes",
            ["type": .string(row.object), "url": .string("/services/data/\(version)/sobjects/\(row.object)/\(row.id)")]
        )
    }
}
